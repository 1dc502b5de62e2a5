"""What a scan would send and how long it would take, reckoned without sending anything."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from riskscan.discover import pace
from riskscan.discover.nmap import NMAPS_AT_ONCE
from riskscan.discover.profile import Ceiling, Profile
from riskscan.model import Policy, Scope, Segment

_SWEEP_TRIES = 3
"""How often an address that does not answer is asked."""

_LARGE = 1024
_USUAL_SHARE = 36 / 254
"""Devices to addresses on the flat network of a practice, where no earlier scan tells."""

_OPEN_PORTS = 5
"""Open ports of a device, for the longest estimate."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """One scan, before it is made."""

    profile: Profile
    addresses: int
    """Addresses that the sweep asks: in scope, not excluded, IPv4."""
    devices: int
    """Devices that are expected to answer."""
    sweep_packets: int
    """At most, over all addresses."""
    ceilings: Mapping[Policy, Ceiling]
    seconds: float
    """Expected."""
    seconds_at_most: float
    """If every address bears a device of the slowest policy that answers nothing but on five
    ports, and each of these as late as it may."""

    @property
    def packets_at_most(self) -> int:
        """If every address bears a device of the policy that is asked most."""
        most = max(c.port_packets + _OPEN_PORTS * c.open_port_packets for c in self._of_all)
        return self.sweep_packets + self.addresses * most

    @property
    def _of_all(self) -> tuple[Ceiling, ...]:
        return tuple(self.ceilings.values())


def forecast(
    scope: Scope, profile: Profile, segments: Sequence[Segment], *, devices: int | None = None
) -> Forecast:
    """Reckon a scan of ``scope`` from a machine on ``segments``.

    ``devices`` is how many are expected, from an earlier scan; else a practice's usual share of
    the addresses is taken.
    """
    addresses = [a for a in scope.addresses() if isinstance(a, IPv4Address)]
    near = sum(any(a in segment.network for segment in segments) for a in addresses)
    count = len(addresses)
    expected = min(count, math.ceil(count * _USUAL_SHARE)) if devices is None else devices
    ceilings = {policy: profile.ceiling(policy) for policy in Policy}
    arp_pps = pace.ARP_PPS if count <= _LARGE else pace.ARP_PPS_LARGE
    sweep = _SWEEP_TRIES * (near / arp_pps + (count - near) / pace.PING_PPS) + 2
    return Forecast(
        profile,
        count,
        expected,
        _SWEEP_TRIES * count,
        ceilings,
        sweep + _shared(profile, expected, _usual(profile)),
        sweep + _shared(profile, count, max(_longest(profile, policy) for policy in Policy)),
    )


def _usual(profile: Profile) -> float:
    """Return seconds for an ordinary device: half its ports silent, two asked what they are."""
    asked = profile.paces[Policy.NORMAL]
    once = profile.seconds_once(Policy.NORMAL)
    return 1.5 * once + 2 * (asked.gap + asked.read_timeout / 2)


def _longest(profile: Profile, policy: Policy) -> float:
    asked = profile.paces[policy]
    return profile.ceiling(policy).seconds + _OPEN_PORTS * (asked.gap + asked.deadline)


def _shared(profile: Profile, devices: int, seconds: float) -> float:
    """Return seconds for all, many at the same time; few at a time for what nmap asks over UDP."""
    asked = profile.paces[Policy.NORMAL]
    udp = asked.tries * len(asked.udp_ports) / pace.UDP_PPS
    return seconds * math.ceil(devices / pace.HOSTS_AT_ONCE) + udp * (devices // NMAPS_AT_ONCE)
