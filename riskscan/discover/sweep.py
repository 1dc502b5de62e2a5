"""The stage as a whole: find hosts, examine a few at a time, hand each over when finished."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext

from riskscan.discover.again import Earlier
from riskscan.discover.askers import Ports
from riskscan.discover.brake import Brake
from riskscan.discover.examine import Examination, Judge, Robust
from riskscan.discover.faults import Stopped
from riskscan.discover.find import find
from riskscan.discover.nmap import NMAPS_AT_ONCE, Nmap
from riskscan.discover.pace import HOSTS_AT_ONCE, PACES
from riskscan.discover.preflight import Preflight
from riskscan.discover.raw.client import Opener, open_raw_sockets
from riskscan.discover.raw.contract import RawSockets
from riskscan.model import Address, Event, Host, Pace, Policy, Progress, Scope, Stage


def sweep(
    scope: Scope,
    *,
    triage: Judge,
    preflight: Preflight,
    paces: Mapping[Policy, Pace] = PACES,
    notify: Callable[[Event], None] = lambda _event: None,
    skip: frozenset[Address] = frozenset(),
    stop: threading.Event | None = None,
    raw: Opener = open_raw_sockets,
    earlier: Earlier | None = None,
    robust: Robust = lambda _host: False,
) -> Iterator[Host]:
    """Yield each device of the scope when all that may be asked of it has been asked.

    ``triage`` says how gently; it is called from several threads. ``notify`` hears of progress,
    one call at a time. Addresses in ``skip`` are swept over and left alone. When ``stop`` is
    set, or the caller walks away, the running port scans are killed and nothing half-done is
    yielded. ``raw`` gives the raw sockets, unless ``preflight`` says to do without.
    ``earlier`` is the scan that a re-scan builds on; ``robust`` opens the last stage of a thorough
    scan (see :class:`Examination` for both). Raises ``NmapMissing`` if nmap disappears,
    ``RawSocketsDenied``, ``RawSocketsLost``.
    """
    brake = Brake(stop)
    herald = _Herald(notify)
    try:
        hosts = [h for h in find(scope, preflight, herald, brake) if h.address not in skip]
    except Stopped:
        return
    with _raw_sockets(raw, scope, preflight, herald) as there:
        yield from _examined(
            hosts, scope, triage, preflight, paces, herald, brake, there, earlier, robust
        )


def _raw_sockets(
    raw: Opener, scope: Scope, preflight: Preflight, notify: Callable[[Event], None]
) -> AbstractContextManager[RawSockets | None]:
    """Return the raw sockets, or None where nmap must do their work, and the kernel's."""
    if not preflight.privileged:
        return nullcontext()
    return raw(scope, preflight.vantage.segments, notify)


def _examined(
    hosts: Sequence[Host],
    scope: Scope,
    triage: Judge,
    preflight: Preflight,
    paces: Mapping[Policy, Pace],
    herald: _Herald,
    brake: Brake,
    raw: RawSockets | None,
    earlier: Earlier | None,
    robust: Robust,
) -> Iterator[Host]:
    nmap = Nmap(preflight.nmap_path, privileged=preflight.privileged, brake=brake, raw=raw)
    engine = Ports(raw, brake) if raw else None

    def examine(host: Host) -> Host:
        segment = preflight.local_segment(host.address)
        if engine and segment and "arp" in host.found_by and host.mac:
            engine.introduce(segment, host.address, host.mac)
        examination = Examination(
            host,
            scope=scope,
            triage=triage,
            paces=paces,
            nmap=nmap,
            engine=engine,
            notify=herald,
            brake=brake,
            again=earlier.of(host) if earlier else None,
            robust=robust,
        )
        return examination.run(passed=herald.passed)

    herald.expect(len(hosts))
    for host in _each(examine, hosts, brake, HOSTS_AT_ONCE if engine else NMAPS_AT_ONCE):
        if engine:
            engine.forget(host.address)
        herald.passed(Stage.PROBES, str(host.address))
        yield host


def _each(
    examine: Callable[[Host], Host], hosts: Iterable[Host], brake: Brake, at_once: int
) -> Iterator[Host]:
    """Yield finished hosts. No host is begun before there is room for it."""
    left = iter(hosts)
    running: set[Future[Host]] = set()
    with ThreadPoolExecutor(at_once, thread_name_prefix="host") as pool:
        try:
            while True:
                while len(running) < at_once and not brake.pulled:
                    if (host := next(left, None)) is None:
                        break
                    running.add(pool.submit(examine, host))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from _results(done)
        finally:
            brake.halt()


def _results(done: Iterable[Future[Host]]) -> Iterator[Host]:
    for future in done:
        try:
            yield future.result()
        except Stopped:
            continue


class _Herald:
    """Tells the caller what happens, one event at a time, whichever thread it happens in."""

    def __init__(self, notify: Callable[[Event], None]) -> None:
        self._notify = notify
        self._lock = threading.Lock()
        self._total = 0
        self._done = dict.fromkeys((Stage.PORTS, Stage.PROBES), 0)

    def __call__(self, event: Event) -> None:
        with self._lock:
            self._notify(event)

    def expect(self, total: int) -> None:
        """Announce how many devices there are to examine."""
        with self._lock:
            self._total = total
            for stage in self._done:
                self._notify(Progress(stage, 0, total))

    def passed(self, stage: Stage, note: str = "") -> None:
        """Count one device that is through with a stage."""
        with self._lock:
            self._done[stage] += 1
            self._notify(Progress(stage, self._done[stage], self._total, note))
