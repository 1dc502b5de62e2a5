"""What the port engine puts on the wire, byte for byte as scapy would, and what it reads back."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP

from riskscan.discover.raw.engine import packets
from riskscan.discover.raw.engine.packets import Answer, Reply, parse

HERE = IPv4Address("192.168.50.9")
PORT = 40_404
SYN, RST = packets.syn(HERE, PORT), packets.rst(HERE, PORT)
targets = st.integers(0x01000000, 0xDFFFFFFF).map(IPv4Address)
ports, numbers = st.integers(1, 0xFFFF), st.integers(0, 0xFFFFFFFF)


@given(targets, ports, numbers)
def test_a_patched_packet_is_the_one_that_scapy_builds(target: IPv4Address, port: int, number: int):
    options = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1, 0)), ("NOP", None), ("WScale", 7)]
    for template, flags, window, option in ((SYN, "S", 64240, options), (RST, "R", 0, [])):
        tcp = TCP(sport=PORT, dport=port, seq=number, flags=flags, window=window, options=option)
        whole = bytes(IP(src=str(HERE), dst=str(target), flags="DF") / tcp)
        assert template.to(target.packed, port, number) == whole


def _from(target: IPv4Address, layer: object) -> bytes:
    return bytes(IP(src=str(target), dst=str(HERE)) / layer)


@given(targets, ports, numbers)
def test_answers_are_read_with_the_number_that_they_answer(
    target: IPv4Address, port: int, number: int
):
    ack = (number + 1) % 2**32
    quoted = IP(SYN.to(target.packed, port, number)[:28])
    said = {
        Reply.ACCEPTED: _from(target, TCP(sport=port, dport=PORT, flags="SA", ack=ack)),
        Reply.REFUSED: _from(target, TCP(sport=port, dport=PORT, flags="RA", ack=ack)),
        Reply.UNREACHABLE: _from(IPv4Address("10.0.0.1"), ICMP(type=3, code=13) / quoted),
    }
    for reply, octets in said.items():
        assert parse(octets) == Answer(target.packed, port, number, reply)


@pytest.mark.parametrize("flags", ["A", "S", "F", "PA", "R", "FA", ""])
def test_other_segments_answer_nothing(flags: str):
    assert parse(_from(HERE, TCP(sport=80, dport=PORT, flags=flags, ack=5))) is None


@given(st.binary(max_size=90))
def test_no_bytes_break_the_reader(octets: bytes):
    for start in (b"", b"\x45" + bytes(8) + b"\x06", b"\x45" + bytes(8) + b"\x01"):
        parse(start + octets)
