"""How far a weakness can be reached from, as scans from named places showed it.

The predisposing condition (X) of NIST SP 800-30 r1 appendix F: one step up for what the guest
network reaches; one down for what neither guest nor office network reached, each with a test of
its own. What was not tested stays where it is: untested is never unreachable. A scan from the
clinical or the server network is no test from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date

from riskscan.assess.place import ZONE_WORDS, Outcome, Place, Port, Trial
from riskscan.model import Device, Finding, Scan, Zone

UNTESTED, BEST, WORST = 0, -1, 1
"""Steps of exposure (X): no test was made; office and guest cannot reach it; they can."""

_REACHED, _UNREACHED = "Reachable from", "could not reach it"


@dataclass(frozen=True, slots=True)
class Reach:
    """The step of exposure of one group, as shown and at its bounds."""

    shown: int = UNTESTED
    best: int = BEST
    worst: int = WORST
    because: str = ""
    """Which test said so, from where and when; empty if there was none."""


def heard(because: Iterable[str]) -> dict[Zone, Outcome]:
    """Read back what the sentences of :meth:`Exposure.reach` say of each place."""
    told: dict[Zone, Outcome] = {}
    for zone in (Zone.GUEST, Zone.OFFICE):
        where = ZONE_WORDS[zone]
        for sentence in because:
            if f"{_REACHED} {where}: " in sentence:
                told[zone] = Outcome.REACHED
            elif f"{_capital(where)} {_UNREACHED} (" in sentence:
                told[zone] = Outcome.UNREACHED
    return told


def places(scan: Scan, elsewhere: Sequence[Scan]) -> tuple[str, ...]:
    """Name each place that the network was looked at from, with its day."""
    return tuple(
        f"{s.vantage.label or s.site.vantage or 'not named'} ({s.started_at:%Y-%m-%d})"
        for s in (scan, *elsewhere)
    )


@dataclass(frozen=True, slots=True)
class _Finding:
    """What the places of one zone say of a group: how it ended, and the sentence's parts."""

    outcome: Outcome = Outcome.UNTESTED
    ports: tuple[str, ...] = ()
    """What was reached, with the device: ``23/tcp on 192.168.50.20``."""
    by: tuple[str, ...] = ()
    """The scans that said so: ``guest Wi-Fi, 2026-11-20``."""

    @property
    def tests(self) -> str:
        return "; ".join(self.by)


@dataclass(frozen=True, slots=True)
class Exposure:
    """What scans from other places could reach."""

    elsewhere: tuple[Scan, ...] = ()
    places: Mapping[Zone, tuple[Place, ...]] = field(default_factory=dict)
    """Guest and office places whose scans count as tests, this scan's own place among them."""

    @classmethod
    def of(cls, scan: Scan, elsewhere: Sequence[Scan], today: date | None = None) -> Exposure:
        """Sort scans into tests. ``today`` decides which are too old; the scan's day if None."""
        today = today or scan.started_at.astimezone(UTC).date()
        tests = [place for each in (scan, *elsewhere) if (place := Place.of(each)).counts(today)]
        return cls(
            tuple(elsewhere),
            {zone: tuple(p for p in tests if p.zone is zone) for zone in (Zone.GUEST, Zone.OFFICE)},
        )

    def reach(self, devices: Iterable[Device], findings: Iterable[Finding]) -> Reach:
        """Return the step of exposure for a weakness on some devices.

        One port of one device that the guest network reached is enough to raise it; to lower it,
        each port of each device takes a test from guest and one from office.
        """
        asked = tuple(_asked(devices, findings))
        guest = self._from(Zone.GUEST, asked)
        if guest.outcome is Outcome.REACHED:
            return Reach(WORST, WORST, WORST, _reached(Zone.GUEST, guest))
        office = self._from(Zone.OFFICE, asked)
        told = (guest.outcome, office.outcome)
        if told == (Outcome.UNREACHED, Outcome.UNREACHED):
            return Reach(BEST, BEST, BEST, _from_neither(guest, office))
        best = UNTESTED if office.outcome is Outcome.REACHED else BEST
        worst = UNTESTED if guest.outcome is Outcome.UNREACHED else WORST
        return Reach(UNTESTED, best, worst, _half(guest, office))

    def _from(self, zone: Zone, asked: Sequence[tuple[Device, tuple[Port, ...]]]) -> _Finding:
        places = self.places.get(zone, ())
        wanted = [(device, port) for device, ports in asked for port in ports or (None,)]
        trials = [
            [(place, device, port, _try(place, device, port)) for place in places]
            for device, port in wanted
        ]
        hits = [t for each in trials for t in each if t[-1].outcome is Outcome.REACHED]
        if hits:
            ports = (_port_on(place, device, port) for place, device, port, _ in hits)
            return _Finding(Outcome.REACHED, _once(ports), _scans(hits))
        misses = [[t for t in each if t[-1].outcome is Outcome.UNREACHED] for each in trials]
        if not trials or not all(misses):
            return _Finding()
        return _Finding(Outcome.UNREACHED, (), _scans(t for each in misses for t in each))


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _scans(trials: Iterable[tuple[Place, Device, Port | None, Trial]]) -> tuple[str, ...]:
    return _once(f"{place.name}, {trial.on}" for place, _, _, trial in trials)


def _asked(
    devices: Iterable[Device], findings: Iterable[Finding]
) -> Iterator[tuple[Device, tuple[Port, ...]]]:
    """Yield each device with the ports that the weakness shows on; all that are open if none."""
    of_device: dict[str, set[Port]] = {}
    for finding in findings:
        ports = {
            (o.protocol or "tcp", o.port)
            for o in (evidence.observation for evidence in finding.evidence)
            if o.port is not None
        }
        of_device.setdefault(finding.address or "", set()).update(ports)
    for device in devices:
        open_here = {(s.protocol, s.port) for s in device.host.open_ports}
        named = of_device.get(str(device.address), set()) & open_here
        yield device, tuple(sorted(named or open_here))


def _try(place: Place, device: Device, port: Port | None) -> Trial:
    return place.test_any(device) if port is None else place.test(device, port)


def _port_on(place: Place, device: Device, port: Port | None) -> str:
    if port is None:
        port = place.open_ports(device)[0]
    return f"{port[1]}/{port[0]} on {device.address}"


_NAMED = 3
"""Ports that a sentence names."""


def _reached(zone: Zone, found: _Finding) -> str:
    more = len(found.ports) - _NAMED
    ports = ", ".join(found.ports[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{_REACHED} {ZONE_WORDS[zone]}: {ports} ({found.tests})."


def _from_neither(guest: _Finding, office: _Finding) -> str:
    return (
        f"Neither {ZONE_WORDS[Zone.GUEST]} ({guest.tests}) nor {ZONE_WORDS[Zone.OFFICE]} "
        f"({office.tests}) could reach it: tested from two places."
    )


def _half(guest: _Finding, office: _Finding) -> str:
    """Say what one test alone showed, and what is still untested; '' without any test."""
    parts = []
    for zone, found in ((Zone.GUEST, guest), (Zone.OFFICE, office)):
        if found.outcome is Outcome.REACHED:
            parts.append(_reached(zone, found))
        elif found.outcome is Outcome.UNREACHED:
            parts.append(f"{_capital(ZONE_WORDS[zone])} {_UNREACHED} ({found.tests}).")
    if len(parts) == 1:
        untested = Zone.GUEST if guest.outcome is Outcome.UNTESTED else Zone.OFFICE
        parts.append(f"From {ZONE_WORDS[untested]} it was not tested.")
    return " ".join(parts)


def _capital(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"
