"""Where this machine stands: its interfaces, the networks on them, its routes. Sends nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path
from typing import Any

from riskscan.discover.iproute import ask_ip, gateways_of, preferences_of
from riskscan.discover.links import Link, links_of
from riskscan.model import Address, Network, Scope, Segment

_CARDS = Path("/sys/class/net")
_NEIGHBOURS = Path("/proc/sys/net/ipv4/neigh/default/gc_thresh3")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the kernel says of the networks around this machine."""

    links: Mapping[str, Link]
    """The interfaces that are up, by name."""
    segments: tuple[Segment, ...]
    """One for each address, the kernel's favourites first."""
    routes: tuple[Mapping[str, Any], ...] = ()
    """Of all tables, as ``ip -j route`` says them."""
    neighbour_limit: int | None = None
    """Entries of the neighbour table at most; None if the kernel does not say."""


def look_around() -> Surroundings:
    """Read interfaces, routes and limits. Raises ``EnvironmentLacks`` if ``ip`` is missing."""
    # Of all tables: a VPN may keep its default route in one of its own.
    routes = ask_ip("-4", "route", "show", "table", "all")
    links = links_of(ask_ip("-d", "addr"), radios())
    return Surroundings(links, segments_of(links.values(), routes), tuple(routes), _limit())


def used_for(scope: Scope, around: Surroundings) -> tuple[Segment, ...]:
    """Return the segments that a scan of this scope uses, each network of an interface once.

    Those that the targets touch, of whatever kind, since the targets name them. If there is none,
    the targets are beyond a router, and the machine's own networks say where it stands.
    """
    near = [s for s in around.segments if touches(scope, s)]
    ours = [s for s in around.segments if around.links[s.interface].ours]
    chosen: dict[tuple[str, Network], Segment] = {}
    for segment in near or ours or around.segments:
        chosen.setdefault((segment.interface, segment.network), segment)
    return tuple(chosen.values())


def local_segments(scope: Scope | None = None) -> tuple[Segment, ...]:
    """Return the networks of the practice that this machine is plugged into; sends nothing.

    With a scope, also those of any other kind that its targets touch. Containers, tunnels,
    interfaces without a cable, single addresses and self-assigned networks are left out. Raises
    ``EnvironmentLacks`` if ``ip`` is missing.
    """
    around = look_around()
    return tuple(s for s in around.segments if _is_local(s, around.links[s.interface], scope))


def _is_local(segment: Segment, link: Link, scope: Scope | None) -> bool:
    if segment.mac is None or segment.network.version != 4:
        return False
    if scope is not None and touches(scope, segment):
        return True
    is_lone = segment.network.num_addresses == 1 or segment.network.is_link_local
    return link.ours and link.carrier and not is_lone


def segments_of(
    links: Iterable[Link], routes: Iterable[Mapping[str, Any]] = ()
) -> tuple[Segment, ...]:
    """Make a segment of each address of each interface: the kernel's favourites come first.

    ``routes`` is what ``ip -j route`` says.
    """
    known = list(routes)
    gateways, metrics = gateways_of(known), preferences_of(known)
    segments = [
        Segment(link.name, bound.network, bound.ip, link.mac, gateways.get(link.name))
        if _reaches(gateways.get(link.name), bound)
        else Segment(link.name, bound.network, bound.ip, link.mac)
        for link in links
        for bound in link.addresses
    ]
    return tuple(sorted(segments, key=lambda s: metrics.get((s.interface, s.network), 0)))


def _reaches(gateway: Address | None, bound: IPv4Interface | IPv6Interface) -> bool:
    """Say whether a gateway is that of this network, and not of another on the interface."""
    return gateway is not None and (gateway in bound.network or bound.network.prefixlen == 32)


def touches(scope: Scope, segment: Segment) -> bool:
    """Say whether any target is on this segment."""
    return any(
        network.version == segment.network.version and network.overlaps(segment.network)
        for network in scope.include
    )


def radios() -> Collection[str]:
    """Return the names of the interfaces that sysfs says are Wi-Fi."""
    with suppress(OSError):
        return {card.name for card in _CARDS.iterdir() if (card / "phy80211").exists()}
    return ()


def _limit() -> int | None:
    # Only the machine's first network namespace shows it; the table is one for all of them.
    with suppress(OSError, ValueError):
        return int(_NEIGHBOURS.read_text())
    return None
