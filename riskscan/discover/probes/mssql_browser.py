"""The SQL Server instances of a computer, by name: record systems are named after themselves."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError
from riskscan.discover.udp import worth_asking
from riskscan.model import Host, Observation, Policy

UNICAST = b"\x03"
"""CLNT_UCAST_EX: which instances are there? (MC-SQLR 2.2.2)"""

_RESPONSE = 5
_MOST_INSTANCES = 16
_KEYS = {
    "servername": "mssql.server-name",
    "instancename": "mssql.instance",
    "version": "mssql.instance-version",
    "tcp": "mssql.instance-port",
}

Facts = list[tuple[str, str]]


class MsSqlBrowser:
    """Bytes sent: one datagram of one byte, 03, to this host alone; never repeated.

    It is what a client asks who knows an instance by name and not by port (MC-SQLR 2.2.2). The
    service does nothing but answer it.
    """

    name = "mssql_browser"
    protocol = "udp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return worth_asking(host, 1434)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        for answer in dialer.datagram(port, UNICAST):
            for key, value in instances(answer):
                yield Observation.of(key, value, port, "udp")


def instances(octets: bytes) -> Facts:
    """Read an SVR_RESP (MC-SQLR 2.2.5). Raises ``ProtocolError`` if it is none."""
    size = int.from_bytes(octets[1:3], "little")
    if len(octets) < 3 or octets[0] != _RESPONSE or not 0 < size <= len(octets) - 3:
        raise ProtocolError("not an answer of SQL Server Browser")
    text = octets[3 : 3 + size].decode("utf-8", errors="replace")
    facts: Facts = []
    for instance in text.split(";;")[:_MOST_INSTANCES]:
        words = instance.split(";")
        named = zip(words[::2], words[1::2], strict=False)
        facts += [
            (key, value.strip())
            for name, value in named
            if (key := _KEYS.get(name.lower())) and value.strip()
        ]
    if not any(key == "mssql.instance" for key, _ in facts):
        raise ProtocolError("SQL Server Browser names no instance")
    # The name of the computer stands with each instance; once is enough.
    return [f for n, f in enumerate(facts) if f[0] != "mssql.server-name" or f not in facts[:n]]
