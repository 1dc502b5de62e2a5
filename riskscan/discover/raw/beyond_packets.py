"""What is asked of addresses beyond the segment, as bytes, and what answers it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address

from riskscan.discover.raw.engine.packets import Template

HTTPS, HTTP = 443, 80
TRACEROUTE = 33_434
"""The UDP port that traceroute begins with: nobody listens there, and everybody has met it."""

_IP_HEADER = 20
_ICMP, _TCP, _UDP = 1, 6, 17
_ECHO_REPLY, _UNREACHABLE = 0, 3
_BY_THE_HOST = frozenset({2, 3})
"""Codes of ICMP unreachable that the addressed host itself says: protocol, port (RFC 792)."""

_CHECKSUM, _SEQUENCE = slice(2, 4), slice(6, 8)
_SYN, _RST, _ACK = 0x02, 0x04, 0x10


class To(Enum):
    """The questions."""

    ECHO = "echo"
    SYN = "syn"
    ACK = "ack"
    DATAGRAM = "datagram"


class Said(Enum):
    """The answers."""

    REPLY = "reply"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer: ``number`` is what of ours it gives back, and must be what we sent."""

    address: int
    to: To
    said: Said
    ttl: int
    number: int


def echo_request(identifier: int) -> bytearray:
    """Build one echo request with scapy (RFC 792). The sequence number is patched later."""
    from scapy.layers.inet import ICMP

    return bytearray(bytes(ICMP(type=8, id=identifier, seq=0) / b"riskscan"))


def number(packet: bytearray, sequence: int) -> None:
    """Patch the sequence number into an echo request and make its checksum right (RFC 1071)."""
    packet[_CHECKSUM] = b"\0\0"
    packet[_SEQUENCE] = (sequence & 0xFFFF).to_bytes(2)
    packet[_CHECKSUM] = checksum(packet).to_bytes(2)


def checksum(octets: bytes | bytearray) -> int:
    """Return the Internet checksum (RFC 1071)."""
    padded = bytes(octets) + b"\0" * (len(octets) % 2)
    total = sum(int.from_bytes(padded[i : i + 2]) for i in range(0, len(padded), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ack(source: IPv4Address, port: int, acknowledged: int) -> Template:
    """Build a segment of a connection that there is not: an upright host refuses it."""
    from scapy.layers.inet import IP, TCP

    tcp = TCP(sport=port, dport=0, flags="A", window=1024, ack=acknowledged)
    return Template(bytes(IP(src=str(source), dst=str(source), flags="DF") / tcp))


def parse(packet: bytes, identifier: int) -> Heard | None:
    """Read an IPv4 packet (header first); None unless it may answer one of our questions."""
    header = (packet[0] & 0x0F) * 4 if packet else 0
    if header < _IP_HEADER or len(packet) < header + 8 or packet[0] >> 4 != 4:
        return None
    address, ttl, body = int.from_bytes(packet[12:16]), packet[8], packet[header:]
    if packet[9] == _TCP:
        return _tcp(address, ttl, body)
    if packet[9] != _ICMP:
        return None
    if body[0] == _ECHO_REPLY and int.from_bytes(body[4:6]) == identifier:
        return Heard(address, To.ECHO, Said.REPLY, ttl, 0)
    if body[0] == _UNREACHABLE and body[1] in _BY_THE_HOST:
        return _quoted(address, ttl, body[8:])
    return None


def _tcp(address: int, ttl: int, segment: bytes) -> Heard | None:
    if len(segment) < 20:
        return None
    port, _, sequence, acknowledged, _, flags = struct.unpack_from("!HHIIBB", segment)
    asked = (acknowledged - 1) & 0xFFFF_FFFF
    if port == HTTPS and flags & (_SYN | _ACK | _RST) == _SYN | _ACK:
        return Heard(address, To.SYN, Said.ACCEPTED, ttl, asked)
    if port == HTTPS and flags & _RST and flags & _ACK:
        return Heard(address, To.SYN, Said.REFUSED, ttl, asked)
    if port == HTTP and flags & _RST:
        return Heard(address, To.ACK, Said.REFUSED, ttl, sequence)
    return None


def _quoted(address: int, ttl: int, ours: bytes) -> Heard | None:
    """Read whose packet is refused: only the host itself knows, a router does not count."""
    if len(ours) < _IP_HEADER + 8 or ours[0] != 0x45 or ours[9] != _UDP:
        return None
    if int.from_bytes(ours[16:20]) != address:
        return None
    port = int.from_bytes(ours[_IP_HEADER + 2 : _IP_HEADER + 4])
    return Heard(address, To.DATAGRAM, Said.REFUSED, ttl, 0) if port == TRACEROUTE else None
