"""The questions on paper, for a manager to fill in ahead of the visit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from riskscan.model import AnswerValue, Question, Section
from riskscan.report.clean import shortened, visible
from riskscan.report.exporters.pdf import laid_out
from riskscan.report.templates import render_form
from riskscan.report.words import NAME_CAP

_TITLES = {
    Section.PRACTICE: "The practice",
    Section.ADMINISTRATIVE: "How the practice is run",
    Section.PHYSICAL: "Rooms, doors and devices",
    Section.TECHNICAL: "Computers and logins",
    Section.ORGANIZATIONAL: "Contracts and paperwork",
    Section.SITE_WALK: "Walk through the practice, and look",
}

_PLAIN = (AnswerValue.YES, AnswerValue.PARTLY, AnswerValue.NO)
_UNSURE = ("I don't know", "does not apply")

_STAMP = 1_735_689_600
"""Time that stands in the fonts of the file, 2025-01-01: the same form gives the same bytes."""


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """One question with its boxes."""

    id: str
    text: str
    boxes: tuple[str, ...]
    document: str
    """The document to have at hand; empty if none is needed."""
    asked_of: str


@dataclass(frozen=True, slots=True)
class FormPart:
    title: str
    questions: tuple[FormQuestion, ...]


def blank_form(questions: Sequence[Question], practice: str) -> bytes:
    """Lay the questions out as a PDF on US Letter, to be filled in by hand.

    The order of sections is that of a visit, and within one as given. ``practice`` is printed on
    top; without it there is a line for it. Raises :class:`riskscan.errors.OutputError` if pango is
    missing.
    """
    name = visible(shortened(practice, NAME_CAP))
    return laid_out(render_form(tuple(_parts(questions)), name), _STAMP)


def _parts(questions: Sequence[Question]) -> Iterator[FormPart]:
    order = list(Section)
    ordered = sorted(questions, key=lambda q: order.index(q.section))
    for section, asked in groupby(ordered, key=lambda q: q.section):
        yield FormPart(_TITLES[section], tuple(_question(each) for each in asked))


def _question(question: Question) -> FormQuestion:
    words = question.choices or tuple(value.value for value in _PLAIN)
    unsure = _UNSURE[:1] if question.choices else _UNSURE
    return FormQuestion(
        id=visible(question.id),
        text=visible(question.text),
        boxes=tuple(visible(word) for word in (*words, *unsure)),
        document=visible(question.document),
        asked_of=visible(question.asked_of),
    )
