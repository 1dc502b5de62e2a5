"""A known network asked again: what an unchanged device is spared, and what stays known of it.

An unchanged device is asked the telltale ports, whatever was open, the likeliest ports, and a
seventh of all others: each port of each device has its turn once within any seven re-scans. The
states of the rest are carried over with the day they were asked. Every change is a reason to ask
in full, at once.

A port that was silent before is asked once and not again, on fragile devices too, since on most
devices half the ports are: if that one packet is lost, what has opened there since is seen one
re-scan later, or at its next turn.
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
"""Re-scans within which each port of each device is asked once."""

MOST_PORTS = 32
"""TCP ports that an unchanged device is asked each time, unless more than these were open; those
whose turn it is come to these."""

BRIEF = 0.7
"""Seconds to wait for a word from a port that had none before."""

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


def has_turn(key: str, protocol: str, port: int, turn: int) -> bool:
    """Say whether a port of a device is asked in the re-scan with this running number."""
    own = int.from_bytes(sha256(key.encode()).digest()[:8])
    # By threes, so that ports side by side fall into different turns, and those of TCP and UDP.
    return (own + 3 * port + (protocol == "udp")) % TURNS == turn % TURNS


@dataclass(frozen=True)
class Again:
    """One device that was finished in the earlier scan."""

    before: Host
    """With the day on which each port was asked."""
    full: bool
    """It is asked in full in this scan, changed or not."""
    turn: int = 0
    """Running number of this re-scan."""

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

    @cached_property
    def silent_tcp(self) -> frozenset[int]:
        """TCP ports that gave no answer."""
        return self._in(PortState.FILTERED, "tcp")

    @cached_property
    def silent_udp(self) -> frozenset[int]:
        """UDP ports that gave no answer."""
        return self._in(PortState.OPEN_OR_FILTERED, "udp") - self.answered_udp

    def _in(self, state: PortState, protocol: str) -> frozenset[int]:
        services = self.before.services
        return frozenset(s.port for s in services if (s.state, s.protocol) == (state, protocol))

    def tcp(self, pace: Pace) -> tuple[int, ...]:
        """Return the ports that it is asked while unchanged, by what they are worth knowing."""
        must = {*TELLTALE_TCP, *self.open_tcp}
        likely = [port for port in LIKELY_TCP if port not in must and port in pace.tcp_ports]
        asked = must | set(likely[: max(0, MOST_PORTS - len(must))])
        asked |= {port for port in pace.tcp_ports if self._is_due("tcp", port)}
        return tuple(sorted(asked, key=worth))

    def udp(self, pace: Pace) -> tuple[int, ...]:
        """Return the UDP ports that it is asked while unchanged."""
        return tuple(
            port
            for port in pace.udp_ports
            if port in self.answered_udp or self._is_due("udp", port)
        )

    def patience(self, probe: str, port: int, pace: Pace) -> Pace:
        """Return the pace for a question: a shorter wait where an earlier scan waited in vain.

        At the port's turn the wait is the usual one, so that a service that has become slow is
        heard within seven re-scans.
        """
        if (probe, port) not in self._mute or has_turn(self._key, "tcp", port, self.turn):
            return pace
        return replace(pace, read_timeout=min(pace.read_timeout, BRIEF))

    @cached_property
    def _mute(self) -> frozenset[tuple[str, int | None]]:
        """Questions over TCP that nothing came back to."""
        return frozenset(
            (result.probe, result.port)
            for result in self.before.probe_results
            if result.protocol == "tcp"
            and (
                result.outcome is Outcome.TIMED_OUT
                or any(seen.key == "tcp.silent" for seen in result.observations)
            )
        )

    def _is_due(self, protocol: str, port: int) -> bool:
        """Say whether it is a port's turn; it always is where nothing is known of the port."""
        if (protocol, port) not in self._known:
            return True
        return has_turn(self._key, protocol, port, self.turn)

    @cached_property
    def _known(self) -> frozenset[tuple[str, int]]:
        return frozenset((s.protocol, s.port) for s in self.before.services)

    @cached_property
    def _key(self) -> str:
        return key_of(self.before)

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
        return Again(replace(before, services=kept), len(kept) < len(dated), self._turn)


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
