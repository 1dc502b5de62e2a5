"""What the technician should know of this machine's networks before a packet is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from riskscan.discover import pace
from riskscan.discover.iproute import route_to, way_out
from riskscan.discover.links import Link
from riskscan.discover.surroundings import Surroundings, touches
from riskscan.model import Network, Notice, Scope, Segment

LARGE_SEGMENT = 4096
"""Addresses of the largest segment that needs no word: a /20."""

_TRIES = 3
"""How often the sweep asks an address that stays silent."""


def notices_of(scope: Scope, around: Surroundings) -> Iterator[Notice]:
    """Yield what should be said, the most urgent first."""
    yield from _vpn(scope, around)
    yield from _skipped(scope, around)
    yield from _not_named(scope, around)
    yield from _without_address(around)
    yield from _overlapping(scope, around)
    yield from _large(scope, around)


def _vpn(scope: Scope, around: Surroundings) -> Iterator[Notice]:
    tunnels = frozenset(name for name, link in around.links.items() if link.tunnel)
    if name := way_out(around.routes, tunnels):
        text = (
            f"a VPN is active: what is not on a local network goes through {name} "
            f"({around.links[name].described}); targets beyond a router would be looked for at its "
            "far end, not in the practice: disconnect it first"
        )
        yield Notice("vpn-active", text)
    for target in scope.include:
        if any(_holds(segment.network, target) for segment in around.segments):
            continue
        if (through := route_to(around.routes, target)) in tunnels:
            text = f"{target} is reached through {through} ({around.links[str(through)].described})"
            yield Notice("target-through-tunnel", text)


def _skipped(scope: Scope, around: Surroundings) -> Iterator[Notice]:
    """Say which interfaces are not used, those of one kind in one line, and which are after all."""
    left: dict[str, list[str]] = defaultdict(list)
    for link in around.links.values():
        segments = _segments(around, link)
        shown = f"{link.name} ({_listed(s.network for s in segments)})"
        if any(touches(scope, s) for s in segments):
            yield from _used_after_all(link, shown)
        elif segments and not (link.ours and link.carrier):
            left[_reason(link)].append(shown)
    for reason, names in left.items():
        yield Notice("interface-skipped", f"not scanned: {', '.join(names)}: {reason}")


def _used_after_all(link: Link, shown: str) -> Iterator[Notice]:
    if not link.ours:
        text = f"{shown} is {link.described}; it is used, because the targets name its network"
        yield Notice("interface-used", text)
    if not link.carrier:
        text = f"{shown} has no link: plug the cable in or join the Wi-Fi, or nothing will answer"
        yield Notice("no-carrier", text)


def _reason(link: Link) -> str:
    return link.described if not link.ours else f"{link.described} that has no link"


def _not_named(scope: Scope, around: Surroundings) -> Iterator[Notice]:
    """Say which networks of the practice, as it seems, nobody asked for."""
    others = [
        f"{network} ({link.name})"
        for link in around.links.values()
        if link.ours and link.carrier
        for network in dict.fromkeys(s.network for s in _segments(around, link))
        if network.version == 4 and network.num_addresses > 1 and not network.is_link_local
        if not any(_holds(network, t) or _holds(t, network) for t in scope.include)
    ]
    if others:
        text = f"this machine is also plugged into {', '.join(others)}, not among the targets"
        yield Notice("network-not-named", text)


def _without_address(around: Surroundings) -> Iterator[Notice]:
    for link in around.links.values():
        if not (link.ours and link.carrier) or link.bears_others:
            continue
        if not any(a.version == 4 and not a.is_link_local for a in link.addresses):
            text = (
                f"{link.name} is plugged in but has no IPv4 address of a network: "
                "nothing is scanned there; is there no DHCP server?"
            )
            yield Notice("no-ipv4-address", text)


def _overlapping(scope: Scope, around: Surroundings) -> Iterator[Notice]:
    near = [s for s in around.segments if s.mac and touches(scope, s)]
    for first, second in combinations(near, 2):
        if first.interface == second.interface or not _overlap(first.network, second.network):
            continue
        narrow = max((first, second), key=lambda s: s.network.prefixlen)
        other = second if narrow is first else first
        text = (
            f"{first.interface} ({first.network}) and {second.interface} ({second.network}) "
            f"overlap: {narrow.interface} is used for {narrow.network}, as the kernel does; "
            f"a device that only {other.interface} reaches would be missed"
        )
        yield Notice("overlapping-networks", text)


def _large(scope: Scope, around: Surroundings) -> Iterator[Notice]:
    asked: dict[tuple[str, Network], int] = {}
    for segment in around.segments:
        if segment.mac and segment.network.version == 4:
            asked[segment.interface, segment.network] = _addresses(scope, segment.network)
    for (name, network), count in asked.items():
        if count > LARGE_SEGMENT:
            minutes = _TRIES * count / pace.ARP_PPS_LARGE / 60
            text = (
                f"{network} on {name}: {count:,} addresses are asked, which takes up to "
                f"{minutes:.0f} minutes; name smaller networks if not all of it is in use"
            )
            yield Notice("large-segment", text)
    limit = around.neighbour_limit
    if limit is not None and sum(asked.values()) > limit:
        text = (
            f"this machine remembers at most {limit:,} neighbours (net.ipv4.neigh.default."
            f"gc_thresh3), and {sum(asked.values()):,} local addresses are asked: if more devices "
            "than that are there, connections to some may fail"
        )
        yield Notice("neighbour-table-small", text)


def _segments(around: Surroundings, link: Link) -> list[Segment]:
    """Return the segments of a link; one that has only a link-local IPv6 address has none."""
    segments = [s for s in around.segments if s.interface == link.name]
    return [s for s in segments if not (s.network.version == 6 and s.network.is_link_local)]


def _addresses(scope: Scope, network: Network) -> int:
    """Count the targets of a network, before exclusions."""
    return sum(
        min(target.num_addresses, network.num_addresses)
        for target in scope.include
        if _overlap(target, network)
    )


def _overlap(first: Network, second: Network) -> bool:
    return first.version == second.version and first.overlaps(second)


def _holds(outer: Network, inner: Network) -> bool:
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]


def _listed(networks: Iterable[Network]) -> str:
    return ", ".join(str(network) for network in dict.fromkeys(networks))
