"""IPP Get-Printer-Attributes (RFC 8010, RFC 8011): the question, and the answer's attributes."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from riskscan.discover.faults import ProtocolError

Facts = list[tuple[str, str]]

_GET_PRINTER_ATTRIBUTES = 0x000B
_OPERATION, _END = 0x01, 0x03
_CHARSET, _LANGUAGE, _URI, _KEYWORD = 0x47, 0x48, 0x45, 0x44
_TEXTS = frozenset({0x41, 0x42, 0x44})
"""textWithoutLanguage, nameWithoutLanguage, keyword (RFC 8010 section 3.5.2)."""
_WITH_LANGUAGE = frozenset({0x35, 0x36})
_MOST_VALUES = 100
ATTRIBUTES = {
    "printer-make-and-model": "ipp.model",
    "printer-name": "ipp.name",
    "printer-device-id": "ipp.device-id",
    "printer-firmware-string-version": "ipp.firmware",
    "uri-authentication-supported": "ipp.authentication",
    "uri-security-supported": "ipp.security",
}
"""All that is asked for. Of jobs nothing is: their names are the names of documents."""


def get_printer_attributes(uri: str) -> bytes:
    """Return the one request, for the printer at ``uri`` (RFC 8011 section 4.2.5)."""
    parts = [
        struct.pack(">HHIB", 0x0101, _GET_PRINTER_ATTRIBUTES, 1, _OPERATION),
        _attribute(_CHARSET, "attributes-charset", "utf-8"),
        _attribute(_LANGUAGE, "attributes-natural-language", "en"),
        _attribute(_URI, "printer-uri", uri),
    ]
    for number, wanted in enumerate(ATTRIBUTES):
        parts.append(_attribute(_KEYWORD, "" if number else "requested-attributes", wanted))
    return b"".join(parts) + bytes([_END])


def _attribute(tag: int, name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return struct.pack(">BH", tag, len(key)) + key + struct.pack(">H", len(text)) + text


def printer_facts(octets: bytes) -> Facts:
    """Return what the answer says; what is cut short keeps what came before it.

    Raises ``ProtocolError`` if it is no IPP answer, or one that reports a failure.
    """
    if len(octets) < 9 or octets[0] not in (1, 2):
        raise ProtocolError("not an IPP answer")
    status = int.from_bytes(octets[2:4])
    if status >= 0x0400:
        raise ProtocolError(f"IPP status {status:#06x}")
    facts = []
    for tag, name, value in _values(octets[8:]):
        key = ATTRIBUTES.get(name)
        words = " ".join(_text(tag, value).split())
        if key and words:
            facts.append((key, words))
    return list(dict.fromkeys(facts))


def _values(octets: bytes) -> Iterator[tuple[int, str, bytes]]:
    """Yield tag, name and octets of each value; further values of an attribute bear its name."""
    place, name = 0, ""
    for _ in range(_MOST_VALUES):
        if place >= len(octets) or octets[place] == _END:
            return
        if octets[place] < 0x10:  # a delimiter: another group begins
            place, name = place + 1, ""
            continue
        tag = octets[place]
        key, place = _counted(octets, place + 1)
        value, place = _counted(octets, place)
        if key is None or value is None:
            return
        name = key.decode("ascii", errors="replace") or name
        yield tag, name, value


def _counted(octets: bytes, place: int) -> tuple[bytes | None, int]:
    size = int.from_bytes(octets[place : place + 2])
    held = octets[place + 2 : place + 2 + size]
    whole = place + 2 <= len(octets) and len(held) == size
    return (held if whole else None), place + 2 + size


def _text(tag: int, value: bytes) -> str:
    if tag in _WITH_LANGUAGE:
        _, place = _counted(value, 0)
        value = _counted(value, place)[0] or b""
    elif tag not in _TEXTS:
        return ""
    return value.decode("utf-8", errors="replace")
