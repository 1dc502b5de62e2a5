"""The NetBIOS name service of a Windows computer or a file server: node status only."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from riskscan.lab.servers.server import UdpServer

_WILDCARD = b"\x20" + b"CK" + b"A" * 30 + b"\0"
_STATUS = struct.pack(">HH", 0x21, 1)
_ACTIVE, _GROUP = 0x0400, 0x8000


@dataclass(frozen=True, slots=True, kw_only=True)
class NetBios(UdpServer):
    """Answers a node status request (RFC 1002 4.2.18)."""

    port: int = 137
    name: str
    domain: str = "WORKGROUP"
    mac: str = "00:00:00:00:00:00"
    """Samba gives zeros."""
    domain_controller: bool = False
    user: str = ""
    """Who is logged in, as old systems tell everyone; a scanner must not keep it."""

    def answer(self, question: bytes) -> bytes | None:
        if question[12:] != _WILDCARD + _STATUS:
            return None
        entries = [(self.name, 0x00, 0), (self.domain, 0x00, _GROUP), (self.name, 0x20, 0)]
        if self.domain_controller:
            entries += [(self.domain, 0x1C, _GROUP), (self.domain, 0x1B, 0)]
        if self.user:
            entries.append((self.user, 0x03, 0))
        names = b"".join(_entry(*entry) for entry in entries)
        table = bytes([len(entries)]) + names + bytes.fromhex(self.mac.replace(":", ""))
        table += bytes(40)  # the rest of the statistics
        head = question[:2] + struct.pack(">HHHHH", 0x8400, 0, 1, 0, 0)
        return head + _WILDCARD + _STATUS + struct.pack(">IH", 0, len(table)) + table


def _entry(name: str, suffix: int, flags: int) -> bytes:
    return name.upper().ljust(15)[:15].encode("ascii") + struct.pack(">BH", suffix, flags | _ACTIVE)
