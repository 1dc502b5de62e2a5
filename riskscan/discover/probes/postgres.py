"""Whether a PostgreSQL server offers TLS, and with which certificate."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes.tls import ANY_VERSION, handshake_facts
from riskscan.model import Host, Observation, Policy

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
"""Length 8 and the request code 80877103 (PostgreSQL, Message Formats, SSLRequest)."""


class Postgres:
    """Bytes sent, in order: the 8 bytes of an SSLRequest; if TLS is offered, one complete
    handshake on the same connection; then close.

    Every client may ask this before it says who it is; no user, no database and no password is
    named.
    """

    name = "postgres"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port == 5432)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            wire.send(SSL_REQUEST)
            told = answer(wire.read(1))
            yield Observation.of("postgres.ssl", told, port, "tcp")
            if told == "offered":
                for key, value in handshake_facts(wire.start_tls(ANY_VERSION)):
                    yield Observation.of(key, value, port, "tcp")


def answer(octets: bytes) -> str:
    """Read the one byte that answers. Raises ``ProtocolError`` for any other."""
    named = {b"S": "offered", b"N": "refused"}.get(octets[:1])
    if named is None:
        raise ProtocolError("not an answer to an SSLRequest")
    return named
