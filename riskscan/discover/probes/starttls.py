"""Which old encryption a server takes that begins in clear and goes over to TLS."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes import ldap, postgres
from riskscan.discover.probes.codec.features import TALKS, greeting_ended
from riskscan.discover.probes.tls import Way, ancient_facts, floor_facts
from riskscan.model import Host, Observation, Policy

_SMTP = "smtp.greeting"
_OFFERS = frozenset({("tls.starttls", "offered"), ("postgres.ssl", "offered")})


class StartTls:
    """Bytes sent, in order, on each of at most two connections: what asks for TLS in the port's own
    protocol, after its greeting (``EHLO`` and ``STARTTLS`` to SMTP, ``STLS`` to POP3, ``STARTTLS``
    to IMAP, ``AUTH TLS`` to FTP, the StartTLS request to LDAP, an SSLRequest to PostgreSQL); if it
    is granted, one ClientHello and the alerts user_canceled and close_notify; close.

    The hellos are those of the ``tls`` probe, of TLS 1.1 at most and with suites that protect
    nothing; where the complete handshake before failed, one of TLS 1.0 at most. Only a server that
    has offered TLS in this scan is asked, and no fragile device. Nobody logs in, no mail is begun.
    """

    name = "starttls"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        offers = (o.port for o in host.observations if (o.key, o.value) in _OFFERS)
        return tuple(dict.fromkeys(port for port in offers if port is not None))

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        said = {o.key: o.value for o in host.observations if o.port == port}
        way = way_of(said)
        version = said.get("tls.version")
        facts = (
            floor_facts(dialer, port, version, way) if version else ancient_facts(dialer, port, way)
        )
        yield from (Observation.of(key, value, port, "tcp") for key, value in facts)


def way_of(said: dict[str, str]) -> Way:
    """Return what precedes TLS on a port, by what it said. Raises ``ProtocolError`` if unknown."""
    for key in TALKS:
        if key in said:
            return lambda wire: _upgrade(wire, key)
    if "postgres.ssl" in said:
        return _postgres
    if any(key.startswith("ldap.") for key in said) or "tls.starttls" in said:
        return _ldap
    raise ProtocolError("it is not known how this port goes over to TLS")


def _upgrade(wire: Wire, key: str) -> None:
    talk, heard = TALKS[key], b""
    while not greeting_ended(key, heard) and (more := wire.read()):
        heard += more
    if key == _SMTP:  # RFC 3207 section 4: it tells who asks before it may ask
        wire.send(talk.question)
        heard = b""
        while not talk.ended.search(heard) and (more := wire.read()):
            heard += more
    wire.send(talk.start_tls)
    if not wire.read_until(b"\n").startswith(talk.ready):
        raise ProtocolError("it did not go over to TLS this time")


def _ldap(wire: Wire) -> None:
    wire.send(ldap.START_TLS)
    if not ldap.may_start_tls(ldap.message(wire)):
        raise ProtocolError("it did not go over to TLS this time")


def _postgres(wire: Wire) -> None:
    wire.send(postgres.SSL_REQUEST)
    if postgres.answer(wire.read(1)) != "offered":
        raise ProtocolError("it did not go over to TLS this time")
