"""The names that a Windows computer or a file server registered, and its MAC address."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError
from riskscan.discover.udp import worth_asking
from riskscan.model import Host, Observation, Policy

_STATUS, _INTERNET = 0x0021, 0x0001
_WILDCARD = b"\x20" + b"CK" + b"A" * 30 + b"\0"
"""The name ``*`` in first-level encoding (RFC 1001 14.1)."""
_RESPONSE = 0x80
_GROUP = 0x80
_ENTRY = 18
_ROLES = {
    (0x20, False): "file-server",
    (0x1B, False): "domain-master",
    (0x1C, True): "domain-controller",
    (0x1D, False): "master-browser",
}
"""Suffix, and whether it is a group's, of the names that tell a role. Suffix 03 is left out: it may
be the name of who is logged in."""

Facts = list[tuple[str, str]]


class NetBios:
    """Bytes sent: one datagram of 50 bytes, a node status request for the name ``*`` (RFC 1002
    4.2.17); never repeated.

    It is what ``nbtstat -A`` asks. The answer is a table that the computer keeps anyway; nothing
    is registered, and no session is begun.
    """

    name = "netbios"
    protocol = "udp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return worth_asking(host, 137)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        ident = secrets.token_bytes(2)
        for answer in dialer.datagram(port, request(ident)):
            for key, value in status_facts(answer, ident):
                yield Observation.of(key, value, port, "udp")


def request(ident: bytes) -> bytes:
    """Build a node status request (RFC 1002 4.2.17)."""
    counts = bytes.fromhex("0000 0001 0000 0000 0000")
    return ident + counts + _WILDCARD + _STATUS.to_bytes(2) + _INTERNET.to_bytes(2)


def status_facts(octets: bytes, ident: bytes) -> Facts:
    """Read a node status response (RFC 1002 4.2.18). Raises ``ProtocolError`` if it is none."""
    # Behind the header stand one name of 34 bytes, type, class, time to live and length.
    body = 12 + len(_WILDCARD)
    if len(octets) < body + 11 or octets[:2] != ident or not octets[2] & _RESPONSE:
        raise ProtocolError("not an answer to a node status request")
    if octets[12 : body + 2] != _WILDCARD + _STATUS.to_bytes(2):
        raise ProtocolError("a name service answer to another question")
    count, table = octets[body + 10], octets[body + 11 :]
    if len(table) < count * _ENTRY:
        raise ProtocolError("the name table is cut short")
    entries = [table[n * _ENTRY : (n + 1) * _ENTRY] for n in range(count)]
    facts = [fact for entry in entries for fact in _entry(entry)]
    mac = table[count * _ENTRY : count * _ENTRY + 6]
    if len(mac) == 6 and any(mac):
        facts.append(("netbios.mac", mac.hex(":")))
    return list(dict.fromkeys(facts))


def _entry(entry: bytes) -> Facts:
    suffix, group = entry[15], bool(entry[16] & _GROUP)
    name = " ".join(entry[:15].decode("utf-8", errors="replace").replace("\0", " ").split())
    if suffix == 0 and name:
        return [("netbios.domain" if group else "netbios.name", name)]
    role = _ROLES.get((suffix, group))
    return [("netbios.role", role)] if role else []
