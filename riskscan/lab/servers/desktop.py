"""Remote desktops up to the point where a login would begin: RDP and VNC."""

from __future__ import annotations

import ssl
import struct
from dataclasses import dataclass
from functools import cache

from riskscan.lab.patients import PATIENT_NAMES
from riskscan.lab.servers import ber
from riskscan.lab.servers.ntlm import Computer
from riskscan.lab.servers.server import Line, TcpServer
from riskscan.lab.servers.tls import Tls

# MS-RDPBCGR 2.2.1.1.1 (what a client offers) and 2.2.1.2 (what a server chooses, or why not).
_TLS, _CREDSSP = 1, 2
_NEGOTIATE, _CHOSEN, _FAILURE = 1, 2, 3
_NLA_REQUIRED_BY_SERVER = 5
_REQUEST, _CONFIRM = 0xE0, 0xD0  # X.224 TPDU codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rdp(TcpServer):
    """Answers the X.224 connection request and, if it is a named computer, the opening of CredSSP
    with a challenge ([MS-CSSP] 2.2.1); then listens to nothing more."""

    port: int = 3389
    nla: bool
    """True: network level authentication (CredSSP) is required."""
    computer: Computer | None = None

    def prepare(self) -> None:
        if self.computer:
            _context(self.computer.name)

    def talk(self, line: Line) -> None:
        version, _, size = struct.unpack(">BBH", line.exactly(4))
        if version != 3 or not 11 <= size <= 1024:
            raise ValueError("not a TPKT of a connection request")
        request = line.exactly(size - 4)
        if request[1] != _REQUEST:
            raise ValueError("not a connection request")
        answer = self._negotiate(_offered(request))
        if answer is None:
            return
        confirm = struct.pack(">BHHB", _CONFIRM, 0, 0x1234, 0) + answer
        line.send(struct.pack(">BBHB", 3, 0, 5 + len(confirm), len(confirm)) + confirm)
        if self.computer and answer[:1] + answer[4:5] == bytes((_CHOSEN, _CREDSSP)):
            line.secure(_context(self.computer.name))
            line.send(_credssp(self.computer.wrapped_challenge(line.some())))
        elif self.nla:
            return  # it wants CredSSP and has no name to give
        line.drain()

    def _negotiate(self, offered: int | None) -> bytes | None:
        if offered is None:  # a client from before negotiation: it is let in, or hung up on
            return None if self.nla else b""
        if self.nla and not offered & _CREDSSP:
            return struct.pack("<BBHI", _FAILURE, 0, 8, _NLA_REQUIRED_BY_SERVER)
        known = (_CREDSSP, _TLS) if self.nla or self.computer else (_TLS,)
        chosen = next((p for p in known if offered & p), 0)
        return struct.pack("<BBHI", _CHOSEN, 0x1F, 8, chosen)


@cache
def _context(name: str) -> ssl.SSLContext:
    """Windows makes a certificate for itself, in its own name."""
    return Tls(name=name, self_signed=True).context()


def _credssp(token: bytes) -> bytes:
    request = ber.pack(ber.SEQUENCE, ber.pack(0xA0, ber.pack(ber.OCTETS, token)))
    version = ber.pack(0xA0, ber.integer(6))
    return ber.pack(ber.SEQUENCE, version + ber.pack(0xA1, ber.pack(ber.SEQUENCE, request)))


def _offered(request: bytes) -> int | None:
    """Return the security protocols in a request's last 8 bytes, or None if it names none."""
    if len(request) < 7 + 8:
        return None
    kind, _, size, protocols = struct.unpack("<BBHI", request[-8:])
    return int(protocols) if kind == _NEGOTIATE and size == 8 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vnc(TcpServer):
    """RFB 3.8 (RFC 6143 section 7.1). Without a password it names its desktop after a patient."""

    port: int = 5900
    security: tuple[int, ...] = (1,)
    """Security types on offer: 1 none, 2 VNC password."""

    def talk(self, line: Line) -> None:
        line.send(b"RFB 003.008\n")
        if not line.exactly(12).startswith(b"RFB "):
            raise ValueError("not RFB")
        line.send(bytes([len(self.security), *self.security]))
        if line.exactly(1)[0] != 1 or 1 not in self.security:
            line.send(struct.pack(">II", 1, 6) + b"denied")
            return
        line.send(bytes(4))
        line.exactly(1)  # ClientInit: the client now has the screen
        name = f"worklist {PATIENT_NAMES[2]}".encode("ascii")
        pixel_format = struct.pack(">BBBBHHHBBB3x", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)
        line.send(struct.pack(">HH", 800, 600) + pixel_format)
        line.send(struct.pack(">I", len(name)) + name)
        line.drain()
