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
from functools import cached_property

from riskscan.assess.decided import set_aside
from riskscan.assess.evidence import Piece, about, refutes, said, seen, walked
from riskscan.assess.grounds import FRESH, Grounds, newest, plural
from riskscan.assess.needs import Asked, held
from riskscan.model import (
    AddressableDecision,
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
    Polarity,
    ScanPower,
)

__all__ = ["FRESH", "Grounds", "judge", "newest"]

_NAMED = 5
"""Kinds of weakness that a control's reason names."""

_ASSURED = {
    EvidenceKind.ATTEST: Assurance.ATTESTED,
    EvidenceKind.DOCUMENT: Assurance.DOCUMENT,
    EvidenceKind.WALK: Assurance.DOCUMENT,
    # The practice's own list, read in: nothing of it was measured with credentials.
    EvidenceKind.IMPORT: Assurance.DOCUMENT,
    EvidenceKind.SCAN: Assurance.SCANNED,
}
"""How far each kind of evidence assures."""

_ORDER = tuple(Assurance)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule decided."""

    status: ControlStatus
    assurance: Assurance
    reason: str


class Case:
    """One control with all evidence on it, sorted once."""

    def __init__(self, control: Control, answer: Answer | None, grounds: Grounds) -> None:
        self.control = control
        self.answer = answer
        self.grounds = grounds
        self.fresh = answer if answer is not None and grounds.is_fresh(answer) else None
        needs = held(Asked(control, self.fresh, grounds))
        self.lacking = needs.lacking
        self.pieces = (
            *seen(control, grounds),
            *said(control, answer),
            *walked(control, grounds),
            *needs.pieces,
        )

    @cached_property
    def decision(self) -> AddressableDecision | None:
        """The newest record of decision; a required control has none."""
        if self.control.implementation is Implementation.REQUIRED:
            return None
        found = [
            d
            for _, d in self.grounds.registers.of(AddressableDecision)
            if d.control == self.control.id
        ]
        return found[-1] if found else None

    @cached_property
    def decided(self) -> bool:
        """Whether the record says what is done instead, or why nothing, and is complete."""
        return self.decision is not None and not undecided(self.decision, self.grounds)

    @cached_property
    def against(self) -> tuple[Piece, ...]:
        """Open refutations. What the practice itself admits yields to its record of decision."""
        return tuple(
            p
            for p in self._speaking(Polarity.REFUTES)
            if p.record.confidence is not Confidence.LOW
            and p.record.source != self.control.id
            and not (self.decided and p.record.kind is EvidenceKind.ATTEST)
        )

    @cached_property
    def supports(self) -> tuple[Piece, ...]:
        return tuple(self._speaking(Polarity.SUPPORTS))

    def _speaking(self, polarity: Polarity) -> list[Piece]:
        today = self.grounds.today
        return [
            p
            for p in self.pieces
            if p.polarity is polarity
            and (p.record.expires_on is None or today <= p.record.expires_on)
        ]

    def says(self, *values: AnswerValue) -> bool:
        """Whether the fresh answer is one of some words."""
        return self.fresh is not None and self.fresh.value in values

    @property
    def words(self) -> str:
        """Who answered what and when, in a sentence."""
        answer = self.fresh
        return f"{answer.said_by} answered “{answer.value}” on {answer.on}." if answer else ""

    def assured(self, pieces: Sequence[Piece]) -> Assurance:
        """Return how far the strongest of some evidence assures."""
        ranks = [_ORDER.index(_ASSURED[p.record.kind]) for p in pieces]
        assurance = _ORDER[max(ranks, default=0)]
        if self.control.scan_power is ScanPower.NONE and assurance is Assurance.SCANNED:
            return Assurance.DOCUMENT
        return assurance


def undecided(decision: AddressableDecision, grounds: Grounds) -> str:
    """Say what a record of decision lacks; nothing if it is complete and current.

    Without a day of review it holds for a year, as any other document.
    """
    if decision.decision not in (Choice.ALTERNATIVE, Choice.NOT_REASONABLE):
        return "it names no alternative and no reason against one"
    missing = [
        word
        for word, there in (
            ("its rationale", decision.rationale),
            ("who approved it", decision.approver),
            ("its date", decision.decided_on),
            (
                "what is in place instead",
                decision.alternative or decision.decision is not Choice.ALTERNATIVE,
            ),
        )
        if not there
    ]
    if missing:
        return f"it lacks {', '.join(missing)}"
    if decision.decided_on is None or decision.decided_on > grounds.today:
        return f"it holds only from {decision.decided_on}"
    ends = decision.review_on or decision.decided_on + FRESH
    return f"it was to be looked at again on {ends}" if grounds.today > ends else ""


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
    void = vital or _many(case, touched) or not supported
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
        reason += (
            f" The answer “{case.fresh.value}” of {case.fresh.said_by} disagrees; what was seen "
            "stands until a named person closes it or a later scan sees it gone."
        )
    status = ControlStatus.NOT_MET if void else ControlStatus.PARTIAL
    return Outcome(status, case.assured(against), reason)


def _many(case: Case, touched: set[str]) -> bool:
    """Say whether more than a tenth of what is in scope of the control is affected."""
    shares = [
        (p.record.covered, p.record.in_scope)
        for p in case.against
        if p.record.covered is not None and p.record.in_scope
    ]
    scope = {f.address for f in about(case.control, case.grounds) if f.address is not None}
    in_scope = len(scope | touched) or len(case.grounds.estate.devices)
    return len(touched) * 10 > in_scope or any(
        covered * 10 > whole for covered, whole in shares if whole
    )


def _not_applicable(case: Case) -> Outcome | None:
    control, answer = case.control, case.fresh
    default = control.default_not_applicable
    rule = case.grounds.rule(control.id)
    denied = case.says(AnswerValue.NOT_APPLICABLE) or (
        rule.asks_whether and case.says(AnswerValue.NO)
    )
    if answer is not None and denied:
        why = answer.note or default
        if why and answer.approver:
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
        text = f"In place instead: {_ended(record.alternative)} {_ended(record.rationale)}"
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
    wanted = [p.record.says for p in case.against]
    if case.says(AnswerValue.PARTLY):
        wanted.append("It is so only in part.")
        return (*wanted, *(s for s in case.lacking if not s.startswith("No named person")))
    return (*wanted, *case.lacking)


def _beside(case: Case) -> str:
    """Add what does not decide and must not be forgotten: guesses, and what people set aside."""
    found = about(case.control, case.grounds)
    guesses = sum(refutes(f) and f.confidence is Confidence.LOW for f in found)
    text = f" {plural(guesses, 'sign')} of a weakness must still be confirmed." if guesses else ""
    if aside := set_aside(f for f in found if not refutes(f)):
        text += f" Set aside by named persons: {aside}."
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
