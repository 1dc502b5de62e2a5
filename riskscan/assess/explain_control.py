"""Why a control has its status: evidence for and against, what is missing, what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from riskscan.assess import status
from riskscan.assess.checks import CHECKS
from riskscan.assess.estate import Estate
from riskscan.model import (
    Answer,
    AnswerValue,
    Assessment,
    Assurance,
    Confidence,
    Control,
    ControlResult,
    ControlStatus,
    Finding,
    Result,
    Scan,
)

ASSURED = {
    Assurance.NONE: "no evidence",
    Assurance.ATTESTED: "a named person said so",
    Assurance.DOCUMENT: "a document was sighted",
    Assurance.SCANNED: "the scan saw it",
    Assurance.MEASURED: "it was measured",
}

_LISTED = 6
"""How many addresses a line names."""


def control_lines(
    scan: Scan, filed: Assessment, result: ControlResult, scanned_before: bool
) -> tuple[str, ...]:
    """Say why ``result``, of the assessment ``filed`` of ``scan``, is what it is."""
    control = result.control
    about = [f for check in control.checks for f in filed.findings if f.check == check]
    return (
        f"{control.id} {control.citation} {control.title} ({control.implementation}): "
        f"{result.status}, {result.assurance} ({ASSURED[result.assurance]})",
        result.reason,
        "",
        *_against(result, about),
        *_for(result, about),
        *(_unseen(about) if control.checks else ()),
        "",
        *_takes(control),
        "",
        *_would_change(_Supposing.of(scan, filed, result, scanned_before)),
    )


def _against(result: ControlResult, about: Sequence[Finding]) -> Iterator[str]:
    decisive = [f for f in about if f.id in result.findings]
    yield "Evidence against:" if decisive else "Evidence against: none."
    for finding in decisive:
        seen = "; ".join(
            f'{e.observation.key} = "{e.observation.value}"' for e in finding.evidence[:3]
        )
        where = finding.address or "network"
        yield f"  {finding.id} {where}: {finding.summary} [{finding.check}] {seen}".rstrip()
    unsure = [f for f in about if f.is_open and f.confidence is Confidence.LOW]
    for finding in unsure:
        yield f"  To be confirmed, and not counted: {finding.id} {finding.summary}"
    for finding in (f for f in about if f.decision is not None):
        yield f"  Set aside by a named person, and not counted: {finding.id} {finding.summary}"


def _for(result: ControlResult, about: Sequence[Finding]) -> Iterator[str]:
    said = result.answer
    shown = [f for f in about if f.check in status.POSITIVE and f.result is Result.PASS]
    at_work = [f for f in shown if f.evidence]
    yield "Evidence for:" if said or at_work else "Evidence for: none."
    if said is not None:
        document = f" Sighted: {said.document}." if said.document else " No document was sighted."
        note = f" {said.note}" if said.note else ""
        yield f"  {said.said_by} answered “{said.value}” on {said.on}.{note}{document}"
    for check in dict.fromkeys(f.check for f in at_work):
        yield f"  {check} passed on {_places([f for f in at_work if f.check == check])}."


def _unseen(about: Sequence[Finding]) -> Iterator[str]:
    blind = [f for f in about if f.result in (Result.UNKNOWN, Result.ERROR)]
    yield "Could not be checked:" if blind else "Could not be checked: nothing of it."
    for check in dict.fromkeys(f.check for f in blind):
        yield f"  {check} on {_places([f for f in blind if f.check == check])}."


def _places(findings: Sequence[Finding]) -> str:
    where = [f.address or "the network" for f in findings]
    more = f" and {len(where) - _LISTED} more" if len(where) > _LISTED else ""
    return ", ".join(where[:_LISTED]) + more


def _takes(control: Control) -> Iterator[str]:
    yield f"What a scan can say: {control.scan_says}"
    yield f"What people must say: {control.question}"
    if control.document:
        yield f"Document to sight: {control.document}."
    if control.id in status.NEEDS_MORE:
        yield f"An answer and a document do not suffice: {status.NEEDS_MORE[control.id]}"
    if not control.checks:
        yield "No check speaks to it: the scan alone leaves it open."


@dataclass(frozen=True, slots=True)
class _Supposing:
    """A control and all that it is judged by, to be judged again with something else supposed."""

    result: ControlResult
    grounds: status.Grounds

    @classmethod
    def of(
        cls, scan: Scan, filed: Assessment, result: ControlResult, scanned_before: bool
    ) -> _Supposing:
        by_check: dict[str, list[Finding]] = {}
        for finding in filed.findings:
            by_check.setdefault(finding.check, []).append(finding)
        titles = {check: check for check in by_check}
        titles |= {id: judgement.check.title for id, judgement in CHECKS.items()}
        today = filed.made_at.date()
        return cls(
            result,
            status.Grounds(by_check, titles, Estate.of(scan), today, scanned_before),
        )

    def judged(self, *, mended: bool, answer: Answer | None) -> ControlResult:
        """Return the result if what speaks against it were ``mended`` and ``answer`` given."""
        grounds = self.grounds
        if mended:
            decisive = set(self.result.findings)
            found = {
                check: [
                    replace(f, result=Result.PASS, evidence=()) if f.id in decisive else f
                    for f in findings
                ]
                for check, findings in grounds.findings.items()
            }
            grounds = replace(grounds, findings=found)
        return status.judge(self.result.control, answer, grounds)

    def supposed(self, value: AnswerValue) -> Answer:
        control = self.result.control
        return Answer(control.id, value, "Someone", self.grounds.today, document=control.document)


def _would_change(case: _Supposing) -> Iterator[str]:
    """Ask the rules of status themselves what another answer or a repair would make of it."""
    result, said = case.result, case.result.answer
    yield "What would change it:"
    yes, no = case.supposed(AnswerValue.YES), case.supposed(AnswerValue.NO)
    and_document = " and the document were sighted" if result.control.document else ""
    if result.findings:
        mended = case.judged(mended=True, answer=said)
        yield _if("what speaks against it were put right", mended, result)
    if result.status is not ControlStatus.MET:
        answered = case.judged(mended=False, answer=yes)
        yield _if(f"it were answered yes{and_document}", answered, result)
        if result.findings:
            yield _if("both were so", case.judged(mended=True, answer=yes), result)
    elif said is not None:
        last = said.on + status.FRESH
        yield f"  The answer counts until {last}; a scan that refutes it ends that."
    refused = case.judged(mended=False, answer=replace(no, document=""))
    yield _if("it were answered no", refused, result)


def _if(supposed: str, outcome: ControlResult, result: ControlResult) -> str:
    if outcome.status is ControlStatus.MET:
        return f"  If {supposed}: met."
    if outcome.findings and outcome.status is result.status:
        return f"  If {supposed}: {outcome.status}, as now; what the scan saw decides."
    return f"  If {supposed}: {outcome.status}. {outcome.reason}"
