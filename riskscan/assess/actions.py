"""The risk management plan: one thing to do for each weakness, with an owner and a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from riskscan.assess.estate import Estate
from riskscan.assess.gaps import gaps
from riskscan.assess.judgement import Cost, Judgement, Owner
from riskscan.assess.remediation import for_makers
from riskscan.model import (
    Action,
    Confidence,
    ControlResult,
    ControlStatus,
    Device,
    Finding,
    Implementation,
    Knowledge,
    Level,
    Result,
    Risk,
)

DUE_DAYS = {
    Level.VERY_HIGH: 15,
    Level.HIGH: 30,
    Level.MODERATE: 90,
    Level.LOW: 180,
    Level.VERY_LOW: 365,
}
"""Days to put a risk right (riskscan baseline; current law names no number of days)."""

_ASKED_WITHIN = {Implementation.REQUIRED: Level.HIGH, Implementation.ADDRESSABLE: Level.MODERATE}
"""How pressing open questions are: required safeguards soon, addressable ones after them."""

_LISTED = 8
"""How many open questions an action names; the checklist has them all."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The actions, and the risks with each one's action named."""

    risks: tuple[Risk, ...]
    actions: tuple[Action, ...]


def plan(
    checks: Mapping[str, Judgement],
    risks: Sequence[Risk],
    findings: Sequence[Finding],
    controls: Sequence[ControlResult],
    estate: Estate,
    today: date,
    knowledge: Knowledge,
) -> Plan:
    """Return what to do: weaknesses first by level, then questions and what was not seen."""
    known = {f.id: f for f in findings}
    drafts: list[Action] = []
    asked, to_mend = _silent(risks, controls)
    for (check, medical), group in _by_fix(to_mend).items():
        if check in gaps():
            drafts.append(_close(checks[check], group, today))
        else:
            drafts.append(_mend(checks[check], medical, group, known, estate, today, knowledge))
    drafts += _questions(controls, asked, today)
    drafts += _unseen(findings, estate, today)
    drafts.sort(key=lambda a: (-a.level.rank, a.risks[0] if a.risks else "S"))
    actions = tuple(replace(a, id=f"ACT-{n:02d}") for n, a in enumerate(drafts, start=1))
    answered = {risk: action.id for action in actions for risk in action.risks}
    return Plan(tuple(replace(r, action=answered.get(r.id, "")) for r in risks), actions)


_Asked = Mapping[Implementation, Sequence[Risk]]


def _silent(risks: Iterable[Risk], controls: Iterable[ControlResult]) -> tuple[_Asked, list[Risk]]:
    """Part the gaps that nobody has answered, by the questions that settle them, from the rest.

    First one asks, then one mends. A gap that is closed asks for nothing, and falls away here.
    """
    silent = {c.control.id: c for c in controls if c.status is ControlStatus.NOT_ASSESSED}
    asked: dict[Implementation, list[Risk]] = {}
    rest = []
    for risk in risks:
        gap = gaps().get(risk.check)
        if gap is None:
            rest.append(risk)
            continue
        if risk.adverse is Level.VERY_LOW:
            continue
        unanswered = [silent[id] for id in gap.controls if id in silent]
        if unanswered and len(unanswered) == len(gap.controls):
            implementation = min(
                (c.control.implementation for c in unanswered),
                key=list(_ASKED_WITHIN).index,
            )
            asked.setdefault(implementation, []).append(risk)
        else:
            rest.append(risk)
    return asked, rest


def _by_fix(risks: Iterable[Risk]) -> dict[tuple[str, bool], list[Risk]]:
    """Group risks by what mends them; medical devices apart, for their maker must agree."""
    groups: dict[tuple[str, bool], list[Risk]] = {}
    for risk in risks:
        medical = risk.device_class is not None and risk.device_class.is_medical
        groups.setdefault((risk.check, medical), []).append(risk)
    return groups


def _mend(
    judgement: Judgement,
    medical: bool,
    risks: Sequence[Risk],
    findings: Mapping[str, Finding],
    estate: Estate,
    today: date,
    knowledge: Knowledge,
) -> Action:
    level = max(r.level for r in risks)
    devices = {address for r in risks for address in r.members}
    shown = tuple(dict.fromkeys(id for r in risks for id in r.findings))
    unsure = all(findings[id].confidence is Confidence.LOW for id in shown)
    kind = "medical device" if medical else "device"
    many = "" if len(devices) == 1 else "s"
    return Action(
        id="",
        title=f"{judgement.action} ({len(devices)} {kind}{many})",
        how=("First confirm what the scan could only infer. " if unsure else "")
        + judgement.check.fix
        + for_makers(judgement.check.id, _named(estate, shown, findings), knowledge),
        owner=_owner(judgement, medical),
        due=_due(level, today),
        cost=judgement.cost.value,
        level=level,
        risks=tuple(r.id for r in risks),
        findings=shown,
        criterion=judgement.check.verify,
        key=f"{judgement.check.id}/{'medical' if medical else 'device'}",
    )


def _close(judgement: Judgement, risks: Sequence[Risk], today: date) -> Action:
    """Return what closes a gap that answers left open."""
    level = max(r.level for r in risks)
    return Action(
        id="",
        title=judgement.action,
        how=judgement.check.fix,
        owner=judgement.owner.value,
        due=_due(level, today),
        cost=judgement.cost.value,
        level=level,
        risks=tuple(r.id for r in risks),
        findings=(),
        criterion=judgement.check.verify,
        key=f"{judgement.check.id}/practice",
    )


def _named(
    estate: Estate, shown: Iterable[str], findings: Mapping[str, Finding]
) -> Iterator[Device]:
    """Yield the devices that findings name; one about the network as a whole names none."""
    for id in shown:
        device = estate.devices.get(findings[id].address or "")
        if device is not None:
            yield device


def _owner(judgement: Judgement, medical: bool) -> str:
    """Name a role; nobody but its maker should change a medical device."""
    vendor = medical and judgement.owner is Owner.IT
    return (Owner.VENDOR if vendor else judgement.owner).value


def _questions(controls: Iterable[ControlResult], asked: _Asked, today: date) -> Iterator[Action]:
    """Ask what nobody has answered, and name the risks that hang on it."""
    unanswered = [c.control for c in controls if c.status is ControlStatus.NOT_ASSESSED]
    for implementation, level in _ASKED_WITHIN.items():
        missing = [c for c in unanswered if c.implementation is implementation]
        if not missing:
            continue
        first = "; ".join(f"{c.title} ({c.citation})" for c in missing[:_LISTED])
        more = f"; and {len(missing) - _LISTED} more" if len(missing) > _LISTED else ""
        risks = asked.get(implementation, ())
        draft = _work(
            f"questions/{implementation}",
            f"Answer the open questions about {implementation} safeguards ({len(missing)})",
            f"Ask the person who knows; note answer, name and date: {first}{more}.",
            Owner.MANAGER,
            max((level, *(r.level for r in risks))),
            "Each of these safeguards has an answer, and the documents it names were sighted.",
            today,
        )
        yield replace(draft, risks=tuple(r.id for r in risks))


def _unseen(findings: Iterable[Finding], estate: Estate, today: date) -> list[Action]:
    """Have someone look at the most important devices that the scan could not judge."""
    unknown = {
        f.address
        for f in findings
        if f.result in (Result.UNKNOWN, Result.ERROR) and f.address is not None
    }
    blind = sorted(
        (address for address in unknown if _vital(estate.devices[address], estate)),
        key=lambda a: (estate.devices[a].address.version, int(estate.devices[a].address)),
    )
    if not blind:
        return []
    listed = ", ".join(blind[:_LISTED]) + (" and others" if len(blind) > _LISTED else "")
    return [
        _work(
            "unseen",
            f"Find out what the scan could not see on the most important devices ({len(blind)})",
            "Ask the makers or look at the devices' own settings for what the findings call "
            f"unknown: {listed}.",
            Owner.IT,
            Level.MODERATE,
            "The maker's statement or the settings are on file for each of these devices.",
            today,
        )
    ]


def _vital(device: Device, estate: Estate) -> bool:
    """The devices whose unknowns are worth an afternoon: medical ones, and the keys to the rest."""
    medical = device.identity.device_class.is_medical
    return medical or estate.worth(str(device.address)) is Level.VERY_HIGH


def _work(
    key: str, title: str, how: str, owner: Owner, level: Level, criterion: str, today: date
) -> Action:
    due, cost = _due(level, today), Cost.NONE.value
    return Action("", title, how, owner.value, due, cost, level, (), (), criterion, key)


def _due(level: Level, today: date) -> date:
    return today + timedelta(days=DUE_DAYS[level])
