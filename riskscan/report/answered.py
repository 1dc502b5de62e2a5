"""Who said what and when; and what each place that was looked from could reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from riskscan.model import Answer, AnswerValue, Assessment, Question, Reached
from riskscan.report.chapters import AnswerRow, ReachRow
from riskscan.report.clean import shortened
from riskscan.report.words import NAME_CAP, day

_CELL = 6 * NAME_CAP


def answer_log(
    assessment: Assessment, answers: Sequence[Answer], questions: Mapping[str, Question]
) -> tuple[AnswerRow, ...]:
    """List every answer, in the order of a visit, then by day; a later one does not hide a former.

    Without ``answers``, those that the controls carry.
    """
    given = list(answers) or [c.answer for c in assessment.controls if c.answer]
    asked = {c.control.id: c.control.question for c in assessment.controls}
    texts = asked | {id: question.text for id, question in questions.items()}
    place = {id: number for number, id in enumerate(questions)}
    ordered = sorted(given, key=lambda a: (place.get(a.question, len(place)), a.question, a.on))
    return tuple(_row(answer, texts.get(answer.question, "")) for answer in ordered)


def _row(answer: Answer, text: str) -> AnswerRow:
    document = answer.document
    if document and answer.document_on:
        document += f", {day(answer.document_on)}"
    note = answer.note
    if answer.approver:
        note = f"{note} Approved by {answer.approver}.".strip()
    return AnswerRow(
        question=answer.question,
        text=text,
        answer=answer.choice if answer.value is AnswerValue.CHOICE else answer.value.value,
        person=shortened(answer.said_by, 2 * NAME_CAP),
        on=answer.on,
        document=shortened(document, _CELL),
        note=shortened(note, _CELL),
    )


def reach(assessment: Assessment) -> tuple[ReachRow, ...]:
    """List the segmentation matrix, place by place."""
    return tuple(
        ReachRow(
            place=_place(each),
            segment=each.segment or "not known",
            what=each.device_class.label,
            devices=each.devices,
            reached=each.reached,
            unreached=each.unreached,
            untested=each.untested,
            ports=each.ports,
            tested_on=each.tested_on,
        )
        for each in assessment.reach
    )


def _place(reached: Reached) -> str:
    """Name where it was looked from, with the kind of network: ``front desk (office)``."""
    parts = (reached.place, f"({reached.zone})" if reached.zone else "")
    return " ".join(part for part in parts if part) or "place not recorded"
