"""Look at a network once, and reckon what that would take."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from riskscan import __version__, discover, identify
from riskscan.discover.forecast import Forecast, forecast
from riskscan.discover.profile import DEFAULT_PROFILE, PROFILES
from riskscan.discover.raw.client import RawProcess, open_raw_sockets
from riskscan.errors import RawSocketsLost
from riskscan.identify import corrected
from riskscan.identify.earlier import known_fragile, known_robust
from riskscan.identify.hardy import hardy
from riskscan.model import (
    Begun,
    Event,
    Notice,
    Scan,
    ScanState,
    Site,
    Stretch,
)
from riskscan.pipeline.memory import (
    base_of,
    earlier_of,
    earlier_scans,
    greeted_by_strangers,
    is_same_place,
    triage_for,
)
from riskscan.store import Store

SCANNER_NOTICE = "{} is the machine that scans: it cannot be judged from itself, and is left out"

SWEPT_FOR = timedelta(hours=1)
"""How long a resumed scan goes by who answered before: later, others are at work."""

Clock = Callable[[], datetime]
Notify = Callable[[Event], None]


def scan(
    site: Site,
    store: Store,
    *,
    clock: Clock,
    notify: Notify,
    stop: threading.Event,
    resume: Scan | None = None,
    profile: str = DEFAULT_PROFILE,
    rescan: bool = False,
    arp_pps: int | None = None,
    listen_for: float = 0,
    privileged: bool | None = None,
    rules_folders: Sequence[Path] = (),
    raw: RawProcess | None = None,
) -> Scan:
    """Look at the site's network once; each device is stored as soon as it is finished.

    ``profile`` names one of ``PROFILES``. If ``stop`` is set while it runs, the scan ends as
    INCOMPLETE and can be given back as ``resume``: it goes on with the profile that it began
    with, and devices that are stored already are not touched again. ``rescan`` builds on the
    newest complete scan and asks unchanged devices less; a resumed scan goes on as it began.
    ``arp_pps`` is the most ARP requests per second, if not the usual. ``listen_for`` is for how
    many seconds to hear what devices announce before anything is sent; a resumed scan too.

    ``raw`` is a process that holds the raw sockets already; by default one is started.

    Raises what :func:`riskscan.discover.preflight` raises, :class:`riskscan.errors.StoreError`, and
    :class:`riskscan.errors.RawSocketsLost` after it has ended the scan as INCOMPLETE.
    """
    rules = identify.load_rules(rules_folders)
    if raw is not None:
        raw.ready()
    preflight = discover.preflight(site.scope, privileged=privileged if raw is None else True)
    current = replace(_new_scan(site, clock(), preflight, rules.revision), profile=profile)
    if resume is not None:
        # The rest is looked at from here and now, and with the rules of today.
        current = replace(
            current,
            id=resume.id,
            started_at=resume.started_at,
            profile=resume.profile,
            rescan_of=resume.rescan_of,
            notices=resume.notices,
        )
    notices: list[Notice] = list(current.notices)
    cut_short: list[Notice] = []

    def listen(event: Event) -> None:
        if isinstance(event, Notice) and event not in notices:
            notices.append(event)
        if isinstance(event, Notice) and event.code in discover.CUT_SHORT:
            cut_short.append(event)
        notify(event)

    def checkpoint(begun: Sequence[Begun], swept: bool, stretches: Sequence[Stretch]) -> None:
        store.keep(current.id, begun, swept_at=clock() if swept else None, stretches=stretches)

    if rescan and resume is None:
        current = replace(current, rescan_of=base_of(store, current, listen))
    store.begin(current)
    for notice in preflight.notices:
        listen(notice)
    remembered = tuple(earlier_scans(store, current))
    hosts = discover.sweep(
        site.scope,
        triage=triage_for(site, known_fragile(remembered), known_robust(remembered)),
        earlier=earlier_of(store, current, clock()),
        arp_pps=arp_pps,
        listen_for=listen_for,
        allows_anonymous=greeted_by_strangers(site),
        robust=lambda host: bool(hardy(identify.identify(host, rules))),
        preflight=preflight,
        paces=PROFILES[current.profile].paces,
        notify=listen,
        skip=store.done(current.id),
        begun=store.begun(current.id),
        swept=_was_just_swept(store, current.id, clock()),
        stretches=store.stretches(current.id),
        checkpoint=checkpoint,
        stop=stop,
        raw=raw.opened if raw else open_raw_sockets,
    )
    corrections = store.corrections()
    lost: RawSocketsLost | None = None
    try:
        for host in hosts:
            if host.found_by == ("self",):
                listen(Notice("scanner-not-assessed", SCANNER_NOTICE.format(host.address)))
            else:
                store.record(current.id, corrected(identify.identify(host, rules), corrections))
    except RawSocketsLost as error:
        lost = error
    whole = not (stop.is_set() or lost or cut_short)
    state = ScanState.COMPLETE if whole else ScanState.INCOMPLETE
    store.finish(replace(current, state=state, ended_at=clock(), notices=tuple(notices)))
    if lost:
        raise lost
    return store.load(current.id)


def plan(
    site: Site,
    store: Store | None = None,
    *,
    profile: str = DEFAULT_PROFILE,
    rescan: bool = False,
    arp_pps: int | None = None,
    listen_for: float = 0,
) -> Forecast:
    """Reckon a scan of the site without sending anything.

    The devices are expected that its newest complete scan from here found, if there is one; without
    one a ``rescan`` is a full scan. Raises :class:`riskscan.errors.EnvironmentLacks` if the
    interfaces of this machine cannot be read.
    """
    complete = [
        scan
        for scan in (store.scans() if store else ())
        if scan.state is ScanState.COMPLETE
        and scan.site.practice == site.practice
        and is_same_place(scan.site, site)
    ]
    newest = max(complete, key=lambda scan: scan.started_at, default=None)
    return forecast(
        site.scope,
        PROFILES[profile],
        discover.local_segments(site.scope),
        known=store.done(newest.id) if store and newest else None,
        arp_pps=arp_pps,
        listen_for=listen_for,
        rescan=rescan and newest is not None,
    )


def left_of(store: Store, scan: Scan) -> tuple[int, int]:
    """Return how many devices of an unfinished scan are finished, and how many addresses left."""
    done = store.done(scan.id)
    return len(done), sum(address not in done for address in scan.site.scope.addresses())


def _was_just_swept(store: Store, scan_id: str, now: datetime) -> bool:
    """Say whether a resumed scan may go by who answered before it was interrupted."""
    at = store.swept_at(scan_id)
    return at is not None and timedelta() <= now - at <= SWEPT_FOR


def _new_scan(site: Site, now: datetime, preflight: discover.Preflight, rules: str) -> Scan:
    return Scan(
        id=f"S-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        site=site,
        started_at=now,
        vantage=replace(preflight.vantage, label=site.vantage),
        tool_version=__version__,
        nmap_version=preflight.nmap_version,
        rules_revision=rules,
    )
