"""What a server says unasked: FTP, Telnet, mail, MySQL, and whatever else speaks first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import Fault, ProtocolError, TimedOut
from riskscan.discover.ports import FORBIDDEN_PORTS
from riskscan.discover.probes.codec.dicom_syntaxes import UNREGISTERED_PORTS
from riskscan.discover.probes.codec.features import (
    TALKS,
    Talk,
    can_upgrade,
    features,
    greeting_ended,
)
from riskscan.discover.probes.codec.telnet import negotiation, refusals, telnet_text
from riskscan.discover.probes.tls import ANY_VERSION, handshake_facts
from riskscan.model import Host, Observation, Policy

_EXPECTED = {
    21: ("ftp.greeting", b"220"),
    23: ("telnet.greeting", b""),
    25: ("smtp.greeting", b"220"),
    110: ("pop3.greeting", b"+OK"),
    143: ("imap.greeting", b"* "),
    587: ("smtp.greeting", b"220"),
    2323: ("telnet.greeting", b""),
    3306: ("mysql.version", b""),
}
"""Port to key, and what a greeting of that protocol begins with."""

_ASKED_BY_OTHERS = frozenset({22, 53, 88, 104, 135, 139, 389, 445, 2222, 3389, 4242, 5432}) | (
    frozenset(range(5900, 5904))
    | {11112, 11113, 10104}
    | UNREGISTERED_PORTS
    | {79, 512, 513, 514}
    | {554, 631, 8554}
    | {111, 1433, 1883, 5672, 6379, 8883, 11211, 27017}
)
"""Ports that have a probe of their own, or whose protocol never speaks first; of finger, rexec,
rlogin and rsh (79, 512 to 514) only that they are open is learned."""

_NAMED_BEFORE = frozenset({"tls.version", "tls.offers", "http.status"})
_TELNET = frozenset({23, 2323})
_SELF_NAMING = {b"SSH-": "ssh.banner", b"RFB ": "vnc.version"}

_MESSAGE_MARKS = (b"MSH|", b"PID|", b"H|\\^&")
"""HL7 v2 segments, and the header record of laboratory instruments (CLSI LIS02)."""


class Greeting:
    """Bytes sent, in order: none until the server has spoken; none at all to a fragile device, or
    by most protocols. Then, on the same connection, to FTP ``FEAT``, to SMTP ``EHLO``, to POP3
    ``CAPA``, to IMAP ``CAPABILITY``; where the answer offers TLS, the command that begins it and
    one complete handshake; ``QUIT`` or ``LOGOUT``. To Telnet, WONT and DONT to each option that
    the server opened with.

    Every client says so before it logs in; no user is named, no mail begun, no file listed. A
    port that waits for its client hears nothing.
    """

    name = "greeting"
    protocol = "tcp"
    policies = frozenset(Policy)

    def wants(self, host: Host) -> tuple[int, ...]:
        answered = {o.port for o in host.observations if o.key in _NAMED_BEFORE}
        skipped = answered | _ASKED_BY_OTHERS | FORBIDDEN_PORTS
        return tuple(
            s.port for s in host.open_ports if s.protocol == "tcp" and s.port not in skipped
        )

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        fragile = host.triage.policy is Policy.FRAGILE
        with dialer.dial(port) as wire:
            heard = _listen(wire, port, fragile)
            key, value = ("tcp.silent", "true") if heard is None else greeting(port, heard)
            yield Observation.of(key, value, port, "tcp")
            for fact in _further(wire, key, heard or b"", fragile):
                yield Observation.of(*fact, port, "tcp")


def _listen(wire: Wire, port: int, fragile: bool) -> bytes | None:
    """Return what the port says unasked, or None if it waits for its client."""
    try:
        heard = wire.read()
    except TimedOut:
        return None
    if heard and port in _TELNET:
        with suppress(Fault):
            if not fragile and (declined := refusals(heard)):
                wire.send(declined)
            # Options come first, the words that name the device some packets later.
            heard += wire.read_until(b"ogin:", b"assword:")
    return heard


def _further(wire: Wire, key: str, heard: bytes, fragile: bool) -> Iterator[tuple[str, str]]:
    """Yield what the server says that it can do, if it is one that may be asked."""
    if key == "telnet.greeting" and (options := negotiation(heard)):
        yield "telnet.negotiation", options
    if fragile or key not in TALKS:
        return
    talk = TALKS[key]
    while not greeting_ended(key, heard) and (more := wire.read()):
        heard += more
    wire.send(talk.question)
    told = features(talk, _answer(wire, talk))
    yield from ((talk.key, feature) for feature in told or ())
    upgrades = told is not None and can_upgrade(talk, told)
    if told is not None:
        yield "tls.starttls", "offered" if upgrades else "missing"
    if upgrades:
        yield from _upgraded(wire, talk)
    with suppress(Fault):
        wire.send(talk.farewell)


def _upgraded(wire: Wire, talk: Talk) -> Iterator[tuple[str, str]]:
    wire.send(talk.start_tls)
    if wire.read_until(b"\n").startswith(talk.ready):
        yield from handshake_facts(wire.start_tls(ANY_VERSION))


def _answer(wire: Wire, talk: Talk) -> bytes:
    heard = b""
    while not talk.ended.search(heard) and (more := wire.read()):
        heard += more
    return heard


def greeting(port: int, octets: bytes) -> tuple[str, str]:
    """Return key and value of what a port said. Raises ``ProtocolError`` if it said nothing."""
    key, start = _EXPECTED.get(port, ("", b""))
    for opening, own_key in _SELF_NAMING.items():
        if octets.startswith(opening):
            return own_key, first_line(octets)
    if key == "telnet.greeting":
        return key, telnet_text(octets)
    if key == "mysql.version":
        return key, mysql_version(octets)
    if key and octets.startswith(start):
        return key, first_line(octets)
    if octets.startswith(b"\x0b") or any(mark in octets for mark in _MESSAGE_MARKS):
        # A listener that talks HL7 unasked: that it does is the fact, what it says is private.
        return "mllp.listens", "true"
    return "tcp.greeting", _legible(first_line(octets))


def _legible(line: str) -> str:
    """Keep words, not data: a line that is not plain text may hold anything."""
    if sum(c == "\ufffd" or not c.isprintable() for c in line) > len(line) // 10:
        raise ProtocolError("it speaks first, but not in text")
    return line


def first_line(octets: bytes) -> str:
    """Return the first line that holds something. Raises ``ProtocolError`` if none does."""
    for line in octets.split(b"\n"):
        if text := line.decode("utf-8", errors="replace").strip("\0 \t\r\v\f"):
            return text
    raise ProtocolError("the port hung up without a word")


def mysql_version(octets: bytes) -> str:
    """Return the version in a MySQL handshake packet, protocol 10.

    Raises ``ProtocolError`` for anything else, such as the error that a server sends to a
    client whose address it does not admit.
    """
    if len(octets) < 6 or octets[3] != 0 or octets[4] != 10:
        raise ProtocolError("not a MySQL handshake")
    version, end, _ = octets[5:].partition(b"\0")
    if not end or not version:
        raise ProtocolError("the MySQL handshake names no version")
    return version.decode("utf-8", errors="replace")
