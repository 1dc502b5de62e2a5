"""The Security Rule, control by control, with counts and never a percentage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from riskscan.model import Answer, Assessment, ControlResult, ControlStatus
from riskscan.report.document import ControlGroup, ControlRow, Count, Question, Rule
from riskscan.report.words import ASSURANCE, IMPLEMENTATION, STATUS, day

_TITLES = {
    "hipaa-security-rule": "HIPAA Security Rule, 45 CFR Part 164 Subpart C",
}


def rule(assessment: Assessment) -> Rule:
    """Group the controls by safeguard, in the order of the checklist."""
    by_safeguard: dict[str, list[ControlResult]] = {}
    for result in assessment.controls:
        by_safeguard.setdefault(result.control.safeguard, []).append(result)
    return Rule(
        title=_TITLES.get(assessment.checklist_id, assessment.checklist_id),
        revision=assessment.checklist_revision,
        counts=_counts(assessment.controls),
        groups=tuple(
            ControlGroup(
                name=f"{safeguard.capitalize()} safeguards",
                counts=_counts(results),
                controls=tuple(_row(result) for result in results),
            )
            for safeguard, results in by_safeguard.items()
        ),
    )


def _counts(results: Iterable[ControlResult]) -> tuple[Count, ...]:
    tally = Counter(result.status for result in results)
    return tuple(Count(words, tally[status]) for status, words in STATUS.items())


def _row(result: ControlResult) -> ControlRow:
    control = result.control
    return ControlRow(
        id=control.id,
        citation=control.citation,
        title=control.title,
        standard=control.standard,
        standard_citation=control.standard_citation,
        implementation=IMPLEMENTATION[control.implementation],
        status=STATUS[result.status],
        assurance=ASSURANCE[result.assurance],
        reason=result.reason,
        scan_power=control.scan_power.value,
        scan_says=control.scan_says,
        answer=_answer(result.answer),
        question=_left_to_ask(result),
        document=control.document,
        findings=result.findings,
        lacking=result.lacking,
    )


def _left_to_ask(result: ControlResult) -> str:
    """Return the open question, unless the reason says it already."""
    question = result.control.question
    return question if _is_open(result) and question not in result.reason else ""


def _is_open(result: ControlResult) -> bool:
    return result.status is ControlStatus.NOT_ASSESSED


def _answer(answer: Answer | None) -> str:
    if answer is None:
        return ""
    text = f"{answer.said_by} on {day(answer.on)}: {answer.value.value}"
    text += f". {answer.note}" if answer.note else ""
    return text + (f" (document: {answer.document})" if answer.document else "")


def questions(assessment: Assessment) -> tuple[Question, ...]:
    """List what is still to be asked: the work of the next visit."""
    return tuple(
        Question(c.control.id, c.control.citation, c.control.question, c.control.document)
        for c in assessment.controls
        if _is_open(c)
    )
