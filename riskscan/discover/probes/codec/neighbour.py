"""What switches, phones and access points say of themselves to their neighbours: LLDP and CDP."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from riskscan.discover.faults import ProtocolError

Facts = list[tuple[str, str]]

_CHASSIS, _PORT, _NAME, _DESCRIPTION, _CAPABILITIES, _OWN = 1, 2, 5, 6, 7, 127
_BY_MAC, _BY_ADDRESS = 4, 5
"""Subtypes of a chassis id (IEEE 802.1AB 8.5.2.2); of a port id MAC and address are 3 and 4."""
_BITS = ("other", "repeater", "bridge", "wlan-ap", "router", "telephone", "docsis", "station")
_MED = b"\x00\x12\xbb"
_INVENTORY = {
    6: "lldp.version",
    7: "lldp.version",
    8: "lldp.serial",
    9: "lldp.maker",
    10: "lldp.product",
}
"""Subtypes of LLDP-MED's inventory (TIA-1057 10.2.6)."""
_CDP = {1: "cdp.device", 3: "cdp.port", 5: "cdp.version", 6: "cdp.platform"}
_MOST_FIELDS = 100


def lldp_facts(octets: bytes) -> Facts:
    """Read an LLDP frame from behind its ethertype. Raises ``ProtocolError`` if it is none."""
    fields = list(_lldp_fields(octets))
    if [kind for kind, _ in fields[:2]] != [_CHASSIS, _PORT]:
        raise ProtocolError("not LLDP: it begins with a chassis and a port")
    facts = [fact for kind, value in fields for fact in _lldp(kind, value)]
    return list(dict.fromkeys(fact for fact in facts if fact[1]))


def _lldp_fields(octets: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    for _ in range(_MOST_FIELDS):
        head = int.from_bytes(octets[place : place + 2])
        kind, size = head >> 9, head & 0x1FF
        value = octets[place + 2 : place + 2 + size]
        if kind == 0 or len(value) < size:
            return
        yield kind, value
        place += 2 + size


def _lldp(kind: int, value: bytes) -> Iterator[tuple[str, str]]:
    if kind == _CHASSIS:
        yield "lldp.chassis", _identifier(value, _BY_MAC)
    elif kind == _PORT:
        yield "lldp.port", _identifier(value, _BY_MAC - 1)
    elif kind == _NAME:
        yield "lldp.name", _words(value)
    elif kind == _DESCRIPTION:
        yield "lldp.description", _words(value)
    elif kind == _CAPABILITIES and len(value) == 4:
        enabled = int.from_bytes(value[2:])
        yield from (("lldp.capability", name) for n, name in enumerate(_BITS) if enabled >> n & 1)
    elif kind == _OWN and value[:3] == _MED and len(value) > 4 and value[3] in _INVENTORY:
        yield _INVENTORY[value[3]], _words(value[4:])


def _identifier(value: bytes, by_mac: int) -> str:
    """Write a chassis or port id: a MAC and an IPv4 address as such, the rest as text."""
    kind, held = value[:1], value[1:]
    if kind == bytes([by_mac]) and len(held) == 6:
        return held.hex(":")
    if kind == bytes([by_mac + 1]) and len(held) == 5 and held[0] == 1:
        return str(IPv4Address(held[1:]))
    return _words(held)


def cdp_facts(octets: bytes) -> Facts:
    """Read a CDP packet from behind its SNAP header. Raises ``ProtocolError`` if it is none."""
    if len(octets) < 8 or octets[0] not in (1, 2):
        raise ProtocolError("not CDP")
    facts: Facts = []
    place = 4
    for _ in range(_MOST_FIELDS):
        kind, size = (
            int.from_bytes(octets[place : place + 2]),
            int.from_bytes(octets[place + 2 : place + 4]),
        )
        if size < 4 or place + size > len(octets):
            break
        value = octets[place + 4 : place + size]
        if kind in _CDP:
            facts.append((_CDP[kind], _words(value.partition(b"\n")[0])))
        place += size
    if not facts:
        raise ProtocolError("CDP without a word")
    return [fact for fact in facts if fact[1]]


def _words(value: bytes) -> str:
    return " ".join(value.decode("utf-8", errors="replace").replace("\0", " ").split())
