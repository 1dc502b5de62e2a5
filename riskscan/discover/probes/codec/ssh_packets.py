"""The opening of SSH: what a server offers before any key is agreed (RFC 4253)."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.faults import ProtocolError

IDENTIFICATION = b"SSH-2.0-riskscan\r\n"
"""Our own line (RFC 4253 section 4.2)."""

_DISCONNECT, _KEXINIT = 1, 20
_BY_APPLICATION = 11
_COOKIE = 16
_LONGEST_PACKET = 35_000
"""RFC 4253 section 6.1: what every implementation must be able to take."""

_KEYS = ("ssh.kex", "ssh.host-key", "ssh.cipher", "ssh.cipher", "ssh.mac", "ssh.mac")
"""The first six of ten name-lists (section 7.1); ciphers and codes have one for each direction."""

_MOST_NAMES = 40
_LONGEST_NAME = 64
"""RFC 4251 section 6: names are at most 64 characters."""


def packet_length(head: bytes) -> int:
    """Return how many bytes follow the first four of a packet; ProtocolError if absurd."""
    length = int.from_bytes(head[:4])
    if len(head) < 4 or not 12 <= length <= _LONGEST_PACKET:
        raise ProtocolError("not an SSH packet")
    return length


def offers(packet: bytes) -> Iterator[tuple[str, str]]:
    """Yield key and algorithm of each offer in SSH_MSG_KEXINIT, without its first four bytes.

    Raises ``ProtocolError`` if it is another message; what follows a cut list is left out.
    """
    payload = packet[1 : len(packet) - packet[0]] if packet else b""
    if len(payload) < 1 + _COOKIE or payload[0] != _KEXINIT:
        raise ProtocolError("not a key exchange offer")
    at = 1 + _COOKIE
    seen: set[tuple[str, str]] = set()
    for key in _KEYS:
        length = int.from_bytes(payload[at : at + 4])
        if at + 4 + length > len(payload):
            return
        for name in _names(payload[at + 4 : at + 4 + length]):
            if (key, name) not in seen:
                seen.add((key, name))
                yield key, name
        at += 4 + length


def _names(listed: bytes) -> list[str]:
    names = listed.decode("ascii", errors="replace").split(",")[:_MOST_NAMES]
    return [name for name in names if 0 < len(name) <= _LONGEST_NAME]


def farewell() -> bytes:
    """Return SSH_MSG_DISCONNECT, by application, in one unencrypted packet (section 11.1)."""
    said = b"inventory only"
    payload = bytes((_DISCONNECT,)) + _BY_APPLICATION.to_bytes(4)
    payload += len(said).to_bytes(4) + said + bytes(4)
    padding = 8 - (len(payload) + 5) % 8
    padding += 8 if padding < 4 else 0
    length = 1 + len(payload) + padding
    return length.to_bytes(4) + bytes((padding,)) + payload + bytes(padding)
