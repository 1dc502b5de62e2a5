"""What devices announce of themselves: what it makes of a host, and how gently it is treated."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from riskscan.identify import identify, load_rules, triage
from riskscan.model import Confidence, DeviceClass, Host, Observation, Policy

RULES = load_rules()
DELL = "b0:83:fe:41:0c:11"


def host(*sightings: tuple[str, str], mac: str | None = DELL) -> Host:
    seen = tuple(Observation(key, value) for key, value in sightings)
    return Host(ip_address("10.0.0.9"), mac=mac, sightings=seen)


@pytest.mark.parametrize(
    "sign",
    [
        ("wsd.medical", "true"),
        ("heard.medical", "ge-time"),
        ("bacnet.instance", "3000"),
        ("mdns.service", "_dicom._tcp"),
        ("snmp.engine-maker", "12621"),
        ("ssdp.name", "Infusion pump 7"),
        ("lldp.description", "VxWorks 6.9"),
    ],
)
def test_a_sign_of_a_fragile_device_makes_it_one_at_once(sign: tuple[str, str]):
    assert triage(host()).policy is Policy.NORMAL
    assert triage(host(sign)).policy is Policy.FRAGILE


def test_ordinary_announcements_make_nothing_fragile():
    printer = host(("mdns.service", "_ipp._tcp"), ("mdns.product", "HP LaserJet 400"))
    assert triage(printer).policy is Policy.NORMAL


@pytest.mark.parametrize(
    ("sightings", "kind", "vendor", "product"),
    [
        (
            [("mdns.service", "_ipp._tcp"), ("mdns.product", "Brother HL-L2350DW series")],
            DeviceClass.PRINTER_MFP,
            "Brother",
            "HL-L2350DW",
        ),
        (
            [("dhcp.vendor-class", "Polycom-VVX410"), ("lldp.capability", "telephone")],
            DeviceClass.VOIP_PHONE,
            "Poly",
            "VVX410",
        ),
        (
            [("wsd.type", "NetworkVideoTransmitter"), ("wsd.hardware", "DS-7616NI-K2")],
            DeviceClass.NVR_DVR,
            "Hikvision",
            "DS-7616NI-K2",
        ),
        ([("mdns.product", "iPad13,4")], DeviceClass.MOBILE, "Apple", "iPad"),
        ([("ipmi.version", "2.0")], DeviceClass.OOB_MANAGEMENT, None, None),
        (
            [("snmp.ups-maker", "APC"), ("snmp.ups-model", "Smart-UPS 1500")],
            DeviceClass.UPS_PDU,
            "APC",
            "Smart-UPS 1500",
        ),
        ([("wsd.medical", "true")], DeviceClass.MEDICAL_OTHER, None, None),
        (
            [("cdp.platform", "cisco WS-C2960-24TT-L"), ("lldp.capability", "bridge")],
            DeviceClass.SWITCH,
            "Cisco",
            "WS-C2960-24TT-L",
        ),
    ],
)
def test_announcements_alone_identify_a_device(
    sightings: list[tuple[str, str]], kind: DeviceClass, vendor: str | None, product: str | None
):
    found = identify(host(*sightings, mac=None), RULES).identity
    assert found.device_class is kind
    assert found.vendor == vendor
    assert found.product == product


def test_a_computer_that_shares_a_printer_is_not_taken_for_one():
    sharing = host(
        ("mdns.service", "_ipp._tcp"),
        ("mdns.service", "_companion-link._tcp"),
        ("mdns.product", "MacBookPro18,3"),
        mac=None,
    )
    found = identify(sharing, RULES).identity
    assert found.device_class is DeviceClass.LAPTOP


def test_a_default_name_alone_is_never_more_than_a_hint():
    found = identify(host(("dhcp.hostname", "DESKTOP-1A2B3C4"), mac=None), RULES).identity
    assert found.device_class is DeviceClass.WORKSTATION
    assert found.confidence is Confidence.LOW
    assert found.os_family == "Windows"


def test_snmp_3_names_the_maker_where_the_community_does_not():
    found = identify(host(("snmp.engine-maker", "318"), mac=None), RULES).identity
    assert (found.device_class, found.vendor) == (DeviceClass.UPS_PDU, "APC")
