"""Which addresses of a scope are our own, which are near, and which lie beyond a router."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from riskscan.discover.preflight import Preflight
from riskscan.discover.ranges import Ranges
from riskscan.model import Scope, Segment


@dataclass(frozen=True, slots=True)
class Territory:
    """The IPv4 addresses of a scope, each in one of three places."""

    own: Mapping[int, Segment]
    near: Mapping[Segment, Ranges]
    """Those that ARP reaches, by the interface that the kernel would take."""
    beyond: Ranges
    has_ipv6: bool
    """Whether the scope names IPv6 too: a sweep of such a subnet would outlast the scanner."""

    def __len__(self) -> int:
        return len(self.own) + sum(map(len, self.near.values())) + len(self.beyond)


def divide(scope: Scope, preflight: Preflight) -> Territory:
    """Give each address of a scope to its place."""
    wanted = Ranges.of_scope(scope)
    every = (*preflight.vantage.segments, *preflight.elsewhere)
    own = {
        int(s.address): s
        for s in every
        if isinstance(s.address, IPv4Address) and int(s.address) in wanted
    }
    left = wanted.without(Ranges.of(own))
    near: dict[Segment, Ranges] = {}
    segments = [s for s in preflight.vantage.segments if s.mac and s.network.version == 4]
    for segment in sorted(segments, key=lambda s: -s.network.prefixlen):
        if here := left.within(segment.network):
            near[segment] = here
            left = left.without(here)
    return Territory(own, near, left, any(net.version == 6 for net in scope.include))
