"""In which order to ask: what narrows most risk first.

Five questions come before all others, always in the same order: S01 to S04 and E01. They take ten
seconds each, and the size of the practice and the number of records tune what everything after
them means: impacts, practice sets, how an answer is read. Then comes the interview at the desk,
and then the walk: nobody gets up in between. Last is what an ordinary practice has nothing to do
with.

Inside each of these parts, a question stands by the levels that the risks it narrows could reach:
first by how many of them could be very high, then by how many high, and so on. Nothing is added up
or multiplied. Equals go by required before addressable, and then in the order of a visit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from riskscan.assess.answering import is_put_off, is_usable
from riskscan.assess.questions import catalog
from riskscan.model import (
    Answer,
    ControlResult,
    ControlStatus,
    Implementation,
    Level,
    OpenQuestion,
    Question,
    Risk,
    Section,
)

FIRST = ("S01", "S02", "S03", "S04", "E01")
"""What everything is tuned by."""
GATE = "E14"
"""Settles for nearly every practice that what stays at the end does not apply."""


def open_questions(
    risks: Sequence[Risk],
    controls: Sequence[ControlResult],
    answers: Mapping[str, Answer],
    today: date,
) -> tuple[OpenQuestion, ...]:
    """Return the questions without a usable answer, the most telling first.

    ``answers`` are the newest ones, by id of the question. A control that is met without a word
    from anyone is not asked about.
    """
    results = {r.control.id: r for r in controls}
    wide = [r for r in risks if r.best is not r.worst]
    ranked = []
    for place, question in enumerate(catalog().questions.values()):
        said, result = answers.get(question.id), results.get(question.id)
        if _is_closed(said, result, today):
            continue
        speaks_to = _speaks_to(question)
        narrowed = [r for r in wide if not speaks_to.isdisjoint(r.asks)]
        put_off = said is not None and is_put_off(said)
        part = _part(question, result)
        weight = _weight(narrowed) if part else ()  # the first five stay as they are
        key = (part, weight, put_off, _is_addressable(result), place)
        ranked.append((key, _open(question, narrowed, put_off)))
    return tuple(asked for _, asked in sorted(ranked, key=lambda pair: pair[0]))


def _is_closed(said: Answer | None, result: ControlResult | None, today: date) -> bool:
    met = result is not None and result.status is ControlStatus.MET
    return met or (said is not None and is_usable(said, today))


def _speaks_to(question: Question) -> set[str]:
    """Return what an answer speaks to: itself, controls, and the questions that it may settle."""
    settled = (step.to for step in catalog().followings if step.origin == question.id)
    return {question.id, *question.controls, *settled}


def _part(question: Question, result: ControlResult | None) -> int:
    """Return the part of a visit that a question belongs to."""
    if question.id in FIRST:
        return 0
    if question.id == GATE:
        return 3
    if result is not None and result.control.default_not_applicable:
        return 4
    return 2 if question.section is Section.SITE_WALK else 1


def _weight(narrowed: Sequence[Risk]) -> tuple[int, ...]:
    """Count the risks by the level they could reach, the highest first, to sort by."""
    return tuple(-sum(r.worst is level for r in narrowed) for level in reversed(Level))


def _is_addressable(result: ControlResult | None) -> bool:
    return result is not None and result.control.implementation is Implementation.ADDRESSABLE


def _open(question: Question, narrowed: Sequence[Risk], put_off: bool) -> OpenQuestion:
    highest = sorted(narrowed, key=lambda r: (-r.worst.rank, r.id))
    return OpenQuestion(question.id, len(highest), tuple(r.id for r in highest), put_off)
