"""IPMI Get Channel Authentication Capabilities, outside any session (IPMI 2.0 section 22.13)."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.faults import ProtocolError

Facts = list[tuple[str, str]]

_RMCP = bytes([0x06, 0x00, 0xFF, 0x07])
"""RMCP version 1.0, no acknowledgement, class IPMI (section 13.1.3)."""
_NO_SESSION = bytes(9)
"""Authentication type none, sequence and session 0 (section 13.6)."""
_CONSOLE, _CONTROLLER = 0x81, 0x20
_APP_REQUEST, _APP_RESPONSE = 0x06 << 2, 0x07 << 2
_COMMAND = 0x38
_THIS_CHANNEL_2_0 = 0x8E
_USER = 0x02
_TYPES = {0: "none", 1: "md2", 2: "md5", 4: "straight", 5: "oem"}


def capabilities_question() -> bytes:
    """Return the one request: this channel, privilege level user, and the data of IPMI 2.0."""
    head = bytes([_CONTROLLER, _APP_REQUEST])
    body = bytes([_CONSOLE, 0x00, _COMMAND, _THIS_CHANNEL_2_0, _USER])
    text = head + _checksum(head) + body + _checksum(body)
    return _RMCP + _NO_SESSION + bytes([len(text)]) + text


def _checksum(octets: bytes) -> bytes:
    return bytes([-sum(octets) & 0xFF])


def capabilities_facts(octets: bytes) -> Facts:
    """Read the answer. Raises ``ProtocolError`` if it is none, or reports a failure."""
    if octets[:2] != _RMCP[:2] or octets[3:4] != _RMCP[3:] or octets[4:5] != b"\0":
        raise ProtocolError("not an IPMI message outside a session")
    text = octets[14 : 14 + octets[13]] if len(octets) > 13 else b""
    if len(text) < 15 or text[1] & 0xFC != _APP_RESPONSE or text[5] != _COMMAND:
        raise ProtocolError("not an answer about authentication")
    if text[6]:
        raise ProtocolError(f"IPMI completion code {text[6]:#04x}")
    return list(_facts(text[7:15]))


def _facts(data: bytes) -> Iterator[tuple[str, str]]:
    """Read channel, types, status, extended and OEM id (table 22-15)."""
    _, types, status, extended, *maker = data
    has_extended = bool(types & 0x80)
    if not has_extended or extended & 0x01:
        yield "ipmi.version", "1.5"
    if has_extended and extended & 0x02:
        yield "ipmi.version", "2.0"
    yield from (("ipmi.authentication", name) for bit, name in _TYPES.items() if types >> bit & 1)
    yield "ipmi.anonymous", "enabled" if status & 0x01 else "disabled"
    yield "ipmi.null-user", "enabled" if status & 0x02 else "disabled"
    if number := int.from_bytes(bytes(maker[:3]), "little"):
        yield "ipmi.maker", str(number)
