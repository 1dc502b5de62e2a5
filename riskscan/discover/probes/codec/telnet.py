"""Telnet option negotiation (RFC 854, RFC 855): read it, decline it, strip it."""

from __future__ import annotations

from collections.abc import Iterator

_IAC, _SB, _SE = 255, 250, 240
_WILL, _WONT, _DO, _DONT = 251, 252, 253, 254
_REQUESTS = {_WILL: "will", _DO: "do"}
_DECLINED = {_WILL: _DONT, _DO: _WONT}
_MOST = 32


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


def negotiation(octets: bytes) -> str:
    """Name the options that the server opens with, in order: ``do 24, will 1``."""
    return ", ".join(f"{_REQUESTS[verb]} {option}" for verb, option in _requests(octets))


def refusals(octets: bytes) -> bytes:
    """Return an answer that declines every option that the server asks for or offers.

    RFC 854: a side that is asked and does not wish to must say so; the server waits for it.
    """
    return b"".join(bytes((_IAC, _DECLINED[verb], option)) for verb, option in _requests(octets))


def _requests(octets: bytes) -> list[tuple[int, int]]:
    asked = [c for c in _commands(octets) if c[0] in _REQUESTS]
    return list(dict.fromkeys(asked))[:_MOST]


def _commands(octets: bytes) -> Iterator[tuple[int, int]]:
    at = octets.find(_IAC)
    while 0 <= at < len(octets) - 2:
        if _WILL <= octets[at + 1] <= _DONT:
            yield octets[at + 1], octets[at + 2]
        at = octets.find(_IAC, _after_command(octets, at))


def _after_command(octets: bytes, at: int) -> int:
    command = octets[at + 1] if at + 1 < len(octets) else None
    if command == _SB:
        end = octets.find(bytes((_IAC, _SE)), at)
        return len(octets) if end < 0 else end + 2
    return at + (3 if command is not None and _WILL <= command <= _DONT else 2)
