"""How far the questions of a visit narrow what a scan leaves open."""

from __future__ import annotations

from datetime import date, datetime

from riskscan.assess import assess, following, questions
from riskscan.model import Answer, AnswerValue, Assessment, Knowledge, Scan


def narrowed_by_20_and_by_all(
    scan: Scan, knowledge: Knowledge, now: datetime, *, trouble: bool
) -> tuple[int, int]:
    """Return by how many steps the intervals shrink with the first 20 questions, and with all.

    Each answer is judged before the next question is chosen, as in an interview. All answers are
    good, with the document that is asked for, or all of them speak of trouble.
    """
    said: list[Answer] = []

    def judged() -> Assessment:
        return assess(scan, answers=said, knowledge=knowledge, now=now)

    def take(id: str) -> None:
        first = _answered(id, now.date(), trouble)
        said.extend((first, *following(first)))

    now_open = before = judged()
    for _ in range(20):
        take(now_open.open_questions[0].question)
        now_open = judged()
    after_20 = _steps(before) - _steps(now_open)
    for each in now_open.open_questions:
        take(each.question)
    return after_20, _steps(before) - _steps(judged())


def _answered(id: str, on: date, trouble: bool) -> Answer:
    asked = questions()[id]
    person, role = "Dana Lee", "owner"
    if asked.choices:
        choice = asked.choices[-1 if trouble else 0]
        value = AnswerValue.CHOICE
    else:
        choice, value = "", asked.favorable
        if trouble:
            value = AnswerValue.NO if value is AnswerValue.YES else AnswerValue.YES
    return Answer(id, value, person, on, document=asked.document, role=role, choice=choice)


def _steps(judged: Assessment) -> int:
    return sum(risk.worst.rank - risk.best.rank for risk in judged.risks)
