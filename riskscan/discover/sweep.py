"""The stage as a whole: find hosts, examine a few at a time, hand each over when finished."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import MappingProxyType

from riskscan.discover.again import Earlier
from riskscan.discover.askers import Ports
from riskscan.discover.brake import Brake
from riskscan.discover.checkpoints import Checkpoints, Keep
from riskscan.discover.examine import Allowed, Examination, Judge, Robust
from riskscan.discover.faults import Stopped
from riskscan.discover.find import Before, Search
from riskscan.discover.herald import Herald
from riskscan.discover.ipv6 import Watch6
from riskscan.discover.listening import Listening
from riskscan.discover.neighbour_table import NeighbourTable
from riskscan.discover.nmap import NMAPS_AT_ONCE, Nmap
from riskscan.discover.pace import HOSTS_AT_ONCE, PACES
from riskscan.discover.preflight import Preflight
from riskscan.discover.raw.client import Opener, open_raw_sockets
from riskscan.discover.raw.contract import RawSockets
from riskscan.discover.stream import Stream
from riskscan.discover.wifi import WifiWatch
from riskscan.model import Address, Begun, Event, Host, Pace, Policy, Scope, Stage, Stretch


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
    begun: Mapping[Address, Begun] = MappingProxyType({}),
    swept: bool = False,
    stretches: Sequence[Stretch] = (),
    checkpoint: Keep | None = None,
    robust: Robust = lambda _host: False,
    allows_anonymous: Allowed = lambda _host: False,
    arp_pps: int | None = None,
    listen_for: float = 0,
) -> Iterator[Host]:
    """Yield each device of the scope when all that may be asked of it has been asked.

    ``triage`` says how gently; it is called from several threads. ``notify`` hears of progress,
    one call at a time. Addresses in ``skip`` are swept over and left alone. When ``stop`` is
    set, or the caller walks away, the running port scans are killed and nothing half-done is
    yielded. ``raw`` gives the raw sockets, unless ``preflight`` says to do without.
    ``checkpoint`` is called about twice a second, in the caller's thread, with what has become
    known of devices that are not finished, with whether all have been found by then, and with what
    was asked and heard on the way there. A scan that was interrupted gives this back as ``begun``,
    ``swept`` and ``stretches``: what was answered is not asked again, and addresses that were
    silent are asked as often as is left, or only once more at the end if all had been found.
    ``earlier`` is the scan that a re-scan builds on; ``robust`` opens the last stage of a thorough
    scan; ``allows_anonymous`` names delicate devices that may be greeted as a stranger (see
    :class:`Examination` for all three). ``arp_pps`` is the most ARP requests per second, if
    fewer or more than usual; ``listen_for`` is for how many seconds to hear announcements before
    the first packet. A notice of ``CUT_SHORT`` says that the sweep could not go on: then what is
    finished is all, and the scan is incomplete. Raises ``NmapMissing`` if nmap disappears,
    ``RawSocketsDenied``, ``RawSocketsLost``.
    """
    brake = Brake(stop)
    herald = Herald(notify)
    checkpoints = Checkpoints(checkpoint, brake, begun)
    before = Before(tuple(b.host for b in begun.values()), skip) if swept else None
    listening = Listening(scope, preflight, herald, brake)
    with _raw_sockets(raw, scope, preflight, herald) as sockets:
        try:
            listening.run(sockets, listen_for)
        except Stopped:
            return
        search = Search(
            scope,
            preflight,
            raw=sockets,
            notify=herald,
            brake=brake,
            arp_pps=arp_pps,
            known={**(earlier.macs if earlier else {}), **listening.seeds()},
            before=before,
            stretches=stretches,
        )
        checkpoints.follow(search.stretches)
        nmap = Nmap(preflight.nmap_path, privileged=preflight.privileged, brake=brake, raw=sockets)
        engine = Ports(sockets, brake) if sockets else None
        table = NeighbourTable(engine, preflight, lambda: search.live, herald)
        wifi = WifiWatch(preflight, herald)
        ipv6 = Watch6(sockets, preflight, herald, brake)

        def examine(host: Host) -> Host:
            table.introduce(host)
            examination = Examination(
                listening.told(host),
                scope=scope,
                triage=triage,
                paces=paces,
                nmap=nmap,
                engine=engine,
                notify=herald,
                brake=brake,
                again=earlier.of(host) if earlier else None,
                begun=checkpoints.of(host),
                checkpoints=checkpoints,
                robust=robust,
                allows_anonymous=allows_anonymous,
            )
            return examination.run(passed=herald.passed)

        at_once = HOSTS_AT_ONCE if engine else NMAPS_AT_ONCE
        stream = Stream(
            search,
            examine,
            at_once=at_once,
            skip=skip,
            herald=herald,
            brake=brake,
            checkpoints=checkpoints,
        )
        try:
            for host in stream.hosts():
                if engine:
                    engine.forget(host.address)
                wifi.saw(host)
                herald.passed(Stage.PROBES, str(host.address))
                yield ipv6.complete(search.complete(host))
            wifi.conclude()
            if stream.is_complete:
                ipv6.conclude(search.macs)
                listening.conclude(search.macs)
        finally:
            ipv6.close()
            search.close()


def _raw_sockets(
    raw: Opener, scope: Scope, preflight: Preflight, notify: Callable[[Event], None]
) -> AbstractContextManager[RawSockets | None]:
    """Return the raw sockets, or None where nmap must do their work, and the kernel's."""
    if not preflight.privileged:
        return nullcontext()
    return raw(scope, preflight.vantage.segments, notify)
