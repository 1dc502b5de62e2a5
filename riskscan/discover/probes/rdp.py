"""What Remote Desktop demands of someone who offers TLS only."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError
from riskscan.model import Host, Observation, Policy

REQUEST = bytes.fromhex("03000013 0ee00000000000 0100080001000000")
"""TPKT, X.224 Connection Request, RDP_NEG_REQ with PROTOCOL_SSL (MS-RDPBCGR 2.2.1.1)."""

_CONFIRM = 0xD0
_NEGOTIATED, _FAILED = 2, 3
_CHOSEN = {0: "rdp", 1: "tls"}
_FAILURES = {2: "rdp", 3: "rdp", 5: "nla-required"}
"""SSL_NOT_ALLOWED, SSL_CERT_NOT_ON_SERVER and HYBRID_REQUIRED_BY_SERVER (2.2.1.2.2)."""


class Rdp:
    """Bytes sent, in order: one connection request of 19 bytes; then close.

    It is the first packet of every Remote Desktop session; no session is begun and no user is
    named.
    """

    name = "rdp"
    protocol = "tcp"
    policies = frozenset(Policy)

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port == 3389)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            wire.send(REQUEST)
            head = wire.read_exactly(4)
            if head[0] != 3:
                raise ProtocolError("not a TPKT packet")
            length = min(int.from_bytes(head[2:4]), 512)
            confirm = head + wire.read_exactly(max(0, length - 4))
        yield Observation.of("rdp.security", security(confirm), port, "tcp")


def security(packet: bytes) -> str:
    """Read a connection confirm (MS-RDPBCGR 2.2.1.2). Raises ``ProtocolError`` if it is none."""
    if len(packet) < 11 or packet[0] != 3 or packet[5] != _CONFIRM:
        raise ProtocolError("not an X.224 connection confirm")
    if len(packet) < 19:
        # Servers from before negotiation leave it out: standard RDP security only.
        return "rdp"
    kind, value = packet[11], int.from_bytes(packet[15:19], "little")
    named = {_NEGOTIATED: _CHOSEN, _FAILED: _FAILURES}.get(kind, {}).get(value)
    if named is None:
        raise ProtocolError(f"unknown RDP negotiation: type {kind}, value {value}")
    return named
