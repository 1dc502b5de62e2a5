"""What a kind of device needs to offer, and what it offers beyond that."""

from __future__ import annotations

from riskscan.assess.checks.exposure import DATABASES
from riskscan.assess.checks.machines import CONTROL_PORTS, SERIAL_PORTS
from riskscan.assess.checks.support import SUPPORT_PORTS
from riskscan.assess.estate import name_of
from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import open_port, proof, when_asked
from riskscan.model import Confidence, Device, DeviceClass, Level, PortState, Result

_WEB = frozenset({80, 443, 8000, 8080, 8443})
_SHELL = frozenset({22})

EXPECTED: dict[DeviceClass, frozenset[int]] = {
    DeviceClass.PRINTER_MFP: _WEB | {139, 445, 515, 631, 3702, 5357, *range(9100, 9104)},
    DeviceClass.LABEL_PRINTER: _WEB | {515, 631, 9100, 9200},
    DeviceClass.VOIP_PHONE: _WEB | _SHELL | {2000, 5060, 5061},
    DeviceClass.IP_CAMERA: _WEB | _SHELL | {81, 554, 3702, 5000, 8081, 8554, 34567, 37777, 49152},
    DeviceClass.UPS_PDU: _WEB | _SHELL | {502, 3052},
    DeviceClass.ENV_TEMP_MONITOR: _WEB | _SHELL | {502},
    DeviceClass.INFUSION_PUMP: _WEB | _SHELL | {5000},
    DeviceClass.PATIENT_MONITOR: _WEB | _SHELL | {2575, 6661, 24105},
    DeviceClass.SWITCH: _WEB | _SHELL | {4343, 4443, 8291, 8728},
    DeviceClass.WIRELESS_AP: _WEB | _SHELL | {53, 4343, 4443, 7547, 8291, 8728, 8880},
    DeviceClass.PAYMENT_TERMINAL: frozenset({443}),
}
"""Device class to the TCP ports that devices of it commonly need.

From the makers' administration guides of common models; riskscan's own baseline, no standard. A
class that is not listed runs what its owner installs, so that no port of it is out of place.
"""

_OWN_CHECK = frozenset(
    {21, 23, 512, 513, 514, 2323, 5900, 5901, *DATABASES, *CONTROL_PORTS}
    | {*SERIAL_PORTS, *SUPPORT_PORTS}
)
"""Ports that another check speaks of: one weakness is one finding."""


@device_check(
    "inventory.unexpected-port",
    title="A device offers more than its kind needs",
    severity=Level.LOW,
    cites={"A02": "What a device offers beyond its task has to be weighed, or turned off."},
    weakness="a device offers services that its kind does not need",
    feeds={"T04": "Each service more is one more way in for someone inside the network."},
    action="Turn off what devices do not need to offer",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def unexpected_port(device: Device, context: Context) -> Verdict | None:
    """What: The device accepts connections on a port that devices of its kind do not usually
    need. There may be a good reason; nobody but its owner knows.

    Why: A service that nobody expects is often one that nobody updates, and sometimes it was not
    put there by the owner. Each is one more way to what the device holds.

    Fix: Find out what the port is for, in the device's manual or from its maker. Turn the service
    off if nobody needs it; if somebody does, note the reason.

    Verify: The next scan finds the port closed, or the reason is on file as an exception.
    """
    kind = device.identity.device_class
    if kind not in EXPECTED:
        return None
    if device.identity.confidence is Confidence.LOW:
        return unknown(f"It is only probably of this kind: {name_of(kind)}.")
    asked = [s for s in device.host.services if s.protocol == "tcp"]
    opened = sorted({s.port for s in asked if s.state is PortState.OPEN})
    odd = [p for p in opened if p not in EXPECTED[kind] and p not in _OWN_CHECK]
    if odd:
        listed = ", ".join(str(p) for p in odd)
        text = f"Port {listed} is open, which this kind does not usually need: {name_of(kind)}"
        evidence = proof((open_port(p) for p in odd), f"not usual for this kind: {name_of(kind)}")
        return Verdict(Result.FAIL, f"{text}{when_asked(device, odd)}.", evidence, Confidence.LOW)
    if opened or any(s.state is PortState.CLOSED for s in asked):
        text = "Of the ports that were asked, only usual ones are open."
        return Verdict(Result.PASS, text, confidence=Confidence.MEDIUM)
    return unknown("No port answered, so that it is not known what the device offers.")
