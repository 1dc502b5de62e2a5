"""What earlier scans of a practice, and its site file, say of a device before it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from riskscan import identify
from riskscan.discover.again import Earlier, unfit
from riskscan.model import (
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
    Zone,
)
from riskscan.store import Store

REMEMBERED = 12
"""Earlier scans that are asked about a device: three months of weekly ones. Whatever was fragile
stays so from scan to scan, so only a device that was away for all of them is forgotten."""

TESTED_FOR = timedelta(days=365)
"""For how long a test of what one place can reach from another counts."""

Notify = Callable[[Event], None]


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


def greeted_by_strangers(site: Site) -> Callable[[Host], bool]:
    """Return who says of a host whether its site file allows anonymous greetings."""
    return lambda host: any(_names(entry, host) for entry in site.allow_anonymous)


def base_of(store: Store, scan: Scan, notify: Notify) -> str | None:
    """Return the id of the scan to build on; say why where this one must be a full scan."""
    complete = complete_scans(store, scan)
    here = from_here(complete, scan)
    reason = "there is no complete scan to build on"
    if here:
        reason = unfit(here[0], scan)
    elif complete:
        reason = unfit(complete[0], scan) or "no complete scan looked from here at these networks"
    if reason:
        notify(Notice("rescan-full", f"this is a full scan: {reason}"))
        return None
    return here[0].id


def earlier_of(store: Store, scan: Scan, now: datetime) -> Earlier | None:
    if scan.rescan_of is None:
        return None
    turn = len(from_here(complete_scans(store, scan), scan))
    return Earlier(store.load(scan.rescan_of), now=now, turn=turn)


def newest(store: Store) -> Scan | None:
    """Return the scan that speaks for the practice: the newest that does not look from guests.

    What a guest can see is evidence on it, and not the practice itself. If there is no other scan,
    that one has to do.
    """
    scans = store.scans()
    inside = [scan for scan in scans if scan.site.zone is not Zone.GUEST]
    chosen = next(iter(inside or scans), None)
    return store.load(chosen.id) if chosen else None


def complete_scans(store: Store, scan: Scan) -> list[Scan]:
    """Return the complete scans of the practice before this one, newest first, without devices."""
    return [
        other
        for other in _scans_of(store, scan.site)
        if other.state is ScanState.COMPLETE and other.started_at < scan.started_at
    ]


def from_here(scans: Iterable[Scan], scan: Scan) -> list[Scan]:
    """Return those that looked from the same place at the same networks.

    Only they can be compared: from the guest Wi-Fi most of a clinic has vanished, as it should.
    """
    return [other for other in scans if is_same_place(other.site, scan.site)]


def is_same_place(one: Site, other: Site) -> bool:
    """Say whether two scans looked at the same networks from the same place.

    Places are told apart by their zone; by the technician's word where neither has a zone.
    """
    if set(one.scope.include) != set(other.scope.include) or one.zone is not other.zone:
        return False
    return one.zone is not None or _label(one) == _label(other)


def scans_elsewhere(store: Store, scan: Scan, until: datetime) -> tuple[Scan, ...]:
    """Return the newest complete scan from each other place, with its devices, the newest first.

    Those of the same practice that had ended by ``until`` and began within a year before it. A
    look from the same place at other networks is one of them: it tests what these are open to.
    """
    newest: dict[tuple[object, ...], Scan] = {}
    for other in _scans_of(store, scan.site):
        if (
            other.state is ScanState.COMPLETE
            and other.ended_at is not None
            and other.ended_at <= until
            and other.started_at >= until - TESTED_FOR
            and not is_same_place(other.site, scan.site)
        ):
            place = (other.site.zone, _label(other.site), frozenset(other.site.scope.include))
            newest.setdefault(place, other)
    return tuple(store.load(other.id) for other in newest.values())


def _label(site: Site) -> str:
    return " ".join(site.vantage.split()).casefold()


def _scans_of(store: Store, site: Site) -> list[Scan]:
    """Return the scans of a practice, newest first, without devices."""
    return [other for other in store.scans() if other.site.practice == site.practice]


def earlier_scans(store: Store, scan: Scan) -> Iterator[Scan]:
    """Yield the newest scans of the same practice but this, newest first, finished or not."""
    others = [other for other in _scans_of(store, scan.site) if other.id != scan.id]
    newest = sorted(others, key=lambda other: other.started_at, reverse=True)
    for other in newest[:REMEMBERED]:
        yield store.load(other.id)


def _names(entry: str, host: Host) -> bool:
    """Say whether an address, a network or a MAC prefix of the site file names this host."""
    if entry.count(":") >= 2 and "/" not in entry and entry.count("::") == 0:
        return host.mac is not None and host.mac.startswith(entry.lower())
    return ip_address(host.address) in ip_network(entry, strict=False)
