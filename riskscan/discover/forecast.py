"""What a scan would send and how long it would take, reckoned without sending anything."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from riskscan.discover import pace
from riskscan.discover.again import MOST_PORTS, TURNS
from riskscan.discover.leftovers import PATIENCE
from riskscan.discover.nmap import NMAPS_AT_ONCE
from riskscan.discover.ports import UDP_EMPTY
from riskscan.discover.profile import CONVERSATION, LONGEST_CHAIN, Ceiling, Profile
from riskscan.model import Address, Policy, Scope, Segment

_WAVES, _WAVES_LARGE = 4, 2
"""How often an address on the wire that does not answer is asked, by the size of the sweep."""

_WAVES_LAST, _WAVES_LARGE_LAST = 2.75, 0.75
"""Seconds from the first wave to the last answers, however few addresses there are."""

_FAR_TRIES, _FAR_LAST = 8, 4.5
"""The same beyond the wire: echo, SYN, ACK and a datagram, twice each."""

_LARGE = 1024
_USUAL_SHARE = 36 / 254
"""Devices to addresses on the flat network of a practice, where no earlier scan tells."""

_OPEN_PORTS = 5
"""Open ports of a device, for the longest estimate."""

_USUALLY_OPEN = 2
"""Open ports of an ordinary device."""

_TRIES = 1.5
"""Packets to a port of an ordinary device: half of the ports are silent, and asked twice. What was
silent before is asked once."""

_CONVERSATIONS = 2
"""Of an open port that is usual."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is expected on one network. Networks are swept side by side."""

    network: str
    """``eth0 192.168.1.0/24``, or what lies beyond the local networks."""
    addresses: int
    devices: int
    sweep_packets: int
    """At most."""
    packets: int
    """Expected, over all stages."""
    seconds: float
    """Expected until its last device is finished, if it were alone."""
    stages: tuple[str, ...]
    """In order for each device; a device is asked while others are still looked for."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """One scan, before it is made."""

    profile: Profile
    parts: tuple[Part, ...]
    ceilings: Mapping[Policy, Ceiling]
    rescan: bool
    listen_for: float
    """Seconds of listening before the first packet, and no packet."""
    seconds: float
    """Expected."""
    seconds_at_most: float
    """If every address bears a device of the slowest policy that answers nothing but on five
    ports, and each of these as late as it may."""

    @property
    def addresses(self) -> int:
        """Addresses that the sweep asks: in scope, not excluded, IPv4."""
        return sum(part.addresses for part in self.parts)

    @property
    def devices(self) -> int:
        """Devices that are expected to answer."""
        return sum(part.devices for part in self.parts)

    @property
    def sweep_packets(self) -> int:
        """At most, over all addresses."""
        return sum(part.sweep_packets for part in self.parts)

    @property
    def packets(self) -> int:
        """Expected, over all stages."""
        return sum(part.packets for part in self.parts)

    @property
    def packets_at_most(self) -> int:
        """If every address bears a device of the policy that is asked most."""
        most = max(
            c.port_packets + _OPEN_PORTS * c.open_port_packets for c in self.ceilings.values()
        )
        return self.sweep_packets + self.addresses * most


@dataclass(frozen=True, slots=True)
class _Sweep:
    """How one network is swept."""

    network: str
    how: str
    addresses: list[IPv4Address]
    tries: int
    pps: int
    last: float

    @property
    def seconds(self) -> float:
        return self.tries * len(self.addresses) / self.pps + self.last


def forecast(
    scope: Scope,
    profile: Profile,
    segments: Sequence[Segment],
    *,
    known: Collection[Address] | None = None,
    arp_pps: int | None = None,
    listen_for: float = 0,
    rescan: bool = False,
) -> Forecast:
    """Reckon a scan of ``scope`` from a machine on ``segments``.

    ``known`` are the addresses of the devices that an earlier scan found; without it a practice's
    usual share of the addresses is taken. ``arp_pps`` is broadcasts a second, if not the usual;
    ``listen_for`` seconds of listening come first.
    """
    sweeps = _sweeps(scope, segments, arp_pps)
    listen_for = listen_for if any(segment.mac for segment in segments) else 0
    usual = _Usual(profile, rescan)
    parts = tuple(_part(sweep, usual, known) for sweep in sweeps)
    longest = max((sweep.seconds for sweep in sweeps), default=0.0)
    count = sum(part.addresses for part in parts)
    slowest = max(_longest(profile, policy) for policy in Policy)
    return Forecast(
        profile,
        parts,
        {policy: profile.ceiling(policy) for policy in Policy},
        rescan,
        listen_for,
        listen_for + usual.overlapped(longest, sum(part.devices for part in parts)),
        listen_for
        + longest
        + slowest * math.ceil(count / pace.HOSTS_AT_ONCE)
        + _udp_queue(profile, count),
    )


def _sweeps(scope: Scope, segments: Sequence[Segment], arp_pps: int | None) -> list[_Sweep]:
    left = [a for a in scope.addresses() if isinstance(a, IPv4Address)]
    large = len(left) > _LARGE
    usual = pace.ARP_PPS_LARGE if large else pace.ARP_PPS
    tries, last = (_WAVES_LARGE, _WAVES_LARGE_LAST) if large else (_WAVES, _WAVES_LAST)
    sweeps = []
    for segment in segments:
        near = [a for a in left if a in segment.network]
        left = [a for a in left if a not in segment.network] if near else left
        if near:
            name = f"{segment.interface} {segment.network}"
            sweeps.append(_Sweep(name, "ARP sweep", near, tries, arp_pps or usual, last))
    if left:
        name, how = "beyond the local networks", "sweep by ICMP, TCP and UDP"
        sweeps.append(_Sweep(name, how, left, _FAR_TRIES, pace.PING_PPS, _FAR_LAST))
    return sweeps


def _part(sweep: _Sweep, usual: _Usual, known: Collection[Address] | None) -> Part:
    count = len(sweep.addresses)
    if known is None:
        devices = min(count, math.ceil(count * _USUAL_SHARE))
    else:
        devices = len(set(known) & set(sweep.addresses))
    # Who answers is asked no more: the devices cost one packet of the sweep, the silent all.
    swept = devices + (count - devices) * sweep.tries
    return Part(
        sweep.network,
        count,
        devices,
        count * sweep.tries,
        round(swept + devices * usual.packets),
        usual.overlapped(sweep.seconds, devices),
        (sweep.how, *usual.profile.stages[1:]),
    )


class _Usual:
    """An ordinary device: half its ports silent, two open ones asked what they are."""

    def __init__(self, profile: Profile, rescan: bool) -> None:
        self.profile = profile
        self._asked = profile.paces[Policy.NORMAL]
        self._rescan = rescan

    @property
    def packets(self) -> float:
        tcp, udp = self._ports
        tries = 1 if self._rescan else _TRIES
        return tries * (tcp + udp) + _USUALLY_OPEN * _CONVERSATIONS * CONVERSATION

    @property
    def _ports(self) -> tuple[float, float]:
        """TCP and UDP ports that it is asked: in a re-scan the likeliest, and others in turn."""
        tcp, udp = len(self._asked.tcp_ports), len(self._asked.udp_ports)
        if not self._rescan:
            return tcp, udp
        spared = min(MOST_PORTS, tcp)
        return spared + (tcp - spared) / TURNS, udp / TURNS

    def overlapped(self, sweep: float, devices: int) -> float:
        """Return seconds for a sweep and what follows it: the first devices do not wait."""
        if not devices:
            return sweep
        in_full = math.ceil(devices / TURNS) if self._rescan else devices
        batches_before = (devices - 1) // pace.HOSTS_AT_ONCE
        wait = self._seconds * batches_before + _udp_queue(self.profile, in_full)
        return max(sweep, wait) + self._seconds

    @property
    def _seconds(self) -> float:
        tcp, udp = self._ports
        if self._rescan:
            once = tcp / self._asked.host_pps + udp / pace.UDP_PPS
        else:
            once = _TRIES * self.profile.seconds_once(Policy.NORMAL)
        waits = LONGEST_CHAIN if self._asked.udp_ports else 0.0
        one = self._asked.gap + self._asked.read_timeout / 2
        return once + waits + _USUALLY_OPEN * _CONVERSATIONS * one


def _longest(profile: Profile, policy: Policy) -> float:
    asked = profile.paces[policy]
    naming = PATIENCE if asked.version_intensity is not None else 0.0
    return profile.ceiling(policy).seconds + _OPEN_PORTS * (asked.gap + asked.deadline + naming)


def _udp_queue(profile: Profile, devices: int) -> float:
    """Return seconds that the last device waits for nmap, which sends the empty datagrams."""
    asked = profile.paces[Policy.NORMAL]
    ports = sum(port in UDP_EMPTY for port in asked.udp_ports)
    return asked.tries * ports / pace.UDP_PPS * (devices // NMAPS_AT_ONCE)
