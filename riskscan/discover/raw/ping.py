"""Who answers beyond the segment: ICMP echo, two tries, with the time to live kept."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address

from riskscan.discover.brake import Brake
from riskscan.discover.raw import bpf

PAUSES = (1.0, 1.5)
"""Seconds of listening after each try."""

_ECHO_REPLY = 0
_CHECKSUM = slice(2, 4)
_SEQUENCE = slice(6, 8)


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


def parse_reply(packet: bytes, identifier: int) -> tuple[IPv4Address, int] | None:
    """Return address and time to live of an echo reply to us, or None for anything else."""
    header = (packet[0] & 0x0F) * 4 if packet else 0
    icmp = packet[header:]
    if header < 20 or len(icmp) < 8 or icmp[0] != _ECHO_REPLY:
        return None
    if int.from_bytes(icmp[4:6]) != identifier:
        return None
    return IPv4Address(packet[12:16]), packet[8]


def ping(
    addresses: Sequence[IPv4Address],
    *,
    pps: int,
    brake: Brake,
    progress: Callable[[int], None] = lambda _done: None,
) -> dict[IPv4Address, int]:
    """Ask each address for an echo; return the time to live of the answer by address.

    Raises ``PermissionError`` without the right to raw sockets, ``Stopped`` if the scan ends.
    """
    identifier = secrets.randbits(16)
    packet = echo_request(identifier)
    answers: dict[IPv4Address, int] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sock:
        bpf.attach(sock, bpf.echo_replies(identifier))
        for attempt, pause in enumerate(PAUSES):
            silent = [a for a in addresses if a not in answers]
            for sent, address in enumerate(silent, start=1):
                brake.check()
                number(packet, sent)
                _send(sock, packet, address)
                _collect(sock, time.monotonic() + 1 / pps, identifier, answers)
                if attempt == 0:
                    progress(sent)
            if len(answers) < len(addresses):
                _collect(sock, time.monotonic() + pause, identifier, answers)
    wanted = frozenset(addresses)
    return {address: ttl for address, ttl in answers.items() if address in wanted}


def _send(sock: socket.socket, packet: bytearray, address: IPv4Address) -> None:
    try:
        sock.sendto(packet, (str(address), 0))
    except PermissionError:
        raise
    except OSError:
        # No route, or the kernel says that the address is unreachable: it stays silent.
        return


def _collect(
    sock: socket.socket, until: float, identifier: int, answers: dict[IPv4Address, int]
) -> None:
    while (left := until - time.monotonic()) > 0:
        sock.settimeout(left)
        try:
            reply = parse_reply(sock.recv(256), identifier)
        except TimeoutError:
            return
        except OSError:
            continue
        if reply is not None:
            answers.setdefault(*reply)
