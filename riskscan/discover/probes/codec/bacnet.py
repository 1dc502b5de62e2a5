"""BACnet I-Am, as it is overheard (ASHRAE 135 annex J and clause 16.10). Nothing is ever sent."""

from __future__ import annotations

from riskscan.discover.faults import ProtocolError

Facts = list[tuple[str, str]]

_BVLL, _FORWARDED = 0x81, 0x04
_UNCONFIRMED, _I_AM = 0x10, 0x00
_OBJECT_ID, _DEVICE = 0xC4, 8


def i_am_facts(octets: bytes) -> Facts:
    """Return device instance and vendor number. Raises ``ProtocolError`` if it is no I-Am."""
    apdu = _apdu(octets)
    if apdu[:2] != bytes([_UNCONFIRMED, _I_AM]) or apdu[2:3] != bytes([_OBJECT_ID]):
        raise ProtocolError("not an I-Am")
    identifier = int.from_bytes(apdu[3:7])
    if len(apdu) < 7 or identifier >> 22 != _DEVICE:
        raise ProtocolError("an I-Am that names no device")
    facts = [("bacnet.instance", str(identifier & 0x3F_FFFF))]
    vendor = _fourth(apdu[7:])
    return facts if vendor is None else [*facts, ("bacnet.maker", str(vendor))]


def _apdu(octets: bytes) -> bytes:
    """Strip the link and network layers: clause 6.2, with addresses where the control byte says."""
    if len(octets) < 6 or octets[0] != _BVLL:
        raise ProtocolError("not BACnet/IP")
    network = octets[10 if octets[1] == _FORWARDED else 4 :]
    if len(network) < 2 or network[0] != 1 or network[1] & 0x80:
        raise ProtocolError("not an application message of BACnet")
    control, place = network[1], 2
    for bit in (0x20, 0x08):
        if control & bit:
            place += 3 + (network[place + 2] if place + 2 < len(network) else 0)
    return network[place + (1 if control & 0x20 else 0) :]


def _fourth(octets: bytes) -> int | None:
    """Return the vendor: behind the longest APDU (unsigned) and the segmentation (enumerated)."""
    values = []
    for tag in (0x20, 0x90, 0x20):
        if not octets or octets[0] & 0xF8 != tag:
            return None
        size = octets[0] & 0x07
        values.append(int.from_bytes(octets[1 : 1 + size]))
        octets = octets[1 + size :]
    return values[2]
