"""What the sweep learned of an address, made into the host that the other stages are given."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import IPv4Address

from riskscan.discover.answers import Answers
from riskscan.discover.far_sweep import Found
from riskscan.discover.preflight import Preflight
from riskscan.model import Host, Observation, Scope, Segment

HOW = {"echo": "icmp", "syn": "tcp-syn", "ack": "tcp-ack", "datagram": "udp"}
"""What a host beyond the segment was found by, as ``Host.found_by`` says it."""


class HostsFound:
    """Makes hosts; addresses are numbers."""

    def __init__(self, scope: Scope, preflight: Preflight) -> None:
        self._scope = scope
        self._gateways = {s.gateway for s in preflight.vantage.segments if s.gateway}

    def own(self, address: int, segment: Segment) -> Host:
        """Return the scanning machine itself."""
        seen = (Observation.of("arp.mac", segment.mac),) if segment.mac else ()
        return self._host(address, segment.mac, ("self",), *seen)

    def by_arp(self, answers: Answers, address: int, *mark: str) -> Host:
        """Return who answered ARP. One MAC on the do-not-touch list is enough to be on it."""
        macs = answers.macs(address)
        excluded = (mac for mac in macs if not self._scope.allows_mac(mac))
        by = ("arp", *mark)
        return self._host(address, next(excluded, macs[0]), by, *answers.sightings(address))

    def by_kernel(self, address: int, mac: str | None) -> Host:
        """Return who accepted or refused a connection, or is in the kernel's neighbour table."""
        if mac is None:
            return self._host(address, None, ("connect",))
        return self._host(address, mac, ("arp",), Observation.of("arp.mac", mac))

    def beyond(self, found: Found) -> Host:
        """Return who answered through a router."""
        return self._host(found.address, None, (HOW[found.answer.to],), _time_to_live(found))

    def behind(self, mac: str, found: Found) -> Host:
        """Return who shows itself behind a MAC that is not its own."""
        proxied = Observation.of("arp.proxied-by", mac)
        by = ("arp", HOW[found.answer.to])
        return self._host(found.address, None, by, proxied, _time_to_live(found))

    def _host(self, address: int, mac: str | None, by: tuple[str, ...], *seen: Observation) -> Host:
        where = IPv4Address(address)
        if where in self._gateways and by != ("self",):
            seen = (*seen, Observation.of("net.gateway", "true"))
        return Host(where, mac, by, datetime.now(UTC), sightings=seen)


def _time_to_live(found: Found) -> Observation:
    key = "icmp.ttl" if found.answer.is_echo else "ip.ttl"
    return Observation.of(key, str(found.answer.ttl))
