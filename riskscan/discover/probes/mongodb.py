"""Which MongoDB server answers a hello, and whether it asks who is there."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import Fault, ProtocolError
from riskscan.discover.probes.codec import bson
from riskscan.model import Host, Observation, Policy

_REPLY, _QUERY, _MESSAGE = 1, 2004, 2013
_HEADER, _REPLY_FIELDS = 16, 20
_LONGEST = 32_768
_KNOWS_SESSIONS = 6
"""maxWireVersion of MongoDB 3.6, the first that knows OP_MSG and endSessions."""
_UNAUTHORIZED = 13


class MongoDb:
    """Bytes sent, in order: one ``isMaster`` with ``helloOk``; if the server is of release 3.6 or
    later, one ``endSessions`` with an empty list, on the same connection; then close.

    The first is the handshake of every driver, sent in the old form (OP_QUERY) because that is the
    one that every release answers, with or without a login. The second is every driver's goodbye,
    of which a server that wants a login says code 13, "requires authentication", and any other
    that it is done (MongoDB manual, endSessions, Access Control). The list is empty, so nothing
    ends. No collection is read, nothing is listed, no user is named, no password is tried.
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
            facts = hello_facts(body[_REPLY_FIELDS:])
            yield from (Observation.of(key, value, port, "tcp") for key, value in facts)
            if int(facts[0][1]) >= _KNOWS_SESSIONS:
                with suppress(Fault):  # the hello stands, whatever becomes of the goodbye
                    yield Observation.of("mongodb.auth", _goodbye(wire), port, "tcp")


def _goodbye(wire: Wire) -> str:
    wire.send(goodbye(secrets.token_bytes(4)))
    head = wire.read_exactly(_HEADER)
    size, kind = int.from_bytes(head[:4], "little"), int.from_bytes(head[12:16], "little")
    if kind != _MESSAGE or not _HEADER + 5 < size <= _LONGEST:
        raise ProtocolError("not an answer of MongoDB")
    return admission(wire.read_exactly(size - _HEADER))


def goodbye(ident: bytes) -> bytes:
    """Build ``endSessions`` of nothing (OP_MSG with one section of kind 0)."""
    elements = b"\x04endSessions\0\x05\0\0\0\0" + b"\x02$db\0\x06\0\0\0admin\0"
    document = (4 + len(elements) + 1).to_bytes(4, "little") + elements + b"\0"
    body = bytes(4) + b"\0" + document
    size = (_HEADER + len(body)).to_bytes(4, "little")
    return size + ident + bytes(4) + _MESSAGE.to_bytes(4, "little") + body


def admission(body: bytes) -> str:
    """Read the answer to the goodbye: 'none' if a stranger may say it, else 'required'.

    Raises ``ProtocolError`` for any other answer, such as that of a server that does not know it.
    """
    if body[4:5] != b"\0":
        raise ProtocolError("not an answer of MongoDB")
    found = bson.top_level(body[5:])
    if found.get("code") == _UNAUTHORIZED:
        return "required"
    if "code" in found or "errmsg" in found or "ok" not in found:
        raise ProtocolError("the server did not say whether it wants a login")
    return "none"


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
