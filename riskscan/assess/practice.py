"""Scenarios of the gaps: what concerns which devices and systems, and what it would cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from riskscan.assess.estate import Estate, name_of
from riskscan.assess.gaps import CLOUD, GONE, THERE, Gap, Standing, gaps, standing
from riskscan.assess.library import ListedThreat, criticality, threats
from riskscan.assess.scenario import MOVES_ON, NO_NETWORK, Given, Scenario, begins_within
from riskscan.assess.worth import Valued, Worths, highest
from riskscan.model import Device, DeviceClass, Entry, Level, Registers, System, SystemKind

_NAMED = 3
"""Devices and systems that a sentence names."""

_STANDS_IN = {
    SystemKind.PORTABLE: DeviceClass.LAPTOP,
    SystemKind.MEDIA: DeviceClass.LAPTOP,
    SystemKind.ON_SITE: DeviceClass.SERVER,
}
"""What a listed system is worth that no scan has seen."""


@dataclass(frozen=True, slots=True)
class _Concerned:
    """What a gap is about here."""

    devices: tuple[Device, ...]
    systems: tuple[tuple[Entry, System], ...]
    worth: Valued


def scenarios(estate: Estate, given: Given, worths: Worths) -> Iterator[Scenario]:
    """Yield a scenario for each gap and each threat that it feeds.

    A threat that the practice has put aside enters no gap.
    """
    for gap in gaps().values():
        left = standing(gap, given.controls, given.answers)
        concerned = _concerned(gap, estate, given.registers, worths)
        for threat in gap.judgement.feeds:
            if given.initiations[threat].considered:
                yield _scenario(gap, threats()[threat], left, concerned, given)


def _scenario(
    gap: Gap, listed: ListedThreat, left: Standing, concerned: _Concerned, given: Given
) -> Scenario:
    judgement = gap.judgement
    names = _names(concerned)
    assets = f"{gap.assets} ({names})" if names else gap.assets
    # The way through the network is the only one that scans from elsewhere can test.
    tested = listed.threat.id == MOVES_ON and concerned.devices
    reach = given.exposure.reach(concerned.devices, ()) if tested else NO_NETWORK
    if reach.shown > 0:
        left = replace(left, shown=THERE, best=THERE)  # what was reached, no paper takes away
    absent = gap.only_if_seen and not concerned.devices
    told = f"This scan saw no such device: {gap.assets}. It counts in the worst case only."
    of_all = " (" + names + ")" if names else ""
    return Scenario(
        listed=listed,
        check=gap.id,
        severity=judgement.check.severity,
        severity_if_true=judgement.check.severity,
        begins=begins_within(listed, given, reach),
        worth=concerned.worth,
        statement=(
            f"Because {judgement.weakness}{of_all}, {listed.threat.phrase} could cause {gap.harm}."
        ),
        assets=assets,
        reach=reach,
        shown=GONE if absent else left.shown,
        best=GONE if absent else left.best,
        worst=THERE if absent else left.shown,
        members=tuple(str(d.address) for d in concerned.devices),
        because=(told, *left.because) if absent else left.because,
        asks=left.asks,
    )


def _concerned(gap: Gap, estate: Estate, registers: Registers, worths: Worths) -> _Concerned:
    devices = tuple(d for d in estate.devices.values() if d.identity.device_class in gap.classes)
    systems = tuple((e, s) for e, s in registers.of(System) if s.kind in gap.kinds)
    if gap.of_practice:
        return _Concerned((), (), _highest_of_all(estate, registers, worths))
    values = [worths.of_class(c) for c in sorted({d.identity.device_class for d in devices})]
    values += [_worth_of(system, estate, worths) for _, system in systems]
    if not values:
        values = [_standing_in(gap.worth, worths)]
    return _Concerned(devices, systems, highest(values))


def _standing_in(worth: str, worths: Worths) -> Valued:
    return worths.cloud() if worth == CLOUD else worths.of_class(DeviceClass(worth))


def _highest_of_all(estate: Estate, registers: Registers, worths: Worths) -> Valued:
    """The practice as a whole is worth what the best of its systems with records is worth."""
    seen = {d.identity.device_class for d in estate.devices.values()} - {DeviceClass.UNKNOWN}
    holding = {c for c in seen if criticality()[c].records} or seen
    named = [(name_of(c), worths.of_class(c)) for c in sorted(holding)]
    named += [(s.name, _worth_of(s, estate, worths)) for _, s in registers.of(System)]
    if not named:
        named = [("a device nobody knows", worths.of_class(DeviceClass.UNKNOWN))]
    # By level, and among equals by records: a pump is worth as much, and says less of a practice.
    best, worth = max(named, key=lambda each: (each[1].shown.level, *_cells(each[1])))
    bounds = highest(value for _, value in named)
    told = f"It concerns the practice as a whole, which is worth what its best system is: {best}."
    return replace(
        worth,
        best=bounds.best,
        worst=bounds.worst,
        because=(told, *worth.because),
        asks=tuple(dict.fromkeys(id for _, value in named for id in value.asks))
        if bounds.best.level is not bounds.worst.level
        else (),
    )


def _cells(worth: Valued) -> tuple[Level, Level, Level]:
    impact = worth.shown
    return impact.confidentiality, impact.integrity, impact.availability


def _worth_of(system: System, estate: Estate, worths: Worths) -> Valued:
    if system.kind is SystemKind.CLOUD:
        return worths.cloud()
    addresses = system.addresses.replace(",", " ").split()
    seen = {estate.devices[a].identity.device_class for a in addresses if a in estate.devices}
    return highest(worths.of_class(c) for c in sorted(seen or {_STANDS_IN[system.kind]}))


def _names(concerned: _Concerned) -> str:
    """Name what is concerned: systems by name, devices by address; the first few."""
    names = [f"{system.name} [{entry.id}]" for entry, system in concerned.systems]
    names += [str(d.address) for d in concerned.devices]
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
