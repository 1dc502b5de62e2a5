"""Which SQL Server answers, and whether it insists on encryption."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError
from riskscan.model import Host, Observation, Policy

_PRELOGIN, _REPLY, _LAST = 0x12, 0x04, 0x01
_VERSION, _ENCRYPTION, _INSTANCE, _THREAD, _TERMINATOR = 0, 1, 2, 3, 0xFF
_ENCRYPT = {0: "off", 1: "on", 2: "not-supported", 3: "required"}
_LONGEST = 4096


def _options() -> bytes:
    values = {_VERSION: bytes(6), _ENCRYPTION: b"\0", _INSTANCE: b"\0", _THREAD: bytes(4)}
    at, table, payload = 5 * len(values) + 1, b"", b""
    for token, value in values.items():
        table += bytes((token,)) + (at + len(payload)).to_bytes(2) + len(value).to_bytes(2)
        payload += value
    return table + bytes((_TERMINATOR,)) + payload


PRELOGIN = bytes((_PRELOGIN, _LAST)) + (8 + len(_options())).to_bytes(2) + bytes(4) + _options()
"""PRELOGIN with no version of ours and encryption of the login only (MS-TDS 2.2.6.5)."""


class MsSql:
    """Bytes sent, in order: one PRELOGIN of 41 bytes; then close.

    It is the first packet of every client, which says how the login is to be encrypted. The login
    itself (LOGIN7), and with it every name and password, is never begun.
    """

    name = "mssql"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port == 1433)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            wire.send(PRELOGIN)
            head = wire.read_exactly(8)
            size = int.from_bytes(head[2:4])
            if head[0] != _REPLY or not 8 <= size <= _LONGEST:
                raise ProtocolError("not a TDS answer")
            body = wire.read_exactly(size - 8)
        for key, value in prelogin_facts(body):
            yield Observation.of(key, value, port, "tcp")


def prelogin_facts(body: bytes) -> list[tuple[str, str]]:
    """Read the options of a PRELOGIN answer (MS-TDS 2.2.6.5).

    Raises ``ProtocolError`` if it names no version, which every server must.
    """
    found = dict(_values(body))
    version, encryption = found.get(_VERSION, b""), found.get(_ENCRYPTION, b"")
    if len(version) < 4:
        raise ProtocolError("a PRELOGIN answer without a version")
    build = int.from_bytes(version[2:4])
    facts = [("mssql.version", f"{version[0]}.{version[1]}.{build}")]
    if encryption and encryption[0] in _ENCRYPT:
        facts.append(("mssql.encryption", _ENCRYPT[encryption[0]]))
    return facts


def _values(body: bytes) -> Iterator[tuple[int, bytes]]:
    for at in range(0, len(body) - 4, 5):
        if body[at] == _TERMINATOR:
            return
        offset, size = int.from_bytes(body[at + 1 : at + 3]), int.from_bytes(body[at + 3 : at + 5])
        yield body[at], body[offset : offset + size]
