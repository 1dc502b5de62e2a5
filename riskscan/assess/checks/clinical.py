"""How medical systems talk to each other: images (DICOM) and messages (HL7)."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import look, ports_of, proof, seen, why
from riskscan.model import Confidence, Device, DeviceClass, Level, Result

DICOM_PORTS = (104, 11112)
HL7_PORT = 2575
_IMAGING = {
    DeviceClass.PACS_ARCHIVE,
    DeviceClass.IMAGING_MODALITY,
    DeviceClass.IMAGING_WORKSTATION,
}


@device_check(
    "cleartext.dicom",
    title="Medical images travel without encryption",
    severity=Level.MODERATE,
    cites={
        "T09": "Images and patient names sent to this port are not encrypted.",
        "T08": "Nothing on this connection notices an image that is changed on the way.",
    },
    weakness="medical images are exchanged without encryption",
    feeds={"T05": "Someone listening on the network sees images and patient names."},
    action="Protect the exchange of medical images",
    owner=Owner.VENDOR,
    cost=Cost.MEDIUM,
)
def dicom(device: Device, context: Context) -> Verdict | None:
    """What: The device speaks DICOM, the language of medical images, on an unencrypted port.

    Why: Every image carries the patient's name and birth date. Someone who listens between the
    imaging device and the archive can read or even alter them.

    Fix: Ask the makers of both sides for DICOM over TLS, its encrypted form. Until both can do it,
    put imaging devices and the archive into a network segment of their own.

    Verify: The next scan meets DICOM on this device only over an encrypted connection.
    """
    clear_ports = {o.port for o in seen(device, "dicom.tls", "false")}
    told = [o for o in seen(device, "dicom.association") if o.port in clear_ports]
    spoke = [o for o in told if o.value in ("accepted", "rejected")] or told
    if spoke:
        sure = Confidence.HIGH if spoke[0].value != "aborted" else Confidence.MEDIUM
        says = "answered a DICOM greeting without encryption"
        text = f"DICOM answers unencrypted on {ports_of(spoke)}."
        return Verdict(Result.FAIL, text, proof(spoke, says), sure)
    covered = seen(device, "dicom.tls", "true")
    if covered:
        says = "answered a DICOM greeting over TLS"
        return Verdict(Result.PASS, "DICOM was met only over TLS.", proof(covered, says))
    return _dicom_unseen(device)


@device_check(
    "dicom.any-ae",
    title="An imaging system accepts connections from anyone",
    severity=Level.HIGH,
    cites={"T07": "The system does not check which device it is talking to."},
    weakness="imaging connections (DICOM) are accepted from any caller",
    feeds={"T04": "Any computer on the network may ask it for images, or send false ones."},
    action="Let imaging systems accept known devices only",
    owner=Owner.VENDOR,
    cost=Cost.SMALL,
)
def any_ae(device: Device, context: Context) -> Verdict | None:
    """What: The system accepted a DICOM connection from a caller it cannot have known: neither
    the caller's name (AE title) nor the name it was called by is one it was given. The scan said
    good-bye at once and asked for nothing.

    Why: An archive that talks to any caller may hand out images and patient lists to any computer
    on the network. Practices have had to pay settlements after such archives were found open.

    Fix: Enter the known devices (AE title and address) in the system's settings and refuse all
    others. Add a firewall rule so that only imaging devices reach the port.

    Verify: The next scan's DICOM greeting is rejected.
    """
    accepted = seen(device, "dicom.association", "accepted")
    if accepted:
        covered = {o.port for o in seen(device, "dicom.tls", "true")}
        behind_tls = {o.port for o in accepted} <= covered
        return Verdict(
            Result.FAIL,
            f"An unknown caller was accepted on {ports_of(accepted)}.",
            proof(accepted, "accepted the unknown caller RISKSCAN"),
            severity=Level.MODERATE if behind_tls else None,
        )
    checked = seen(device, "dicom.reject", "calling-ae", "called-ae")
    if checked:
        text = f"The unknown caller was turned away on {ports_of(checked)}."
        return Verdict(Result.PASS, text, proof(checked, "turned the unknown caller away"))
    if seen(device, "dicom.association"):
        return unknown("The connection ended for another reason than the caller's name.")
    return _dicom_unseen(device)


@device_check(
    "dicom.any-called-ae",
    title="An imaging system answers to any name",
    severity=Level.LOW,
    cites={"T07": "The system does not insist on being called by its own name (AE title)."},
    weakness="imaging connections (DICOM) are accepted under any name",
    feeds={"T04": "Nobody has to know the system's name before trying to reach its images."},
    action="Let imaging systems answer to their own name only",
    owner=Owner.VENDOR,
    cost=Cost.NONE,
)
def any_called_ae(device: Device, context: Context) -> Verdict | None:
    """What: The system was called by a name (called AE title) that it does not have, and answered
    all the same. The name is no secret and no password; insisting on it is the least that a
    system can check.

    Why: A system that answers to any name can be found and tried without knowing anything of the
    practice, and images sent to a wrong name go astray unnoticed.

    Fix: Switch on the check of the called AE title in the system's settings ("check called AE
    title", in Orthanc "DicomCheckCalledAet"), after each sender has been set to the right name.

    Verify: The next scan is turned away with "called AE title not recognized".
    """
    accepted = seen(device, "dicom.association", "accepted")
    if accepted:
        text = f"A name that it does not have was accepted on {ports_of(accepted)}."
        return Verdict(Result.FAIL, text, proof(accepted, "answered to the name ANY-SCP"))
    checked = seen(device, "dicom.reject", "called-ae")
    if checked:
        text = "It turned away a caller who used a wrong name for it."
        return Verdict(Result.PASS, text, proof(checked, "does not answer to the name ANY-SCP"))
    if seen(device, "dicom.reject", "calling-ae"):
        return unknown("The caller was turned away before the name that was called mattered.")
    if seen(device, "dicom.association"):
        return unknown("The connection ended for another reason than the name that was called.")
    return _dicom_unseen(device)


@device_check(
    "cleartext.hl7",
    title="Patient messages (HL7) probably travel without encryption",
    severity=Level.MODERATE,
    cites={
        "T09": "HL7 messages sent to this port are, as a rule, not encrypted.",
        "T08": "Plain HL7 does not notice a result that is changed on the way.",
    },
    weakness="patient messages (HL7) are taken without encryption",
    feeds={"T05": "Someone listening on the network reads or alters results and orders."},
    action="Protect the exchange of patient messages",
    owner=Owner.VENDOR,
    cost=Cost.MEDIUM,
)
def hl7(device: Device, context: Context) -> Verdict | None:
    """What: The device accepts connections on a port for HL7, the messages that carry orders,
    results and patient details. Nothing was sent to it, so whether it insists on encryption is
    not proven; most such ports do not.

    Why: These messages name the patient and the result. Someone between the two ends can read
    them, or change a result before it reaches the chart.

    Fix: Ask the maker whether the connection can use TLS. If not, let only the two systems that
    talk to each other reach the port.

    Verify: The maker's statement or the setting has been seen, or the next scan can no longer
    reach the port from the office network.
    """
    wrapped = {o.port for o in seen(device, "tls.version")}
    listening = [o for o in seen(device, "mllp.listens", "true") if o.port not in wrapped]
    if listening:
        expected = any(o.port == HL7_PORT for o in listening)
        sure = Confidence.MEDIUM if expected else Confidence.LOW
        says = "accepts connections on a port for HL7 messages"
        text = f"An HL7 port listens on {ports_of(listening)}."
        return Verdict(Result.FAIL, text, proof(listening, says), sure)
    if look(device, (HL7_PORT,)).open and HL7_PORT not in wrapped:
        reason = why(device, HL7_PORT, "mllp")
        return unknown(f"It is not known how this device takes patient messages: {reason}.")
    return None


def _dicom_unseen(device: Device) -> Verdict | None:
    """Judge a device that said nothing about DICOM: unknown where it should speak it."""
    ports = look(device, DICOM_PORTS)
    if ports.open:
        reason = why(device, ports.open[0], "dicom")
        return unknown(f"It is not known how this device exchanges images: {reason}.")
    if device.identity.device_class in _IMAGING and ports.unseen:
        reason = why(device, ports.unseen[0])
        return unknown(f"It is not known how this device exchanges images: {reason}.")
    return None
