"""Microsoft SQL Server before the login, and the browser service that lists its instances."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from riskscan.lab.servers.server import Line, TcpServer, UdpServer


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlServer(TcpServer):
    """Answers PRELOGIN ([MS-TDS] 2.2.6.5) and closes on anything else."""

    port: int = 1433
    version: tuple[int, int, int] = (15, 0, 4153)
    encryption: int = 0
    """0 off, 1 on, 2 not supported, 3 required."""

    def talk(self, line: Line) -> None:
        kind, _, size = struct.unpack(">BBH4x", line.exactly(8))
        if kind != 0x12 or not 8 < size <= 4096:
            raise ValueError("not a PRELOGIN")
        line.exactly(size - 8)
        version = struct.pack(">BBHH", *self.version, 0)
        table = struct.pack(">BHHBHHB", 0, 11, 6, 1, 17, 1, 0xFF)
        body = table + version + bytes([self.encryption])
        line.send(struct.pack(">BBHHBB", 4, 1, 8 + len(body), 0, 1, 0) + body)
        line.drain()


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlBrowser(UdpServer):
    """Lists instances to whoever asks ([MC-SQLR] 2.2.5)."""

    port: int = 1434
    server_name: str
    instances: tuple[tuple[str, str, int], ...]
    """Name, version, TCP port."""

    def answer(self, question: bytes) -> bytes | None:
        if question != b"\x03":
            return None
        listed = "".join(
            f"ServerName;{self.server_name};InstanceName;{name};IsClustered;No;"
            f"Version;{version};tcp;{port};;"
            for name, version, port in self.instances
        ).encode("ascii")
        return b"\x05" + struct.pack("<H", len(listed)) + listed
