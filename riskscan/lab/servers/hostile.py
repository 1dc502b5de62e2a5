"""Servers that mean harm or are badly broken: what a scanner must outlive. No clinic has them.

What each sends is bounded by the patience or the size named here, so that a test ends; a scanner
must not wait for either.
"""

from __future__ import annotations

import struct
import time
from contextlib import suppress
from dataclasses import dataclass

from riskscan.lab.servers import ber
from riskscan.lab.servers.server import PATIENCE, Line, TcpServer, UdpServer

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[31m<script>alert('x')</script>\"; DROP TABLE host;--\x00\x9b"
"""What a terminal, a browser and a database each would obey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drip(TcpServer):
    """Sends one byte a second, and never an end of line."""

    opening: bytes = b""
    """What it sends at once, before it slows down."""

    def talk(self, line: Line) -> None:
        line.send(self.opening)
        line.connection.settimeout(1)
        end = time.monotonic() + 3 * PATIENCE
        while time.monotonic() < end:
            line.send(b"2")
            with suppress(TimeoutError):
                if not line.some():
                    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood(TcpServer):
    """Greets with a great many bytes, without an end of line unless one is given."""

    size: int = 10 << 20
    piece: bytes = b"220 " + b"A" * 4092

    def talk(self, line: Line) -> None:
        for _ in range(self.size // len(self.piece)):
            line.send(self.piece)


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted(TcpServer):
    """Greets with one line of bytes that a terminal, a page or a query would obey."""

    greeting: bytes

    def talk(self, line: Line) -> None:
        line.send(self.greeting + b"\r\n")
        line.drain()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndlessWeb(TcpServer):
    """Answers a request with header lines that never end, or with a body that never does."""

    in_headers: bool = False

    def talk(self, line: Line) -> None:
        line.until(b"\r\n\r\n", limit=16_384)
        line.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n")
        if not self.in_headers:
            line.send(b"Transfer-Encoding: chunked\r\n\r\n")
        part = f"X-Page: {'a' * 100}\r\n" if self.in_headers else f"400\r\n{'<p>' * 341}x\r\n"
        end = time.monotonic() + 3 * PATIENCE
        while time.monotonic() < end:
            line.send(part.encode("ascii") * 16)
            time.sleep(0.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class HangingTls(TcpServer):
    """Hears the ClientHello, sends the start of an answer and says no more."""

    opening: bytes = b"\x16\x03\x03\x3f\xff\x02\x00\x3f"
    """Head of a record that promises 16,383 bytes."""

    def talk(self, line: Line) -> None:
        line.some()
        line.send(self.opening)
        line.drain()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenDicom(TcpServer):
    """Answers an association request with ``answer``, whatever was asked (PS3.8 section 9.3)."""

    answer: bytes

    def talk(self, line: Line) -> None:
        line.some()
        line.send(self.answer)
        line.drain()


DICOM_ABORT = bytes((7, 0)) + struct.pack(">I", 4) + bytes((0, 0, 2, 0))
"""A-ABORT, in its proper form."""
DICOM_LONG = bytes((2, 0)) + struct.pack(">I", 0xFFFF_FFFF) + b"\0\1" + b"\xff" * 500
"""An acceptance that promises 4 GiB."""
DICOM_TORN = bytes((2, 0)) + struct.pack(">I", 200) + b"\0\1" + bytes(66) + b"\x10\0\xff\xff" * 33
"""An acceptance whose items each claim 65,535 bytes, more than all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LyingSnmp(UdpServer):
    """Answers any SNMP question in the right envelope, with what cannot be true inside."""

    port: int = 161
    bindings: int = 60
    """How many it answers with, to a question for a few."""
    torn: bool = False
    """True: one of its values claims to be of 4 GiB."""

    def answer(self, question: bytes) -> bytes | None:
        message, _ = ber.expect(ber.SEQUENCE, question)
        version, message = ber.expect(ber.INTEGER, message)
        if version == b"\3":
            return None
        community, message = ber.expect(ber.OCTETS, message)
        _, body, _ = ber.unpack(message)
        request, _ = ber.expect(ber.INTEGER, body)
        return ber.pack(
            ber.SEQUENCE,
            ber.pack(ber.INTEGER, version)
            + ber.pack(ber.OCTETS, community)
            + ber.pack(
                0xA2,
                ber.pack(ber.INTEGER, request)
                + ber.pack(ber.INTEGER, b"\x7f\xff\xff\xff")
                + ber.pack(ber.INTEGER, b"\x80\0\0\0")
                + ber.pack(ber.SEQUENCE, self._lies()),
            ),
        )

    def _lies(self) -> bytes:
        values = (
            ber.pack(ber.INTEGER, b"\x7f" + b"\xff" * 30),  # sysDescr as a number of 248 bits
            ber.pack(ber.OCTETS, ESCAPES.encode()),  # sysObjectID as a text to be obeyed
            ber.pack(ber.OID, b"\xff" * 60 + b"\x7f"),  # sysUpTime as an endless arc
            b"\x04\x84\xff\xff\xff\xff" if self.torn else ber.pack(0x43, b"\xff" * 9),
        )
        names = [ber.oid(f"1.3.6.1.2.1.1.{number % 7 + 1}.0") for number in range(self.bindings)]
        return b"".join(
            ber.pack(ber.SEQUENCE, name + values[number % len(values)])
            for number, name in enumerate(names)
        )
