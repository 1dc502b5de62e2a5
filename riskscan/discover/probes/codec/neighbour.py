"""What switches, phones and access points say of themselves to their neighbours: LLDP and CDP."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from riskscan.discover.faults import ProtocolError

Facts = list[tuple[str, str]]

_CHASSIS, _PORT, _NAME, _DESCRIPTION, _CAPABILITIES, _MANAGEMENT, _OWN = 1, 2, 5, 6, 7, 8, 127
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
_CDP_ADDRESSES = 2
_MOST_FIELDS = 100


def lldp_facts(octets: bytes) -> Facts:
    """Read an LLDP frame from behind its ethertype. Raises ``ProtocolError`` if it is none."""
    fields = list(_lldp_fields(octets))
    if [kind for kind, _ in fields[:2]] != [_CHASSIS, _PORT]:
        raise ProtocolError("not LLDP: it begins with a chassis and a port")
    facts = [fact for kind, value in fields for fact in _lldp(kind, value)]
    return list(dict.fromkeys(fact for fact in facts if fact[1]))


def lldp_origin(octets: bytes) -> tuple[str | None, IPv4Address | None]:
    """Return the MAC and the IPv4 address that an LLDP frame gives as its sender's own.

    A switch sends from the MAC of each port; its chassis and management address tell which device
    that is (IEEE 802.1AB 8.5.2 and 8.5.9).
    """
    mac: str | None = None
    address: IPv4Address | None = None
    for kind, value in _lldp_fields(octets):
        if kind == _CHASSIS and value[:1] == bytes([_BY_MAC]) and len(value) == 7:
            mac = value[1:].hex(":")
        elif kind == _CHASSIS and value[:2] == bytes([_BY_ADDRESS, 1]) and len(value) == 6:
            address = IPv4Address(value[2:])
        elif kind == _MANAGEMENT and value[:2] == b"\x05\x01" and len(value) >= 6:
            address = IPv4Address(value[2:6])
    return mac, address


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
    facts = [
        (_CDP[kind], _words(value.partition(b"\n")[0]))
        for kind, value in _cdp_fields(octets)
        if kind in _CDP
    ]
    if not facts:
        raise ProtocolError("not CDP, or CDP without a word")
    return [fact for fact in facts if fact[1]]


def cdp_origin(octets: bytes) -> IPv4Address | None:
    """Return the first IPv4 address that a CDP packet gives as its sender's own."""
    for kind, value in _cdp_fields(octets):
        # One address at least; protocol type 1 (NLPID), one octet long, 0xcc (IPv4), four octets.
        if kind == _CDP_ADDRESSES and value[4:9] == b"\x01\x01\xcc\x00\x04" and len(value) >= 13:
            return IPv4Address(value[9:13])
    return None


def _cdp_fields(octets: bytes) -> Iterator[tuple[int, bytes]]:
    place = 4 if octets[:1] in (b"\x01", b"\x02") else len(octets)
    for _ in range(_MOST_FIELDS):
        kind, size = (int.from_bytes(octets[at : at + 2]) for at in (place, place + 2))
        if size < 4 or place + size > len(octets):
            return
        yield kind, octets[place + 4 : place + size]
        place += size


def _words(value: bytes) -> str:
    return " ".join(value.decode("utf-8", errors="replace").replace("\0", " ").split())
