"""Which TLS a port speaks, and what its certificate says."""

from __future__ import annotations

import os
import ssl
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import Fault, ProtocolError, Refused
from riskscan.discover.probes.codec.certificate import certificate_facts
from riskscan.discover.probes.codec.tls_hello import (
    CANCEL,
    OLD_SUITES,
    TLS10,
    TLS11,
    TLS12,
    VERSIONS,
    WEAK_SUITES,
    Flight,
    client_hello,
    is_whole,
    server_flight,
    version_facts,
)
from riskscan.model import Host, Observation, Policy

TLS_PORTS = frozenset(
    {443, 465, 636, 990, 992, 993, 995, 2376, 2761, 2762, 3269, 4343, 4443, 4911, 5001, 5061}
    | {5986, 5989, 6443, 7443, 8006, 8043, 8443, 8444, 8883, 9443, 10443, 16993}
    | {322, 444, 2083, 2381, 2443, 5443, 8445, 8531, 8843, 9392}
)
_WEB = TLS_PORTS - {322, 465, 636, 990, 992, 993, 995, 2761, 2762, 2443, 3269, 4911, 5061, 8883}
"""Ports where HTTP is spoken inside, so that ALPN can be answered (RFC 7301 section 3.2)."""

_ALL = (*WEAK_SUITES, *OLD_SUITES)
"""Weak ones first: a server that goes by the client's order shows at once that it takes them."""

Facts = Iterator[tuple[str, str]]
Way = Callable[[Wire], None]
"""What is said on a new connection before a hello may be sent. Raises a ``Fault`` if that fails,
which says nothing of TLS."""


def _context() -> ssl.SSLContext:
    """Make a context that trusts anything and speaks everything: it looks, it does not rely."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
    return context


with warnings.catch_warnings():
    # Python warns that TLS 1.0 is deprecated, which is what this probe is here to find out.
    # Made once, on import, because warning filters are shared by all threads.
    warnings.simplefilter("ignore", DeprecationWarning)
    ANY_VERSION = _context()
    _WITH_ALPN = _context()
_WITH_ALPN.set_alpn_protocols(["http/1.1", "h2"])


class Tls:
    """Bytes sent, in order: one ClientHello that offers TLS 1.0 to 1.3, and the rest of a
    complete handshake; then close. Not on fragile devices, at most two more ClientHellos, each
    followed by the alerts user_canceled and close_notify: TLS 1.1 at most, then TLS 1.0 at most
    or suites that protect nothing. Where the first handshake fails, one that offers TLS 1.0 at
    most takes its place. On web ports that are not fragile the first also offers ALPN.

    Each is a well-formed hello such as any browser of its day sends; no extension probes for
    faults, nothing is renegotiated, no cipher tried one by one. Three connections at most.
    """

    name = "tls"
    protocol = "tcp"
    policies = frozenset(Policy)

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port in TLS_PORTS)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        fragile = host.triage.policy is Policy.FRAGILE
        context = _WITH_ALPN if port in _WEB and not fragile else ANY_VERSION
        facts: list[tuple[str, str]] = []
        try:
            facts.extend(_first(dialer, port, context))
        except (ProtocolError, Refused):
            if fragile:
                raise
            yield from _observed(port, ancient_facts(dialer, port))
            return
        yield from _observed(port, facts)
        if not fragile:
            yield from _observed(port, floor_facts(dialer, port, dict(facts)["tls.version"]))


def _observed(port: int, facts: Facts | list[tuple[str, str]]) -> Iterator[Observation]:
    yield from (Observation.of(key, value, port, "tcp") for key, value in facts)


def _first(dialer: Dialer, port: int, context: ssl.SSLContext) -> Facts:
    with dialer.dial(port) as wire:
        secured = wire.start_tls(context)
        facts = list(handshake_facts(secured))
    yield from facts


def handshake_facts(secured: ssl.SSLSocket) -> Facts:
    """Yield key and value of each fact that a finished handshake and its certificate give.

    A certificate that cannot be read gives none.
    """
    version, cipher = secured.version() or "", secured.cipher()
    yield "tls.version", version
    yield "tls.cipher", cipher[0] if cipher else ""
    yield "tls.offers", version
    if chosen := secured.selected_alpn_protocol():
        yield "tls.alpn", chosen
    if length := _chain_length(secured):
        yield "tls.chain-length", str(length)
    with suppress(ProtocolError):
        yield from certificate_facts(secured.getpeercert(binary_form=True) or b"")


def _chain_length(secured: ssl.SSLSocket) -> int | None:
    """Count the certificates that were sent; public from Python 3.13, private before."""
    for holder in (secured, getattr(secured, "_sslobj", None)):
        if chain := getattr(holder, "get_unverified_chain", None):
            return len(chain() or ())
    return None


def _straight(wire: Wire) -> None:
    """Say nothing: on a TLS port the hello comes first."""


def floor_facts(dialer: Dialer, port: int, first: str, way: Way = _straight) -> Facts:
    """Ask which retired versions and useless suites are accepted, in two connections at most.

    ``first`` is the version of the complete handshake before, and ``way`` what precedes a hello.

    A server picks the newest version that both sides have (RFC 5246 appendix E.1): what it did
    not pick from an offer that held it, it refuses.
    """
    told: list[Flight | None] = []
    if first == "TLSv1":
        yield "tls.refuses", "TLSv1.1"
    elif first == "TLSv1.1":
        told.append(_hello(dialer, port, way, TLS10))
        yield from version_facts(told[-1], "TLSv1")
    else:
        told.append(_hello(dialer, port, way, TLS11))
        yield from version_facts(told[-1], "TLSv1", "TLSv1.1")
        if told[-1] and told[-1].version == TLS11:
            told.append(_hello(dialer, port, way, TLS10))
            yield from version_facts(told[-1], "TLSv1")
    weak = next((flight.weak for flight in told if flight and flight.weak), None)
    if weak or len(told) < 2:
        yield from _weak_facts(dialer, port, way, weak)


def _weak_facts(dialer: Dialer, port: int, way: Way, known: str | None) -> Facts:
    flight = None if known else _hello(dialer, port, way, TLS12, tuple(WEAK_SUITES))
    weak = known or (flight.weak if flight else None)
    yield "tls.weak-ciphers", "accepted" if weak else "refused"
    if weak:
        yield "tls.weak-cipher", weak


def ancient_facts(dialer: Dialer, port: int, way: Way = _straight) -> Facts:
    """Ask a server that will not shake hands with us what it would have taken long ago.

    Takes one connection. Raises a ``Fault`` if it would not have, either.
    """
    with dialer.dial(port) as wire:
        way(wire)
        flight = _flight(wire, TLS10, _ALL)
    yield "tls.offers", VERSIONS[flight.version]
    if flight.weak:
        yield "tls.weak-ciphers", "accepted"
        yield "tls.weak-cipher", flight.weak
    if flight.certificates:
        yield "tls.chain-length", str(len(flight.certificates))
        with suppress(ProtocolError):
            yield from certificate_facts(flight.certificates[0])


def _hello(
    dialer: Dialer, port: int, way: Way, newest: int, suites: tuple[int, ...] = _ALL
) -> Flight | None:
    """Return what a server answers, or None if it declines."""
    with dialer.dial(port) as wire:
        way(wire)
        try:
            return _flight(wire, newest, suites)
        except (ProtocolError, Refused):
            # An alert, or a hang-up right after the hello, is how servers say no.
            return None


def _flight(wire: Wire, newest: int, suites: tuple[int, ...]) -> Flight:
    wire.send(client_hello(newest, suites, os.urandom(32)))
    heard = b""
    try:
        while not is_whole(heard) and (more := wire.read()):
            heard += more
    except Fault:
        if not heard:
            raise
    with suppress(Fault):
        wire.send(CANCEL)
    if not heard:
        raise Refused("the peer hung up on the hello")
    return server_flight(heard)


def spoke_tls(host: Host, port: int) -> bool:
    """Say whether this port has shaken hands in this scan."""
    return any(o.key == "tls.version" and o.port == port for o in host.observations)
