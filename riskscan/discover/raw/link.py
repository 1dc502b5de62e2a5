"""Whether a network interface still is what it was: its link, and our address on it."""

from __future__ import annotations

import errno
import fcntl
import socket
import struct
from ipaddress import IPv4Address

_SIOCGIFFLAGS = 0x8913
_UP_AND_RUNNING = 0x1 | 0x40
"""IFF_UP and IFF_RUNNING, netdevice(7)."""


def has_link(interface: str) -> bool:
    """Say whether an interface is up and plugged in; False if there is none of that name."""
    request = struct.pack("16sH14x", interface.encode()[:15], 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            answer = fcntl.ioctl(sock, _SIOCGIFFLAGS, request)
        except OSError:
            return False
    flags: int = struct.unpack_from("H", answer, 16)[0]
    return flags & _UP_AND_RUNNING == _UP_AND_RUNNING


def is_ours(address: IPv4Address) -> bool:
    """Say whether this machine bears an address: the kernel lets nobody bind to another."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind((str(address), 0))
        except OSError as error:
            return error.errno != errno.EADDRNOTAVAIL
    return True
