"""A host sorted by what checks ask for, so that sixty checks do not read all of it sixty times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from riskscan.model import CARRIED_FOR, Host, Observation, PortState, Service


@dataclass(frozen=True, slots=True)
class SortedHost:
    """What was seen of a host, by key, and the states of its ports by protocol and port."""

    host: Host
    said: Mapping[str, tuple[Observation, ...]]
    states: Mapping[tuple[str, int], PortState]
    """Those that may still be read: asked in this scan, or carried over while fresh."""
    asked_on: Mapping[tuple[str, int], datetime]
    """When an earlier scan asked, for each state that was carried over."""


_KEPT = 1024
"""Hosts that stay sorted: checks, evidence and exposure each go through all of them."""

_sorted: dict[int, SortedHost] = {}
"""By identity of the host, which is held by what it is sorted into."""


def sorted_host(host: Host) -> SortedHost:
    """Return a host sorted; the same one again costs nothing."""
    kept = _sorted.get(id(host))
    if kept is not None:
        return kept
    while len(_sorted) >= _KEPT:
        del _sorted[next(iter(_sorted))]
    return _sorted.setdefault(id(host), _sort(host))


def _sort(host: Host) -> SortedHost:
    said: defaultdict[str, list[Observation]] = defaultdict(list)
    for observation in host.observations:
        said[observation.key].append(observation)
    return SortedHost(
        host,
        {key: tuple(told) for key, told in said.items()},
        {(s.protocol, s.port): s.state for s in host.services if _still_counts(host, s)},
        {(s.protocol, s.port): s.as_of for s in host.services if s.as_of is not None},
    )


def _still_counts(host: Host, service: Service) -> bool:
    if service.as_of is None:
        return True
    return host.seen_at is not None and host.seen_at - service.as_of <= CARRIED_FOR
