"""Whether a Redis server talks to strangers."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError
from riskscan.model import Host, Observation, Policy

PING = b"PING\r\n"
"""An inline command without arguments (Redis serialization protocol, inline commands)."""

_ANSWERS = {
    b"+PONG": "none",
    b"-NOAUTH": "required",
    b"-ERR operation not permitted": "required",
    b"-DENIED": "refused",
    b"-LOADING": "none",
    b"-MASTERDOWN": "none",
}


class Redis:
    """Bytes sent, in order: ``PING``; then close.

    It is how clients learn that the server is there. It reads no key and changes none; a server
    that wants a password says so instead, and is sent none.
    """

    name = "redis"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port == 6379)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            wire.send(PING)
            reply = wire.read_until(b"\r\n")
        yield Observation.of("redis.auth", answer(reply), port, "tcp")


def answer(octets: bytes) -> str:
    """Say what the answer to ``PING`` means. Raises ``ProtocolError`` for any other."""
    for start, meaning in _ANSWERS.items():
        if octets.startswith(start):
            return meaning
    raise ProtocolError("not an answer to a Redis PING")
