"""What each class of device costs this practice when it fails: the default table, made its own.

In this order: the practice's own cells, each with a reason; how many people have records; whether
a restore was tested within a year. Classes that can hurt a patient never fall below high for
integrity and availability, and what nobody has identified is neither raised nor lowered. Each
change says so in a sentence. An answer that is missing changes nothing and widens the interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from riskscan.assess.estate import Estate
from riskscan.assess.library import Criticality, cloud_criticality, criticality
from riskscan.assess.own_worth import own_impact, worth_entries
from riskscan.model import (
    Answer,
    AnswerValue,
    DeviceClass,
    Entry,
    Impact,
    Level,
    Registers,
    System,
    Worth,
)

RESTORE_COUNTS = timedelta(days=365)
"""How long a tested restore counts (riskscan baseline)."""

FEW, MANY = 500, 10_000
"""People with records: under 500 a breach is not reported at once (164.408); over 10,000 is large
(riskscan baseline)."""

_VOLUMES = {"under 500": -1, "500 to 10,000": 0, "over 10,000": 1}
"""Choices of question E01, and the step that each takes in confidentiality."""


@dataclass(frozen=True, slots=True)
class Valued:
    """What a class is worth here, as shown and at its bounds, and why.

    It asks only what can move the highest of its three cells.
    """

    shown: Impact
    best: Impact
    worst: Impact
    harm: str
    patient_safety: bool = False
    because: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[Level, bool]:
        """By which the highest of several counts."""
        return self.shown.level, self.patient_safety


def highest(several: Iterable[Valued]) -> Valued:
    """Return the one that counts for a group, with bounds that no member passes."""
    listed = list(several)
    top = max(listed, key=lambda v: v.rank)
    return replace(
        top,
        best=max((v.best for v in listed), key=lambda i: i.level),
        worst=max((v.worst for v in listed), key=lambda i: i.level),
    )


@dataclass(frozen=True, slots=True)
class Worths:
    """What every class is worth to this practice."""

    said: Mapping[DeviceClass, tuple[Entry, Worth]]
    volume: int | None
    """Step of confidentiality for the number of people with records; None while it is not known."""
    volume_says: str
    restored: Callable[[DeviceClass | None], str]
    """Which tested restore counts for a class; '' if none does."""
    restore_open: bool
    """Whether an answer about restores is missing, or only attested."""
    _known: dict[DeviceClass | None, Valued] = field(default_factory=dict)

    @classmethod
    def of(
        cls, answers: Mapping[str, Answer], registers: Registers, estate: Estate, today: date
    ) -> Worths:
        """``answers`` are those that still count."""
        volume, says = _volume(answers.get("E01"), registers)
        tested = _tested(answers.get("E12"), today)
        by_class = _restored_systems(registers, estate, today)
        said = worth_entries(registers)

        def restored(device_class: DeviceClass | None) -> str:
            return tested or (by_class.get(device_class, "") if device_class else "")

        refused = answers.get("E12")
        settled = refused is not None and refused.value is AnswerValue.NO
        return cls(said, volume, says, restored, not tested and not settled)

    def of_class(self, device_class: DeviceClass) -> Valued:
        if device_class not in self._known:
            self._known[device_class] = self._valued(device_class, criticality()[device_class])
        return self._known[device_class]

    def cloud(self) -> Valued:
        """Return what a system is worth that stands with a vendor."""
        return self._valued(None, cloud_criticality())

    def _valued(self, device_class: DeviceClass | None, default: Criticality) -> Valued:
        impact, because = own_impact(device_class, default, self.said)
        if device_class is DeviceClass.UNKNOWN:
            low, high = _flat(Level.LOW), _flat(Level.VERY_HIGH)
            return Valued(impact, low, high, default.harm, because=because)
        asks: list[str] = []
        best = worst = impact
        if default.records and self.volume is None:
            best, worst = _in_volume(impact, -1), _in_volume(impact, 1)
            asks += ["E01"] if best.level is not worst.level else []
        elif default.records and self.volume:
            moved = _in_volume(impact, self.volume)
            because = (*because, self.volume_says) if moved != impact else because
            impact = best = worst = moved
        if default.restorable:
            if told := self.restored(device_class):
                impact, best, worst = (_brought_back(i) for i in (impact, best, worst))
                because = (*because, told)
            elif self.restore_open:
                asks += ["E12"] if _brought_back(best).level is not best.level else []
                best = _brought_back(best)
        if default.patient_safety:
            impact, best, worst = (_safe(i) for i in (impact, best, worst))
        return Valued(
            impact, best, worst, default.harm, default.patient_safety, because, tuple(asks)
        )


def _volume(answer: Answer | None, registers: Registers) -> tuple[int | None, str]:
    """Return the step for the number of people with records, and its sentence."""
    counted = [(e, s.patients) for e, s in registers.of(System) if s.patients is not None]
    steps: list[tuple[int, str]] = []
    if answer is not None and answer.choice in _VOLUMES:
        told = f"{answer.choice} people have records here (E01, {answer.said_by}, {answer.on})"
        steps.append((_VOLUMES[answer.choice], told))
    if counted:
        entry, most = max(counted, key=lambda each: each[1])
        step = -1 if most < FEW else 1 if most > MANY else 0
        steps.append((step, f"{most:,} people have records in one system ({entry.id})"))
    if not steps:
        return None, ""
    step, told = max(steps)
    way = {-1: "one step lower", 0: "as it is", 1: "one step higher"}
    return step, f"Confidentiality is {way[step]}: {told}."


def _tested(answer: Answer | None, today: date) -> str:
    """Say that a restore was tested, if someone said so and a document shows it."""
    if answer is None or answer.value is not AnswerValue.YES or not answer.document:
        return ""
    when = answer.document_on or answer.on
    if today - when > RESTORE_COUNTS:
        return ""
    return (
        f"Availability is one step lower: a restore was tested (E12, {answer.said_by}, "
        f"{answer.document}, {when})."
    )


def _restored_systems(registers: Registers, estate: Estate, today: date) -> dict[DeviceClass, str]:
    """Return the classes of which every device is listed with a restore within a year."""
    tested: dict[str, tuple[Entry, date]] = {}
    for entry, system in registers.of(System):
        when = system.restored_on
        if when is not None and when <= today and today - when <= RESTORE_COUNTS:
            tested |= dict.fromkeys(system.addresses.replace(",", " ").split(), (entry, when))
    members: dict[DeviceClass, list[str]] = {}
    for address, device in estate.devices.items():
        members.setdefault(device.identity.device_class, []).append(address)
    says = {}
    for device_class, addresses in members.items():
        if all(address in tested for address in addresses):
            entry, when = min((tested[a] for a in addresses), key=lambda each: each[1])
            says[device_class] = (
                f"Availability is one step lower: a restore was tested on {when} ({entry.id})."
            )
    return says


def _in_volume(impact: Impact, step: int) -> Impact:
    now = impact.confidentiality
    return replace(impact, confidentiality=Level.at(now.rank + step))


def _brought_back(impact: Impact) -> Impact:
    return replace(impact, availability=Level.at(impact.availability.rank - 1))


def _safe(impact: Impact) -> Impact:
    """Hold what can hurt a patient at high."""
    return replace(
        impact,
        integrity=max(impact.integrity, Level.HIGH),
        availability=max(impact.availability, Level.HIGH),
    )


def _flat(level: Level) -> Impact:
    return Impact(level, level, level)
