"""Classic BPF: let the kernel drop what a raw socket did not ask for."""

from __future__ import annotations

import ctypes
import socket
import struct
from collections.abc import Sequence

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, constant (linux/filter.h)."""

_SO_ATTACH_FILTER = 26

ARP_REPLIES: tuple[Instruction, ...] = (
    (0x28, 0, 0, 12),  # load the ethertype
    (0x15, 0, 3, 0x0806),  # ARP?
    (0x28, 0, 0, 20),  # load the operation
    (0x15, 0, 1, 2),  # reply?
    (0x06, 0, 0, 64),  # keep 64 bytes
    (0x06, 0, 0, 0),  # drop
)


def echo_replies(identifier: int) -> tuple[Instruction, ...]:
    """Keep ICMP echo replies with this identifier, as a raw ICMP socket sees them (IP first)."""
    return (
        (0xB1, 0, 0, 0),  # X = length of the IP header
        (0x50, 0, 0, 0),  # load the ICMP type
        (0x15, 0, 3, 0),  # echo reply?
        (0x48, 0, 0, 4),  # load the identifier
        (0x15, 0, 1, identifier),
        (0x06, 0, 0, 64),
        (0x06, 0, 0, 0),
    )


def answers_to(port: int) -> tuple[Instruction, ...]:
    """Keep TCP segments to this port of ours, and ICMP unreachables that quote one from it.

    For a packet socket that sees IP first. Our own header, which is quoted, has 20 bytes.
    """
    return (
        (0x30, 0, 0, 9),  # load the protocol
        (0x15, 0, 3, 6),  # TCP?
        (0xB1, 0, 0, 0),  # X = length of the IP header
        (0x48, 0, 0, 2),  # load the destination port
        (0x15, 6, 7, port),
        (0x15, 0, 6, 1),  # ICMP?
        (0xB1, 0, 0, 0),
        (0x50, 0, 0, 0),  # load the ICMP type
        (0x15, 0, 3, 3),  # unreachable?
        (0x48, 0, 0, 28),  # load the quoted source port
        (0x15, 0, 1, port),
        (0x06, 0, 0, 128),
        (0x06, 0, 0, 0),
    )


def attach(sock: socket.socket, program: Sequence[Instruction]) -> None:
    """Put a filter on a socket. Done before it is bound, nothing unasked gets in."""
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    held = ctypes.create_string_buffer(code)
    option = struct.pack("HL", len(program), ctypes.addressof(held))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, option)
