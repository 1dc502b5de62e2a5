"""What speaks for a control, against it, or says nothing: from the scan and from people.

A check that finds nothing is neutral. Its pass supports a control only where the checklist
declares it positive and the device itself showed the safeguard at work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from riskscan.assess.decided import set_aside
from riskscan.assess.grounds import FRESH, Grounds, plural, some_of
from riskscan.assess.questions import questions
from riskscan.model import (
    Answer,
    AnswerValue,
    Confidence,
    Control,
    ControlEvidence,
    Disposition,
    EvidenceKind,
    Finding,
    Level,
    Polarity,
    Result,
    ScanPower,
    Section,
)

_IDS = 5
"""Ids that one piece of evidence names as its source."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence, and the devices and findings behind it."""

    record: ControlEvidence
    touched: tuple[str, ...] = ()
    """Addresses, where it speaks against a control."""
    findings: tuple[str, ...] = ()

    @property
    def polarity(self) -> Polarity:
        return self.record.polarity


@dataclass(frozen=True, slots=True)
class Sight:
    """How many of the devices that a control's checks speak to could be judged."""

    judged: int
    in_scope: int
    blind_important: tuple[str, ...]
    """Devices of high or very high worth that some check could not judge."""
    blind_others: tuple[str, ...]
    others: int

    @property
    def suffices(self) -> bool:
        """Say whether every important device and 95 % of the others were judged."""
        return not self.blind_important and len(self.blind_others) * 20 <= self.others


def refutes(finding: Finding) -> bool:
    """Say whether a finding speaks against the controls that it cites, sure or not.

    A false positive does not, nor an exception with another safeguard and a last day. A risk that
    is borne stays a weakness: bearing it meets no control.
    """
    if finding.result is not Result.FAIL:
        return False
    decision = finding.decision
    if decision is None:
        return True
    if decision.disposition is Disposition.EXCEPTION:
        return decision.until is None or not decision.control
    return decision.disposition is not Disposition.FALSE_POSITIVE


def about(control: Control, grounds: Grounds) -> list[Finding]:
    """Return every result of the checks that speak to a control."""
    return [f for check in control.checks for f in grounds.findings.get(check, ())]


def sight(findings: Sequence[Finding], grounds: Grounds) -> Sight:
    """Measure how much of its scope some checks could judge. A network finding counts as one."""
    blind = {
        f.address or "the network" for f in findings if f.result in (Result.UNKNOWN, Result.ERROR)
    }
    scope = {f.address or "the network" for f in findings}
    worthy = {place for place in scope if grounds.estate.worth(place) >= Level.HIGH}
    important, others = blind & worthy, blind - worthy
    return Sight(
        judged=len(scope - blind),
        in_scope=len(scope),
        blind_important=tuple(p for p in _in_order(findings) if p in important),
        blind_others=tuple(p for p in _in_order(findings) if p in others),
        others=len(scope - worthy),
    )


def _in_order(findings: Sequence[Finding]) -> list[str]:
    return list(dict.fromkeys(f.address or "the network" for f in findings))


def seen(control: Control, grounds: Grounds) -> Iterator[Piece]:
    """Yield what the scan says: the worst weaknesses first, then what was seen at work."""
    findings = about(control, grounds)
    if not findings:
        return
    failed = [f for f in findings if refutes(f)]
    against = [f for f in failed if f.confidence is not Confidence.LOW]
    worst = sorted(against, key=lambda f: -f.severity.rank)
    for check in dict.fromkeys(f.check for f in worst):
        yield _against([f for f in against if f.check == check], findings, grounds)
    yield from _at_work(control, findings, grounds)
    if guesses := [f for f in failed if f.confidence is Confidence.LOW]:
        says = f"{plural(len(guesses), 'sign')} of a weakness must still be confirmed."
        yield _neutral(says, guesses, grounds)
    if aside := [f for f in findings if f.decision is not None and not refutes(f)]:
        says = f"Set aside by named persons: {set_aside(aside)}."
        yield _neutral(says, aside, grounds)
    looked = sight(findings, grounds)
    says = (
        f"The checks could judge {looked.judged} of {plural(looked.in_scope, 'device')}; "
        "a check that finds nothing proves nothing."
    )
    passed = [f for f in findings if f.result is Result.PASS]
    yield Piece(
        _scan_record(Polarity.NEUTRAL, says, passed, grounds, (looked.judged, looked.in_scope))
    )


def _against(failed: Sequence[Finding], all_: Sequence[Finding], grounds: Grounds) -> Piece:
    touched = sorted({str(d.address) for f in failed for d in grounds.estate.touched(f)})
    where = some_of([f.address or "the network" for f in failed])
    says = f"{grounds.titles[failed[0].check]} ({where})"
    covered = (len(touched), max(len(touched), len({f.address for f in all_})))
    record = _scan_record(Polarity.REFUTES, says, failed, grounds, covered)
    return Piece(record, tuple(touched), tuple(f.id for f in failed))


def _at_work(control: Control, findings: Sequence[Finding], grounds: Grounds) -> Iterator[Piece]:
    if control.scan_power not in (ScanPower.SUPPORT, ScanPower.BOTH):
        return
    for check in grounds.rule(control.id).positive:
        told = [f for f in findings if f.check == check]
        good = [f for f in told if f.result is Result.PASS and f.evidence]
        if good and not any(refutes(f) for f in told) and sight(findings, grounds).suffices:
            devices = len({f.address for f in good})
            says = f"The scan saw it at work on {plural(devices, 'device')} ({check})."
            yield Piece(
                _scan_record(Polarity.SUPPORTS, says, good, grounds, (devices, devices)),
                findings=tuple(f.id for f in good),
            )


def _neutral(says: str, findings: Sequence[Finding], grounds: Grounds) -> Piece:
    return Piece(
        _scan_record(Polarity.NEUTRAL, says, findings, grounds, None),
        findings=tuple(f.id for f in findings),
    )


def _scan_record(
    polarity: Polarity,
    says: str,
    findings: Sequence[Finding],
    grounds: Grounds,
    covered: tuple[int, int] | None,
) -> ControlEvidence:
    sure = max((f.confidence for f in findings), key=lambda c: c.rank, default=Confidence.LOW)
    # A weakness that was seen stays until a scan sees otherwise; only what speaks for it runs out.
    ends = None if polarity is Polarity.REFUTES else grounds.scan_counts_until
    return ControlEvidence(
        kind=EvidenceKind.SCAN,
        polarity=polarity,
        says=says,
        source=some_of([f.id for f in findings], _IDS) or grounds.estate.scan.id,
        confidence=sure,
        observed_on=grounds.scanned_on,
        expires_on=ends,
        covered=covered[0] if covered else None,
        in_scope=covered[1] if covered else None,
    )


_POLARITY = {
    AnswerValue.YES: Polarity.SUPPORTS,
    AnswerValue.PARTLY: Polarity.SUPPORTS,
    AnswerValue.NO: Polarity.REFUTES,
}


def said(control: Control, answer: Answer | None, grounds: Grounds) -> Iterator[Piece]:
    """Yield what a person said of the control itself, and the document that was sighted."""
    if answer is None:
        return
    polarity = _POLARITY.get(answer.value, Polarity.NEUTRAL)
    if grounds.rule(control.id).asks_whether and answer.value is AnswerValue.NO:
        polarity = Polarity.NEUTRAL
    note = f" {answer.note}" if answer.note else ""
    says = f"{answer.said_by} answered “{answer.value}” on {answer.on}.{note}"
    yield Piece(_record(EvidenceKind.ATTEST, polarity, says, answer, answer.on))
    if answer.document and polarity is Polarity.SUPPORTS:
        dated = f", dated {answer.document_on}" if answer.document_on else ""
        says = f"Sighted: {answer.document}{dated}."
        own_day = min(answer.document_on or answer.on, answer.on)
        yield Piece(_record(EvidenceKind.DOCUMENT, polarity, says, answer, own_day))


def walked(control: Control, grounds: Grounds) -> Iterator[Piece]:
    """Yield what was seen on the site walk. Its questions are put so that a yes is good."""
    for id in walk_questions(control.id):
        answer = grounds.answers.get(id)
        if answer is None or answer.value in (AnswerValue.UNKNOWN, AnswerValue.LATER):
            continue
        # Partly, of something that one looks at, is a place where it was not so.
        polarity = (
            Polarity.REFUTES
            if answer.value is AnswerValue.PARTLY
            else _POLARITY.get(answer.value, Polarity.NEUTRAL)
        )
        note = f" {answer.note}" if answer.note else ""
        says = (
            f"On the site walk, {answer.on}: “{questions()[id].text}” {answer.value}.{note} "
            f"({answer.said_by})"
        )
        yield Piece(_record(EvidenceKind.WALK, polarity, says, answer, answer.on))


def walk_questions(control_id: str) -> tuple[str, ...]:
    """Return the ids of the questions of the site walk that speak to a control."""
    return tuple(
        q.id
        for q in questions().values()
        if q.section is Section.SITE_WALK and control_id in q.controls
    )


def _record(
    kind: EvidenceKind,
    polarity: Polarity,
    says: str,
    answer: Answer,
    on: date,
    lasts: timedelta = FRESH,
) -> ControlEvidence:
    return ControlEvidence(
        kind=kind,
        polarity=polarity,
        says=says,
        source=answer.question,
        confidence=Confidence.HIGH if kind is EvidenceKind.WALK else Confidence.MEDIUM,
        observed_on=on,
        expires_on=on + lasts,
    )
