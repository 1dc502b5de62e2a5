"""Programs through which somebody outside can take over a computer."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import look, open_port, proof, seen, when_asked, why
from riskscan.model import Confidence, Device, DeviceClass, Level, Observation, Result

SUPPORT_PORTS: dict[int, str] = {
    4899: "Radmin",
    5631: "pcAnywhere",
    5938: "TeamViewer",
    6129: "DameWare",
    6568: "AnyDesk",
    6783: "Splashtop",
    7070: "AnyDesk",
    8040: "ScreenConnect",
    8041: "ScreenConnect",
    8200: "GoTo",
}
"""Port on which an agent listens, by its maker's manual; others use some of them as well."""

_LIKELY = (5938, 7070)
"""What must have been asked at least, before silence says anything."""

_PRODUCTS = (
    "TeamViewer",
    "AnyDesk",
    "ScreenConnect",
    "Splashtop",
    "LogMeIn",
    "DameWare",
    "Radmin",
    "pcAnywhere",
    "RustDesk",
    "BeyondTrust",
    "Bomgar",
)
_NAMING = ("tls.subject", "http.server", "http.title", "tcp.greeting", "nmap.product")

_COMPUTERS = {
    DeviceClass.WORKSTATION,
    DeviceClass.LAPTOP,
    DeviceClass.SERVER,
    DeviceClass.EHR_PM_SERVER,
    DeviceClass.IMAGING_WORKSTATION,
}


@device_check(
    "remote.support-agent",
    title="A program for remote support may be waiting for callers",
    severity=Level.MODERATE,
    cites={
        "A23": "Whoever uses it can see patient data, and needs a contract that says so.",
        "T07": "Whether it asks for a second factor decides who gets in.",
    },
    weakness="a program for remote support waits for callers",
    feeds={"T09": "A break-in at the support firm, or a stolen password, leads straight in."},
    action="Find out who may use remote support, and protect it",
    owner=Owner.MANAGER,
    cost=Cost.NONE,
)
def support_agent(device: Device, context: Context) -> Verdict | None:
    """What: A port, or a name that the device gives, belongs to a program for remote support
    (TeamViewer, AnyDesk, ScreenConnect, Splashtop and others). An open port alone is a weak sign,
    since other programs use the same numbers. Most such programs only call out and show no port:
    a scan that finds none does not show that there is none.

    Why: Remote support sees everything on the screen, and has been the way in for many ransomware
    gangs. The firm behind it is a business associate if patient data can be seen.

    Fix: List every such program, who uses it and why. Remove what nobody needs; for the rest
    require a second factor, allow only known accounts and note the contract with the firm. On a
    medical device ask its maker.

    Verify: The list names this device with the firm and the date of its contract, or the next
    scan no longer sees the program.
    """
    named = [
        (o, product)
        for key in _NAMING
        for o in seen(device, key)
        for product in _PRODUCTS
        if product.lower() in o.value.lower()
    ]
    if named:
        products = ", ".join(sorted({product for _, product in named}))
        evidence = proof((o for o, _ in named), "names the program")
        text = f"It names {products}."
        return Verdict(Result.FAIL, text, evidence, Confidence.MEDIUM)
    found = [p for p in look(device, SUPPORT_PORTS).open if p not in _something_else(device)]
    if found:
        listed = ", ".join(f"{p} ({SUPPORT_PORTS[p]}?)" for p in found)
        evidence = proof((open_port(p) for p in found), "port of a program for remote support")
        text = f"Open: {listed}{when_asked(device, found)}."
        return Verdict(Result.FAIL, text, evidence, Confidence.LOW)
    unseen = look(device, _LIKELY).unseen
    if device.identity.device_class in _COMPUTERS and unseen:
        reason = why(device, unseen[0])
        return unknown(f"It is not known whether remote support waits here: {reason}.")
    return None


def _something_else(device: Device) -> set[int | None]:
    """Ports on which something was understood that is no agent: a web page, a telephone."""
    return {o.port for o in device.host.observations if _tells_another(o)}


def _tells_another(seen_there: Observation) -> bool:
    return seen_there.key.startswith(("http.", "rtsp.", "ssh.", "ftp.", "dicom."))
