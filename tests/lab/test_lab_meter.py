"""The meter counts frames for what they are."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.lab.meter import Meter

OWN, OTHER = "192.168.50.20", "192.168.60.20"
SYN, SYN_ACK, ACK, RST, FIN, FIN_ACK, XMAS = 0x02, 0x12, 0x10, 0x04, 0x01, 0x11, 0x29


def frame(protocol: int, segment: bytes, to: str = OWN, padding: int = 0) -> bytes:
    address = bytes(int(part) for part in to.split("."))
    ip = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 0, 0, 64, protocol, 0, b"", address
    )
    return bytes(12) + b"\x08\x00" + ip + segment + bytes(padding)


def tcp(port: int, flags: int, payload: bytes = b"", **where: object) -> bytes:
    header = struct.pack(">HHIIBBHHH", 40_000, port, 0, 0, 0x50, flags, 1024, 0, 0)
    return frame(6, header + payload, **where)  # type: ignore[arg-type]


def udp(port: int) -> bytes:
    return frame(17, struct.pack(">HHHH", 40_000, port, 8, 0))


def test_a_connection_attempt_is_counted_by_port() -> None:
    meter = Meter([OWN])
    for wire in (tcp(104, SYN), tcp(104, SYN), tcp(443, SYN), tcp(443, ACK), tcp(443, RST)):
        meter.see(wire, 0.0)
    assert meter.syns == {104: 2, 443: 1}
    assert meter.unicast == 5
    assert meter.malformed == 0


def test_payload_is_counted_without_the_padding_of_short_frames() -> None:
    meter = Meter([OWN])
    meter.see(tcp(2575, ACK, padding=6), 0.0)
    assert meter.payload == {}
    meter.see(tcp(2575, ACK, b"abc", padding=3), 0.0)
    meter.see(tcp(2575, ACK, b"def"), 0.0)
    assert meter.payload == {2575: 6}
    assert meter.first == {2575: b"abc"}


@pytest.mark.parametrize("flags", [0, FIN, XMAS, SYN | FIN, SYN | RST])
def test_flags_of_no_proper_stack_are_malformed(flags: int) -> None:
    meter = Meter([OWN])
    meter.see(tcp(80, flags), 0.0)
    assert meter.malformed == 1


@pytest.mark.parametrize("flags", [SYN, SYN_ACK, ACK, FIN_ACK, RST, RST | ACK, SYN | 0xC0])
def test_flags_of_a_proper_stack_are_not(flags: int) -> None:
    meter = Meter([OWN])
    meter.see(tcp(80, flags), 0.0)
    assert meter.malformed == 0


def test_datagrams_are_counted_by_port() -> None:
    meter = Meter([OWN])
    meter.see(udp(161), 0.0)
    assert meter.datagrams == {161: 1}


def test_what_only_passes_through_a_router_is_felt_but_belongs_to_no_port() -> None:
    meter = Meter([OWN])
    meter.see(tcp(80, SYN, to=OTHER), 0.0)
    assert meter.unicast == 1
    assert meter.syns == {}


def test_the_peak_is_the_fullest_second_wherever_it_begins() -> None:
    meter = Meter([OWN])
    for at in (0.0, 0.9, 1.1, 1.2, 1.85, 5.0):
        meter.see(tcp(80, ACK), at)
    assert meter.peak == 4  # 0.9 to 1.85


@given(st.lists(st.floats(0, 20), min_size=1, max_size=60))
def test_the_peak_equals_a_slow_count(moments: list[float]) -> None:
    moments.sort()
    meter = Meter([OWN])
    for at in moments:
        meter.see(b"", at)
    assert meter.peak == max(sum(a > end - 1.0 and a <= end for a in moments) for end in moments)


@given(st.binary(max_size=80))
def test_any_ip_packet_can_be_counted(packet: bytes) -> None:
    meter = Meter([OWN])
    meter.see(bytes(12) + b"\x08\x00" + packet, 0.0)
    assert meter.unicast == 1
