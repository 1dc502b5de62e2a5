"""The risk register: threat x weakness x group of alike devices, each with its level and interval.

A group is the devices of one class in one segment that failed the same check. Three levels stand
beside each other. *Shown*: an untested exposure counts as that of an ordinary office network, an
unconfirmed weakness as moderate at most. *Best*: what is unconfirmed turns out not to be so, and
a test shows that office and guest networks cannot reach the group. *Worst*: what is unconfirmed
is true, the group can be reached from an untrusted network, and an unidentified device is of the
worst kind. Unknown results on further devices of a group do not raise it: its level is that of
its weakness, however many share it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from riskscan.assess.circumstances import Initiation
from riskscan.assess.estate import Estate, name_group
from riskscan.assess.exposure import BEST, UNTESTED, WORST, Exposure
from riskscan.assess.judgement import Judgement
from riskscan.assess.library import ListedThreat, criticality, threats
from riskscan.assess.scoring import score
from riskscan.model import (
    Answer,
    Confidence,
    ControlResult,
    Device,
    DeviceClass,
    Finding,
    Impact,
    Level,
    Registers,
    Risk,
)


@dataclass(frozen=True, slots=True)
class Given:
    """What the levels of scenarios rest on beside the findings."""

    answers: Mapping[str, Answer]
    """The newest one to each question."""
    registers: Registers
    controls: Mapping[str, ControlResult]
    """By leaf id."""
    initiations: Mapping[str, Initiation]
    """By threat id."""
    exposure: Exposure


@dataclass(frozen=True, slots=True)
class Group:
    """Alike devices with the same weakness."""

    judgement: Judgement
    device_class: DeviceClass | None
    devices: tuple[Device, ...]
    findings: tuple[Finding, ...]

    @property
    def confirmed(self) -> bool:
        return any(f.confidence is not Confidence.LOW for f in self.findings)

    @property
    def severity(self) -> Level:
        """V as shown: an unconfirmed weakness counts as moderate at most."""
        return max(
            min(f.severity, Level.MODERATE) if f.confidence is Confidence.LOW else f.severity
            for f in self.findings
        )

    @property
    def severity_if_true(self) -> Level:
        return max(f.severity for f in self.findings)


def register(
    checks: Mapping[str, Judgement], findings: Iterable[Finding], estate: Estate, given: Given
) -> tuple[Risk, ...]:
    """Return every scenario, the highest first, without its action yet."""
    failed = [f for f in findings if f.is_open]
    risks = [
        _risk(group, threats()[threat], given)
        for group in _groups(checks, failed, estate)
        for threat in group.judgement.feeds
    ]
    risks.sort(key=_rank)
    return tuple(replace(risk, id=f"R-{n:03d}") for n, risk in enumerate(risks, start=1))


def _groups(
    checks: Mapping[str, Judgement], failed: Iterable[Finding], estate: Estate
) -> Iterable[Group]:
    members: dict[tuple[str, DeviceClass | None, str], list[Finding]] = {}
    for finding in failed:
        key: tuple[str, DeviceClass | None, str] = (finding.check, None, finding.id)
        if finding.address is not None:
            device = estate.devices[finding.address]
            key = (finding.check, device.identity.device_class, estate.segment(device))
        members.setdefault(key, []).append(finding)
    for (check, device_class, _), found in members.items():
        devices = {d.address: d for f in found for d in estate.touched(f)}
        yield Group(checks[check], device_class, tuple(devices.values()), tuple(found))


def _risk(group: Group, listed: ListedThreat, given: Given) -> Risk:
    threat = listed.threat
    initiation = given.initiations[threat.id].shown
    impact, harm = _impact(group)
    shown = score(initiation, group.severity, UNTESTED, 0, impact.level)
    lowest, highest = _impact_range(group, impact)
    best = score(initiation, group.severity, BEST, 0, lowest, removed=not group.confirmed)
    worst = score(initiation, group.severity_if_true, WORST, 0, highest)
    return Risk(
        id="",
        threat=threat,
        check=group.judgement.check.id,
        device_class=group.device_class,
        members=tuple(str(d.address) for d in group.devices),
        severity=group.severity,
        exposure=UNTESTED,
        controls=0,
        initiation=initiation,
        adverse=shown.adverse,
        likelihood=shown.likelihood,
        impact=impact,
        level=shown.level,
        best=best.level,
        worst=worst.level,
        statement=_statement(group, listed, harm),
        findings=tuple(f.id for f in group.findings),
        action="",
    )


def _impact(group: Group) -> tuple[Impact, str]:
    """Return the highest worth among the members, and the harm that goes with it."""
    classes = {d.identity.device_class for d in group.devices} or {DeviceClass.UNKNOWN}
    table = criticality()
    worst = max(
        (table[c] for c in sorted(classes)),
        key=lambda entry: (entry.impact.level, entry.patient_safety),
    )
    return worst.impact, worst.harm


def _impact_range(group: Group, impact: Impact) -> tuple[Level, Level]:
    """What nobody has identified may be worth little or a great deal."""
    if group.device_class is DeviceClass.UNKNOWN:
        return Level.LOW, Level.VERY_HIGH
    return impact.level, impact.level


def _statement(group: Group, listed: ListedThreat, harm: str) -> str:
    assets = name_group(group.devices, group.device_class)
    doubt = "" if group.confirmed else " (to be confirmed)"
    weakness = f"{group.judgement.weakness}{doubt}"
    return f"Because {weakness} on {assets}, {listed.threat.phrase} could cause {harm}."


def _rank(risk: Risk) -> tuple[object, ...]:
    """Order inside a level: exposure, patient safety, weakness, size; then names, to be stable."""
    classes = [risk.device_class] if risk.device_class else []
    safety = any(criticality()[c].patient_safety for c in classes)
    return (
        -risk.level.rank,
        -risk.exposure,
        not safety,
        -risk.severity.rank,
        -len(risk.members),
        risk.check,
        risk.threat.id,
        risk.device_class or "",
        risk.members,
    )
