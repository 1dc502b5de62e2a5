"""What a directory shows of itself to a stranger: its root DSE, and its certificate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import Fault, ProtocolError
from riskscan.discover.probes.codec import ber
from riskscan.discover.probes.tls import ANY_VERSION, handshake_facts
from riskscan.model import Host, Observation, Policy

_KEYS = {
    "defaultnamingcontext": "ldap.naming-context",
    "dnshostname": "ldap.dns-name",
    "domainfunctionality": "ldap.domain-level",
    "forestfunctionality": "ldap.forest-level",
    "domaincontrollerfunctionality": "ldap.dc-level",
    "supportedsaslmechanisms": "ldap.sasl",
    "objectclass": "ldap.object-class",
    "vendorname": "ldap.vendor",
    "vendorversion": "ldap.vendor-version",
}
"""All attributes that are asked for: of the server, none of any entry (RFC 4512 5.1, RFC 3045,
MS-ADTS 3.1.1.3.2)."""

_ENTRY, _DONE, _EXTENDED = 0x64, 0x65, 0x78
_LONGEST = 32_768
_MOST_MESSAGES = 4
_MOST_VALUES = 16

SEARCH = ber.pack(
    ber.SEQUENCE,
    ber.pack(ber.INTEGER, b"\x01"),
    ber.pack(
        0x63,
        ber.pack(ber.OCTETS),  # the root
        ber.pack(ber.ENUMERATED, b"\0"),  # that entry alone
        ber.pack(ber.ENUMERATED, b"\0"),  # no aliases are followed
        ber.pack(ber.INTEGER, b"\x01"),
        ber.pack(ber.INTEGER, b"\x05"),  # seconds
        ber.pack(0x01, b"\0"),
        ber.pack(0x87, b"objectClass"),
        ber.pack(ber.SEQUENCE, *(ber.pack(ber.OCTETS, name.encode()) for name in _KEYS)),
    ),
)
"""SearchRequest for the root DSE (RFC 4511 4.5.1)."""

START_TLS = ber.pack(
    ber.SEQUENCE,
    ber.pack(ber.INTEGER, b"\x02"),
    ber.pack(0x77, ber.pack(0x80, b"1.3.6.1.4.1.1466.20037")),
)
"""ExtendedRequest that asks to go over to TLS (RFC 4511 4.14.1)."""

UNBIND = bytes.fromhex("30050201024200")
"""UnbindRequest (RFC 4511 4.3)."""

Facts = list[tuple[str, str]]


class Ldap:
    """Bytes sent, in order: one SearchRequest for nine named attributes of the root DSE, without a
    bind before it; one StartTLS request; if it is granted, one complete handshake; an
    UnbindRequest; close.

    The root DSE describes the server and is meant for clients that have not logged in (RFC 4512
    5.1), and TLS is what a careful client begins with (RFC 4513 3). No entry of the directory is
    read, no name and no password is sent. A fragile device, which is asked by leave of the site
    file alone (``allow_anonymous``), is not asked for TLS.
    """

    name = "ldap"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port in (389, 3268))[:1]

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            wire.send(SEARCH)
            for _ in range(_MOST_MESSAGES):
                facts, done = answer(message(wire))
                for key, value in facts:
                    yield Observation.of(key, value, port, "tcp")
                if done:
                    break
            with suppress(Fault):  # what the root DSE told stands, whatever becomes of TLS
                if host.triage.policy is not Policy.FRAGILE:
                    for key, value in _over_tls(wire):
                        yield Observation.of(key, value, port, "tcp")
                wire.send(UNBIND)


def _over_tls(wire: Wire) -> Iterator[tuple[str, str]]:
    wire.send(START_TLS)
    granted = may_start_tls(message(wire))
    yield "tls.starttls", "offered" if granted else "missing"
    if granted:
        yield from handshake_facts(wire.start_tls(ANY_VERSION))


def may_start_tls(octets: bytes) -> bool:
    """Read the answer to StartTLS (RFC 4511 4.14.2). Raises ``ProtocolError`` if it is none."""
    message, _ = ber.expect(ber.SEQUENCE, octets)
    ident, message = ber.expect(ber.INTEGER, message)
    kind, body, _ = ber.unpack(message)
    if kind != _EXTENDED or not any(ident):  # nought: the server says goodbye (4.4.1)
        raise ProtocolError("not an answer to StartTLS")
    code, _ = ber.expect(ber.ENUMERATED, body)
    return not any(code)


def message(wire: Wire) -> bytes:
    """Read one whole message (RFC 4511 4.1.1). Raises ``ProtocolError`` if it is none."""
    head = wire.read_exactly(2)
    if head[1] > 0x80:
        head += wire.read_exactly(head[1] & 0x7F)
    _, size = ber.header(head)
    if head[0] != ber.SEQUENCE or size > _LONGEST:
        raise ProtocolError("not an LDAP message")
    return head + wire.read_exactly(size)


def answer(octets: bytes) -> tuple[Facts, bool]:
    """Read one answer to the search: facts, and whether it is the last (RFC 4511 4.5.2).

    Raises ``ProtocolError`` if it is none.
    """
    message, _ = ber.expect(ber.SEQUENCE, octets)
    _, message = ber.expect(ber.INTEGER, message)
    kind, body, _ = ber.unpack(message)
    if kind == _ENTRY:
        return [("ldap.anonymous", "true"), *_attributes(body)], False
    if kind != _DONE:
        raise ProtocolError("not an answer to a search")
    code, _ = ber.expect(ber.ENUMERATED, body)
    return ([("ldap.anonymous", "false")] if any(code) else []), True


def _attributes(body: bytes) -> Iterator[tuple[str, str]]:
    _, body = ber.expect(ber.OCTETS, body)
    attributes, _ = ber.expect(ber.SEQUENCE, body)
    for _, attribute in ber.elements(attributes):
        name, rest = ber.expect(ber.OCTETS, attribute)
        key = _KEYS.get(name.decode("ascii", errors="replace").lower())
        _, values, _ = ber.unpack(rest)
        for count, (_, value) in enumerate(ber.elements(values)):
            text = " ".join(value[:1024].decode("utf-8", errors="replace").split())
            if key and text and count < _MOST_VALUES:
                yield key, text
