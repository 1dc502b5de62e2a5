"""MikroTik's neighbour discovery, as it is overheard: what a router broadcasts of itself."""

from __future__ import annotations

from riskscan.discover.faults import ProtocolError

Facts = list[tuple[str, str]]

_KEYS = {5: "mndp.name", 7: "mndp.version", 12: "mndp.board"}
_PLATFORM = 8
_MOST_FIELDS = 50


def mndp_facts(octets: bytes) -> Facts:
    """Read an announcement on UDP 5678: a header of four octets, then type, length and value.

    Raises ``ProtocolError`` if it does not name MikroTik as its platform: other things use the
    port. Source: MikroTik RouterOS manual, IP neighbours; Wireshark's reading of the same.
    """
    held: dict[int, str] = {}
    place = 4
    for _ in range(_MOST_FIELDS):
        kind, size = (int.from_bytes(octets[at : at + 2]) for at in (place, place + 2))
        value = octets[place + 4 : place + 4 + size]
        if place + 4 > len(octets) or len(value) < size:
            break
        held.setdefault(kind, " ".join(value.decode("utf-8", errors="replace").split()))
        place += 4 + size
    if held.get(_PLATFORM) != "MikroTik":
        raise ProtocolError("not an announcement of MikroTik")
    return [(key, held[kind]) for kind, key in _KEYS.items() if held.get(kind)]
