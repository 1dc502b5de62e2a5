"""What is known of each control: a scan refutes easily, an answer supports, silence says nothing.

The first rule that fits decides:

1. Refuted. An open refutation (a failed check that cites the control, more than a guess; a site
   walk that saw otherwise; a register that disagrees with the network or admits it) leaves it
   partial at best, and not met if a system of very high worth is affected, or more than a tenth of
   what is in scope, or if nothing supports it. No answer removes it, not even a reasoned "not
   applicable": what was seen does apply. A person closes it as a false positive or an exception,
   or a later scan sees it gone.
2. Not applicable takes a reason (the checklist's own, or the answer's) and an approver. The
   person who answered does not count as one. Until someone approved, the checklist's own reason
   is shown, to be confirmed; a reason of the practice's own leaves the control not assessed.
3. Met takes all that the checklist needs for it, fresh and complete. A scan alone never gives it.
4. Addressable specifications (164.306(d)(3)) can be met by an alternative, or be not reasonable,
   by a complete and current record of decision. Required ones never.
5. A plain no is not met; for an addressable specification without that record it is partial,
   "decision not documented".
6. Partial is what some of the needed evidence, and not all, speaks for.
7. All else is not assessed, and unknown is never met.

Two controls that the same evidence speaks for are judged apart: nothing is averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from riskscan.assess.control_case import Case, undecided
from riskscan.assess.decided import set_aside
from riskscan.assess.evidence import Piece, about, refutes
from riskscan.assess.grounds import FRESH, Grounds, newest, plural
from riskscan.model import (
    Answer,
    AnswerValue,
    Assurance,
    Choice,
    Confidence,
    Control,
    ControlResult,
    ControlStatus,
    EvidenceKind,
    Implementation,
    Level,
)

__all__ = ["FRESH", "Grounds", "judge", "newest"]

_NAMED = 5
"""Kinds of weakness that a control's reason names."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule decided."""

    status: ControlStatus
    assurance: Assurance
    reason: str


def judge(control: Control, answer: Answer | None, grounds: Grounds) -> ControlResult:
    """Return the status of one control, its assurance, why in words, and on what evidence."""
    case = Case(control, answer, grounds)
    outcome = next(found for rule in _RULES if (found := rule(case)) is not None)
    settled = (
        ControlStatus.MET,
        ControlStatus.MET_ALTERNATIVE,
        ControlStatus.NOT_REASONABLE,
        ControlStatus.NOT_APPLICABLE,
    )
    return ControlResult(
        control=control,
        status=outcome.status,
        assurance=outcome.assurance,
        reason=outcome.reason + _beside(case),
        findings=tuple(id for p in case.against for id in p.findings),
        answer=answer,
        evidence=tuple(p.record for p in case.pieces),
        lacking=() if outcome.status in settled else _lacking(case),
        decision=case.decision,
    )


def _refuted(case: Case) -> Outcome | None:
    against = case.against
    if not against:
        return None
    grounds = case.grounds
    touched = {address for p in against for address in p.touched}
    vital = any(grounds.estate.worth(a) is Level.VERY_HIGH for a in touched)
    supported = case.decided or (
        bool(case.supports) and not case.says(AnswerValue.NO, AnswerValue.NOT_APPLICABLE)
    )
    void = vital or _many(case) or not supported
    reason = f"{_listed(against)}"
    if vital:
        reason += " Systems of the highest worth are affected."
    elif void and supported:
        reason += " More than a tenth of what is in scope is affected."
    elif void:
        reason += " Nothing on file supports it."
    if case.says(AnswerValue.NO):
        reason = f"{case.words} {reason}"
    elif case.says(AnswerValue.YES, AnswerValue.NOT_APPLICABLE) and case.fresh:
        admitted = all(p.record.kind is EvidenceKind.ATTEST for p in against)
        stands = (
            "what the practice's own lists say stands until they say otherwise."
            if admitted
            else "what was seen stands until a named person closes it or a later scan sees it gone."
        )
        said = f"The answer “{case.fresh.value}” of {case.fresh.said_by} disagrees"
        reason += f" {said}; {stands}"
    status = ControlStatus.NOT_MET if void else ControlStatus.PARTIAL
    return Outcome(status, case.assured(against), reason)


def _many(case: Case) -> bool:
    """Say whether more than a tenth of what is in scope is affected, by the checks or a list."""
    touched = {address for p in case.against if p.findings for address in p.touched}
    asked = {f.address for f in about(case.control, case.grounds) if f.address is not None}
    in_scope = len(asked | touched) if asked else len(case.grounds.estate.devices)
    return len(touched) * 10 > in_scope or any(
        (p.record.covered or 0) * 10 > (p.record.in_scope or 0)
        for p in case.against
        if not p.findings
    )


def _not_applicable(case: Case) -> Outcome | None:
    control, answer = case.control, case.fresh
    default = control.default_not_applicable
    rule = case.grounds.rule(control.id)
    denied = case.says(AnswerValue.NOT_APPLICABLE) or (
        rule.asks_whether and case.says(AnswerValue.NO)
    )
    if answer is not None and denied:
        why = answer.note.strip() or default
        if why and answer.approver.strip():
            text = f"{why} Said by {answer.said_by} on {answer.on}, approved by {answer.approver}."
            assured = Assurance.DOCUMENT if answer.document else Assurance.ATTESTED
            return Outcome(ControlStatus.NOT_APPLICABLE, assured, text)
        if default:
            text = f"{default} {case.words} Not approved yet: a named person must."
            return Outcome(ControlStatus.NOT_APPLICABLE, Assurance.NONE, text)
        gap = "not approved yet: a named person must" if why else "answered without a reason"
        text = f"“Not applicable” is {gap}. {why} To ask: {control.question}"
        return Outcome(ControlStatus.NOT_ASSESSED, Assurance.NONE, " ".join(text.split()))
    if default and not case.says(
        AnswerValue.YES, AnswerValue.PARTLY, AnswerValue.NO, AnswerValue.CHOICE
    ):
        reason = f"{default} To be confirmed by the practice."
        return Outcome(ControlStatus.NOT_APPLICABLE, Assurance.NONE, reason)
    return None


def _met(case: Case) -> Outcome | None:
    if case.lacking or not case.says(AnswerValue.YES):
        return None
    others = [
        p.record.says for p in case.supports if p.record.source != case.control.id
    ]  # beside the answer itself
    document = case.fresh.document if case.fresh else ""
    sighted = f"Sighted: {document}." if document else ""
    reason = " ".join(part for part in (case.words, sighted, *others[:_NAMED]) if part)
    return Outcome(ControlStatus.MET, case.assured(case.supports), reason)


def _alternative(case: Case) -> Outcome | None:
    record = case.decision
    if record is None or not case.decided:
        return None
    by = f"Decided by {record.approver} on {record.decided_on}"
    until = f", to be looked at again on {record.review_on}" if record.review_on else ""
    document = case.fresh is not None and case.fresh.document
    assured = Assurance.DOCUMENT if document else Assurance.ATTESTED
    if record.decision is Choice.ALTERNATIVE:
        text = f"In place instead: {_ended(record.alternative)} Why: {_ended(record.rationale)}"
        return Outcome(ControlStatus.MET_ALTERNATIVE, assured, f"{text} {by}{until}.")
    text = f"Not reasonable here: {_ended(record.rationale)} {by}{until}."
    return Outcome(ControlStatus.NOT_REASONABLE, assured, text)


def _denied(case: Case) -> Outcome | None:
    answer = case.fresh
    if answer is None or answer.value is not AnswerValue.NO:
        return None
    assured = Assurance.DOCUMENT if answer.document else Assurance.ATTESTED
    text = f"{case.words} {answer.note}".rstrip()
    if case.control.implementation is Implementation.REQUIRED:
        return Outcome(ControlStatus.NOT_MET, assured, text)
    record = case.decision
    why = f": {undecided(record, case.grounds)}" if record else ""
    text = f"{text} Decision not documented (164.306(d)(3)){why}."
    return Outcome(ControlStatus.PARTIAL, assured, text)


def _partial(case: Case) -> Outcome | None:
    if not case.supports:
        return None
    note = f"{case.words} {case.fresh.note}".rstrip() if case.fresh else ""
    others = [p.record.says for p in case.supports if p.record.kind is not EvidenceKind.ATTEST]
    parts = [note, *others[:2], *_lacking(case)[:2]]
    if case.fresh is None or not case.says(AnswerValue.YES, AnswerValue.PARTLY):
        parts.append(f"To ask: {case.control.question}")
    reason = " ".join(part for part in parts if part)
    return Outcome(ControlStatus.PARTIAL, case.assured(case.supports), reason)


def _not_assessed(case: Case) -> Outcome:
    answer, question = case.answer, case.control.question
    if answer is None:
        text = f"Not answered yet. To ask: {question}"
    elif case.fresh is None:
        text = f"The answer of {answer.on} is more than a year old. To ask again: {question}"
    elif answer.value is AnswerValue.LATER:
        text = f"{answer.said_by} put it off on {answer.on}. To ask: {question}"
    elif answer.value is AnswerValue.UNKNOWN:
        text = f"{answer.said_by} did not know. To ask: {question}"
    else:
        text = f"{case.words} That answers nothing. To ask: {question}"
    return Outcome(ControlStatus.NOT_ASSESSED, Assurance.NONE, text)


_RULES: tuple[Callable[[Case], Outcome | None], ...] = (
    _refuted,
    _not_applicable,
    _met,
    _alternative,
    _denied,
    _partial,
    _not_assessed,
)
"""First match wins."""


def _lacking(case: Case) -> tuple[str, ...]:
    """Say what keeps a control from being met, what stands against it first."""
    scanned = [p for p in case.against if p.findings]
    wanted = [p.record.says for p in case.against if not p.findings]
    if scanned:
        places = plural(len({a for p in scanned for a in p.touched}), "device")
        kinds = plural(len(scanned), "kind")
        wanted.insert(0, f"The scan saw {kinds} of weakness on {places}, and all are open.")
    if case.says(AnswerValue.PARTLY):
        wanted.append("It is so only in part.")
        return (*wanted, *(s for s in case.lacking if not s.startswith("No named person")))
    return (*wanted, *case.lacking)


def _beside(case: Case) -> str:
    """Add what does not decide and must not be forgotten: guesses, and what people set aside."""
    found = about(case.control, case.grounds)
    guesses = sum(f.confidence is Confidence.LOW for f in found if refutes(f))
    found = [f for f in found if f.decision is not None]
    text = f" {plural(guesses, 'sign')} of a weakness must still be confirmed." if guesses else ""
    if aside := set_aside(f for f in found if not refutes(f)):
        text += f" Set aside by named persons: {aside}."
    if borne := set_aside(f for f in found if refutes(f)):
        text += f" Decided by named persons, and still against it: {borne}."
    return text


def _listed(against: Sequence[Piece]) -> str:
    """Name each weakness once, the worst first; the evidence itself stands beside it."""
    scanned = [p.record.says for p in against if p.findings]
    others = [p.record.says for p in against if not p.findings]
    parts = []
    if scanned:
        shown = "; ".join(scanned[:_NAMED])
        rest = len(scanned) - _NAMED
        more = f"; and {plural(rest, 'further kind')} of weakness" if rest > 0 else ""
        parts.append(f"The scan speaks against it: {shown}{more}.")
    return " ".join([*parts, *others[:_NAMED]])


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
