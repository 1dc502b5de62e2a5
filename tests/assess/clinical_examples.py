"""Checks of medical systems, inventory and network, each on three devices.

Each device of a check is judged in the company of the other three given with it, if any.
"""

from __future__ import annotations

from dataclasses import dataclass

from assess.factories import KNOWLEDGE, NOW, SEGMENT, device, scan

from riskscan.assess import CHECKS, Verdict
from riskscan.assess.judgement import Context
from riskscan.model import Device, DeviceClass, Outcome, PortState

LOST = Outcome.TIMED_OUT
PRIVATE = "9a:5e:21:c4:08:46"
PRINTER, PHONE = DeviceClass.PRINTER_MFP, DeviceClass.VOIP_PHONE
ORTHANC = ("http.title", "Orthanc Explorer", 8042)

PUMP = device("192.168.50.25", DeviceClass.INFUSION_PUMP)
DESK = device("192.168.50.11", DeviceClass.WORKSTATION)
BOX = device("192.168.50.47", DeviceClass.UNKNOWN)
ROUTER = device("192.168.50.1", DeviceClass.ROUTER_FIREWALL, says=[("dhcp.server", "true")])


@dataclass(frozen=True)
class Example:
    """A device, and who else is on its network."""

    subject: Device
    beside: tuple[Device, ...] = ()
    segment: str | None = SEGMENT

    def verdict(self, check: str) -> Verdict | None:
        everyone = (self.subject, *self.beside)
        judge = CHECKS[check].of_device
        assert judge is not None
        seen_from = scan(*everyone, segment=self.segment)
        return judge(self.subject, Context(seen_from, KNOWLEDGE, NOW, everyone))


def udp(port: int, state: PortState) -> Device:
    return device(device_class=DeviceClass.IP_CAMERA, udp=[(port, state)])


TABLET = device("192.168.50.46", DeviceClass.MOBILE, mac=PRIVATE)
CONTROLLER = device("192.168.50.60", DeviceClass.OOB_MANAGEMENT)

EXAMPLES: dict[str, tuple[Example, Example, Example]] = {
    "dicom.any-called-ae": (
        Example(device(says=[("dicom.association", "accepted", 104)])),
        Example(
            device(
                says=[("dicom.association", "rejected", 104), ("dicom.reject", "called-ae", 104)]
            )
        ),
        Example(
            device(
                says=[("dicom.association", "rejected", 104), ("dicom.reject", "calling-ae", 104)]
            )
        ),
    ),
    "dicom.web-open": (
        Example(device(says=[ORTHANC, ("http.product", "Orthanc 1.12.10", 8042)], open=(8042,))),
        Example(
            device(
                says=[("http.realm", "Orthanc Secure Area", 8042), ("http.auth", "basic", 8042)],
                open=(8042,),
            )
        ),
        Example(device(says=[ORTHANC], open=(8042,))),
    ),
    "fhir.no-login-declared": (
        Example(device(says=[("fhir.version", "4.0.1", 443)])),
        Example(
            device(says=[("fhir.version", "4.0.1", 443), ("fhir.security", "SMART-on-FHIR", 443)])
        ),
        Example(device(says=[("http.api", "fhir", 8080)])),
    ),
    "exposure.building-control": (
        Example(device(open=(502,))),
        Example(device(device_class=DeviceClass.BUILDING_AUTOMATION, closed=(502,))),
        Example(device(device_class=DeviceClass.BUILDING_AUTOMATION, filtered=(502,))),
    ),
    "exposure.serial-device-server": (
        Example(device(open=(4001,))),
        Example(device(device_class=DeviceClass.DEVICE_SERVER, closed=(4001,))),
        Example(device(device_class=DeviceClass.DEVICE_SERVER, fragile=True)),
    ),
    "cleartext.rtsp": (
        Example(device(says=[("rtsp.status", "200", 554)], open=(554,))),
        Example(device(device_class=DeviceClass.IP_CAMERA, closed=(554,))),
        Example(device(device_class=DeviceClass.IP_CAMERA, filtered=(554,))),
    ),
    "cleartext.sip": (
        Example(device(says=[("sip.status", "200", 5060)])),
        Example(device(device_class=PHONE, udp=[(5060, PortState.CLOSED)])),
        Example(device(device_class=PHONE, udp=[(5060, PortState.OPEN_OR_FILTERED)])),
    ),
    "exposure.upnp": (
        Example(device(says=[("ssdp.server", "Linux UPnP/1.0 MiniUPnPd/1.9", 1900)])),
        Example(udp(1900, PortState.CLOSED)),
        Example(udp(1900, PortState.OPEN_OR_FILTERED)),
    ),
    "exposure.names-announced": (
        Example(device(says=[("mdns.host", "Danas-iPhone", 5353)])),
        Example(device(says=[("mdns.service", "_http._tcp", 5353)])),
        Example(device(udp=[(5353, PortState.OPEN_OR_FILTERED)])),
    ),
    "exposure.bed-location": (
        Example(device(says=[("wsd.medical", "true"), ("wsd.bed-location", "true")])),
        Example(device(says=[("wsd.medical", "true")])),
        Example(device(device_class=DeviceClass.PATIENT_MONITOR, fragile=True)),
    ),
    "remote.support-agent": (
        Example(device(open=(5938,))),
        Example(device(closed=(5938, 7070))),
        Example(device(filtered=(5938, 7070))),
    ),
    "inventory.accepts-every-port": (
        Example(device(says=[("net.tarpit", "true")])),
        Example(device(closed=(80,))),
        Example(device(open=(80,))),
    ),
    "network.second-dhcp-server": (
        Example(device(says=[("dhcp.server", "true")]), (ROUTER,)),
        Example(device(), (ROUTER,)),
        Example(device(says=[("dhcp.server", "true")]), (PUMP,)),
    ),
    "inventory.unexpected-port": (
        Example(device(device_class=PRINTER, open=(80, 3389))),
        Example(device(device_class=PRINTER, open=(80, 443, 9100), closed=(3389,))),
        Example(device(device_class=PRINTER, filtered=(80, 443))),
    ),
    "inventory.private-mac": (
        Example(TABLET, (PUMP,)),
        Example(TABLET, (DESK,)),
        Example(TABLET, (BOX, DESK)),
    ),
    "network.management-with-users": (
        Example(CONTROLLER, (DESK,)),
        Example(CONTROLLER, (PUMP,)),
        Example(CONTROLLER, (BOX,)),
    ),
}
"""Check to a device that fails, one that passes or is left out, and one that nobody can judge."""

LEFT_OUT = {"remote.support-agent", "network.second-dhcp-server"}
"""Checks that never pass: what they look for may be there and make no sound."""
