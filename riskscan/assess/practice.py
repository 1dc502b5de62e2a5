"""Scenarios of the gaps: what concerns which devices and systems, and what it would cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from riskscan.assess.estate import Estate, name_of
from riskscan.assess.gap_standing import GONE, THERE, Standing, standing
from riskscan.assess.gaps import CLOUD, Gap, gaps
from riskscan.assess.lacking_vendors import Lacking
from riskscan.assess.library import ListedThreat, criticality, threats
from riskscan.assess.scenario import MOVES_ON, NO_NETWORK, Given, Scenario, begins_within
from riskscan.assess.worth import Valued, Worths, highest
from riskscan.model import (
    Device,
    DeviceClass,
    Entry,
    Level,
    Registers,
    System,
    SystemKind,
    VendorResult,
)

_NAMED = 3
"""Devices and systems that a sentence names."""

_STANDS_IN = {
    SystemKind.PORTABLE: DeviceClass.LAPTOP,
    SystemKind.MEDIA: DeviceClass.LAPTOP,
    SystemKind.ON_SITE: DeviceClass.SERVER,
}
"""What a listed system is worth that no scan has seen."""

_AT_A_VENDOR = "cloud system at a vendor"


@dataclass(frozen=True, slots=True)
class _Concerned:
    """What a gap is about here."""

    devices: tuple[Device, ...]
    systems: tuple[tuple[Entry, System], ...]
    parts: tuple[tuple[str, Valued], ...]
    """What each of it is worth, by its name; the highest counts."""
    lacking: Lacking = field(default_factory=Lacking)

    @property
    def worth(self) -> Valued:
        return highest(value for _, value in self.parts)


def scenarios(estate: Estate, given: Given, worths: Worths) -> Iterator[Scenario]:
    """Yield a scenario for each gap and each threat that it feeds.

    A threat that the practice has put aside enters no gap.
    """
    for gap in gaps().values():
        left = standing(gap, given.controls, given.answers)
        concerned = _concerned(gap, estate, given.registers, given.vendors, worths)
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
    left = replace(left, because=(*left.because, *concerned.lacking.because))
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


def worth_parts(
    gap: Gap,
    estate: Estate,
    registers: Registers,
    vendors: Sequence[VendorResult],
    worths: Worths,
) -> tuple[tuple[str, Valued], ...]:
    """Return what each kind of thing that a gap concerns is worth, with its name in words."""
    return _concerned(gap, estate, registers, vendors, worths).parts


def _concerned(
    gap: Gap,
    estate: Estate,
    registers: Registers,
    vendors: Sequence[VendorResult],
    worths: Worths,
) -> _Concerned:
    if gap.of_practice:
        return _Concerned((), (), (_highest_of_all(estate, registers, worths),))
    lacking = Lacking.of(vendors, registers) if gap.vendors else Lacking()
    devices = tuple(d for d in estate.devices.values() if d.identity.device_class in gap.classes)
    systems = tuple((e, s) for e, s in registers.of(System) if s.kind in gap.kinds)
    if lacking.names:
        systems = lacking.systems
    classes = sorted({d.identity.device_class for d in devices})
    parts = {name_of(c): worths.of_class(c) for c in classes}
    for entry, system in systems:
        parts |= _worth_of(entry, system, estate, worths)
    return _Concerned(devices, systems, tuple(parts.items()) or _standing_in(gap, worths), lacking)


def _standing_in(gap: Gap, worths: Worths) -> tuple[tuple[str, Valued], ...]:
    if gap.worth == CLOUD:
        return ((_AT_A_VENDOR, worths.cloud()),)
    device_class = DeviceClass(gap.worth)
    name = f"{name_of(device_class)}, which stands in: nothing of the kind was seen or listed"
    return ((name, worths.of_class(device_class)),)


def _highest_of_all(estate: Estate, registers: Registers, worths: Worths) -> tuple[str, Valued]:
    """The practice as a whole is worth what the best of its systems with records is worth."""
    seen = {d.identity.device_class for d in estate.devices.values()} - {DeviceClass.UNKNOWN}
    holding = {c for c in seen if criticality()[c].records} or seen
    named = [(name_of(c), worths.of_class(c)) for c in sorted(holding)]
    named += [
        (system.name, highest(_worth_of(entry, system, estate, worths).values()))
        for entry, system in registers.of(System)
    ]
    if not named:
        named = [("a device nobody knows", worths.of_class(DeviceClass.UNKNOWN))]
    # By level, and among equals by records: a pump is worth as much, and says less of a practice.
    best, worth = max(named, key=lambda each: (each[1].shown.level, *_cells(each[1])))
    bounds = highest(value for _, value in named)
    told = f"It concerns the practice as a whole, which is worth what its best system is: {best}."
    return best, replace(
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


def _worth_of(entry: Entry, system: System, estate: Estate, worths: Worths) -> dict[str, Valued]:
    """Return what a listed system is worth, by the classes of its devices, each with its name."""
    if system.kind is SystemKind.CLOUD:
        return {_AT_A_VENDOR: worths.cloud()}
    addresses = system.addresses.replace(",", " ").split()
    seen = {estate.devices[a].identity.device_class for a in addresses if a in estate.devices}
    if seen:
        return {name_of(c): worths.of_class(c) for c in sorted(seen)}
    device_class = _STANDS_IN[system.kind]
    name = (
        f"{system.name} [{entry.id}], not seen by the scan and worth as a {name_of(device_class)}"
    )
    return {name: worths.of_class(device_class)}


def _names(concerned: _Concerned) -> str:
    """Name what is concerned: vendors and systems by name, devices by address; the first few."""
    names = list(concerned.lacking.names)
    if not names:
        names = [f"{system.name} [{entry.id}]" for entry, system in concerned.systems]
        names += [str(d.address) for d in concerned.devices]
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
