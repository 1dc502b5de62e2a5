"""The little of ASN.1 BER that SNMP needs (X.690 section 8): read and write, nothing trusted."""

from __future__ import annotations

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30


def pack(tag: int, content: bytes) -> bytes:
    """Return one element: tag, definite length, content."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def unpack(text: bytes) -> tuple[int, bytes, bytes]:
    """Return tag and content of the first element, and what follows. Raises ValueError."""
    if len(text) < 2:
        raise ValueError("too short for an element")
    tag, size, start = text[0], text[1], 2
    if size & 0x80:
        octets = size & 0x7F
        if not 1 <= octets <= 3 or len(text) < 2 + octets:
            raise ValueError("length of a kind that SNMP does not use")
        size, start = int.from_bytes(text[2 : 2 + octets], "big"), 2 + octets
    if len(text) < start + size:
        raise ValueError("cut short")
    return tag, text[start : start + size], text[start + size :]


def expect(tag: int, text: bytes) -> tuple[bytes, bytes]:
    """Return content and rest of an element that must have this tag. Raises ValueError."""
    found, content, rest = unpack(text)
    if found != tag:
        raise ValueError(f"tag {found:#x} instead of {tag:#x}")
    return content, rest


def integer(value: int) -> bytes:
    return pack(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(dotted: str) -> bytes:
    """Return the element of an object identifier written in dots."""
    first, second, *others = (int(part) for part in dotted.split("."))
    return pack(OID, b"".join(_base128(n) for n in (first * 40 + second, *others)))


def _base128(number: int) -> bytes:
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def dotted(content: bytes) -> tuple[int, ...]:
    """Return the arcs of an object identifier. Raises ValueError."""
    arcs: list[int] = []
    value = 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    if not arcs or content[-1] & 0x80:
        raise ValueError("not an object identifier")
    top = min(arcs[0] // 40, 2)
    return (top, arcs[0] - 40 * top, *arcs[1:])
