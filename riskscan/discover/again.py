"""A known network asked again: what an unchanged device is spared, and what stays known of it.

An unchanged device is asked the telltale ports, whatever was open, and the likely ports; the
states of the others are carried over with the day they were asked. One device in seven gets its
full list in each re-scan, and so each of them once within any seven. Every change, too, is a
reason to ask in full.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from riskscan.discover.ports import LIKELY_TCP, TELLTALE_TCP, worth
from riskscan.discover.profile import PROFILES
from riskscan.model import (
    CARRIED_FOR,
    Address,
    Device,
    Host,
    Identity,
    Outcome,
    Pace,
    Policy,
    PortState,
    Scan,
    Service,
)

TURNS = 7
"""Re-scans within which each device is asked in full once."""

MOST_PORTS = 60
"""TCP ports that an unchanged device is asked, unless more than these were open."""

_NAME_TAGS = frozenset(
    {
        *("ssh.banner", "http.server", "http.powered-by", "http.product", "http.realm"),
        *("tls.subject", "ftp.greeting", "mysql.version", "vnc.version", "rdp.security"),
        *("snmp.sysdescr", "snmp.sysobjectid", "snmp.sysname"),
        *("dicom.implementation-uid", "dicom.implementation-version"),
    }
)
"""Observations that name a device and stay as they are while it does. A page title or a mail
server's greeting may hold the time of day."""


def key_of(host: Host) -> str:
    """Return what a host is recognised by from scan to scan: :attr:`Device.key`."""
    return Device(host, Identity()).key


def has_turn(key: str, turn: int) -> bool:
    """Say whether a device is asked in full in the re-scan with this running number."""
    return int.from_bytes(sha256(key.encode()).digest()[:8]) % TURNS == turn % TURNS


@dataclass(frozen=True)
class Again:
    """One device that was finished in the earlier scan."""

    before: Host
    """With the day on which each port was asked."""
    full: bool
    """It is asked in full in this scan, changed or not."""

    @property
    def ordinary(self) -> bool:
        """Whether the earlier scan, which asked it all it could, found nothing fragile in it."""
        return self.before.triage.policy is not Policy.FRAGILE

    @property
    def spares(self) -> bool:
        """Whether it is asked less, as long as nothing of it has changed."""
        return self.ordinary and not self.full

    @cached_property
    def open_tcp(self) -> frozenset[int]:
        return frozenset(s.port for s in self.before.open_ports if s.protocol == "tcp")

    @cached_property
    def answered_udp(self) -> frozenset[int]:
        """UDP ports that answered nmap, or one of our probes."""
        opened = {s.port for s in self.before.open_ports if s.protocol == "udp"}
        spoke = {
            result.port
            for result in self.before.probe_results
            if result.protocol == "udp" and result.outcome is Outcome.ANSWERED
        }
        return frozenset(opened | {port for port in spoke if port is not None})

    def first_tcp(self, pace: Pace) -> tuple[int, ...]:
        """Return the ports that tell whether it has changed, by what they are worth knowing."""
        must = {*TELLTALE_TCP, *self.open_tcp}
        likely = [port for port in LIKELY_TCP if port not in must and port in pace.tcp_ports]
        asked = must | set(likely[: max(0, MOST_PORTS - len(must))])
        return tuple(sorted(asked, key=worth))

    def changed(self, host: Host) -> str:
        """Say what differs from the earlier scan, as far as this one has asked; '' for nothing."""
        fresh = {s.port: s.state for s in host.services if s.protocol == "tcp"}
        before = {s.port for s in self.before.services if s.protocol == "tcp"}
        for port, state in fresh.items():
            if (state is PortState.OPEN) != (port in self.open_tcp) and port in before:
                return f"port {port} was {'open' if port in self.open_tcp else 'not open'} before"
        said, says = _name_tags(self.before), _name_tags(host)
        if other := [tag for tag, words in says.items() if said.get(tag, words) != words]:
            return f"{other[0][0]} on port {other[0][1]} is not what it was"
        return ""

    def carried(self, host: Host) -> tuple[Service, ...]:
        """Return the states that ``host`` was not asked for in this scan."""
        fresh = {(s.protocol, s.port) for s in host.services}
        return tuple(s for s in self.before.services if (s.protocol, s.port) not in fresh)


def unfit(base: Scan, scan: Scan) -> str:
    """Say why a scan cannot build on the newest complete one before it; '' if it can.

    The state of a port is only true from where it was seen, and not for long.
    """
    sizes = tuple(PROFILES)
    if scan.started_at - base.started_at > CARRIED_FOR:
        return f"the newest complete scan is more than {CARRIED_FOR.days} days old"
    if base.profile not in sizes or sizes.index(base.profile) < sizes.index(scan.profile):
        return f"the newest complete scan asked less (profile {base.profile})"
    here, there = (
        {s.network for s in each.vantage.segments if s.network.version == 4}
        for each in (scan, base)
    )
    if here != there or base.vantage.label != scan.vantage.label:
        return "the newest complete scan looked from another place"
    return ""


class Earlier:
    """The complete scan that a re-scan builds on."""

    def __init__(self, scan: Scan, *, now: datetime, turn: int) -> None:
        """``turn`` is the running number of the scan that builds on it."""
        hosts = [device.host for device in scan.devices]
        self._asked_at = scan.started_at
        self._now = now
        self._turn = turn
        self._by_key: defaultdict[str, list[Host]] = defaultdict(list)
        for host in hosts:
            self._by_key[key_of(host)].append(host)

    @property
    def macs(self) -> Mapping[Address, str]:
        """Who answered at which address."""
        hosts = [host for known in self._by_key.values() for host in known]
        return {host.address: host.mac for host in hosts if host.mac}

    def of(self, host: Host) -> Again | None:
        """Return what is known of a host; None for one that is new, or was never finished.

        A MAC that answers at several addresses is known at each of these alone.
        """
        known = self._by_key.get(key_of(host), [])
        here = [each for each in known if each.address == host.address]
        before = next(iter(here or (known if len(known) == 1 else [])), None)
        if before is None or before.mac != host.mac or not _finished(before):
            return None
        dated = [
            replace(s, as_of=s.as_of or before.seen_at or self._asked_at) for s in before.services
        ]
        kept = tuple(s for s in dated if s.as_of and self._now - s.as_of <= CARRIED_FOR)
        full = len(kept) < len(dated) or has_turn(key_of(host), self._turn)
        return Again(replace(before, services=kept), full)


def _finished(host: Host) -> bool:
    """Say whether it was asked all; not if it was left alone, or its ports could not be asked."""
    return bool(host.services) and not any(
        result.port is None and result.probe in ("all", "ports") for result in host.probe_results
    )


def _name_tags(host: Host) -> dict[tuple[str, int | None], frozenset[str]]:
    tags: defaultdict[tuple[str, int | None], set[str]] = defaultdict(set)
    for seen in host.observations:
        if seen.key in _NAME_TAGS:
            tags[seen.key, seen.port].add(seen.value)
    return {tag: frozenset(words) for tag, words in tags.items()}
