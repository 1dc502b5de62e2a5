"""The risk register: threat x weakness x group of alike devices, each with its level and interval.

A weakness is what a scan found (a failed check), or what answers and documents leave open (a gap,
:mod:`riskscan.assess.practice`). The group of a failed check is the devices of one class in one
segment; that of a gap is what it is about: the laptops, the cloud systems, the practice as a whole.

Three levels stand beside each other. *Shown*: an untested exposure counts as that of an ordinary
office network, an unconfirmed weakness as moderate at most, an unanswered question as an absent
safeguard. *Best*: what is unconfirmed turns out not to be so, a test shows that office and guest
networks cannot reach the group, every open question has a good answer. *Worst*: what is
unconfirmed is true, the group can be reached from an untrusted network, an unidentified device is
of the worst kind, every open question has a bad answer. Unknown results on further devices of a
group do not raise it: its level is that of its weakness, however many share it.

No safeguard (K) counts against a weakness that a scan found: what acts on it is either measured as
exposure, or it stands in the register of device exceptions and sets the finding aside. Against a
gap, what answers show counts as :mod:`riskscan.assess.gap_standing` says.

Each weakness stands against each threat that it feeds. Two threats of one weakness are not merged:
they differ in how likely they start, and in what would lower them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from riskscan.assess.estate import Estate, name_group
from riskscan.assess.gap_standing import GONE, THERE
from riskscan.assess.judgement import Judgement
from riskscan.assess.library import ListedThreat, criticality, threats
from riskscan.assess.practice import scenarios
from riskscan.assess.scenario import Given, Scenario, begins_within
from riskscan.assess.worth import Worths, highest
from riskscan.model import Confidence, Device, DeviceClass, Finding, Level, Risk

KNOWN_EXPLOITED = "lifecycle.known-exploited"
"""The check whose findings attackers are known to use (CISA's list)."""


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
    worths = Worths.of(given.answers, given.registers, estate, given.today)
    risks = [
        _scenario(group, threats()[threat], estate, given, worths).risk()
        for group in _groups(checks, failed, estate)
        for threat in group.judgement.feeds
    ]
    risks += [scenario.risk() for scenario in scenarios(estate, given, worths)]
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


def _scenario(
    group: Group, listed: ListedThreat, estate: Estate, given: Given, worths: Worths
) -> Scenario:
    check = group.judgement.check.id
    classes = {d.identity.device_class for d in group.devices} or {DeviceClass.UNKNOWN}
    worth = highest(worths.of_class(c) for c in sorted(classes))
    reach = given.exposure.reach(group.devices, group.findings)
    assets = name_group(group.devices, group.device_class)
    of_devices = group.device_class is not None
    return Scenario(
        listed=listed,
        check=check,
        severity=group.severity,
        severity_if_true=group.severity_if_true,
        begins=begins_within(listed, given, reach),
        worth=worth,
        statement=_statement(group, listed, assets, worth.harm),
        assets=assets,
        reach=reach,
        exploited=check == KNOWN_EXPLOITED,
        best=THERE if group.confirmed else GONE,
        device_class=group.device_class,
        zone=estate.segment(group.devices[0]) if of_devices else "",
        # A finding about the network has no class: its own id, the same in every scan, tells it.
        about="" if of_devices else group.findings[0].id,
        members=tuple(str(d.address) for d in group.devices),
        findings=tuple(f.id for f in group.findings),
    )


def _statement(group: Group, listed: ListedThreat, assets: str, harm: str) -> str:
    doubt = "" if group.confirmed else "it seems (to be confirmed) that "
    weakness = f"{doubt}{group.judgement.weakness}"
    return f"Because {weakness} on {assets}, {listed.threat.phrase} could cause {harm}."


def _rank(risk: Risk) -> tuple[object, ...]:
    """Order inside a level; the last parts are only there to be stable.

    What was found or said comes before what nobody has answered yet. Then: known to be used by
    attackers, reachable from outside, a patient may come to harm, severity, number of devices.
    """
    classes = [risk.device_class] if risk.device_class else []
    safety = any(criticality()[c].patient_safety for c in classes)
    return (
        -risk.level.rank,
        not risk.findings and risk.best is not risk.level,
        risk.check != KNOWN_EXPLOITED,
        -risk.exposure,
        not safety,
        -risk.severity.rank,
        -len(risk.members),
        risk.check,
        risk.threat.id,
        risk.device_class or "",
        risk.members,
    )
