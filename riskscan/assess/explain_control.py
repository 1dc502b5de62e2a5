"""Why a control has its status: evidence for and against, what is missing, what would change it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from riskscan.assess import status
from riskscan.assess.checklist import load_checklist
from riskscan.assess.checks import CHECKS
from riskscan.assess.estate import Estate
from riskscan.assess.evidence import about, refutes
from riskscan.assess.grounds import Grounds
from riskscan.model import (
    AddressableDecision,
    Answer,
    AnswerValue,
    Assessment,
    Assurance,
    Choice,
    Confidence,
    Control,
    ControlEvidence,
    ControlResult,
    ControlStatus,
    Entry,
    EvidenceKind,
    Finding,
    Implementation,
    Polarity,
    Proof,
    Registers,
    Result,
    Scan,
)

ASSURED = {
    Assurance.NONE: "no evidence",
    Assurance.ATTESTED: "a named person said so",
    Assurance.DOCUMENT: "a document or the site walk shows it",
    Assurance.SCANNED: "the scan saw it",
    Assurance.MEASURED: "it was measured",
}

NEEDED = {
    Proof.ATTEST: "a named person who says yes",
    Proof.DOCUMENT: "the document, sighted",
    Proof.WALK: "the site walk",
    Proof.SCAN: "a scan that could look at every important device and 95 % of the others",
    Proof.SECOND_SCAN: "an earlier scan beside this one",
    Proof.IMPORT: "a report about every computer, read in",
    Proof.ENCRYPTED: "a list that calls every device and system encrypted",
    Proof.RESTORE: "the date of a restore test",
    Proof.AGREEMENTS: "an agreement with every business associate",
    Proof.CLAUSES: "the three clauses in each agreement",
    Proof.DEVICE_LIST: "a list of devices that agrees with the network",
    Proof.GONE_DEVICES: "where each device went that is gone",
}
"""What a control can need, in words that follow one another."""

_KINDS = {
    EvidenceKind.ATTEST: "the practice's word",
    EvidenceKind.DOCUMENT: "document",
    EvidenceKind.IMPORT: "list read in",
    EvidenceKind.SCAN: "scan",
    EvidenceKind.WALK: "site walk",
}
"""Where a piece of evidence comes from, before the id of its source."""

_SOMEONE = "Someone"
_SUPPOSED = re.compile(rf"^{_SOMEONE} answered “[a-z ]+” on [0-9-]+\. ?")
"""How a reason begins that rests on a supposed answer."""

_STILL = 3
"""How many sentences say what a yes alone would leave lacking."""

_LISTED = 6
"""How many addresses a line names."""


@dataclass(frozen=True, slots=True)
class Basis:
    """All that an assessment's controls were judged by."""

    scan: Scan
    filed: Assessment
    previous: Scan | None = None
    answers: Mapping[str, Answer] | None = None
    """By question; None for those that the assessment itself holds, on controls only."""
    registers: Registers = field(default_factory=Registers)

    @property
    def grounds(self) -> Grounds:
        """Return what the assessment's controls were judged by."""
        by_check: dict[str, list[Finding]] = {}
        for finding in self.filed.findings:
            by_check.setdefault(finding.check, []).append(finding)
        titles = {check: check for check in by_check}
        titles |= {id: judgement.check.title for id, judgement in CHECKS.items()}
        said = self.answers
        if said is None:
            said = {c.control.id: c.answer for c in self.filed.controls if c.answer is not None}
        grounds = Grounds(
            findings=by_check,
            titles=titles,
            estate=Estate.of(self.scan, self.registers),
            today=self.filed.made_at.date(),
            answers=said,
            registers=self.registers,
            previous=self.previous,
            vendors=self.filed.vendors,
            sufficiency=load_checklist().sufficiency,
        )
        size = self.filed.profile.size if self.filed.profile else grounds.size
        return replace(grounds, size=size)


def control_lines(basis: Basis, result: ControlResult) -> tuple[str, ...]:
    """Say why ``result``, of the assessment of ``basis``, is what it is."""
    control, grounds = result.control, basis.grounds
    found = about(control, grounds)
    return (
        f"{control.id} {control.citation} {control.title} ({control.implementation}): "
        f"{result.status}, {result.assurance} ({ASSURED[result.assurance]})",
        result.reason,
        "",
        *_against(result, found),
        *_for(result),
        *_neutral(result),
        *(_unseen(found) if control.checks else ()),
        *_lacking(result),
        *_decision(result),
        "",
        *_takes(control, grounds),
        "",
        *_would_change(_Supposing(result, grounds)),
    )


def _against(result: ControlResult, found: Sequence[Finding]) -> Iterator[str]:
    speaking = [e for e in result.evidence if e.polarity is Polarity.REFUTES]
    decisive = [f for f in found if f.id in result.findings]
    yield "Evidence against:" if decisive or speaking else "Evidence against: none."
    for finding in decisive:
        seen = "; ".join(
            f'{e.observation.key} = "{e.observation.value}"' for e in finding.evidence[:3]
        )
        where = finding.address or "network"
        yield f"  {finding.id} {where}: {finding.summary} [{finding.check}] {seen}".rstrip()
    ids = set(result.findings)
    for piece in speaking:
        if not ids & set(piece.source.replace(",", " ").split()):
            yield f"  {_told(piece)}"
    for finding in (f for f in found if refutes(f) and f.confidence is Confidence.LOW):
        yield f"  To be confirmed, and not counted: {finding.id} {finding.summary}"
    for finding in (f for f in found if f.decision is not None and not refutes(f)):
        yield f"  Set aside by a named person, and not counted: {finding.id} {finding.summary}"


def _for(result: ControlResult) -> Iterator[str]:
    speaking = [e for e in result.evidence if e.polarity is Polarity.SUPPORTS]
    said = result.answer
    yield "Evidence for:" if speaking else "Evidence for: none."
    for piece in speaking:
        bare = said is not None and not said.document and piece.kind is EvidenceKind.ATTEST
        own = bare and piece.source == result.control.id
        yield f"  {_told(piece, ' No document was sighted.' if own else '')}"


def _neutral(result: ControlResult) -> Iterator[str]:
    speaking = [e for e in result.evidence if e.polarity is Polarity.NEUTRAL]
    if speaking:
        yield "Looked at, and it says nothing either way:"
    for piece in speaking:
        yield f"  {piece.says}"


def _told(piece: ControlEvidence, beside: str = "") -> str:
    """One piece of evidence with where it comes from and until when it counts."""
    covers = (
        f" It covers {piece.covered} of {piece.in_scope}."
        if piece.covered is not None and piece.in_scope
        else ""
    )
    until = f" It counts until {piece.expires_on}." if piece.expires_on else ""
    return f"{piece.says}{beside}{covers}{until} [{_KINDS[piece.kind]}: {piece.source}]"


def _unseen(found: Sequence[Finding]) -> Iterator[str]:
    blind = [f for f in found if f.result in (Result.UNKNOWN, Result.ERROR)]
    yield "Could not be checked:" if blind else "Could not be checked: nothing of it."
    for check in dict.fromkeys(f.check for f in blind):
        yield f"  {check} on {_places([f for f in blind if f.check == check])}."


def _places(findings: Sequence[Finding]) -> str:
    where = [f.address or "the network" for f in findings]
    more = f" and {len(where) - _LISTED} more" if len(where) > _LISTED else ""
    return ", ".join(where[:_LISTED]) + more


def _lacking(result: ControlResult) -> Iterator[str]:
    if result.lacking:
        yield "Lacking:"
    for sentence in result.lacking:
        yield f"  {sentence}"


def _decision(result: ControlResult) -> Iterator[str]:
    record = result.decision
    if record is None:
        return
    yield f"Record of decision (164.306(d)(3)): {record.decision}."
    for words, text in (
        ("Why", record.rationale),
        ("Instead", record.alternative),
        ("Decided by", record.approver),
        ("On", record.decided_on),
        ("To be looked at again on", record.review_on),
    ):
        yield f"  {words}: {text or 'not on record'}"


def _takes(control: Control, grounds: Grounds) -> Iterator[str]:
    yield f"What a scan can say: {control.scan_says}"
    yield f"What people must say: {control.question}"
    if control.document:
        yield f"Document to sight: {control.document}."
    rule = grounds.rule(control.id)
    yield f"To be met it takes: {'; '.join(NEEDED[need] for need in rule.needs)}."
    if not control.checks:
        yield "No check speaks to it: the scan alone leaves it open."


@dataclass(frozen=True, slots=True)
class _Supposing:
    """A control and all that it is judged by, to be judged again with something else supposed."""

    result: ControlResult
    grounds: Grounds

    def judged(
        self, *, mended: bool = False, answer: Answer | None, registers: Registers | None = None
    ) -> ControlResult:
        """Return the result if what the scan saw were ``mended`` and ``answer`` given."""
        grounds = self.grounds
        if mended:
            decisive = set(self.result.findings)
            found = {
                check: [
                    replace(f, result=Result.PASS, evidence=(), decision=None)
                    if f.id in decisive
                    else f
                    for f in findings
                ]
                for check, findings in grounds.findings.items()
            }
            grounds = replace(grounds, findings=found)
        if registers is not None:
            grounds = replace(grounds, registers=registers)
        return status.judge(self.result.control, answer, grounds)

    def supposed(self, value: AnswerValue) -> Answer:
        control, today = self.result.control, self.grounds.today
        document = control.document if value is AnswerValue.YES else ""
        dated = today if document else None
        return Answer(control.id, value, _SOMEONE, today, document=document, document_on=dated)

    def recorded(self) -> Registers:
        """Return the registers with a complete record of decision on the control."""
        today = self.grounds.today
        record = AddressableDecision(
            self.result.control.id, Choice.ALTERNATIVE, "its reason", "it", _SOMEONE, today
        )
        made = datetime(today.year, today.month, today.day, tzinfo=UTC)
        entry = Entry("decisions", "", record, _SOMEONE, made)
        return Registers((*self.grounds.registers.entries, entry))


def _would_change(case: _Supposing) -> Iterator[str]:
    """Ask the rules of status themselves what another answer or a repair would make of it."""
    result, said = case.result, case.result.answer
    control = result.control
    yield "What would change it:"
    yes, no = case.supposed(AnswerValue.YES), case.supposed(AnswerValue.NO)
    and_document = " and the document were sighted" if control.document else ""
    if result.findings:
        mended = case.judged(mended=True, answer=said)
        yield _if("what the scan saw against it were put right", mended, result)
    if result.status is not ControlStatus.MET:
        answered = case.judged(answer=yes)
        yield _if(f"it were answered yes{and_document}", answered, result)
        if result.findings:
            yield _if("both were so", case.judged(mended=True, answer=yes), result)
        further = [s for s in answered.lacking if s not in answered.reason]
        if answered.status is ControlStatus.PARTIAL and further:
            yield f"    Then still lacking: {' '.join(further[:_STILL])}"
    elif said is not None:
        last = said.on + status.FRESH
        sooner = "; a scan that refutes it ends that" if control.checks else ""
        yield f"  The answer counts until {last}{sooner}."
    yield _if("it were answered no", case.judged(answer=no), result)
    if control.implementation is Implementation.ADDRESSABLE and not result.decision:
        recorded = case.judged(answer=no, registers=case.recorded())
        shown = replace(recorded, reason="") if recorded.decision else recorded
        yield _if("a complete record of decision named an alternative", shown, result)
    if control.default_not_applicable:
        yield "  A named person can confirm that it does not apply; it takes one who approves it."


def _if(supposed: str, outcome: ControlResult, result: ControlResult) -> str:
    if outcome.status is ControlStatus.MET:
        return f"  If {supposed}: met."
    if outcome.findings and outcome.status is result.status:
        return f"  If {supposed}: {outcome.status}, as now; what the scan saw decides."
    told = _SUPPOSED.sub("", outcome.reason).replace(f"” of {_SOMEONE} ", "” alone ")
    return f"  If {supposed}: {outcome.status}. {told}".rstrip()
