"""Which message broker answers over AMQP, and how it wants clients to log in."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError
from riskscan.model import Host, Observation, Policy

HEADER = b"AMQP\x00\x00\x09\x01"
"""Protocol header of AMQP 0-9-1 (section 4.2.2)."""

_METHOD, _FRAME_END = 1, 0xCE
_CONNECTION_START = bytes.fromhex("000a000a")
_LONGEST = 32_768
_KEYS = {"product": "amqp.product", "version": "amqp.version"}
_SIZES = {b"t": 1, b"b": 1, b"B": 1, b"s": 2, b"u": 2, b"I": 4, b"i": 4, b"l": 8, b"d": 8}
_MOST_MECHANISMS = 16

Facts = list[tuple[str, str]]


class Amqp:
    """Bytes sent, in order: the 8 bytes of the AMQP 0-9-1 protocol header; then close.

    The broker answers with connection.start, which describes it and lists the ways to log in;
    none is tried, and no queue is named.
    """

    name = "amqp"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port == 5672)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            wire.send(HEADER)
            head = wire.read_exactly(7)
            size = int.from_bytes(head[3:7])
            if head[0] != _METHOD or size > _LONGEST:
                raise ProtocolError("not an AMQP 0-9-1 frame")
            payload = wire.read_exactly(size + 1)
        for key, value in start_facts(payload):
            yield Observation.of(key, value, port, "tcp")


def start_facts(payload: bytes) -> Facts:
    """Read connection.start with the end of its frame (AMQP 0-9-1, 1.4.2.1 of the reference).

    Raises ``ProtocolError`` if it is none.
    """
    if payload[:4] != _CONNECTION_START or payload[-1] != _FRAME_END:
        raise ProtocolError("not an AMQP connection.start")
    properties, rest = _long_string(payload[6:-1])
    mechanisms, _ = _long_string(rest)
    names = mechanisms.decode("utf-8", errors="replace").split()
    return [*_table(properties), *(("amqp.sasl", name) for name in names[:_MOST_MECHANISMS])]


def _table(octets: bytes) -> Iterator[tuple[str, str]]:
    """Yield the properties that have a key, up to the first value of an unknown type."""
    while octets:
        name = octets[1 : 1 + octets[0]].decode("utf-8", errors="replace")
        kind, octets = octets[1 + octets[0] : 2 + octets[0]], octets[2 + octets[0] :]
        if kind in (b"S", b"F"):
            value, octets = _long_string(octets)
            text = value[:512].decode("utf-8", errors="replace").strip()
            if kind == b"S" and name in _KEYS and text:
                yield _KEYS[name], text
        elif kind in _SIZES:
            octets = octets[_SIZES[kind] :]
        else:
            return


def _long_string(octets: bytes) -> tuple[bytes, bytes]:
    size = int.from_bytes(octets[:4])
    if len(octets) < 4 + size:
        raise ProtocolError("an AMQP string is cut short")
    return octets[4 : 4 + size], octets[4 + size :]
