"""How one risk got its level, in words: threat, weakness, steps, matrices, bounds, evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from riskscan.assess.answering import is_usable
from riskscan.assess.estate import Estate
from riskscan.assess.evidence_lines import finding_brief
from riskscan.assess.explain_bounds import if_badly, if_well
from riskscan.assess.explain_impact import Told, impact_lines
from riskscan.assess.exposure import BEST, UNTESTED, WORST, heard
from riskscan.assess.gaps import gaps
from riskscan.assess.grounds import newest
from riskscan.assess.place import Outcome
from riskscan.assess.questions import questions
from riskscan.assess.register import Group
from riskscan.assess.scoring import score
from riskscan.assess.weaknesses import WEAKNESSES
from riskscan.model import (
    Answer,
    AnswerValue,
    Assessment,
    Finding,
    Registers,
    Risk,
    Scan,
    Zone,
)

_EXPOSED = {
    WORST: "a test shows that the guest network reaches it: one step up",
    BEST: "tests show that office and guest networks cannot reach it: one step down",
}

_HALF_TESTED = {
    (Outcome.REACHED, Outcome.UNTESTED): "the office network reaches it, and the guest network "
    "was not tried",
    (Outcome.REACHED, Outcome.UNREACHED): "the office network reaches it, and the guest network "
    "does not",
    (Outcome.UNREACHED, Outcome.UNTESTED): "the office network does not reach it, and the guest "
    "network was not tried",
    (Outcome.UNTESTED, Outcome.UNREACHED): "the guest network does not reach it, and the office "
    "network was not tried",
}
"""How far tests went that moved no step, by what the office and the guest network could do."""

_SAFEGUARDS = (
    "no safeguard that counts acts on it: no step",
    "one safeguard acts on it: one step down",
    "two safeguards act on it: two steps down",
)

_NONE_COUNTED = "no safeguard is counted against what a scan itself saw"


def risk_lines(
    scan: Scan,
    filed: Assessment,
    risk: Risk,
    answers: Sequence[Answer] = (),
    registers: Registers | None = None,
) -> tuple[str, ...]:
    """Say how one risk of ``filed``, an assessment of ``scan``, got its level.

    ``answers`` and ``registers`` are those that it was judged by.
    """
    case = Told(scan, filed, answers, registers or Registers())
    return (
        *_scenario(risk),
        "",
        *_likelihood(risk),
        "",
        *impact_lines(case, risk),
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
    yield f"  How likely it starts: {risk.initiation}. {risk.threat.basis}{_default(risk)}"
    yield f"  How likely it then does harm: {risk.adverse}. {_adverse(risk)}"
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
    steps = f"{weak}; {_exposed(risk)}; {_NONE_COUNTED}"
    if risk.adverse is not made.adverse:
        return (
            f"{steps}. Attackers are known to use it and can reach it from outside: "
            f"{risk.adverse} is the least."
        )
    return f"{steps}."


def _exposed(risk: Risk) -> str:
    """Say in one sentence what tests show of the ways to it, and the step that follows."""
    if risk.exposure != UNTESTED:
        return _EXPOSED[max(BEST, min(WORST, risk.exposure))]
    told = heard(risk.because)
    office, guest = (told.get(zone, Outcome.UNTESTED) for zone in (Zone.OFFICE, Zone.GUEST))
    ways = _HALF_TESTED.get((office, guest), "no test shows from where it can be reached")
    return f"{ways}: no step"


def _severity_rule(risk: Risk) -> str:
    judgement = WEAKNESSES.get(risk.check)
    if judgement is None:
        return ""
    own = judgement.check.severity
    if own is risk.severity:
        return f"(the level of {risk.check} in the weakness table)"
    return f"({risk.check} is {own} in general; the findings below say why it differs here)"


def _moved(risk: Risk) -> Iterator[str]:
    if not risk.because:
        yield "Nothing moved a step of it: every default counts."
        return
    yield "What moved a step, or was weighed and did not:"
    for sentence in risk.because:
        begins = sentence.startswith(("It is raised", "It is lowered"))
        yield f"  How likely it starts{sentence[2:]}" if begins else f"  {sentence}"


def _seen(case: Told, risk: Risk) -> Iterator[str]:
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
        yield f"  {question}: {_asked(case, question)} {_answered(case, question)}".rstrip()


def _answered(case: Told, id: str) -> str:
    answer = newest(case.answers).get(id)
    if answer is None:
        return "No answer is on file." if case.answers else ""
    said = answer.choice or answer.value.value
    note = f" {answer.note}" if answer.note else ""
    return f"{answer.said_by} answered “{said}” on {answer.on}.{note}"


def _open(case: Told, risk: Risk) -> Iterator[str]:
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


def _waits_for(case: Told, id: str) -> str:
    """Say what a control lacks that no further answer to it gives; '' if an answer is due."""
    today = case.filed.made_at.date()
    for result in case.filed.controls:
        answer = result.answer
        if result.control.id == id and answer is not None and answer.document:
            settled = is_usable(answer, today) and answer.value is AnswerValue.YES
            return " ".join(result.lacking[:2]) if settled else ""
    return ""


def _asked(case: Told, id: str) -> str:
    known = questions()
    if id in known:
        return known[id].text
    return next((c.control.question for c in case.filed.controls if c.control.id == id), "")


def _level(case: Told, risk: Risk) -> Iterator[str]:
    yield (
        f"Level: {risk.level}. NIST SP 800-30 r1, table I-2, row {risk.likelihood}, "
        f"column {risk.impact.level}."
    )
    group = _group(case, risk)
    yield f"  At best {risk.best}: {if_well(risk, group)}."
    yield f"  At worst {risk.worst}: {if_badly(risk, group)}."
    if group is not None and group.severity is not group.severity_if_true:
        yield (
            f"  Unconfirmed, the weakness counts as {group.severity}; "
            f"confirmed, it would be {group.severity_if_true}."
        )


def _group(case: Told, risk: Risk) -> Group | None:
    judgement, found = WEAKNESSES.get(risk.check), tuple(_findings(case, risk))
    devices = Estate.of(case.scan).devices
    if judgement is None or not found:
        return None
    members = tuple(devices[a] for a in risk.members if a in devices)
    return Group(judgement, risk.device_class, members, found)


def _findings(case: Told, risk: Risk) -> Iterator[Finding]:
    return (f for f in case.filed.findings if f.id in risk.findings)


def _answered_by(case: Told, risk: Risk) -> Iterator[str]:
    if not risk.action:
        yield "What to do: nothing but to keep it so; the evidence above counts for a year at most."
    for action in (a for a in case.filed.actions if a.id == risk.action):
        yield f"What to do: {action.id} {action.title}. {action.owner}, by {action.due}."
        yield f"Done when: {action.criterion}"
