"""The first stage: which addresses of the scope bear a device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Address

from riskscan.discover import pace
from riskscan.discover.brake import Brake
from riskscan.discover.knock import knock
from riskscan.discover.preflight import Preflight
from riskscan.discover.raw import arp
from riskscan.discover.raw.ping import ping
from riskscan.model import Event, Host, Notice, Observation, Progress, Scope, Segment, Stage

_LARGE_SWEEP = 1024
_PROXY_SHARE = 8
"""A MAC that answers for more addresses than this is a router that answers for others."""


def find(
    scope: Scope, preflight: Preflight, notify: Callable[[Event], None], brake: Brake
) -> list[Host]:
    """Return what answers in the scope, by address. Each address is asked gently and only here.

    Local segments by ARP, which no firewall on a device can hide from; the rest by ICMP; without
    raw sockets by connecting. Raises ``Stopped`` if the scan should end.
    """
    return _Finder(scope, preflight, notify, brake).run()


class _Finder:
    def __init__(
        self,
        scope: Scope,
        preflight: Preflight,
        notify: Callable[[Event], None],
        brake: Brake,
    ) -> None:
        self._preflight = preflight
        self._notify = notify
        self._brake = brake
        self._addresses = _sweepable(scope, notify)
        self._done = 0

    def run(self) -> list[Host]:
        self._progress(0)
        own, local, far = self._divide()
        hosts = [self._own(address, segment) for address, segment in own.items()]
        self._finished(len(own))
        if self._preflight.privileged:
            for segment, addresses in local.items():
                hosts += self._by_arp(segment, addresses)
            hosts += self._by_ping(far)
        else:
            hosts += self._by_knock([*far, *(a for near in local.values() for a in near)])
        return sorted(hosts, key=lambda host: int(host.address))

    def _divide(
        self,
    ) -> tuple[dict[IPv4Address, Segment], Mapping[Segment, list[IPv4Address]], list[IPv4Address]]:
        own: dict[IPv4Address, Segment] = {}
        local: dict[Segment, list[IPv4Address]] = defaultdict(list)
        far: list[IPv4Address] = []
        for address in self._addresses:
            if segment := self._preflight.own(address):
                own[address] = segment
            elif segment := self._preflight.local_segment(address):
                local[segment].append(address)
            else:
                far.append(address)
        return own, local, far

    def _own(self, address: IPv4Address, segment: Segment) -> Host:
        sightings = (Observation.of("arp.mac", segment.mac),) if segment.mac else ()
        return Host(address, segment.mac, ("self",), datetime.now(UTC), sightings=sightings)

    def _by_arp(self, segment: Segment, addresses: Sequence[IPv4Address]) -> list[Host]:
        pps = pace.ARP_PPS if len(self._addresses) <= _LARGE_SWEEP else pace.ARP_PPS_LARGE
        try:
            answers = arp.sweep_segment(
                segment, addresses, pps=pps, brake=self._brake, progress=self._progress
            )
        except OSError as error:
            self._notify(Notice("interface-lost", f"{segment.interface}: {error.strerror}"))
            answers = {}
        self._finished(len(addresses))
        self._warn_of_proxy(answers)
        now = datetime.now(UTC)
        return [
            Host(address, macs[0], ("arp",), now, sightings=self._arp_sightings(address, macs))
            for address, macs in answers.items()
        ]

    def _arp_sightings(self, address: IPv4Address, macs: Sequence[str]) -> tuple[Observation, ...]:
        others = tuple(Observation.of("arp.other-mac", mac) for mac in macs[1:])
        return (Observation.of("arp.mac", macs[0]), *others, *self._gateway(address))

    def _gateway(self, address: IPv4Address) -> tuple[Observation, ...]:
        known = {segment.gateway for segment in self._preflight.vantage.segments}
        return (Observation.of("net.gateway", "true"),) if address in known else ()

    def _warn_of_proxy(self, answers: arp.Answers) -> None:
        by_mac: dict[str, int] = defaultdict(int)
        for macs in answers.values():
            by_mac[macs[0]] += 1
        for mac, count in by_mac.items():
            if count > _PROXY_SHARE:
                text = f"{mac} answers for {count} addresses: some of them may hold no device"
                self._notify(Notice("proxy-arp-suspected", text))

    def _by_ping(self, addresses: Sequence[IPv4Address]) -> list[Host]:
        if not addresses:
            return []
        answers = ping(addresses, pps=pace.PING_PPS, brake=self._brake, progress=self._progress)
        self._finished(len(addresses))
        if silent := sum(not a.is_loopback for a in addresses if a not in answers):
            text = (
                f"{silent} addresses beyond the local network did not answer ping; a device "
                "that does not is not seen from here"
            )
            self._notify(Notice("subnet-not-local", text))
        now = datetime.now(UTC)
        return [
            Host(a, None, ("icmp",), now, sightings=(Observation.of("icmp.ttl", str(ttl)),))
            for a, ttl in answers.items()
        ]

    def _by_knock(self, addresses: Sequence[IPv4Address]) -> list[Host]:
        text = (
            "without raw sockets the sweep is slower, and beyond the local network it finds only "
            "devices that accept or refuse a connection"
        )
        self._notify(Notice("unprivileged-sweep", text))
        answers = knock(addresses, brake=self._brake, progress=self._progress)
        self._finished(len(addresses))
        now = datetime.now(UTC)
        return [
            Host(
                address,
                mac,
                ("arp",) if mac else ("connect",),
                now,
                sightings=self._arp_sightings(address, [mac]) if mac else (),
            )
            for address, mac in answers.items()
        ]

    def _progress(self, done: int) -> None:
        self._notify(Progress(Stage.SWEEP, self._done + done, len(self._addresses)))

    def _finished(self, count: int) -> None:
        self._done += count
        self._progress(0)


def _sweepable(scope: Scope, notify: Callable[[Event], None]) -> list[IPv4Address]:
    """Return the IPv4 addresses; a sweep of an IPv6 subnet would outlast the scanner."""
    version_4 = tuple(network for network in scope.include if network.version == 4)
    if len(version_4) < len(scope.include):
        text = "IPv6 targets are not swept yet; devices are found by their IPv4 addresses"
        notify(Notice("ipv6-not-swept", text))
    reduced = Scope(version_4, scope.exclude, scope.exclude_macs)
    return [address for address in reduced.addresses() if isinstance(address, IPv4Address)]
