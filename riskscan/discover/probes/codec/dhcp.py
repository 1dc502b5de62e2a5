"""DHCP as it is overheard: what a device says of itself when it asks for an address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from riskscan.discover.faults import ProtocolError

Facts = list[tuple[str, str]]

_COOKIE = b"\x63\x82\x53\x63"
_OPTIONS = 236 + len(_COOKIE)
_PAD, _END = 0, 255
_REQUEST, _REPLY = 1, 2
_MOST_PARAMETERS = 80
_HOSTNAME, _PARAMETERS, _VENDOR_CLASS, _CLIENT = 12, 55, 60, 61


@dataclass(frozen=True, slots=True)
class Lease:
    """A message of either side. ``mac`` is the client's."""

    is_request: bool
    mac: str
    facts: Facts


def lease(octets: bytes) -> Lease:
    """Read a BOOTP message with DHCP options (RFC 2131 section 2, RFC 2132).

    Raises ``ProtocolError`` if it is none. Of a reply only the fact counts: that there is a server.
    """
    if len(octets) < _OPTIONS or octets[1:3] != b"\x01\x06" or octets[236:240] != _COOKIE:
        raise ProtocolError("not DHCP over Ethernet")
    if octets[0] not in (_REQUEST, _REPLY):
        raise ProtocolError("neither a request nor a reply")
    request = octets[0] == _REQUEST
    facts = list(_facts(dict(_options(octets[_OPTIONS:])))) if request else []
    return Lease(request, octets[28:34].hex(":"), facts)


def _facts(options: dict[int, bytes]) -> Iterator[tuple[str, str]]:
    for number, key in ((_HOSTNAME, "dhcp.hostname"), (_VENDOR_CLASS, "dhcp.vendor-class")):
        words = " ".join(options.get(number, b"").decode("utf-8", errors="replace").split())
        if words := words.strip("\0 "):
            yield key, words
    if wanted := options.get(_PARAMETERS, b"")[:_MOST_PARAMETERS]:
        yield "dhcp.parameters", ",".join(str(number) for number in wanted)
    if client := options.get(_CLIENT, b""):
        yield "dhcp.client", client[:64].hex()


def _options(octets: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place < len(octets) and octets[place] != _END:
        if octets[place] == _PAD:
            place += 1
            continue
        size = octets[place + 1] if place + 1 < len(octets) else 0
        yield octets[place], octets[place + 2 : place + 2 + size]
        place += 2 + size
