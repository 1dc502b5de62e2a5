"""Who may talk to imaging devices and archives."""

from __future__ import annotations

from riskscan.assess.checks.cleartext import dicom_unseen
from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import ports_of, proof, seen
from riskscan.model import Device, Level, Result


@device_check(
    "dicom.any-ae",
    title="An imaging system accepts connections from anyone",
    severity=Level.HIGH,
    cites={"T07": "The system does not check which device it is talking to."},
    weakness="DICOM connections are accepted from any caller",
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
    on the network. Practices have been fined after such archives were found open.

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
    return dicom_unseen(device)
