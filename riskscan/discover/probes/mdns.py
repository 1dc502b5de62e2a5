"""Which services a device offers over mDNS, and what they say that it is."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError, TimedOut
from riskscan.discover.probes.codec import announced, dns
from riskscan.discover.udp import worth_asking
from riskscan.model import Host, Observation, Policy

_MOST_ANSWERS = 6


class Mdns:
    """Bytes sent, in order: one DNS query for the types of services on offer; if any of them says
    what a device is, one more for the instances of at most twelve. Each a single datagram to this
    device alone, with the bit set that asks for an answer to us alone.

    It is how every phone and computer looks for a printer (RFC 6762 section 5.5, RFC 6763 section
    9). Names of instances are not kept: people name their devices after themselves.
    """

    name = "mdns"
    protocol = "udp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return worth_asking(host, 5353)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        first = _records(dialer.datagram(port, announced.types_question()))
        facts = announced.device_facts(first)
        yield from (Observation.of(key, value, port, "udp") for key, value in facts)
        question = announced.services_question(announced.service_types(first))
        if question is None:
            return
        try:
            more = _records(dialer.datagram(port, question, most=_MOST_ANSWERS))
        except TimedOut:
            return
        for key, value in announced.device_facts(more):
            if (key, value) not in facts:
                yield Observation.of(key, value, port, "udp")


def _records(answers: list[bytes]) -> list[dns.Record]:
    messages = [dns.message(octets) for octets in answers]
    if not any(message.is_answer for message in messages):
        raise ProtocolError("a DNS question where an answer was due")
    return [record for message in messages for record in message.records]
