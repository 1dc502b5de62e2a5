"""Which VNC server answers, and whether it wants a password."""

from __future__ import annotations

import re
from collections.abc import Iterator

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import ProtocolError
from riskscan.model import Host, Observation, Policy

_VERSION = re.compile(rb"RFB (\d{3})\.(\d{3})\n")
_NAMES = {
    1: "none",
    2: "vnc-auth",
    16: "tight",
    17: "ultra",
    18: "tls",
    19: "vencrypt",
    20: "sasl",
    21: "md5-hash",
    22: "xvp",
    23: "secure-tunnel",
    24: "integrated-ssh",
}
_OF_MAKERS = {
    **dict.fromkeys((*range(3, 16), *range(128, 256)), "realvnc"),
    **dict.fromkeys(range(30, 36), "apple"),
}
"""Security types by number: RFC 6143 section 7.2 and the registry of its section 8.1, which gives
RealVNC and Apple ranges of their own."""


class Vnc:
    """Bytes sent, in order: the 12 bytes of the protocol version that the server just named
    (3.8 at most); then close, before any security type is chosen. On a fragile device: none,
    only the version is read.

    RFC 6143 section 7.1: it is the opening of every VNC session, and no session is begun.
    """

    name = "vnc"
    protocol = "tcp"
    policies = frozenset(Policy)

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if 5900 <= s.port <= 5903)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            named = wire.read_exactly(12)
            major, minor = version(named)
            yield Observation.of("vnc.version", named.decode().strip(), port, "tcp")
            if host.triage.policy is Policy.FRAGILE:
                return
            agreed = min((major, minor), (3, 8))
            wire.send(b"RFB %03d.%03d\n" % agreed)
            types = _types(wire, agreed)
        for kind in dict.fromkeys(types):
            yield Observation.of("vnc.security", security(kind), port, "tcp")


def security(kind: int) -> str:
    """Name a security type; those of RealVNC and Apple as maker and number: ``apple-30``."""
    maker = _OF_MAKERS.get(kind)
    return f"{maker}-{kind}" if maker else _NAMES.get(kind, str(kind))


def version(octets: bytes) -> tuple[int, int]:
    """Read a ProtocolVersion message. Raises ``ProtocolError`` if it is none."""
    match = _VERSION.fullmatch(octets)
    if match is None:
        raise ProtocolError("not an RFB version")
    return int(match[1]), int(match[2])


def _types(wire: Wire, agreed: tuple[int, int]) -> bytes:
    if agreed < (3, 7):
        # Before 3.7 the server chooses, in four bytes; zero means that it refuses.
        kind = int.from_bytes(wire.read_exactly(4))
        return bytes([kind]) if 0 < kind < 256 else b""
    count = wire.read_exactly(1)[0]
    return wire.read_exactly(count)
