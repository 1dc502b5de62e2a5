"""What earlier scans of a practice, and its site file, say of a device before it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
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
)
from riskscan.store import Store

REMEMBERED = 12
"""Earlier scans that are asked about a device: three months of weekly ones. Whatever was fragile
stays so from scan to scan, so only a device that was away for all of them is forgotten."""

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
    reason = unfit(complete[0], scan) if complete else "there is no complete scan to build on"
    if reason:
        notify(Notice("rescan-full", f"this is a full scan: {reason}"))
        return None
    return complete[0].id


def earlier_of(store: Store, scan: Scan, now: datetime) -> Earlier | None:
    if scan.rescan_of is None:
        return None
    turn = len(complete_scans(store, scan))
    return Earlier(store.load(scan.rescan_of), now=now, turn=turn)


def complete_scans(store: Store, scan: Scan) -> list[Scan]:
    """Return the complete scans of the practice before this one, newest first, without devices."""
    return [
        other
        for other in store.scans()
        if other.site.practice == scan.site.practice
        and other.state is ScanState.COMPLETE
        and other.started_at < scan.started_at
    ]


def earlier_scans(store: Store, scan: Scan) -> Iterator[Scan]:
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
