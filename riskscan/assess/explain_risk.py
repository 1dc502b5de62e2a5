"""How one risk got its level, in words: threat, weakness, steps, matrices, bounds, evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from riskscan.assess.answering import is_usable
from riskscan.assess.estate import Estate, name_of
from riskscan.assess.evidence_lines import finding_brief
from riskscan.assess.exposure import BEST, UNTESTED, WORST
from riskscan.assess.gaps import CLOUD, gaps
from riskscan.assess.library import criticality
from riskscan.assess.questions import questions
from riskscan.assess.register import Group
from riskscan.assess.scenario import MOVES_ON
from riskscan.assess.scoring import score
from riskscan.assess.weaknesses import WEAKNESSES
from riskscan.model import AnswerValue, Assessment, DeviceClass, Finding, Risk, Scan

_EXPOSED = {
    WORST: "it can be reached from an untrusted network: one step up",
    UNTESTED: "from where it can be reached is not settled by tests: no step",
    BEST: "tests show that office and guest networks cannot reach it: one step down",
}

_SAFEGUARDS = (
    "no safeguard that counts acts on it: no step",
    "one safeguard acts on it: one step down",
    "two safeguards act on it: two steps down",
)

_NONE_COUNTED = (
    "no safeguard is counted against what a scan found (what acts on it is measured as exposure, "
    "or stands in the register of device exceptions)"
)


@dataclass(frozen=True, slots=True)
class _Case:
    """What is told of."""

    scan: Scan
    filed: Assessment


def risk_lines(scan: Scan, filed: Assessment, risk: Risk) -> tuple[str, ...]:
    """Say how one risk of ``filed``, an assessment of ``scan``, got its level."""
    case = _Case(scan, filed)
    return (
        *_scenario(risk),
        "",
        *_likelihood(risk),
        "",
        *_impact(case, risk),
        "",
        *_moved(risk),
        "",
        *_level(case, risk),
        "",
        *_seen(case, risk),
        "",
        *_open(case, risk),
        *_answered_by(case, risk),
    )


def _scenario(risk: Risk) -> Iterator[str]:
    judgement = WEAKNESSES.get(risk.check)
    yield f"Threat {risk.threat.id}: {risk.threat.title}."
    if judgement is None:
        yield f"Weakness {risk.check}: the check is retired since."
    else:
        yield f"Weakness {risk.check}: {judgement.check.title}."
        if why := judgement.feeds.get(risk.threat.id):
            yield f"Why it helps the threat: {why}"
    where = f", in {risk.zone}" if risk.zone else ""
    yield f"Assets: {risk.assets}{where}. {_members(risk)}".rstrip()
    if risk.key:
        yield f"Key: {risk.key}, the same in every assessment; {risk.id} is only its rank today."
    yield from _accepted(risk)


def _members(risk: Risk) -> str:
    if not risk.members:
        return "No single device of the scan stands for it."
    if all(address in risk.assets for address in risk.members):
        return ""
    return f"Devices: {', '.join(risk.members)}."


def _accepted(risk: Risk) -> Iterator[str]:
    if risk.acceptance is not None:
        until = f" until {risk.acceptance.until}" if risk.acceptance.until else ""
        yield f"Accepted by {risk.acceptance.approver}{until}: {risk.acceptance.reason}"
    if risk.reopened:
        yield f"An acceptance ended: {risk.reopened}"


def _likelihood(risk: Risk) -> Iterator[str]:
    yield "Likelihood, in two parts:"
    yield f"  That it is tried: {risk.initiation}. {risk.threat.basis}{_default(risk)}"
    yield f"  That it then does harm: {risk.adverse}. {_adverse(risk)}"
    yield (
        f"  Together: {risk.likelihood}. NIST SP 800-30 r1, table G-5, row {risk.initiation}, "
        f"column {risk.adverse}."
    )


def _default(risk: Risk) -> str:
    if risk.initiation is risk.threat.initiation:
        return ""
    return f" By itself it is {risk.threat.initiation}; what moved it stands below."


def _adverse(risk: Risk) -> str:
    """Say which steps lead from the weakness to the second part of likelihood."""
    weak = f"The weakness is {risk.severity} {_severity_rule(risk)}"
    made = score(risk.initiation, risk.severity, risk.exposure, risk.controls, risk.impact.level)
    if risk.check in gaps():
        if risk.adverse is not made.adverse:
            return f"{weak}; what was shown takes it away, so very low is left."
        tested = f"; {_EXPOSED[risk.exposure]}" if risk.exposure in (BEST, WORST) else ""
        return f"{weak}{tested}; {_SAFEGUARDS[min(risk.controls, 2)]}."
    steps = f"{weak}; {_EXPOSED[max(BEST, min(WORST, risk.exposure))]}; {_NONE_COUNTED}"
    if risk.adverse is not made.adverse:
        return (
            f"{steps}. Attackers are known to use it and can reach it from outside: "
            f"{risk.adverse} is the least."
        )
    return f"{steps}."


def _severity_rule(risk: Risk) -> str:
    judgement = WEAKNESSES.get(risk.check)
    if judgement is None:
        return ""
    own = judgement.check.severity
    if own is risk.severity:
        return f"(the level of {risk.check} in the weakness table)"
    return f"({risk.check} is {own} in general; the findings below say why it differs here)"


def _impact(case: _Case, risk: Risk) -> Iterator[str]:
    impact = risk.impact
    yield (
        f"Impact: {impact.level}, the highest of confidentiality {impact.confidentiality}, "
        f"integrity {impact.integrity}, availability {impact.availability}."
    )
    classes = _classes(case, risk)
    counted = [c for c in classes if criticality()[c].impact == impact]
    for device_class in classes:
        entry = criticality()[device_class]
        one = entry.impact
        safety = "; a patient may come to harm" if entry.patient_safety else ""
        counts = " This counts." if device_class in counted else ""
        yield (
            f"  {name_of(device_class)}: confidentiality {one.confidentiality}, integrity "
            f"{one.integrity}, availability {one.availability}: {entry.harm}{safety}.{counts}"
        )
    if not counted:
        yield f"  {_own_worth(risk)} This counts."


def _own_worth(risk: Risk) -> str:
    """Say where the cells come from that no class of the group has by default."""
    gap = gaps().get(risk.check)
    if gap is not None and gap.of_practice:
        return "The cells of the practice's best system, which is named below."
    if gap is not None and gap.worth == CLOUD:
        return "What stands with a vendor: the cells are those of cloud systems."
    if gap is not None and not risk.members:
        return f"No such device was seen: {gap.worth} stands in, as the practice's list has it."
    return "The practice's own circumstances moved a cell of the table; how stands below."


def _moved(risk: Risk) -> Iterator[str]:
    if not risk.because:
        yield "Nothing moved a step of it: every default counts."
        return
    yield "What moved a step, or was weighed and did not:"
    yield from (f"  {sentence}" for sentence in risk.because)


def _seen(case: _Case, risk: Risk) -> Iterator[str]:
    findings = list(_findings(case, risk))
    if findings:
        yield "The findings behind it, and what was seen:"
        yield from (line for f in findings for line in finding_brief(f))
        return
    gap = gaps().get(risk.check)
    if gap is None:
        return
    yield "No scan can see this weakness. What was said of it:"
    for result in case.filed.controls:
        if result.control.id in gap.controls:
            yield (
                f"  {result.control.id} {result.control.title}: {result.status}. {result.reason}"
            )
    for question in (q for q in gap.controls if q in gap.good):
        yield f"  {question}: {_asked(case, question)}"


def _open(case: _Case, risk: Risk) -> Iterator[str]:
    """Name the questions whose answers would narrow it, and what an answered one waits for."""
    waits = {id: told for id in risk.asks if (told := _waits_for(case, id))}
    asked = [id for id in risk.asks if id not in waits]
    if asked:
        yield "What an answer would narrow or move:"
        yield from (f"  {id}: {_asked(case, id)}" for id in asked)
    if waits:
        yield "What was answered, and stays open until this is settled:"
        yield from (f"  {id}: {told}" for id, told in waits.items())
    if risk.asks:
        yield ""


def _waits_for(case: _Case, id: str) -> str:
    """Say what a control lacks that no further answer to it gives; '' if an answer is due."""
    today = case.filed.made_at.date()
    for result in case.filed.controls:
        answer = result.answer
        if result.control.id == id and answer is not None and answer.document:
            settled = is_usable(answer, today) and answer.value is AnswerValue.YES
            return " ".join(result.lacking[:2]) if settled else ""
    return ""


def _asked(case: _Case, id: str) -> str:
    known = questions()
    if id in known:
        return known[id].text
    return next((c.control.question for c in case.filed.controls if c.control.id == id), "")


def _classes(case: _Case, risk: Risk) -> list[DeviceClass]:
    if risk.check in gaps() and not risk.members:
        return []
    devices = Estate.of(case.scan).devices
    known = {devices[a].identity.device_class for a in risk.members if a in devices}
    return sorted(known or {DeviceClass.UNKNOWN})


def _level(case: _Case, risk: Risk) -> Iterator[str]:
    yield (
        f"Level: {risk.level}. NIST SP 800-30 r1, table I-2, row {risk.likelihood}, "
        f"column {risk.impact.level}."
    )
    group = _group(case, risk)
    yield f"  At best {risk.best}: {_if_well(risk, group)}."
    yield f"  At worst {risk.worst}: {_if_badly(risk, group)}."
    if group is not None and group.severity is not group.severity_if_true:
        yield (
            f"  Unconfirmed, the weakness counts as {group.severity}; "
            f"confirmed, it would be {group.severity_if_true}."
        )


def _testable(risk: Risk) -> bool:
    """Say whether a scan from elsewhere could tell how far it can be reached from."""
    return bool(risk.findings or (risk.threat.id == MOVES_ON and risk.members))


def _if_well(risk: Risk, group: Group | None) -> str:
    if risk.best is risk.level:
        return "nothing that is open could lower it"
    parts = []
    if _testable(risk) and risk.exposure == UNTESTED:
        parts.append("if tests show that office and guest networks cannot reach it")
    if group is not None and not group.confirmed:
        parts.append("if the weakness turns out not to be there")
    if risk.device_class is DeviceClass.UNKNOWN:
        parts.append("if the unidentified device is of little worth")
    if risk.asks:
        parts.append(f"if what {', '.join(risk.asks)} asks turns out well")
    return "; ".join(parts)


def _if_badly(risk: Risk, group: Group | None) -> str:
    if risk.worst is risk.level:
        return "nothing that is open could raise it"
    parts = []
    if _testable(risk) and risk.exposure == UNTESTED:
        parts.append("if it can be reached from an untrusted network")
    if group is not None and not group.confirmed:
        parts.append("if the weakness is confirmed")
    if risk.device_class is DeviceClass.UNKNOWN:
        parts.append("if the unidentified device is of the highest worth")
    if risk.asks:
        parts.append(f"if what {', '.join(risk.asks)} asks turns out badly")
    elif not parts:
        parts.append("if such devices are there after all")
    return "; ".join(parts)


def _group(case: _Case, risk: Risk) -> Group | None:
    judgement, found = WEAKNESSES.get(risk.check), tuple(_findings(case, risk))
    devices = Estate.of(case.scan).devices
    if judgement is None or not found:
        return None
    members = tuple(devices[a] for a in risk.members if a in devices)
    return Group(judgement, risk.device_class, members, found)


def _findings(case: _Case, risk: Risk) -> Iterator[Finding]:
    return (f for f in case.filed.findings if f.id in risk.findings)


def _answered_by(case: _Case, risk: Risk) -> Iterator[str]:
    if not risk.action:
        yield "What to do: nothing but to keep it so; the evidence above counts for a year at most."
    for action in (a for a in case.filed.actions if a.id == risk.action):
        yield f"What to do: {action.id} {action.title}. {action.owner}, by {action.due}."
        yield f"Done when: {action.criterion}"
