"""Database servers up to the login that they refuse: MySQL and PostgreSQL."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from riskscan.lab.servers.server import Line, TcpServer

_SSL_REQUEST = 80_877_103  # PostgreSQL's frontend/backend protocol, SSLRequest
_GSS_REQUEST = 80_877_104
_CAPABILITIES = 0x81FF_F7FF  # what MySQL 5.7 offers without CLIENT_SSL (0x0800)


@dataclass(frozen=True, slots=True, kw_only=True)
class MySql(TcpServer):
    """Sends the initial handshake packet, version 10, and denies access."""

    port: int = 3306
    version: str

    def talk(self, line: Line) -> None:
        line.send(_numbered(0, self._handshake()))
        size = int.from_bytes(line.exactly(4)[:3], "little")
        line.exactly(min(size, 4096))
        denial = b"\xff" + struct.pack("<H", 1045) + b"#28000Access denied"
        line.send(_numbered(2, denial))

    def _handshake(self) -> bytes:
        low, high = _CAPABILITIES & 0xFFFF, _CAPABILITIES >> 16
        return (
            b"\x0a" + self.version.encode("ascii") + b"\0"
            + struct.pack("<I", 11) + b"lakeside" + b"\0"
            + struct.pack("<HBHHB", low, 0x21, 2, high, 21) + bytes(10)
            + b"familyclinic\0" + b"mysql_native_password\0"
        )  # fmt: skip


def _numbered(sequence: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([sequence]) + payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres(TcpServer):
    """Refuses encryption, then refuses the login in the clear."""

    port: int = 5432

    def talk(self, line: Line) -> None:
        while True:
            size, code = struct.unpack(">II", line.exactly(8))
            if code not in (_SSL_REQUEST, _GSS_REQUEST):
                break
            line.send(b"N")
        if not 8 <= size <= 10_000:
            raise ValueError("not a start-up message")
        line.exactly(size - 8)
        fields = b"SFATAL\0C28000\0Mno pg_hba.conf entry for host\0\0"
        line.send(b"E" + struct.pack(">I", 4 + len(fields)) + fields)
