"""An LDAP directory that shows its root DSE to anyone, and nothing else."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from functools import cache

from riskscan.lab.servers import ber
from riskscan.lab.servers.server import Line, TcpServer
from riskscan.lab.servers.tls import Tls

_BIND, _BOUND, _UNBIND, _SEARCH, _ENTRY, _DONE = 0x60, 0x61, 0x42, 0x63, 0x64, 0x65
_EXTENDED, _EXTENDED_ANSWER = 0x77, 0x78
_SUCCESS, _OPERATIONS_ERROR, _PROTOCOL_ERROR = 0, 1, 2
_INVALID_CREDENTIALS, _UNAVAILABLE = 49, 52
_START_TLS = b"1.3.6.1.4.1.1466.20037"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ldap(TcpServer):
    """Answers a search for the root DSE (RFC 4511 4.5); refuses every other, and every bind; goes
    over to TLS (4.14) if it has a certificate."""

    port: int = 389
    root: dict[str, tuple[str, ...]] = field(hash=False)
    """Attributes of the root DSE."""
    tls: Tls | None = None

    def prepare(self) -> None:
        if self.tls:
            _context(self.tls)

    def talk(self, line: Line) -> None:
        while True:
            message = _message(line)
            ident, rest = ber.expect(ber.INTEGER, message)
            kind, body, _ = ber.unpack(rest)
            if kind == _UNBIND:
                return
            for answer in self._answers(kind, body):
                line.send(ber.pack(ber.SEQUENCE, ber.pack(ber.INTEGER, ident) + answer))
                if self.tls and answer == _GRANTED:
                    line.secure(_context(self.tls))

    def _answers(self, kind: int, body: bytes) -> list[bytes]:
        if kind == _BIND:
            return [_result(_BOUND, _INVALID_CREDENTIALS)]
        if kind == _EXTENDED:
            return [self._extended(body)]
        if kind != _SEARCH:
            raise ValueError("neither a bind nor a search")
        base, body = ber.expect(ber.OCTETS, body)
        scope, body = ber.expect(0x0A, body)
        if base or scope != b"\0":
            return [_result(_DONE, _OPERATIONS_ERROR)]  # as Active Directory does to strangers
        wanted = {name.lower() for name in _wanted(body)}
        attributes = [_attribute(n, v) for n, v in self.root.items() if n.lower() in wanted]
        entry = ber.pack(ber.OCTETS, b"") + ber.pack(ber.SEQUENCE, b"".join(attributes))
        return [ber.pack(_ENTRY, entry), _result(_DONE, _SUCCESS)]

    def _extended(self, body: bytes) -> bytes:
        name, _ = ber.expect(0x80, body)
        if name != _START_TLS:
            return _result(_EXTENDED_ANSWER, _PROTOCOL_ERROR)
        return _GRANTED if self.tls else _result(_EXTENDED_ANSWER, _UNAVAILABLE)


@cache
def _context(tls: Tls) -> ssl.SSLContext:
    return tls.context()


def _message(line: Line) -> bytes:
    head = line.exactly(2)
    if head[1] > 0x80:
        head += line.exactly(head[1] & 0x7F)
    size = int.from_bytes(head[2:]) if head[1] & 0x80 else head[1]
    if head[0] != ber.SEQUENCE or size > 65_536:
        raise ValueError("not an LDAP message")
    return line.exactly(size)


def _wanted(body: bytes) -> list[str]:
    for _ in range(5):  # aliases, size and time limit, types only, filter
        _, _, body = ber.unpack(body)
    names, _ = ber.expect(ber.SEQUENCE, body)
    wanted = []
    while names:
        name, names = ber.expect(ber.OCTETS, names)
        wanted.append(name.decode("ascii", errors="replace"))
    return wanted


def _attribute(name: str, values: tuple[str, ...]) -> bytes:
    packed = b"".join(ber.pack(ber.OCTETS, value.encode()) for value in values)
    return ber.pack(ber.SEQUENCE, ber.pack(ber.OCTETS, name.encode()) + ber.pack(0x31, packed))


def _result(kind: int, code: int) -> bytes:
    nothing = ber.pack(ber.OCTETS, b"")
    return ber.pack(kind, ber.pack(0x0A, bytes([code])) + nothing + nothing)


_GRANTED = _result(_EXTENDED_ANSWER, _SUCCESS)


def active_directory(computer: str, domain: str, level: int = 7) -> Ldap:
    """Return a domain controller's root DSE ([MS-ADTS] 3.1.1.3.2); level 7 is Server 2016."""
    base = ",".join(f"DC={part}" for part in domain.split("."))
    return Ldap(
        root={
            "defaultNamingContext": (base,),
            "dnsHostName": (f"{computer}.{domain}",),
            "domainFunctionality": (str(level),),
            "forestFunctionality": (str(level),),
            "domainControllerFunctionality": (str(level),),
            "supportedSASLMechanisms": ("GSSAPI", "GSS-SPNEGO", "EXTERNAL", "DIGEST-MD5"),
        }
    )
