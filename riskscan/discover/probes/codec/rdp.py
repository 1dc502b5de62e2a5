"""Remote Desktop up to the first answer to a stranger: negotiation, and the first CredSSP token."""

from __future__ import annotations

from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes.codec import ber, ntlm

TLS_ONLY, TLS_OR_CREDSSP = 1, 3
"""PROTOCOL_SSL; PROTOCOL_SSL and PROTOCOL_HYBRID (MS-RDPBCGR 2.2.1.1.1)."""

_CONFIRM = 0xD0
_NEGOTIATED, _FAILED = 2, 3
_CHOSEN = {0: "rdp", 1: "tls", 2: "credssp"}
_FAILURES = {2: "rdp", 3: "rdp", 5: "nla-required"}
"""SSL_NOT_ALLOWED, SSL_CERT_NOT_ON_SERVER and HYBRID_REQUIRED_BY_SERVER (2.2.1.2.2)."""

CREDSSP_NEGOTIATE = ber.pack(
    ber.SEQUENCE,
    ber.pack(0xA0, ber.pack(ber.INTEGER, b"\x02")),
    ber.pack(
        0xA1,
        ber.pack(
            ber.SEQUENCE,
            ber.pack(
                ber.SEQUENCE,
                ber.pack(0xA0, ber.pack(ber.OCTETS, ntlm.NEGOTIATE_IN_SPNEGO)),
            ),
        ),
    ),
)
"""A TSRequest of version 2 with one token, the anonymous NEGOTIATE (MS-CSSP 2.2.1)."""


def connection_request(protocols: int) -> bytes:
    """TPKT, X.224 Connection Request, RDP_NEG_REQ with these protocols (MS-RDPBCGR 2.2.1.1)."""
    return bytes.fromhex("03000013 0ee00000000000 01000800") + protocols.to_bytes(4, "little")


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
