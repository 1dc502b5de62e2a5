"""The anonymous half of NTLM: the message that opens it, and the challenge that answers.

A CHALLENGE_MESSAGE names the computer, its domain, the system's exact build and its clock (MS-NLMP
2.2.1.2). The third message would be a login. Nothing here can build one: the only third message is
a constant, the one of a caller without a name, and holds neither a user nor a password.
"""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes.codec import ber

_SIGNATURE = b"NTLMSSP\0"
_UNICODE, _REQUEST_TARGET, _NTLM = 0x0000_0001, 0x0000_0004, 0x0000_0200
_ALWAYS_SIGN, _EXTENDED, _VERSION = 0x0000_8000, 0x0008_0000, 0x0200_0000
_KEYS_OF_128, _KEYS_OF_56 = 0x2000_0000, 0x8000_0000
_FLAGS = (
    _UNICODE | _REQUEST_TARGET | _NTLM | _ALWAYS_SIGN | _EXTENDED | _VERSION | _KEYS_OF_128
) | _KEYS_OF_56

NEGOTIATE = (
    _SIGNATURE
    + (1).to_bytes(4, "little")
    + _FLAGS.to_bytes(4, "little")
    + bytes(16)  # neither a domain nor a workstation is named
    + bytes(7)  # no version of ours
    + b"\x0f"  # NTLMSSP_REVISION_W2K3
)
"""NEGOTIATE_MESSAGE (MS-NLMP 2.2.1.1): it holds no user, no password and nothing made of one."""

_SPNEGO_OID = bytes.fromhex("2b0601050502")
_NTLM_OID = bytes.fromhex("2b06010401823702020a")
NEGOTIATE_IN_SPNEGO = ber.pack(
    0x60,
    ber.pack(ber.OID, _SPNEGO_OID),
    ber.pack(
        0xA0,
        ber.pack(
            ber.SEQUENCE,
            ber.pack(0xA0, ber.pack(ber.SEQUENCE, ber.pack(ber.OID, _NTLM_OID))),
            ber.pack(0xA2, ber.pack(ber.OCTETS, NEGOTIATE)),
        ),
    ),
)
"""The same as the first token of SPNEGO that offers NTLM alone (RFC 4178 4.2.1)."""

_ANONYMOUS = 0x0000_0800
_PAYLOAD = 72


def _nothing_at(offset: int) -> bytes:
    """A length of nought, twice, and where it would begin."""
    return bytes(4) + offset.to_bytes(4, "little")


AUTHENTICATE = (
    _SIGNATURE
    + (3).to_bytes(4, "little")
    + b"\x01\0\x01\0"  # the LM response is one byte
    + _PAYLOAD.to_bytes(4, "little")
    + _nothing_at(_PAYLOAD + 1) * 5  # NT response, domain, user, workstation, session key
    + ((_FLAGS & ~_VERSION) | _ANONYMOUS).to_bytes(4, "little")
    + bytes(8)  # no version of ours
    + b"\0"
)
"""AUTHENTICATE_MESSAGE of a caller without a name (MS-NLMP 2.2.1.3, 3.1.5.1.2): empty but for the
one zero byte by which a server knows it. It answers every challenge, for it uses none."""

AUTHENTICATE_IN_SPNEGO = ber.pack(
    0xA1, ber.pack(ber.SEQUENCE, ber.pack(0xA2, ber.pack(ber.OCTETS, AUTHENTICATE)))
)
"""The same as a later token of SPNEGO (RFC 4178 4.2.2)."""

_NAMES = {
    1: "ntlm.computer",
    2: "ntlm.domain",
    3: "ntlm.dns-name",
    4: "ntlm.dns-domain",
    5: "ntlm.forest",
}
"""AV_PAIR ids that are names (MS-NLMP 2.2.2.1)."""
_END, _TIMESTAMP = 0, 7
_MOST_PAIRS = 32

_EPOCH = 11_644_473_600
"""Seconds between 1601, where FILETIME begins, and 1970."""
_LONGEST_NAME = 256

Facts = list[tuple[str, str]]


def challenge_facts(octets: bytes, now: float) -> Facts:
    """Read the challenge that is somewhere in ``octets``, bare or inside SPNEGO or CredSSP.

    ``now`` is our clock in seconds since 1970, for the skew. Raises ``ProtocolError`` if there is
    no challenge. It is looked for by its signature: its fields count from there, and what is
    wrapped around it differs by protocol and says nothing of its own.
    """
    start = octets.find(_SIGNATURE + (2).to_bytes(4, "little"))
    message = octets[start:] if start >= 0 else b""
    if len(message) < 32:
        raise ProtocolError("no NTLM challenge")
    facts = _build(message)
    named = list(_pairs(_field(message, 40), now))
    if not any(key == "ntlm.domain" for key, _ in named) and (target := _text(_field(message, 12))):
        named.append(("ntlm.domain", target))
    if not facts and not named:
        raise ProtocolError("the NTLM challenge says nothing")
    return facts + named


def _build(message: bytes) -> Facts:
    flags = int.from_bytes(message[20:24], "little")
    if not flags & _VERSION or len(message) < 56:
        return []
    build = int.from_bytes(message[50:52], "little")
    return [("ntlm.build", f"{message[48]}.{message[49]}.{build}")]


def _field(message: bytes, at: int) -> bytes:
    """Return what a length and an offset at ``at`` point to; empty if that is outside."""
    size = int.from_bytes(message[at : at + 2], "little")
    offset = int.from_bytes(message[at + 4 : at + 8], "little")
    found = message[offset : offset + size]
    return found if len(found) == size else b""


def _pairs(block: bytes, now: float) -> Iterator[tuple[str, str]]:
    for _ in range(_MOST_PAIRS):
        kind = int.from_bytes(block[:2], "little")
        size = int.from_bytes(block[2:4], "little")
        value, block = block[4 : 4 + size], block[4 + size :]
        if kind == _END or len(value) < size:
            return
        if kind == _TIMESTAMP and (skew := clock_skew(value, now)):
            yield "ntlm.clock-skew", skew
        elif kind in _NAMES and (name := _text(value)):
            yield _NAMES[kind], name


def _text(octets: bytes) -> str:
    name = octets[:_LONGEST_NAME].decode("utf-16-le", errors="replace")
    return " ".join(name.replace("\0", " ").split())


def clock_skew(octets: bytes, now: float) -> str:
    """Return how many seconds a FILETIME (MS-DTYP 2.3.3) is ahead of ``now``; empty if unset."""
    seconds = filetime(octets)
    return "" if seconds is None else str(round(seconds - now))


def filetime(octets: bytes) -> float | None:
    """Return the seconds since 1970 of a FILETIME; None where it is 0 or not 8 bytes."""
    ticks = int.from_bytes(octets, "little") if len(octets) == 8 else 0
    return ticks / 10_000_000 - _EPOCH if ticks else None
