"""What is made of messages that were overheard, hostile ones too; no wire is needed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dns import DNS, DNSQR

from riskscan.discover.faults import ProtocolError
from riskscan.discover.overheard import Overheard
from riskscan.discover.probes.codec import bacnet, dhcp, mndp, neighbour
from riskscan.discover.raw.listen import announcement
from riskscan.discover.raw.listen_filter import UDP_KINDS, announcements
from riskscan.model import OBSERVATION_CAP, OBSERVATION_KEYS, Observation

MAC = "00:11:22:33:44:55"
KINDS = ["arp", "lldp", "cdp", *UDP_KINDS.values()]


def message(kind: str, payload: bytes, mac: str = MAC, address: str | None = "10.0.0.5") -> dict:
    return {"kind": kind, "mac": mac, "address": address, "payload": b64encode(payload).decode()}


def facts(kind: str, payload: bytes) -> list[tuple[str, str]]:
    heard = Overheard()
    heard.take(message(kind, payload))
    return [(o.key, o.value) for o in heard.said_by(MAC, ip_address("10.0.0.5"))]


def test_a_server_that_answers_dhcp_is_known_as_one():
    offer = BOOTP(op=2, chaddr=bytes(16), yiaddr="10.0.0.77") / DHCP(
        options=[("message-type", 2), ("hostname", "NOT-THE-SERVER"), "end"]
    )
    assert facts("dhcp", bytes(offer)) == [("dhcp.server", "true")]


def test_who_asks_about_another_name_is_not_given_it():
    mine = DNS(qd=DNSQR(qname="RECEPTION1", qtype=255))
    other = DNS(qd=DNSQR(qname="FILESERVER", qtype="A"))
    assert facts("llmnr", bytes(mine)) == [("llmnr.name", "RECEPTION1")]
    assert facts("llmnr", bytes(other)) == []


def mikrotik(platform: bytes) -> bytes:
    fields = {1: bytes(6), 5: b"closet", 7: b"7.12 (stable)", 8: platform, 12: b"RB4011iGS+"}
    return bytes(4) + b"".join(
        kind.to_bytes(2) + len(value).to_bytes(2) + value for kind, value in fields.items()
    )


def test_a_mikrotik_router_is_known_by_its_own_broadcast_and_no_other():
    assert facts("mndp", mikrotik(b"MikroTik")) == [
        ("mndp.name", "closet"),
        ("mndp.version", "7.12 (stable)"),
        ("mndp.board", "RB4011iGS+"),
    ]
    assert facts("mndp", mikrotik(b"Other")) == []


SWITCH = ip_address("10.0.0.2")


def test_a_switch_is_known_by_its_management_address_whatever_port_it_sends_from():
    fields = (
        (1, b"\x04" + bytes.fromhex("0019bb000000")),
        (2, b"\x05Gi1/0/7"),
        (3, b"\0\x78"),
        (5, b"closet-sw1"),
        (8, b"\x05\x01" + SWITCH.packed + b"\x02\0\0\0\1\0"),
    )
    frame = b"".join((kind << 9 | len(value)).to_bytes(2) + value for kind, value in fields)
    heard = Overheard()
    heard.take(message("lldp", frame, mac="00:19:bb:00:00:07", address=None))
    named = Observation("lldp.name", "closet-sw1")
    assert named in heard.said_by("00:19:bb:00:00:00", None)
    assert named in heard.said_by(None, SWITCH)
    assert named not in heard.said_by("00:19:bb:00:00:00", ip_address("10.0.0.3"))


def test_cdp_names_the_address_of_its_sender():
    addresses = b"\0\0\0\1\1\1\xcc\0\4" + SWITCH.packed
    parts = ((1, b"sw1"), (2, addresses), (6, b"cisco WS-C2960-24TT-L"))
    packet = b"\2\xb4\0\0" + b"".join(
        kind.to_bytes(2) + (len(value) + 4).to_bytes(2) + value for kind, value in parts
    )
    heard = Overheard()
    heard.take(message("cdp", packet, address=None))
    assert Observation("cdp.device", "sw1") in heard.said_by(None, SWITCH)
    assert heard.addresses() == {SWITCH: MAC}


def test_a_question_over_mdns_says_nothing_of_who_asks():
    assert facts("mdns", bytes(DNS(qd=DNSQR(qname="_ipp._tcp.local", qtype="PTR")))) == []


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"kind": "mdns"},
        message("mdns", b"", mac="'; drop table"),
        message("gossip", b"x"),
        message("arp", b"", address="10.0.0.999"),
        {**message("dhcp", b""), "payload": "%%%"},
        {**message("dhcp", b""), "mac": None},
    ],
)
def test_a_broken_message_is_dropped(broken: dict):
    heard = Overheard()
    heard.take(broken)
    assert len(heard) == 0


def test_a_network_of_liars_fills_no_memory():
    heard = Overheard()
    for number in range(20_000):
        heard.take(message("arp", b"", mac=f"00:11:22:33:{number >> 8:02x}:{number & 255:02x}"))
    assert len(heard) <= 8192
    for number in range(500):
        wanted = bytes([12, 4]) + b"%04d" % number
        payload = b"\1\1\6" + bytes(25) + bytes(16) + bytes(192) + b"\x63\x82\x53\x63" + wanted
        heard.take(message("dhcp", payload, mac="00:00:00:00:00:00"))
    assert len(heard.said_by("00:00:00:00:00:00", None)) <= 64


@given(st.sampled_from(KINDS), st.binary(max_size=400))
def test_no_payload_breaks_the_reader_and_every_key_is_in_the_vocabulary(kind: str, payload: bytes):
    heard = Overheard()
    heard.take(message(kind, payload))
    for seen in heard.said_by(MAC, ip_address("10.0.0.5")):
        assert seen.key in OBSERVATION_KEYS
        assert len(seen.value) <= OBSERVATION_CAP


PARSERS: tuple[Callable[[bytes], object], ...] = (
    *(neighbour.lldp_origin, neighbour.cdp_origin),
    *(dhcp.lease, neighbour.lldp_facts, neighbour.cdp_facts, bacnet.i_am_facts, mndp.mndp_facts),
)


@pytest.mark.parametrize("parse", PARSERS, ids=lambda p: p.__name__)
@given(octets=st.binary(max_size=300))
def test_no_bytes_break_a_parser(parse: Callable[[bytes], object], octets: bytes):
    with suppress(ProtocolError):
        parse(octets)


@given(st.binary(max_size=120))
def test_no_frame_breaks_the_listener(frame: bytes):
    for head in (b"", b"\xff" * 12 + b"\x08\0\x45", b"\xff" * 12 + b"\x86\xdd\x60"):
        heard = announcement(head + frame)
        assert heard is None or heard["kind"] in KINDS


def test_vital_signs_and_hl7_are_no_kind_at_all():
    assert not {7001, 2575, 104, 4601, 24105} & set(UDP_KINDS)


def test_every_jump_of_the_filter_leads_forward_into_it():
    program = announcements()
    for place, (_, if_true, if_false, _) in enumerate(program):
        assert 0 <= if_true <= 255 and place + 1 + if_true < len(program) + 1
        assert 0 <= if_false <= 255 and place + 1 + if_false < len(program) + 1
    assert [step[3] for step in program if step[0] == 0x06] == [1600, 0]
