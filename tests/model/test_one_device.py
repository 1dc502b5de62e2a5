"""Which devices are taken for one, and above all which are not."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.model import (
    Confidence,
    Device,
    DeviceClass,
    Host,
    Identity,
    Observation,
    Outcome,
    ProbeResult,
    count_devices,
    same_devices,
)
from riskscan.model.one_device import MOST_ADDRESSES

GATEWAY, FAR = "192.168.50.1", "192.168.60.1"
MAC, OTHER_MAC = "04:d5:90:12:34:01", "04:d5:90:12:34:02"
CERTIFICATE = (("tls.self-signed", "true", 443), ("tls.sha256", "ab" * 32, 443))
GUID = "5e1f7a90-3bc4-4d02-9a77-81c6e0d3f2b9"

Fact = tuple[str, str] | tuple[str, str, int]


def device(
    address: str,
    *facts: Fact,
    mac: str | None = None,
    sightings: tuple[Fact, ...] = (),
    identity: Identity = Identity(),  # noqa: B008
) -> Device:
    seen = tuple(Observation.of(*fact) for fact in facts)
    heard = (*sightings, ("arp.mac", mac)) if mac else sightings
    host = Host(
        ip_address(address),
        mac,
        sightings=tuple(Observation.of(*fact) for fact in heard),
        probe_results=(ProbeResult("p", None, None, Outcome.ANSWERED, seen),),
    )
    return Device(host, identity)


def shared(address: str, other: str, *facts: Fact, **more: object) -> Device:
    return device(address, *facts, mac=MAC, sightings=(("arp.shares-mac", other),), **more)  # type: ignore[arg-type]


def joined(*devices: Device) -> list[list[str]]:
    return [[str(d.address) for d in one.devices] for one in same_devices(devices)]


def test_two_addresses_on_one_mac_are_one_device():
    pair = shared("10.0.0.1", "10.0.0.2"), shared("10.0.0.2", "10.0.0.1")

    (one,) = same_devices(pair)

    assert one.devices == pair
    assert [(e.rule, e.observation.key, e.observation.value) for e in one.evidence] == [
        ("one-device.mac", "arp.mac", MAC),
        ("one-device.mac", "arp.shares-mac", "10.0.0.2"),
        ("one-device.mac", "arp.shares-mac", "10.0.0.1"),
    ]
    assert count_devices((*pair, device("10.0.0.3"))) == 2


def test_one_of_them_saying_so_is_enough():
    assert joined(shared("10.0.0.1", "10.0.0.2"), device("10.0.0.2", mac=MAC))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (device("10.0.0.1", mac=MAC), device("10.0.0.2", mac=MAC)),
        (
            device("10.0.0.1", mac="00:00:5e:00:01:07"),
            device("10.0.0.2", mac="00:00:5e:00:01:07"),
        ),
        (
            shared("10.0.0.1", "10.0.0.2", ("ntlm.computer", "NURSE")),
            shared("10.0.0.2", "10.0.0.1", ("ntlm.computer", "DESK")),
        ),
        (
            shared("10.0.0.1", "", identity=Identity(DeviceClass.WIRELESS_AP, Confidence.MEDIUM)),
            shared(
                "10.0.0.2",
                "10.0.0.1",
                identity=Identity(DeviceClass.WORKSTATION, Confidence.HIGH),
            ),
        ),
        (
            device("10.0.0.1", sightings=(("arp.proxied-by", MAC),)),
            device("10.0.0.2", sightings=(("arp.proxied-by", MAC),)),
        ),
    ],
    ids=["on two segments", "virtual router", "two computers", "a repeater's client", "proxy"],
)
def test_a_mac_alone_is_not_always_proof(one: Device, other: Device):
    assert joined(one, other) == []


def gateway(*facts: Fact) -> Device:
    return device(GATEWAY, *facts, mac=MAC, sightings=(("net.gateway", "true"),))


def far(ttl: str, *facts: Fact) -> Device:
    return device(FAR, *facts, sightings=(("icmp.ttl", ttl),))


def test_the_far_side_of_the_router_is_the_router():
    assert joined(gateway(*CERTIFICATE), far("255", *CERTIFICATE)) == [[GATEWAY, FAR]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (gateway(*CERTIFICATE), far("254", *CERTIFICATE)),
        (gateway(*CERTIFICATE), far("64", CERTIFICATE[0], ("tls.sha256", "cd" * 32, 443))),
        (gateway(*CERTIFICATE), far("64", CERTIFICATE[1])),
        (gateway(*CERTIFICATE), device(FAR, *CERTIFICATE)),
        (device(GATEWAY, *CERTIFICATE, mac=MAC), far("64", *CERTIFICATE)),
        (gateway(*CERTIFICATE), device("192.168.50.2", *CERTIFICATE, mac=OTHER_MAC)),
    ],
    ids=["a hop away", "its own", "not self-signed", "no TTL", "no gateway", "a second firewall"],
)
def test_a_certificate_alone_proves_nothing(one: Device, other: Device):
    assert joined(one, other) == []


@pytest.mark.parametrize(
    "facts",
    [
        (("smb.server-guid", GUID),),
        (("snmp.engine", "80001f8803001b549a2040"),),
        (("snmp.serial", "VNC4K01234"), ("snmp.sysobjectid", "1.3.6.1.4.1.11.2.3.9.1")),
        (("ntlm.computer", "EHR01"), ("ntlm.dns-domain", "lakeside.example")),
    ],
    ids=lambda facts: facts[0][0],
)
def test_what_only_one_device_has_joins_it_across_networks(facts: tuple[Fact, ...]):
    assert joined(device("10.0.0.1", *facts), device("10.9.0.1", *facts)) == [
        ["10.0.0.1", "10.9.0.1"]
    ]


@pytest.mark.parametrize(
    "facts",
    [
        (("smb.server-guid", "00000000-0000-0000-0000-000000000000"),),
        (("smb.server-guid", "656b616c-6973-6564-6e61-730000000000"),),  # a name, as Samba's
        (("smb.server-guid", "not a guid"),),
        (("snmp.engine", "80001f880300000000 0000"),),
        (("snmp.engine", "80001f8803000000000000"),),
        (("snmp.engine", "80001f88046c6f63616c"),),
        (("snmp.serial", "0000000000"), ("snmp.sysobjectid", "1.3.6.1.4.1.11")),
        (("snmp.serial", "123456789"), ("snmp.sysobjectid", "1.3.6.1.4.1.11")),
        (("snmp.serial", "VNC4K01234"),),
        (("snmp.sysname", "printer"),),
        (("ntlm.computer", "NAS"), ("ntlm.dns-domain", "nas")),
        (("ntlm.computer", "NAS"), ("ntlm.dns-domain", "nas.local")),
        (("ntlm.computer", "NAS"),),
    ],
    ids=str,
)
def test_what_many_devices_have_joins_none(facts: tuple[Fact, ...]):
    assert joined(device("10.0.0.1", *facts), device("10.9.0.1", *facts)) == []


def test_what_many_addresses_show_is_nobodys():
    many = [device(f"10.0.0.{i}", ("smb.server-guid", GUID)) for i in range(MOST_ADDRESSES + 1)]
    assert joined(*many) == []
    assert len(joined(*many[1:])) == 1


def test_what_differs_outweighs_what_is_shared_through_a_third():
    one = shared("10.0.0.1", "10.0.0.2", ("snmp.serial", "A"))
    between = shared("10.0.0.2", "10.0.0.1")
    other = shared("10.0.0.3", "10.0.0.2", ("snmp.serial", "B"))
    assert joined(one, between, other) == [["10.0.0.1", "10.0.0.2"]]


marks = st.lists(
    st.sampled_from(
        [
            ("smb.server-guid", GUID),
            ("smb.server-guid", GUID.replace("5e", "5f")),
            ("ntlm.computer", "A"),
            ("ntlm.computer", "B"),
            ("ntlm.dns-domain", "x.example"),
        ]
    ),
    max_size=3,
    unique=True,
)


@given(st.lists(marks, max_size=6))
def test_each_device_is_in_one_group_at_most_and_the_order_stays(shown: list[list[Fact]]):
    devices = [device(f"10.0.0.{i}", *facts) for i, facts in enumerate(shown)]
    found = same_devices(devices)
    members = [d for one in found for d in one.devices]
    assert len(members) == len({d.address for d in members})
    assert all(len(one.devices) > 1 and one.evidence for one in found)
    assert all(list(one.devices) == [d for d in devices if d in one.devices] for one in found)
    assert count_devices(devices) == len(devices) - len(members) + len(found)
