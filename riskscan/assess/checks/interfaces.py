"""Web interfaces through which medical systems hand out records and images."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import look, ports_of, proof, seen, why
from riskscan.model import Confidence, Device, Level, Observation, Result

ORTHANC_PORTS = (8042, 8043)


@device_check(
    "dicom.web-open",
    title="An image archive answers on the web without asking who calls",
    severity=Level.HIGH,
    cites={
        "T07": "The archive's web interface answered a caller who gave no name.",
        "A10": "Whoever reaches the page has access, whether the practice granted it or not.",
    },
    weakness="an image archive answers on the web without a login",
    feeds={"T04": "Any computer on the network may look through images and patient lists."},
    action="Put a login before the web interface of image archives",
    owner=Owner.VENDOR,
    cost=Cost.SMALL,
)
def dicom_web_open(device: Device, context: Context) -> Verdict | None:
    """What: The web interface of an image archive (Orthanc) told its version to the scan, which
    had not logged in. The same login, or the lack of one, guards everything else there. No
    patient, study or image was asked for, so that this is a strong sign and not a proof.

    Why: Through this interface images, names and birth dates can be listed, downloaded, changed
    and deleted with nothing but a browser.

    Fix: In Orthanc switch "AuthenticationEnabled" on and set "RegisteredUsers", or set
    "RemoteAccessAllowed" to false where only the archive's own computer needs it; then serve it
    over HTTPS. For another product ask its maker.

    Verify: A browser on an office computer is asked for a name and password before it sees
    anything, and the next scan no longer reads the version.
    """
    told = [o for o in seen(device, "http.product") if o.value.startswith("Orthanc")]
    if told:
        text = f"Orthanc answered without a login on {ports_of(told)}."
        says = "its status page was open to a caller without a login"
        return Verdict(Result.FAIL, text, proof(told, says), Confidence.MEDIUM)
    named = _names_orthanc(device)
    guarded = [o for o in seen(device, "http.auth") if o.port in {n.port for n in named}]
    if guarded:
        text = f"The archive's page on {ports_of(guarded)} asks for a login."
        return Verdict(Result.PASS, text, proof(guarded, "asks for a login"), Confidence.MEDIUM)
    if named:
        return unknown(f"Orthanc is there on {ports_of(named)}; whether it is open was not seen.")
    ports = look(device, ORTHANC_PORTS).open
    if ports:
        return unknown(
            f"It is not known whether an archive answers there: {why(device, ports[0], 'http')}."
        )
    return None


def _names_orthanc(device: Device) -> list[Observation]:
    pages = seen(device, "http.title") + seen(device, "http.realm")
    return [o for o in pages if o.value.startswith("Orthanc")]


@device_check(
    "fhir.no-login-declared",
    title="A record interface (FHIR) names no way to log in",
    severity=Level.MODERATE,
    cites={"T07": "The interface does not say how a caller proves who is calling."},
    weakness="a record interface (FHIR) names no way to log in",
    feeds={"T04": "If it asks for no login, anyone on the network can read and change records."},
    action="Ask how the record interface (FHIR) is protected",
    owner=Owner.VENDOR,
    cost=Cost.NONE,
)
def fhir_no_login(device: Device, context: Context) -> Verdict | None:
    """What: A FHIR server, the interface through which programs read health records, describes
    itself as the standard wants, and this description names no way to log in. It may still ask
    for one: that would show only when a record is asked for, which the scan never does. That the
    description itself can be read by anyone is as it should be.

    Why: An interface without a login gives every patient's record to every program on the
    network.

    Fix: Ask the maker how programs log in (SMART on FHIR, OAuth or client certificates) and
    whether it is switched on. Test servers such as a fresh HAPI FHIR have no login at all: keep
    real patients out of them.

    Verify: The maker's statement or the setting has been seen, and the description names its
    security service.
    """
    spoke = seen(device, "fhir.version") or seen(device, "fhir.software")
    declared = {o.port for o in seen(device, "fhir.security")}
    silent = [o for o in spoke if o.port not in declared]
    if silent:
        text = f"The description on {ports_of(silent)} names no security service."
        says = "describes itself, and no way to log in"
        return Verdict(Result.FAIL, text, proof(silent, says), Confidence.LOW)
    if spoke:
        text = "The FHIR description says how callers log in."
        named = proof(seen(device, "fhir.security"), "security service that it names")
        return Verdict(Result.PASS, text, named, Confidence.MEDIUM)
    hinted = seen(device, "http.api", "fhir")
    if hinted:
        return unknown(f"A FHIR interface is hinted at on {ports_of(hinted)}; it did not say more.")
    return None
