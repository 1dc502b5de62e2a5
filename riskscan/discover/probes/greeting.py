"""What a server says unasked: FTP, Telnet, mail, MySQL, and whatever else speaks first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import Fault, ProtocolError, TimedOut
from riskscan.discover.ports import FORBIDDEN_PORTS
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
    | {11112, 11113, 10104, 4006, 5678}
    | {111, 1433, 1883, 5672, 6379, 8883, 11211, 27017}
)
"""Ports that have a probe of their own, or whose protocol never speaks first."""

_TELNET = frozenset({23, 2323})
_SELF_NAMING = {b"SSH-": "ssh.banner", b"RFB ": "vnc.version"}

_MESSAGE_MARKS = (b"MSH|", b"PID|", b"H|\\^&")
"""HL7 v2 segments, and the header record of laboratory instruments (CLSI LIS02)."""

_IAC, _SB, _SE = 255, 250, 240
_WILL, _DONT = 251, 254


class Greeting:
    """Bytes sent: none. It connects, listens for the read timeout of the pace, and closes.

    A port that accepts is used to connections; one that waits for its client hears nothing.
    """

    name = "greeting"
    protocol = "tcp"
    policies = frozenset(Policy)

    def wants(self, host: Host) -> tuple[int, ...]:
        answered = {o.port for o in host.observations if o.key in ("tls.version", "http.status")}
        skipped = answered | _ASKED_BY_OTHERS | FORBIDDEN_PORTS
        return tuple(
            s.port for s in host.open_ports if s.protocol == "tcp" and s.port not in skipped
        )

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            heard = _listen(wire, port)
        key, value = ("tcp.silent", "true") if heard is None else greeting(port, heard)
        yield Observation.of(key, value, port, "tcp")


def _listen(wire: Wire, port: int) -> bytes | None:
    """Return what the port says unasked, or None if it waits for its client."""
    try:
        heard = wire.read()
    except TimedOut:
        return None
    if heard and port in _TELNET:
        with suppress(Fault):
            # Options come first, the words that name the device some packets later.
            heard += wire.read_until(b"ogin:", b"assword:")
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


def telnet_text(octets: bytes) -> str:
    """Return what is left of a Telnet greeting without its option negotiation (RFC 854)."""
    kept = bytearray()
    at = 0
    while at < len(octets):
        if octets[at] != _IAC:
            kept.append(octets[at])
            at += 1
        else:
            at = _after_command(octets, at)
    return " ".join(kept.decode("utf-8", errors="replace").replace("\0", "").split())


def _after_command(octets: bytes, at: int) -> int:
    command = octets[at + 1] if at + 1 < len(octets) else None
    if command == _SB:
        end = octets.find(bytes((_IAC, _SE)), at)
        return len(octets) if end < 0 else end + 2
    return at + (3 if command is not None and _WILL <= command <= _DONT else 2)


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
