"""The few frames that an emulated host sends, as bytes: ARP, ping, TCP and one ICMP error."""

from __future__ import annotations

import struct
from dataclasses import dataclass

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32

SEQUENCE = 0x5249_5343
"""First sequence number of every connection: nobody here has anything to guess."""

_MSS = b"\x02\x04\x05\xb4"
_TCP, _ICMP = 6, 1
_WINDOW = 29_200


@dataclass(frozen=True, slots=True)
class Tcp:
    """What a TCP segment says."""

    source: int
    port: int
    sequence: int
    acknowledged: int
    flags: int
    length: int
    """Bytes of payload."""


def checksum(octets: bytes) -> int:
    """Return the Internet checksum (RFC 1071): a sum of words with carry is a remainder."""
    return ~(int.from_bytes(octets + b"\0" * (len(octets) % 2)) % 0xFFFF) & 0xFFFF


def read_tcp(segment: bytes) -> Tcp:
    """Read a segment. Raises struct.error or IndexError if it is cut off."""
    source, port, sequence, acknowledged, offset, flags = struct.unpack_from(">HHIIBB", segment)
    length = max(0, len(segment) - (offset >> 4) * 4)
    return Tcp(source, port, sequence, acknowledged, flags & 0x3F, length)


def arp_reply(request: bytes, mac: bytes) -> bytes:
    """Answer an ARP request (RFC 826) for the address that it asks for."""
    asker, asked = request[22:32], request[38:42]
    return request[6:12] + mac + request[12:20] + b"\0\2" + mac + asked + asker


def echo_reply(request: bytes, mac: bytes, ttl: int) -> bytes:
    """Answer an ICMP echo request (RFC 792) with what it carried."""
    icmp = _ip(request)[1]
    body = b"\0\0\0\0" + icmp[4:]
    return _back(request, mac, ttl, _ICMP, body[:2] + checksum(body).to_bytes(2) + body[4:])


def announcement(mac: bytes, address: bytes) -> bytes:
    """Tell everybody that an address is here now (RFC 5227 section 2.3)."""
    arp = b"\0\1\x08\0\6\4\0\1" + mac + address + bytes(6) + address
    return b"\xff" * 6 + mac + b"\x08\6" + arp


def port_unreachable(datagram: bytes, mac: bytes, ttl: int) -> bytes:
    """Say that nobody listens on a UDP port (RFC 792), quoting what was sent there."""
    return _complaint(datagram, mac, ttl, b"\3\3")


def host_unreachable(packet: bytes, mac: bytes, ttl: int, router: bytes) -> bytes:
    """Say in a router's name that an address is nobody's."""
    return _complaint(packet, mac, ttl, b"\3\1", router)


def expired(packet: bytes, mac: bytes, ttl: int, router: bytes) -> bytes:
    """Say in a router's name that a packet's time to live was over."""
    return _complaint(packet, mac, ttl, b"\x0b\0", router)


def _complaint(
    frame: bytes, mac: bytes, ttl: int, kind: bytes, speaker: bytes | None = None
) -> bytes:
    body = kind + b"\0\0\0\0\0\0" + frame[14 : 14 + 28]
    body = body[:2] + checksum(body).to_bytes(2) + body[4:]
    return _back(frame, mac, ttl, _ICMP, body, speaker)


def one_hop_on(frame: bytes) -> bytes:
    """Return a frame as a router hands it on (RFC 1812 section 5.3.1): time to live less one."""
    header = (frame[14] & 15) * 4
    ip = bytearray(frame[14 : 14 + header])
    ip[8] -= 1
    ip[10:12] = b"\0\0"
    ip[10:12] = checksum(bytes(ip)).to_bytes(2)
    return frame[:14] + bytes(ip) + frame[14 + header :]


def syn_ack(frame: bytes, asked: Tcp, mac: bytes, ttl: int) -> bytes:
    """Accept a connection."""
    return _segment(frame, asked, mac, ttl, SEQUENCE, asked.sequence + 1, SYN | ACK, _MSS)


def acknowledgement(frame: bytes, asked: Tcp, mac: bytes, ttl: int) -> bytes:
    """Acknowledge what a connection was told, and its end."""
    taken = asked.sequence + asked.length + bool(asked.flags & FIN)
    return _segment(frame, asked, mac, ttl, asked.acknowledged, taken, ACK)


def reset(frame: bytes, asked: Tcp, mac: bytes, ttl: int) -> bytes:
    """Refuse a segment as RFC 9293 section 3.10.7.1 says."""
    if asked.flags & ACK:
        return _segment(frame, asked, mac, ttl, asked.acknowledged, 0, RST)
    taken = asked.length + bool(asked.flags & SYN) + bool(asked.flags & FIN)
    return _segment(frame, asked, mac, ttl, 0, asked.sequence + taken, RST | ACK)


def _segment(
    frame: bytes,
    asked: Tcp,
    mac: bytes,
    ttl: int,
    sequence: int,
    acknowledged: int,
    flags: int,
    options: bytes = b"",
) -> bytes:
    header = (20 + len(options)) << 2
    ports = (asked.port, asked.source, sequence & 0xFFFF_FFFF, acknowledged & 0xFFFF_FFFF)
    body = struct.pack(">HHIIBBHHH", *ports, header, flags, _WINDOW, 0, 0) + options
    pseudo = frame[30:34] + frame[26:30] + struct.pack(">HH", _TCP, len(body))
    summed = checksum(pseudo + body).to_bytes(2)
    return _back(frame, mac, ttl, _TCP, body[:16] + summed + body[18:])


def _ip(frame: bytes) -> tuple[bytes, bytes]:
    """Return IP header and payload of a frame, without the padding of short frames."""
    header, total = (frame[14] & 15) * 4, struct.unpack_from(">H", frame, 16)[0]
    return frame[14 : 14 + header], frame[14 + header : 14 + total]


def payload(frame: bytes) -> bytes:
    """Return what an IPv4 frame carries. Raises struct.error or IndexError if it is cut off."""
    return _ip(frame)[1]


def _back(
    frame: bytes, mac: bytes, ttl: int, protocol: int, body: bytes, speaker: bytes | None = None
) -> bytes:
    """Send something back to where a frame came from, in the name of whom it was meant for."""
    size = 20 + len(body)
    header = struct.pack(">BBHHHBBH", 0x45, 0, size, 0, 0x4000, ttl, protocol, 0)
    header += (speaker or frame[30:34]) + frame[26:30]
    header = header[:10] + checksum(header).to_bytes(2) + header[12:]
    return frame[6:12] + mac + b"\x08\0" + header + body
