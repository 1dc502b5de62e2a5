"""Which MongoDB server answers a hello."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes.codec import bson
from riskscan.model import Host, Observation, Policy

_REPLY, _QUERY = 1, 2004
_HEADER, _REPLY_FIELDS = 16, 20
_LONGEST = 32_768


class MongoDb:
    """Bytes sent, in order: one ``isMaster`` with ``helloOk``; then close.

    It is the handshake of every driver, sent in the old form (OP_QUERY) because that is the one
    that every release answers. It is always answered without a login and reads no collection;
    whether a login would be needed for more is not tried.
    """

    name = "mongodb"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port == 27017)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            wire.send(hello(secrets.token_bytes(4)))
            head = wire.read_exactly(_HEADER)
            size, kind = int.from_bytes(head[:4], "little"), int.from_bytes(head[12:16], "little")
            if kind != _REPLY or not _HEADER + _REPLY_FIELDS < size <= _LONGEST:
                raise ProtocolError("not an answer of MongoDB")
            body = wire.read_exactly(size - _HEADER)
        for key, value in hello_facts(body[_REPLY_FIELDS:]):
            yield Observation.of(key, value, port, "tcp")


def hello(ident: bytes) -> bytes:
    """Build the handshake (MongoDB handshake specification; wire protocol, OP_QUERY)."""
    elements = b"\x10isMaster\0\x01\0\0\0" + b"\x08helloOk\0\x01"
    document = (4 + len(elements) + 1).to_bytes(4, "little") + elements + b"\0"
    fields = bytes(4) + b"admin.$cmd\0" + bytes(4) + b"\xff\xff\xff\xff"
    size = _HEADER + len(fields) + len(document)
    head = size.to_bytes(4, "little") + ident + bytes(4) + _QUERY.to_bytes(4, "little")
    return head + fields + document


def hello_facts(document: bytes) -> list[tuple[str, str]]:
    """Read the answer document. Raises ``ProtocolError`` if it is no hello.

    Replica sets list their members in it; these and all other names are left out.
    """
    found = bson.top_level(document)
    newest = found.get("maxWireVersion")
    if not isinstance(newest, int) and "ismaster" not in found:
        raise ProtocolError("not an answer to a hello")
    router = found.get("msg") == "isdbgrid"
    role = "router" if router else "replica-set" if "setName" in found else "standalone"
    # Releases before 2.6 name no wire version.
    wire_version = newest if isinstance(newest, int) else 0
    return [("mongodb.wire-version", str(wire_version)), ("mongodb.role", role)]
