"""Data stores that ask for no password, or say that they want one: Redis, memcached, MongoDB."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from riskscan.lab.servers.server import Line, TcpServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Redis(TcpServer):
    """Answers inline ``PING``; any other command as an unknown one."""

    port: int = 6379
    password: bool = False

    def talk(self, line: Line) -> None:
        while True:
            command = line.until(b"\r\n").strip().upper()
            if self.password:
                line.send(b"-NOAUTH Authentication required.\r\n")
            elif command == b"PING":
                line.send(b"+PONG\r\n")
            else:
                line.send(b"-ERR unknown command\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Memcached(TcpServer):
    """Answers ``version`` of the text protocol."""

    port: int = 11211
    version: str = "1.6.18"

    def talk(self, line: Line) -> None:
        while True:
            known = line.until(b"\r\n") == b"version\r\n"
            line.send(f"VERSION {self.version}\r\n".encode() if known else b"ERROR\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class MongoDb(TcpServer):
    """Answers a legacy hello (OP_QUERY on admin.$cmd) and a goodbye (endSessions in OP_MSG);
    closes on anything else."""

    port: int = 27017
    wire_version: int = 17
    """17 is MongoDB 6.0."""
    replica_set: str = ""
    password: bool = False

    def talk(self, line: Line) -> None:
        size, ident, _, kind = struct.unpack("<iiii", line.exactly(16))
        if kind != 2004 or not 16 < size < 4096:
            raise ValueError("not a query")
        if b"admin.$cmd\0" not in line.exactly(size - 16):
            raise ValueError("not a command")
        document = self._hello()
        fields = struct.pack("<iqii", 8, 0, 0, 1)
        head = struct.pack("<iiii", 36 + len(document), 1, ident, 1)
        line.send(head + fields + document)
        self._part(line)
        line.drain()

    def _part(self, line: Line) -> None:
        size, ident, _, kind = struct.unpack("<iiii", line.exactly(16))
        if kind != 2013 or not 16 < size < 4096:
            raise ValueError("not a message")
        if b"\x04endSessions\0\x05\0\0\0\0" not in line.exactly(size - 16):
            raise ValueError("not the goodbye")
        elements = b"\x01ok\0" + struct.pack("<d", 0.0 if self.password else 1.0)
        if self.password:
            elements += b"\x10code\0" + struct.pack("<i", 13)
        document = struct.pack("<i", 5 + len(elements)) + elements + b"\0"
        line.send(struct.pack("<iiii", 21 + len(document), 2, ident, 2013) + bytes(5) + document)

    def _hello(self) -> bytes:
        elements = b"\x08ismaster\0\x01\x09localTime\0" + bytes(8)
        elements += b"\x10maxWireVersion\0" + struct.pack("<i", self.wire_version)
        if self.replica_set:
            name = self.replica_set.encode() + b"\0"
            elements += b"\x02setName\0" + struct.pack("<i", len(name)) + name
        elements += b"\x01ok\0" + struct.pack("<d", 1.0)
        return struct.pack("<i", 5 + len(elements)) + elements + b"\0"
