"""What a device says of itself over SSDP, and in the one page that this points to."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError
from riskscan.discover.ports import FORBIDDEN_PORTS
from riskscan.discover.probes.codec.ssdp import (
    SEARCH,
    description_facts,
    description_request,
    location,
    reply_facts,
)
from riskscan.discover.udp import worth_asking
from riskscan.model import Host, Observation, Policy, PortState

_MOST_ANSWERS = 3


class Ssdp:
    """Bytes sent, in order: one M-SEARCH for root devices, a single datagram to this device alone;
    then, if the answer points to a page of this very device, one ``GET`` of it. That is one
    connection more, to a port that the device itself names, and never to one that a scan found
    closed or that must hear nothing.

    Search and description are read-only by design (UPnP device architecture 1.1, sections 1.3 and
    2.1). No service is called and nothing is subscribed to.
    """

    name = "ssdp"
    protocol = "udp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return worth_asking(host, 1900)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        said: set[tuple[str, str]] = set()
        page = None
        for octets in dialer.datagram(port, SEARCH, most=_MOST_ANSWERS):
            facts, pointer = reply_facts(octets)
            page = page or location(pointer, dialer.address)
            yield from (Observation.of(k, v, port, "udp") for k, v in facts if (k, v) not in said)
            said |= set(facts)
        if page and page[0] not in FORBIDDEN_PORTS and host.asked(page[0]) is not PortState.CLOSED:
            for key, value in _described(dialer, *page):
                if (key, value) not in said:
                    yield Observation.of(key, value, page[0], "tcp")


def _described(dialer: Dialer, port: int, path: str) -> list[tuple[str, str]]:
    with dialer.dial(port) as wire:
        wire.send(description_request(dialer.address, port, path))
        octets = wire.read_until(b"</root>")
    try:
        return description_facts(octets)
    except ProtocolError as fault:
        raise ProtocolError(f"the page on port {port} is {fault}") from None
