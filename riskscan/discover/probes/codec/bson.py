"""The top level of a BSON document (bsonspec.org 1.1): numbers and texts by name."""

from __future__ import annotations

from riskscan.discover.faults import ProtocolError

_SIZES = {0x01: 8, 0x06: 0, 0x07: 12, 0x08: 1, 0x09: 8, 0x0A: 0, 0x11: 8, 0x13: 16}
_DOUBLE, _TEXT, _DOCUMENT, _ARRAY, _BINARY, _BOOL, _INT32, _INT64 = 1, 2, 3, 4, 5, 8, 0x10, 0x12
_MOST = 100

Value = str | int | None


def top_level(octets: bytes) -> dict[str, Value]:
    """Return the elements by name; None stands for a value of a type that is not read.

    Raises ``ProtocolError`` if it is no document.
    """
    size = int.from_bytes(octets[:4], "little")
    if not 5 <= size <= len(octets) or octets[size - 1] != 0:
        raise ProtocolError("not a BSON document")
    rest, found = octets[4 : size - 1], dict[str, Value]()
    while rest and len(found) < _MOST:
        kind = rest[0]
        name, end, rest = rest[1:].partition(b"\0")
        if not end:
            raise ProtocolError("a BSON element without a name")
        value, length = _value(kind, rest)
        found[name.decode("utf-8", errors="replace")] = value
        rest = rest[length:]
    return found


def _value(kind: int, rest: bytes) -> tuple[Value, int]:
    """Return the value and the bytes that it takes."""
    if kind in (_INT32, _INT64):
        size = 4 if kind == _INT32 else 8
        value: Value = int.from_bytes(rest[:size], "little", signed=True)
    elif kind == _TEXT:
        size = 4 + int.from_bytes(rest[:4], "little")
        value = rest[4 : max(4, size - 1)].decode("utf-8", errors="replace")
    elif kind in (_DOCUMENT, _ARRAY):
        size, value = max(5, int.from_bytes(rest[:4], "little")), None
    elif kind == _BINARY:
        size, value = 5 + int.from_bytes(rest[:4], "little"), None
    elif kind in _SIZES:
        size, value = _SIZES[kind], None
    else:
        raise ProtocolError(f"a BSON element of an unexpected type, {kind:#04x}")
    if len(rest) < size:
        raise ProtocolError("a BSON element is cut short")
    return value, size
