"""ONC remote procedure calls without credentials (RFC 5531), and two of them: find mountd, and ask
whom it exports to."""

from __future__ import annotations

from dataclasses import dataclass

from riskscan.discover.faults import ProtocolError

_CALL, _REPLY, _RPC_VERSION, _ACCEPTED, _SUCCESS = 0, 1, 2, 0, 0
LAST_FRAGMENT = 0x8000_0000
_MOST_EXPORTS = 500
_MOST_GROUPS = 2000
_EVERYONE = frozenset({b"*", b"", b"(everyone)", b"everyone", b"0.0.0.0/0", b"0.0.0.0/0.0.0.0"})
"""How servers write that any client may mount; an empty list means the same."""

PORTMAP, MOUNT = 100_000, 100_005
_MOUNT_VERSION, _TCP = 3, 6


@dataclass(frozen=True, slots=True)
class Call:
    """One procedure of one program; ``ident`` ties the answer to it."""

    ident: int
    program: int
    version: int
    procedure: int
    arguments: bytes = b""

    def octets(self) -> bytes:
        """Return the call with AUTH_NONE, as one record (RFC 5531 sections 9 and 11)."""
        words = (self.ident, _CALL, _RPC_VERSION, self.program, self.version, self.procedure)
        message = b"".join(w.to_bytes(4) for w in words) + bytes(16) + self.arguments
        return (LAST_FRAGMENT | len(message)).to_bytes(4) + message


def find_mountd(ident: int) -> Call:
    """PMAPPROC_GETPORT for version 3 of mountd over TCP (RFC 1833 section 3.2)."""
    mapping = (MOUNT, _MOUNT_VERSION, _TCP, 0)
    return Call(ident, PORTMAP, 2, 3, b"".join(w.to_bytes(4) for w in mapping))


def list_exports(ident: int) -> Call:
    """MOUNTPROC3_EXPORT (RFC 1813 section 5.2.5)."""
    return Call(ident, MOUNT, _MOUNT_VERSION, 5)


def results(message: bytes, ident: int) -> bytes:
    """Return the results of an accepted reply (RFC 5531 section 9).

    Raises ``ProtocolError`` if it is another, or the call was turned down.
    """
    words = _Reader(message)
    if (words.number(), words.number()) != (ident, _REPLY):
        raise ProtocolError("not the reply to this call")
    if words.number() != _ACCEPTED:
        raise ProtocolError("the call was denied")
    words.number()  # flavour of the verifier
    words.text()
    if words.number() != _SUCCESS:
        raise ProtocolError("the program, its version or the procedure is not there")
    return words.rest


def port(octets: bytes) -> int:
    """Read the answer to GETPORT; 0 if the program is not registered."""
    return _Reader(octets).number()


def exports(octets: bytes) -> tuple[int, tuple[str, ...]]:
    """Read an export list: how many folders, and to whom ('world' or 'list').

    Paths and clients are counted over and forgotten. Raises ``ProtocolError`` if it is broken.
    """
    words = _Reader(octets)
    count, audiences = 0, set[str]()
    while words.number() and count < _MOST_EXPORTS:
        words.text()
        count += 1
        audiences.add("world" if _for_everyone(words) else "list")
    return count, tuple(sorted(audiences))


def _for_everyone(words: _Reader) -> bool:
    groups: list[bytes] = []
    while words.number() and len(groups) < _MOST_GROUPS:
        groups.append(words.text().lower())
    return not groups or any(name in _EVERYONE for name in groups)


class _Reader:
    """XDR (RFC 4506): numbers and byte strings, in steps of four bytes."""

    def __init__(self, octets: bytes) -> None:
        self.rest = octets

    def number(self) -> int:
        if len(self.rest) < 4:
            raise ProtocolError("an RPC message is cut short")
        value, self.rest = int.from_bytes(self.rest[:4]), self.rest[4:]
        return value

    def text(self) -> bytes:
        size = self.number()
        padded = size + -size % 4
        if len(self.rest) < padded:
            raise ProtocolError("an RPC message is cut short")
        value, self.rest = self.rest[:size], self.rest[padded:]
        return value
