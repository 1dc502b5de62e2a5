"""The table is fit to be the truth: complete, without contradiction, and free of patients."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from ipaddress import ip_address, ip_network

import pytest

from riskscan.lab import (
    CLINIC,
    CLINIC_NETWORKS,
    NETWORK_WEAKNESSES,
    PATIENT_NAMES,
    SCANNER,
    LabHost,
    demo_site,
    truth,
)
from riskscan.lab.servers.http import Http
from riskscan.model import DeviceClass

CHECKS = {
    "audit.clock-skew",
    "cleartext.telnet",
    "cleartext.tftp",
    "cleartext.ldap",
    "cleartext.ftp",
    "credentials.ftp-anonymous",
    "smb.guest-session",
    "cleartext.http-login",
    "cleartext.http-basic",
    "cleartext.dicom",
    "cleartext.hl7",
    "tls.old-version",
    "tls.certificate-expired",
    "tls.certificate-self-signed",
    "tls.weak-key",
    "dicom.any-ae",
    "snmp.default-community",
    "exposure.database",
    "exposure.raw-print",
    "remote.rdp-without-nla",
    "remote.vnc-without-authentication",
    "smb.version-1",
    "smb.signing-not-required",
    "lifecycle.end-of-support",
    "inventory.unidentified",
    "network.flat",
    "cleartext.broker",
    "cleartext.database",
    "cleartext.mailbox",
    "cleartext.rtsp",
    "cleartext.sip",
    "cleartext.smtp",
    "cleartext.snmp",
    "dicom.any-called-ae",
    "exposure.bed-location",
    "exposure.ipmi",
    "exposure.names-announced",
    "exposure.open-broker",
    "exposure.open-data-store",
    "exposure.upnp",
    "fhir.no-login-declared",
    "inventory.accepts-every-port",
    "inventory.private-mac",
    "nfs.exported-to-world",
    "remote.ipmi-weak-login",
}

EVERYONE = (SCANNER, *CLINIC)


def twice(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def test_no_name_address_or_mac_is_given_twice() -> None:
    assert twice([h.name for h in EVERYONE]) == []
    assert twice([a for h in EVERYONE for a in h.addresses]) == []
    assert twice([m for h in EVERYONE for m in (h.mac, h.far_mac) if m]) == []


def test_every_host_stands_in_a_network_of_the_clinic() -> None:
    networks = [ip_network(n) for n in CLINIC_NETWORKS]
    for host in EVERYONE:
        for address in host.addresses:
            assert any(ip_address(address) in network for network in networks), address


def test_the_clinic_has_many_hosts_and_a_second_segment_behind_its_router() -> None:
    near, far = (ip_network(n) for n in CLINIC_NETWORKS)
    assert len(CLINIC) >= 35
    assert sum(ip_address(h.address) in far for h in CLINIC) == 2
    (router,) = (h for h in CLINIC if h.is_router)
    assert [ip_address(a) in n for a, n in zip(router.addresses, (near, far), strict=True)] == [
        True,
        True,
    ]


def test_the_truth_finds_a_router_under_both_of_its_addresses() -> None:
    known = truth(CLINIC)
    assert {host.name for host in known.values()} == {host.name for host in CLINIC}
    assert len(known) == len(CLINIC) + 1


def test_macs_are_written_in_one_way_and_only_the_tablet_hides_its_maker() -> None:
    for host in CLINIC:
        assert [len(part) for part in host.mac.split(":")] == [2] * 6
        assert host.mac == host.mac.lower()
        hidden = bool(int(host.mac[:2], 16) & 2)
        assert hidden == (host.device_class is DeviceClass.MOBILE), host.name


def test_vendors_of_28_and_36_bit_blocks_are_among_the_medical_devices() -> None:
    # The IEEE gives these 24-bit blocks out in parts: the first 24 bits name no vendor.
    shared = {"70:b3:d5", "6c:47:80"}
    medical = {h.mac[:8] for h in CLINIC if h.fragile}
    assert shared <= medical


def test_every_weakness_is_the_id_of_a_check_and_every_check_has_its_case() -> None:
    planted = {w for h in CLINIC for w in h.weaknesses} | set(NETWORK_WEAKNESSES)
    assert planted == CHECKS
    for host in EVERYONE:
        assert set(host.plausible) <= CHECKS - set(host.weaknesses), host.name


def test_several_hosts_with_open_ports_have_nothing_wrong() -> None:
    clean = [h for h in CLINIC if h.open_ports and not h.weaknesses and not h.plausible]
    assert {h.name for h in clean} >= {"vault", "manager-pc", "billing-pc", "directory"}


def test_several_hosts_announce_themselves_and_each_frame_is_theirs() -> None:
    heralds = [h for h in CLINIC if h.announces]
    assert len(heralds) >= 2
    for host in heralds:
        mac, address = bytes.fromhex(host.mac.replace(":", "")), ip_address(host.address).packed
        for each in host.announces:
            frame = each.frame(mac, address)
            assert frame[0] & 1, "to a group, or to everybody"
            assert frame[6:12] == mac


def test_who_looks_like_an_office_computer_is_medical_and_bears_an_office_network_card() -> None:
    disguised = [h for h in CLINIC if h.disguised]
    assert disguised
    assert all(h.fragile and h.vendor == "Dell" for h in disguised)


def test_no_host_opens_a_port_twice() -> None:
    for host in CLINIC:
        assert len(host.open_ports) == len(host.servers), host.name


@pytest.mark.parametrize("host", CLINIC, ids=lambda h: h.name)
def test_nothing_that_a_polite_scanner_reads_names_a_patient(host: LabHost) -> None:
    front = [replace(s, pages=()) if isinstance(s, Http) else s for s in host.servers]
    said = repr([asdict(s) for s in front])
    assert not [name for name in PATIENT_NAMES if name in said]


def test_the_demo_site_allows_exactly_the_clinic() -> None:
    scope = demo_site().scope
    assert all(scope.allows(address) for address in truth(CLINIC))
    assert scope.size == 512
    assert not scope.allows(ip_address("192.168.1.1"))
