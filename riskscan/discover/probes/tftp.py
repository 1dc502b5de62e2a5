"""Whether a device hands out files to whoever asks (TFTP)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError
from riskscan.discover.udp import worth_asking
from riskscan.model import Host, Observation, Policy

_PORT = 69
_READ, _DATA, _ERROR = 1, 3, 5
_OPTIONS = 6
_LAST_CODE = 8


class Tftp:
    """Bytes sent, in order: one read request, a single datagram, for a file whose name is made up
    on the spot, in the mode ``mail``.

    TFTP knows no other question, and this one cannot be granted: mode ``mail`` is for sending and
    is retired (RFC 1350 section 1), and there is no such file. A server says so with an ERROR, from
    a port of its own, and forgets the request. Should one send a block all the same, it is dropped
    unread, not acknowledged, and nothing more is asked. No real file is named, nothing is written.
    """

    name = "tftp"
    protocol = "udp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return worth_asking(host, _PORT)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        (reply,) = dialer.datagram(port, request(secrets.token_hex(8)))
        yield Observation.of("tftp.answer", answer(reply), port, "udp")


def request(name: str) -> bytes:
    """Build the request (RFC 1350 section 5) for a file that does not exist."""
    return _READ.to_bytes(2) + f"riskscan-{name}.invalid".encode() + b"\0mail\0"


def answer(octets: bytes) -> str:
    """Say how the request was answered. Raises ``ProtocolError`` if it is not TFTP.

    Of an error the number alone is kept, of data not even that.
    """
    kind, number = int.from_bytes(octets[:2]), int.from_bytes(octets[2:4])
    if len(octets) >= 5 and kind == _ERROR and number <= _LAST_CODE:
        return f"error {number}"
    if (len(octets) >= 4 and kind == _DATA and number == 1) or (octets and kind == _OPTIONS):
        return "data"
    raise ProtocolError("not an answer of TFTP")
