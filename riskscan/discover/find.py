"""The first stage: which addresses of the scope bear a device, told while it is found out."""

from __future__ import annotations

import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from itertools import chain

from riskscan.discover import pace, sweep_notices
from riskscan.discover.answers import Proxy
from riskscan.discover.brake import Brake
from riskscan.discover.far_sweep import FarSweep
from riskscan.discover.faults import Stopped
from riskscan.discover.hosts_found import HostsFound
from riskscan.discover.knock import knock
from riskscan.discover.preflight import Preflight
from riskscan.discover.ranges import Ranges
from riskscan.discover.raw import link
from riskscan.discover.raw.client import open_raw_sockets
from riskscan.discover.raw.contract import RawSockets
from riskscan.discover.segment_sweep import LARGE, SegmentSweep
from riskscan.discover.territory import divide
from riskscan.discover.trail import Trail
from riskscan.model import Address, Event, Host, Progress, Scope, Segment, Stage, Stretch

_BEAT = 0.05


def find(
    scope: Scope,
    preflight: Preflight,
    notify: Callable[[Event], None],
    brake: Brake,
    *,
    arp_pps: int | None = None,
) -> Iterator[Host]:
    """Yield what answers in the scope, as it answers, until every address was asked.

    Raises ``Stopped`` if the scan should end, ``RawSocketsDenied``.
    """
    segments = preflight.vantage.segments
    opened = open_raw_sockets(scope, segments, notify) if preflight.privileged else nullcontext()
    with opened as raw:
        search = Search(scope, preflight, raw=raw, notify=notify, brake=brake, arp_pps=arp_pps)
        try:
            yield from search.first()
        finally:
            search.close()


@dataclass(frozen=True, slots=True)
class Before:
    """Whom an interrupted scan had found when every address had been asked."""

    unfinished: tuple[Host, ...]
    finished: Collection[Address]

    @property
    def near(self) -> Ranges:
        """Whom ARP may find again, if they are near."""
        addresses = (*self.finished, *(h.address for h in self.unfinished if h.mac))
        return Ranges.of(int(a) for a in addresses if isinstance(a, IPv4Address))

    @property
    def others(self) -> tuple[Host, ...]:
        """The others in hand are taken to be where they were. We ourselves are found anyway."""
        hosts = (h for h in self.unfinished if h.mac is None and h.found_by != ("self",))
        return tuple(h for h in hosts if isinstance(h.address, IPv4Address))


class Search:
    """Looks for hosts: ``first`` for all, ``later`` hears stragglers, ``again`` asks the silent.

    Local segments by ARP, which no firewall on a device can hide from; the rest by ICMP, TCP and
    UDP; without ``raw`` sockets by connecting. ``known`` are MACs of earlier scans. ``arp_pps``
    is the most requests per second on one interface. ``before`` spares the silent of an interrupted
    scan until ``again``; with ``stretches`` one that was interrupted in ``first`` goes on. All is
    called from one thread, but for ``stretches``.
    """

    def __init__(
        self,
        scope: Scope,
        preflight: Preflight,
        *,
        raw: RawSockets | None,
        notify: Callable[[Event], None],
        brake: Brake,
        arp_pps: int | None = None,
        known: Mapping[Address, str] | None = None,
        before: Before | None = None,
        stretches: Sequence[Stretch] = (),
    ) -> None:
        self._scope = scope
        self._preflight = preflight
        self._raw = raw
        self._notify = notify
        self._brake = brake
        self._land = divide(scope, preflight)
        self._sent: dict[object, int] = {}
        self._lock = threading.Lock()
        self._ready: queue.SimpleQueue[Host | BaseException] = queue.SimpleQueue()
        self._hosts = HostsFound(scope, preflight)
        self._before = before if raw else None
        self._stretches = stretches
        self._trails: list[Trail] = []
        macs = {int(a): mac for a, mac in (known or {}).items() if isinstance(a, IPv4Address)}
        macs |= {int(a): mac for a, mac in preflight.neighbours.items()}
        macs |= {int(h.address): h.mac for h in before.unfinished if h.mac} if before else {}
        self._sweeps = self._segment_sweeps(raw, arp_pps, macs) if raw else []
        self._beyond = self._trail("beyond", self._land.beyond) if raw else None
        self._aside: threading.Thread | None = None
        self._aside_brake = Brake(under=brake)

    def _segment_sweeps(
        self, raw: RawSockets, arp_pps: int | None, known: Mapping[int, str]
    ) -> list[SegmentSweep]:
        near = self._land.near
        usual = pace.ARP_PPS if sum(map(len, near.values())) <= LARGE else pace.ARP_PPS_LARGE
        on_wire: defaultdict[str, int] = defaultdict(int)
        for segment in near:
            on_wire[segment.interface] += 1
        return [
            SegmentSweep(
                segment,
                wanted,
                raw=raw,
                brake=self._brake,
                pps=max(1, (arp_pps or usual) // on_wire[segment.interface]),
                known=known,
                progress=self._counter(),
                first=self._before.near if self._before else None,
                trail=self._trail(f"arp {segment.interface} {segment.address}", wanted),
            )
            for segment, wanted in near.items()
        ]

    def _trail(self, kind: str, wanted: Ranges) -> Trail | None:
        """Return where it is noted how far a part is; None where only those found are asked."""
        if self._before:
            return None
        self._trails.append(Trail(kind, wanted, self._stretches))
        return self._trails[-1]

    def stretches(self) -> list[Stretch]:
        """Return what ``first`` has asked and heard since this was last called. Any thread may."""
        return [new for trail in self._trails if (new := trail.newest())]

    @property
    def live(self) -> int:
        """How many addresses of local segments have answered by now."""
        return sum(len(sweep.answers) for sweep in self._sweeps)

    @property
    def macs(self) -> set[str]:
        """Every MAC that has answered on a local segment."""
        return {mac for sweep in self._sweeps for mac in sweep.answers.every_mac}

    # looking

    def first(self) -> Iterator[Host]:
        """Yield hosts as they answer, until every address was asked. Raises ``Stopped``."""
        if self._land.has_ipv6:
            self._notify(sweep_notices.IPV6_NOT_SWEPT)
        self._counter()(len(self._land.own))
        yield from (
            self._hosts.own(address, segment) for address, segment in self._land.own.items()
        )
        for sweep in self._sweeps:
            sweep.start()
        if self._before:
            yield from self._before.others
        else:
            self._step_aside(self._ask_beyond if self._raw else self._knock)
        while not self._is_swept:
            yield from self._answered()
            self._brake.wait(_BEAT)
        yield from self._answered()
        yield from self._settled()
        self._notify(Progress(Stage.SWEEP, len(self._land), len(self._land)))
        self._look_back()

    def later(self, until: threading.Event) -> Iterator[Host]:
        """Yield hosts that answer late, until an event is set. Raises ``Stopped``."""
        while not until.is_set():
            yield from self._answered()
            self._brake.wait(_BEAT)

    def again(self) -> Iterator[Host]:
        """Ask the silent once more, and yield those who answer now. Raises ``Stopped``."""
        for sweep in self._sweeps:
            sweep.start_again()
        while not self._is_swept:
            yield from self._answered("late")
            self._brake.wait(_BEAT)
        yield from self._answered("late")

    def close(self) -> None:
        """Ask and listen no more; say what is known only now."""
        for sweep in self._sweeps:
            sweep.stop()
        self._aside_brake.halt()
        if self._aside is not None:
            self._aside.join()
        claimed = [a for sweep in self._sweeps for a in sweep.answers.claimed_twice()]
        if claimed:
            self._notify(sweep_notices.duplicates(claimed))

    @property
    def _is_swept(self) -> bool:
        aside = self._aside is not None and self._aside.is_alive()
        return not aside and all(sweep.is_swept for sweep in self._sweeps)

    def _answered(self, *mark: str) -> Iterator[Host]:
        """Yield who is known to be a device by now; raise what went wrong."""
        for sweep in self._sweeps:
            for address in sweep.due():
                yield self._hosts.by_arp(sweep.answers, address, *mark)
        while not self._ready.empty():
            found = self._ready.get()
            if isinstance(found, BaseException):
                raise found
            yield found
        for sweep in self._sweeps:
            if sweep.failure is not None:
                raise sweep.failure
            if sweep.trouble is not None:
                self._cut_short(sweep.trouble, sweep.segment)

    def _cut_short(self, code: str, segment: Segment) -> None:
        """End the scan: what is silent from now on may be there. Raises ``Stopped``."""
        self._notify(sweep_notices.trouble(code, segment))
        self._brake.halt()
        raise Stopped

    # hosts

    def complete(self, host: Host) -> Host:
        """Add what ARP has said of a host since it was found."""
        for sweep in self._sweeps:
            if "arp" in host.found_by and int(host.address) in sweep.answers:
                seen = sweep.answers.sightings(int(host.address))
                new = tuple(s for s in seen if s not in host.sightings)
                return replace(host, sightings=(*host.sightings, *new)) if new else host
        return host

    # when the sweep is over

    def _settled(self) -> Iterator[Host]:
        """Yield who shares a MAC with few, and who shows itself behind a proxy."""
        for sweep in self._sweeps:
            for proxy in sweep.settle():
                if proxy.addresses:
                    yield from self._behind(proxy)
            for address in sweep.due():
                yield self._hosts.by_arp(sweep.answers, address)

    def _behind(self, proxy: Proxy) -> Iterator[Host]:
        """Ask what a proxy answers for: only who speaks for itself is a device."""
        real = 0
        if self._raw and self._scope.allows_mac(proxy.mac):
            wanted = Ranges.of(proxy.addresses)
            far = FarSweep(
                wanted, raw=self._raw, brake=self._brake, pps=pace.PING_PPS, by_proxy=True
            )
            for found in far.run():
                real += 1
                yield self._hosts.behind(proxy.mac, found)
        self._notify(sweep_notices.proxy(proxy, real))

    def _look_back(self) -> None:
        for sweep in self._sweeps:
            count = len(sweep.answers)
            if self._preflight.is_wireless(sweep.segment) and count <= 2 < len(sweep.wanted) // 4:
                self._notify(sweep_notices.isolation(sweep.segment, count))
        if private := sum(sweep.answers.private_macs for sweep in self._sweeps):
            self._notify(sweep_notices.private_macs(private))

    # beside the segments

    def _step_aside(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                self._ready.put(error)

        self._aside = threading.Thread(target=run, name="sweep-far", daemon=True)
        self._aside.start()

    def _ask_beyond(self) -> None:
        if not self._land.beyond or self._raw is None:
            return
        far = FarSweep(
            self._land.beyond,
            raw=self._raw,
            brake=self._aside_brake,
            pps=pace.PING_PPS,
            progress=self._counter(),
            trail=self._beyond,
        )
        for found in far.run():
            self._ready.put(self._hosts.beyond(found))
        for subnet, count in far.mute.items():
            self._notify(sweep_notices.answers_for_others(subnet, count))
        if far.silent:
            self._notify(sweep_notices.not_local(far.silent))

    def _knock(self) -> None:
        self._notify(sweep_notices.UNPRIVILEGED)
        parts = (self._land.beyond, *self._land.near.values())
        count = self._counter()
        done = 0
        for batch, answers in knock(chain.from_iterable(parts), brake=self._aside_brake):
            done += batch
            count(done)
            for address, mac in answers.items():
                self._ready.put(self._hosts.by_kernel(int(address), mac))
            self._look_at_links()

    def _look_at_links(self) -> None:
        """Raise ``Stopped`` if an interface is no longer what it was; the job does so itself."""
        for segment in self._land.near:
            if not link.has_link(segment.interface):
                self._cut_short("link-lost", segment)
            if isinstance(segment.address, IPv4Address) and not link.is_ours(segment.address):
                self._cut_short("address-gone", segment)

    def _counter(self) -> Callable[[int], None]:
        """Return what a part of the sweep tells how many addresses it has asked."""
        part = object()

        def count(sent: int) -> None:
            with self._lock:  # who is asked again was counted already
                self._sent[part] = max(sent, self._sent.get(part, 0))
                done = min(sum(self._sent.values()), len(self._land))
            self._notify(Progress(Stage.SWEEP, done, len(self._land)))

        return count
