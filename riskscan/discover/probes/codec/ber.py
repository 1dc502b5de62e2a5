"""The little of ASN.1 BER that LDAP and SPNEGO need (X.690 section 8)."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.faults import ProtocolError

INTEGER, OCTETS, OID, ENUMERATED, SEQUENCE = 0x02, 0x04, 0x06, 0x0A, 0x30
_MOST_LENGTH_OCTETS = 4


def pack(tag: int, *parts: bytes) -> bytes:
    """Return one element: tag, definite length, content."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content


def unpack(octets: bytes) -> tuple[int, bytes, bytes]:
    """Return tag and content of the first element, and what follows it.

    Raises ``ProtocolError`` if it is cut short, or its length is of a kind that is not used.
    """
    head, size = header(octets)
    if len(octets) < head + size:
        raise ProtocolError("an ASN.1 element is cut short")
    return octets[0], octets[head : head + size], octets[head + size :]


def header(octets: bytes) -> tuple[int, int]:
    """Return the length of the first element's header and of its content.

    Raises ``ProtocolError`` if the header is not all there.
    """
    if len(octets) < 2:
        raise ProtocolError("too short for an ASN.1 element")
    count = octets[1] & 0x7F
    if octets[1] < 0x80:
        return 2, count
    if not 1 <= count <= _MOST_LENGTH_OCTETS or len(octets) < 2 + count:
        raise ProtocolError("an ASN.1 length of a kind that is not used")
    return 2 + count, int.from_bytes(octets[2 : 2 + count])


def expect(tag: int, octets: bytes) -> tuple[bytes, bytes]:
    """Return content and rest of an element that must have this tag. Raises ``ProtocolError``."""
    found, content, rest = unpack(octets)
    if found != tag:
        raise ProtocolError(f"ASN.1 tag {found:#04x} where {tag:#04x} belongs")
    return content, rest


def elements(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and content of each element. Raises ``ProtocolError`` at the first broken one."""
    while octets:
        tag, content, octets = unpack(octets)
        yield tag, content
