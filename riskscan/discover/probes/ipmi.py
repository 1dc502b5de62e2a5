"""Whether a server's management controller answers over IPMI, and whom it lets in."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.probes.codec.ipmi import capabilities_facts, capabilities_question
from riskscan.discover.udp import worth_asking
from riskscan.model import Host, Observation, Policy


class Ipmi:
    """Bytes sent, in order: one Get Channel Authentication Capabilities request, 23 bytes in a
    single datagram.

    It is the first question of every IPMI tool, made to be asked before a session (IPMI 2.0
    section 22.13). No session is opened, no user is named, no hash is asked for.
    """

    name = "ipmi"
    protocol = "udp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return worth_asking(host, 623)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        (answer,) = dialer.datagram(port, capabilities_question())
        for key, value in capabilities_facts(answer):
            yield Observation.of(key, value, port, "udp")
