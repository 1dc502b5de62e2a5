"""Whether a memcached server talks to strangers, and which version it is."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError
from riskscan.model import Host, Observation, Policy

VERSION = b"version\r\n"
"""Text protocol (memcached doc/protocol.txt, "version")."""


class Memcached:
    """Bytes sent, in order: ``version``; then close.

    It reads the version and no key; over UDP nothing is asked.
    """

    name = "memcached"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port == 11211)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            wire.send(VERSION)
            reply = wire.read_until(b"\r\n")
        for key, value in facts(reply):
            yield Observation.of(key, value, port, "tcp")


def facts(octets: bytes) -> list[tuple[str, str]]:
    """Read the answer to ``version``. Raises ``ProtocolError`` if it is none."""
    words = octets.partition(b"\r\n")[0].decode("utf-8", errors="replace").split()
    if words[:1] == ["VERSION"] and len(words) > 1:
        return [("memcached.auth", "none"), ("memcached.version", words[1])]
    if words[:2] == ["CLIENT_ERROR", "unauthenticated"]:
        return [("memcached.auth", "required")]
    raise ProtocolError("not an answer of memcached")
