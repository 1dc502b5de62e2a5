"""The story on one page: scan a network, say what it means, tell someone.

Nobody else knows the order of the stages. Each function takes nouns and a store, and gives a
noun back; the clock, the terminal and the exit status belong to the caller.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from riskscan import __version__, assess, discover, identify, knowledge, report
from riskscan.discover.again import Earlier, unfit
from riskscan.discover.forecast import Forecast, forecast
from riskscan.discover.profile import DEFAULT_PROFILE, PROFILES
from riskscan.discover.raw.client import RawProcess, open_raw_sockets
from riskscan.errors import OutputError, RawSocketsLost
from riskscan.identify import RuleSet, corrected
from riskscan.identify.earlier import known_fragile, known_robust
from riskscan.identify.hardy import hardy
from riskscan.model import (
    Answer,
    Assessment,
    Begun,
    Change,
    Correction,
    Decision,
    Device,
    Event,
    Host,
    Identity,
    Notice,
    Policy,
    Scan,
    ScanState,
    Site,
    Triage,
    compare,
)
from riskscan.store import Store
from riskscan.store.private import make_folder, open_private

SCANNER_NOTICE = "{} is the machine that scans: it cannot be judged from itself, and is left out"

REMEMBERED = 12
"""Earlier scans that are asked about a device: three months of weekly ones. Whatever was fragile
stays so from scan to scan, so only a device that was away for all of them is forgotten."""

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

    def checkpoint(begun: Sequence[Begun], swept: bool) -> None:
        store.keep(current.id, begun, swept_at=clock() if swept else None)

    if rescan and resume is None:
        current = replace(current, rescan_of=_base_of(store, current, listen))
    store.begin(current)
    for notice in preflight.notices:
        listen(notice)
    remembered = tuple(_earlier(store, current))
    hosts = discover.sweep(
        site.scope,
        triage=triage_for(site, known_fragile(remembered), known_robust(remembered)),
        earlier=_earlier_of(store, current, clock()),
        arp_pps=arp_pps,
        listen_for=listen_for,
        robust=lambda host: bool(hardy(identify.identify(host, rules))),
        preflight=preflight,
        paces=PROFILES[current.profile].paces,
        notify=listen,
        skip=store.done(current.id),
        begun=store.begun(current.id),
        swept=_was_just_swept(store, current.id, clock()),
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

    The devices are expected that its newest complete scan found, if the store holds one; without
    one a ``rescan`` is a full scan. Raises :class:`riskscan.errors.EnvironmentLacks` if the
    interfaces of this machine cannot be read.
    """
    complete = [
        scan
        for scan in (store.scans() if store else ())
        if scan.site.practice == site.practice and scan.state is ScanState.COMPLETE
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


def reidentify(store: Store, scan: Scan, rules: RuleSet) -> tuple[tuple[Device, Device], ...]:
    """Say again what the devices of a stored scan are, and keep it; sends no packet.

    Returns each device of which something changed, before and after. Corrections stay in force.
    """
    corrections = store.corrections()
    again = [corrected(identify.identify(d.host, rules), corrections) for d in scan.devices]
    store.reidentify(scan.id, again, rules.revision)
    pairs = zip(scan.devices, again, strict=True)
    return tuple((old, new) for old, new in pairs if old.identity != new.identity)


def correct(store: Store, scan: Scan, device: Device, correction: Correction) -> Device:
    """Keep what a named person says of a device, and let it stand in this scan at once."""
    store.add_correction(correction)
    rules = identify.load_rules()
    after = corrected(identify.identify(device.host, rules), store.corrections())
    store.reidentify(scan.id, [after], scan.rules_revision)
    return after


def left_of(store: Store, scan: Scan) -> tuple[int, int]:
    """Return how many devices of an unfinished scan are finished, and how many addresses left."""
    done = store.done(scan.id)
    return len(done), sum(address not in done for address in scan.site.scope.addresses())


def triage_for(
    site: Site,
    earlier: Mapping[str, str] | None = None,
    robust: Mapping[str, str] | None = None,
) -> Callable[[Host], Triage]:
    """Return identify's triage, made stricter by the site file and by what was known ``earlier``.

    ``earlier`` is what :func:`riskscan.identify.earlier.known_fragile` returns; ``robust``, from
    ``known_robust``, only lifts a device of which nothing else speaks for care.
    """
    known, hardy_ones = earlier or {}, robust or {}

    def triage(host: Host) -> Triage:
        for entry in site.gentle:
            if _names(entry, host):
                return Triage(Policy.FRAGILE, f"the site file lists it as gentle ({entry})")
        seen = identify.triage(host)
        key = Device(host, Identity()).key
        if seen.policy is Policy.FRAGILE:
            return seen
        if key in known:
            return Triage(Policy.FRAGILE, known[key])
        return Triage(Policy.ROBUST, hardy_ones[key]) if key in hardy_ones else seen

    return triage


def _was_just_swept(store: Store, scan_id: str, now: datetime) -> bool:
    """Say whether a resumed scan may go by who answered before it was interrupted."""
    at = store.swept_at(scan_id)
    return at is not None and timedelta() <= now - at <= SWEPT_FOR


def _base_of(store: Store, scan: Scan, notify: Notify) -> str | None:
    """Return the id of the scan to build on; say why where this one must be a full scan."""
    complete = _complete(store, scan)
    reason = unfit(complete[0], scan) if complete else "there is no complete scan to build on"
    if reason:
        notify(Notice("rescan-full", f"this is a full scan: {reason}"))
        return None
    return complete[0].id


def _earlier_of(store: Store, scan: Scan, now: datetime) -> Earlier | None:
    if scan.rescan_of is None:
        return None
    turn = len(_complete(store, scan))
    return Earlier(store.load(scan.rescan_of), now=now, turn=turn)


def _complete(store: Store, scan: Scan) -> list[Scan]:
    """Return the complete scans of the practice before this one, newest first, without devices."""
    return [
        other
        for other in store.scans()
        if other.site.practice == scan.site.practice
        and other.state is ScanState.COMPLETE
        and other.started_at < scan.started_at
    ]


def _earlier(store: Store, scan: Scan) -> Iterator[Scan]:
    """Yield the newest scans of the same practice but this, newest first, finished or not."""
    others = [s for s in store.scans() if s.id != scan.id and s.site.practice == scan.site.practice]
    newest = sorted(others, key=lambda other: other.started_at, reverse=True)
    for other in newest[:REMEMBERED]:
        yield store.load(other.id)


def _names(entry: str, host: Host) -> bool:
    """Say whether an address, a network or a MAC prefix of the site file names this host."""
    if entry.count(":") >= 2 and "/" not in entry and entry.count("::") == 0:
        return host.mac is not None and host.mac.startswith(entry.lower())
    return ip_address(host.address) in ip_network(entry, strict=False)


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


def judge(store: Store, scan: Scan, *, now: datetime, answers: Sequence[Answer] = ()) -> Assessment:
    """Say what a stored scan means, together with what the practice answered; sends no packet."""
    if answers:
        store.add_answers(answers)
    assessment = assess_only(store, scan, now=now)
    store.file_assessment(assessment)
    return assessment


def assess_only(store: Store, scan: Scan, *, now: datetime) -> Assessment:
    """Say what a stored scan means without writing it down: for a reader of the database."""
    return assess.assess(
        scan,
        answers=store.answers(),
        decisions=store.decisions(),
        knowledge=knowledge.load(),
        now=now,
        previous=previous_of(store, scan),
    )


def current(store: Store, scan: Scan, *, now: datetime) -> Assessment:
    """Return the assessment on file, or one of ``now`` if there is none or a decision ran out."""
    filed = store.assessment(scan.id)
    if filed is not None and not any(
        f.decision and f.decision.why_void(f.evidence_hash, now.date()) for f in filed.findings
    ):
        return filed
    return assess_only(store, scan, now=now)


def judge_again(store: Store, scan: Scan, filed: Assessment) -> Assessment:
    """Judge a stored scan as on the day of ``filed``, with the rules of today; keeps nothing."""
    before = [s for s in _complete(store, scan) if s.ended_at and s.ended_at <= filed.made_at]
    return assess.replay(
        filed,
        scan,
        decisions=store.decisions(),
        knowledge=knowledge.load(),
        previous=before[0] if before else None,
    )


def decide(store: Store, scan: Scan, decision: Decision, *, now: datetime) -> Assessment:
    """Keep what a named person decided about a finding, and judge the scan again with it."""
    store.add_decision(decision)
    return judge(store, scan, now=now)


def render(store: Store, scan: Scan, *, format_: str, now: datetime) -> bytes:
    """Return the report on a stored scan; a scan that was never assessed is assessed first."""
    if store.assessment(scan.id) is None:
        judge(store, scan, now=now)
    assessment = current(store, scan, now=now)
    known = knowledge.load()
    document = report.compose(
        scan,
        assessment,
        checks={check_id: assess.check_text(check_id) for check_id in assess.CHECKS},
        changes=changes_since(store, scan),
        knowledge_as_of=known.as_of,
        knowledge=known.feeds,
    )
    return report.EXPORTERS[format_](document)


def previous_of(store: Store, scan: Scan) -> Scan | None:
    """Return the newest complete scan of the same practice before this one."""
    earlier = _complete(store, scan)
    return store.load(earlier[0].id) if earlier else None


def changes_since(store: Store, scan: Scan) -> tuple[Change, ...]:
    """Return what differs from the scan before; nothing if this is the first."""
    previous = previous_of(store, scan)
    return compare(previous, scan) if previous else ()


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where a demo left its results."""

    database: Path
    reports: tuple[Path, ...]
    devices: int


def demo(
    folder: Path,
    *,
    clock: Clock,
    notify: Notify,
    stop: threading.Event,
    formats: Sequence[str] = ("pdf", "html", "json"),
) -> DemoFiles:
    """Build the clinic in a box, scan it through this very pipeline, and write the reports.

    The calling process ends up inside the lab's private network: no packet can reach a real one.
    Raises :class:`riskscan.errors.NamespacesDenied` where the kernel allows no such network.
    """
    from riskscan.lab import CLINIC, Lab, demo_site

    database = folder / "riskscan.db"
    make_folder(database)
    with Lab(CLINIC) as lab:
        lab.enter()
        with Store.open(database) as store:
            done = scan(demo_site(), store, clock=clock, notify=notify, stop=stop)
            judge(store, done, now=clock())
            written = [
                write(
                    folder / f"riskscan-demo.{name}", render(store, done, format_=name, now=clock())
                )
                for name in formats
            ]
    return DemoFiles(database, tuple(written), len(done.devices))


def write(path: Path, content: bytes) -> Path:
    """Write a file so that only its owner can read it, and never half of it.

    Under sudo it belongs to the person who called sudo. Raises
    :class:`riskscan.errors.OutputError`.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(open_private(partial, os.O_EXCL), "wb") as file:
            file.write(content)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise OutputError(
            f"cannot write {path}: {error.strerror}",
            "choose another place with -o, or free some space",
        ) from error
    return path
