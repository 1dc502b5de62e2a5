"""Devices that announce themselves, asked across a private network by the probes as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from scanner_place import call_inside

from riskscan.discover.brake import Brake
from riskscan.discover.dialer import Dialer
from riskscan.discover.examine import ask
from riskscan.discover.pace import PACES
from riskscan.discover.probes import PROBES
from riskscan.identify import identify, load_rules, triage
from riskscan.lab import Lab, LabHost
from riskscan.lab.servers.announce import Description, Ipmi, Sip, Ssdp, Wsd
from riskscan.lab.servers.ipp import Ipp
from riskscan.lab.servers.mdns import Mdns, Service
from riskscan.lab.servers.snmp import Snmp
from riskscan.lab.servers.text import Rtsp
from riskscan.model import Device, DeviceClass, Host, Outcome, Policy, PortState, Scope
from riskscan.model import Service as Port

pytestmark = pytest.mark.lab

ASKED_OVER_UDP = (161, 623, 1900, 3702, 5060, 5353)
OURS = {"mdns", "ssdp", "wsd", "ipp", "sip", "rtsp", "ipmi", "snmp"}


def announcer(last: int, name: str, mac: str, kind: DeviceClass, *servers: Any) -> LabHost:
    return LabHost(
        name=name,
        address=f"192.168.50.{last}",
        mac=mac,
        device_class=kind,
        vendor="",
        what=f"a {name} that says what it is",
        servers=servers,
        ipv6=False,
    )


PRINTER = announcer(
    101,
    "printer",
    "30:05:5c:00:01:01",
    DeviceClass.PRINTER_MFP,
    Ipp(port=631, model="Brother HL-L2350DW", attributes={"printer-firmware-string-version": "R"}),
    Mdns(
        host="BRW30055C000101",
        services=(
            Service(
                kind="_ipp._tcp",
                instance="Office of Jane Doe",
                port=631,
                texts={"ty": "Brother HL-L2350DW series"},
            ),
        ),
    ),
    Snmp(
        description="Brother NC-8300w, Firmware Ver.1.03",
        object_id="1.3.6.1.4.1.2435.2.3.9.1",
        name="BRW",
        objects={"1.3.6.1.2.1.43.5.1.1.17.1": "U64969"},
    ),
)
CAMERA = announcer(
    102,
    "camera",
    "ac:cc:8e:00:01:02",
    DeviceClass.IP_CAMERA,
    Wsd(
        types="dn:NetworkVideoTransmitter",
        scopes="onvif://www.onvif.org/name/AXIS%20P3245 onvif://www.onvif.org/hardware/P3245-LVE",
    ),
    Rtsp(port=554, realm="AXIS", server="GStreamer RTSP server"),
)
STORE = announcer(
    103,
    "store",
    "00:11:32:00:01:03",
    DeviceClass.NAS_STORAGE,
    Ssdp(server="Linux UPnP/1.0", location="http://192.168.50.103:5000/ssdp/desc.xml"),
    Description(port=5000, elements={"manufacturer": "Synology", "modelName": "DS920+"}),
)
PHONE = announcer(
    104,
    "phone",
    "80:5e:c0:00:01:04",
    DeviceClass.VOIP_PHONE,
    Sip(agent="Yealink SIP-T46S 66.86.0.15"),
)
CONTROLLER = announcer(
    105, "controller", "b0:83:fe:00:01:05", DeviceClass.OOB_MANAGEMENT, Ipmi(anonymous=True)
)
UPS = announcer(
    106,
    "ups",
    "00:c0:b7:00:01:06",
    DeviceClass.UPS_PDU,
    Snmp(
        description="APC Web/SNMP Management Card",
        object_id="1.3.6.1.4.1.318.1.3.27",
        name="ups",
        objects={"1.3.6.1.2.1.33.1.1.1.0": "APC", "1.3.6.1.2.1.33.1.1.2.0": "Smart-UPS 1500"},
    ),
)
MONITOR = announcer(
    107,
    "monitor",
    "b0:83:fe:00:01:07",  # a common network card: only its own words tell
    DeviceClass.MEDICAL_OTHER,
    Wsd(
        types="dpws:Device mdpws:MedicalDevice",
        scopes="sdc.ctxt.loc:/sdc.ctxt.loc.detail/x?bed=Bed7",
        discovery="http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01",
        addressing="http://www.w3.org/2005/08/addressing",
    ),
    Sip(agent="should never be asked"),
)
ANNOUNCERS = (PRINTER, CAMERA, STORE, PHONE, CONTROLLER, UPS, MONITOR)
PRODUCTS = {
    "printer": ("Brother", "HL-L2350DW"),
    "camera": ("Axis", "P3245-LVE"),
    "store": ("Synology", "DS920+"),
    "phone": ("Yealink", "T46S"),
    "ups": ("APC", "Smart-UPS 1500"),
    "controller": ("Dell", None),
    "monitor": ("Dell", None),
}


def _asked(built: LabHost) -> Host:
    """Ask one host all that it may be asked, as an examination does once it knows the ports."""
    address = ip_address(built.address)
    tcp = tuple(Port(n, "tcp", PortState.OPEN) for kind, n in built.open_ports if kind == "tcp")
    udp = tuple(Port(n, "udp", PortState.OPEN_OR_FILTERED) for n in ASKED_OVER_UDP)
    host = Host(address, mac=built.mac, services=(*tcp, *udp))
    host = replace(host, triage=triage(host))
    dialer = Dialer(Scope((ip_network("192.168.50.0/24"),)), address, PACES[Policy.NORMAL], Brake())
    for name, probe in PROBES.items():
        for port in probe.wants(host) if name in OURS else ():
            if host.triage.policy in probe.policies:
                result = ask(probe, dialer, host, port)
                host = replace(host, probe_results=(*host.probe_results, result))
                host = replace(host, triage=triage(host), connections=dialer.connections)
    return host


def _ask_all() -> list[Host]:
    return [_asked(built) for built in ANNOUNCERS]


@pytest.fixture(scope="module")
def devices() -> Iterator[dict[str, Device]]:
    rules = load_rules()
    with Lab(ANNOUNCERS) as lab:
        hosts: list[Host] = call_inside(lab, _ask_all)
        yield {b.name: identify(h, rules) for b, h in zip(ANNOUNCERS, hosts, strict=True)}


@pytest.mark.parametrize("built", ANNOUNCERS, ids=lambda b: b.name)
def test_each_is_what_it_says(devices: dict[str, Device], built: LabHost):
    identity = devices[built.name].identity
    assert identity.device_class is built.device_class
    assert (identity.vendor, identity.product) == PRODUCTS[built.name]


def test_closed_ports_refuse_and_nothing_crashes(devices: dict[str, Device]):
    outcomes = {r.outcome for d in devices.values() for r in d.host.probe_results}
    assert outcomes == {Outcome.ANSWERED, Outcome.REFUSED}


def test_no_device_gets_more_than_a_question_for_each_port_and_one_page(
    devices: dict[str, Device],
):
    most = len(ASKED_OVER_UDP) + 3  # a second question to SNMP or mDNS, the page, IPP or RTSP
    assert all(0 < device.host.connections <= most for device in devices.values())


def test_a_medical_device_is_asked_nothing_after_it_has_said_so(devices: dict[str, Device]):
    monitor = devices["monitor"].host
    assert monitor.triage.policy is Policy.FRAGILE
    assert [r.probe for r in monitor.probe_results] == ["wsd"]
    assert "Bed7" not in str(monitor)


def test_no_name_of_a_person_is_kept(devices: dict[str, Device]):
    assert not any("Doe" in str(device.host.observations) for device in devices.values())
