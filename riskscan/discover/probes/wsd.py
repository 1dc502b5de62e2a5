"""Cameras, printers and medical devices that tell by WS-Discovery what they are."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import TimedOut
from riskscan.discover.probes.codec.wsd import DRAFT, OASIS, match_facts, probe
from riskscan.discover.udp import worth_asking
from riskscan.model import Host, Observation, Policy


class Wsd:
    """Bytes sent, in order: one Probe in the namespaces of version 1.1, which the medical devices
    of IEEE 11073 SDC speak; if that is not answered, one in those of the 2005 draft, which cameras,
    printers and Windows speak. Each a single datagram to this device alone.

    A Probe asks who is there and changes nothing (WS-Discovery 1.1 section 5.2). Nothing else of a
    device is called. What says that it is medical is known for it at once, and is asked no more.
    """

    name = "wsd"
    protocol = "udp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return worth_asking(host, 3702)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        try:
            (answer,) = dialer.datagram(port, probe(OASIS))
        except TimedOut:
            (answer,) = dialer.datagram(port, probe(DRAFT))
        for key, value in match_facts(answer):
            yield Observation.of(key, value, port, "udp")
