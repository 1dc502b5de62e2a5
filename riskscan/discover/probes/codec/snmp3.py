"""Engine discovery of SNMP 3 (RFC 3414 section 4): who are you, before any user is named."""

from __future__ import annotations

from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes.codec import ber

Facts = list[tuple[str, str]]

_GET = 0xA0
_LARGEST_MESSAGE = 1472
_REPORTABLE = b"\x04"
_USER_SECURITY = 3
_LONGEST_ENGINE_ID = 32
"""RFC 3411 section 5, SnmpEngineID."""


def discovery(number: int) -> bytes:
    """Return an empty GetRequest, reportable, without user, authentication or privacy."""
    empty = ber.pack(ber.OCTETS, b"")
    zero = _integer(0)
    header = ber.pack(
        ber.SEQUENCE,
        _integer(number),
        _integer(_LARGEST_MESSAGE),
        ber.pack(ber.OCTETS, _REPORTABLE),
        _integer(_USER_SECURITY),
    )
    nobody = ber.pack(ber.SEQUENCE, empty, zero, zero, empty, empty, empty)
    request = ber.pack(_GET, _integer(number), zero, zero, ber.pack(ber.SEQUENCE, b""))
    scoped = ber.pack(ber.SEQUENCE, empty, empty, request)
    return ber.pack(ber.SEQUENCE, _integer(3), header, ber.pack(ber.OCTETS, nobody), scoped)


def engine_facts(octets: bytes) -> Facts:
    """Return the engine id of a Report, and the maker's number in it.

    The number stands in the first four octets (RFC 3411 section 5, SnmpEngineID). Raises
    ``ProtocolError`` if it is no message of SNMP 3 with an engine id.
    """
    message, _ = ber.expect(ber.SEQUENCE, octets)
    version, rest = ber.expect(ber.INTEGER, message)
    _, rest = ber.expect(ber.SEQUENCE, rest)
    security, _ = ber.expect(ber.OCTETS, rest)
    parameters, _ = ber.expect(ber.SEQUENCE, security)
    engine, _ = ber.expect(ber.OCTETS, parameters)
    if version != b"\x03" or not 5 <= len(engine) <= _LONGEST_ENGINE_ID:
        raise ProtocolError("no engine id of SNMP 3")
    facts = [("snmp.engine", engine.hex())]
    number = int.from_bytes(engine[:4]) & 0x7FFF_FFFF
    return [*facts, ("snmp.engine-maker", str(number))] if number else facts


def _integer(value: int) -> bytes:
    return ber.pack(ber.INTEGER, value.to_bytes(value.bit_length() // 8 + 1))
