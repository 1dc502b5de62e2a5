"""Tarpits, proxies, shared, made-up and virtual MAC addresses are named; ties say how they fell."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from riskscan.identify import account, identify, load_rules, observed
from riskscan.identify.circumstances import VIRTUAL_MACHINES
from riskscan.model import (
    Confidence,
    DeviceClass,
    Host,
    Identity,
    Observation,
    Outcome,
    PortState,
    ProbeResult,
    Service,
)

RULES = load_rules()


def a_host(*texts: str, mac: str | None = None, ports: tuple[int, ...] = ()) -> Host:
    said = ProbeResult("any", None, None, Outcome.ANSWERED, tuple(map(observed, texts)))
    services = tuple(Service(port, "tcp", PortState.OPEN) for port in ports)
    return Host(ip_address("192.0.2.9"), mac, services=services, probe_results=(said,))


def seen(*texts: str, mac: str | None = None, ports: tuple[int, ...] = ()) -> Identity:
    return identify(a_host(*texts, mac=mac, ports=ports), RULES).identity


def said_of(identity: Identity) -> list[str]:
    return [each.says for each in identity.evidence]


EVERY = (22, 80, 104, 443, 445, 548, 554, 631, 2575, 9100, 11112, 62078)


def test_a_tarpit_is_named_and_its_open_ports_give_it_no_class() -> None:
    assert seen(ports=EVERY).device_class is not DeviceClass.UNKNOWN

    found = seen("net.tarpit=true", ports=EVERY)

    assert found.device_class is DeviceClass.UNKNOWN
    assert found.roles == ()
    assert [e.rule for e in found.evidence] == ["circumstance.tarpit"]
    assert "tarpit" in found.evidence[0].says


def test_a_tarpit_keeps_what_its_mac_address_says() -> None:
    found = seen("net.tarpit=true", mac="00:1a:01:7c:00:25", ports=EVERY)

    assert found.device_class is DeviceClass.INFUSION_PUMP
    assert all(e.observation.key != "tcp.open" for e in (*found.evidence, *found.against))


def test_a_tarpit_with_a_made_up_mac_is_not_taken_for_a_phone() -> None:
    assert seen(mac="da:a1:19:00:00:01").device_class is DeviceClass.MOBILE
    assert seen("net.tarpit=true", mac="da:a1:19:00:00:01").device_class is DeviceClass.UNKNOWN


def test_the_account_of_a_tarpit_counts_no_port_either() -> None:
    told = account(a_host("net.tarpit=true", ports=EVERY), RULES)

    assert told.candidates == ()
    assert told.identity == seen("net.tarpit=true", ports=EVERY)


def test_an_address_behind_a_proxy_is_named_as_such_and_gets_no_maker() -> None:
    found = seen("arp.proxied-by=00:1a:01:00:00:01")

    assert (found.device_class, found.vendor) == (DeviceClass.UNKNOWN, None)
    assert "router answers ARP in its name" in said_of(found)[0]


@pytest.mark.parametrize(
    ("others", "words"), [(1, "another address"), (2, "2 more addresses"), (9, "9 more addresses")]
)
def test_several_addresses_on_one_mac_are_named_once(others: int, words: str) -> None:
    texts = [f"arp.shares-mac=192.0.2.{n}" for n in range(20, 20 + others)]

    said = said_of(seen(*texts))

    assert len(said) == 1
    assert words in said[0]


@pytest.mark.parametrize("prefix", sorted(VIRTUAL_MACHINES))
def test_a_virtual_machine_is_named_and_is_no_phone(prefix: str) -> None:
    found = seen(mac=f"{prefix}:12:34:56")

    assert found.device_class is DeviceClass.UNKNOWN
    assert any(says.startswith("a virtual machine") for says in said_of(found))
    assert not any("often at random" in says for says in said_of(found))


def test_a_mac_address_that_software_chose_is_named() -> None:
    assert any("often at random" in says for says in said_of(seen(mac="da:a1:19:00:00:01")))
    assert any("container" in says for says in said_of(seen(mac="02:42:ac:11:00:02")))
    assert not any("random" in says for says in said_of(seen(mac="00:15:17:00:00:01")))


def test_of_two_equals_the_one_that_matters_more_to_patients_is_taken_and_it_is_said() -> None:
    texts = ("http.title=APC | Log On", "snmp.sysdescr=ZebraNet Wired PS")
    assert not any("as much speaks" in says for says in said_of(seen(texts[0])))

    found = seen("heard.medical=ge-time", "snmp.sysdescr=24-Port Gigabit Smart Managed Switch")

    assert found.device_class is DeviceClass.PATIENT_MONITOR
    assert found.confidence is Confidence.LOW
    assert any(
        "as much speaks for" in says and "matters more to patients" in says
        for says in said_of(found)
    )
    assert {e.observation.key for e in found.against} == {"snmp.sysdescr"}


TOOLKITS = (
    ("1.2.276.0.7230010.3.0.3.6.7", "OFFIS_DCMTK_367"),
    ("1.2.826.0.1.3680043.9.3811.3.0.4", "PYNETDICOM_304"),
    ("1.2.826.0.1.3680043.8.498.1", "PYDICOM 3.0.0"),
    ("1.2.40.0.13.1.3", "dcm4che-5.23.2"),
    ("1.3.6.1.4.1.30071.8", "fo-dicom 5.0.1"),
    ("1.2.826.0.1.3680043.2.1143.107.104.103.115.2.8.4", "GDCM 2.8.4"),
    ("2.16.840.1.114151.100.1.1", "MergeCOM3_390"),
)


@pytest.mark.parametrize(("uid", "version"), TOOLKITS)
def test_the_library_inside_is_never_the_product(uid: str, version: str) -> None:
    """Whatever the rules read of it, also as the word that nmap has for it."""
    seen_of_it = (
        Observation.of("dicom.association", "accepted", 104),
        Observation.of("dicom.implementation-uid", uid, 104),
        Observation.of("dicom.implementation-version", version, 104),
        Observation.of("dicom.toolkit", version, 104),
        Observation.of("dicom.context", "storage", 104),
        Observation.of("dicom.context", "study-root-find", 104),
    )
    result = ProbeResult("dicom", 104, "tcp", Outcome.ANSWERED, seen_of_it)

    found = identify(Host(ip_address("192.0.2.9"), None, probe_results=(result,)), RULES).identity

    assert found.product is None
    assert found.version is None
