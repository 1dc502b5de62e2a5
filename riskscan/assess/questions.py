"""Everything that is asked: one question for each control, and what else the risks depend on.

The questions of the controls stand in the checklist, beside the paragraph that they ask about.
``questions.toml`` holds the others: size, circumstances and the site walk, and which answers
follow from another one.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from riskscan.assess.checklist import load_checklist
from riskscan.errors import RuleError
from riskscan.model import AnswerValue, Checklist, Question, Section

ASKED_OF = ("practice manager", "owner", "IT provider", "security official")
"""Who may know. In a small practice one person is several of them."""

PLAIN = (AnswerValue.YES, AnswerValue.PARTLY, AnswerValue.NO)
"""What a question without choices is answered with, by those who know."""


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _Question(_Text):
    id: str = Field(pattern=r"^[SEW]\d\d$")
    section: Literal[Section.PRACTICE, Section.SITE_WALK]
    text: str = Field(min_length=20, pattern=r"\?$")
    why: str = Field(min_length=20, pattern=r"\.$")
    good: str = Field(min_length=20, pattern=r"\.$")
    document: str = ""
    choices: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    asked_of: Literal["", "practice manager", "owner", "IT provider", "security official"] = ""
    favorable: Literal[AnswerValue.YES, AnswerValue.NO] = AnswerValue.YES

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> _Question:
        if (self.id[0] == "W") != (self.section is Section.SITE_WALK):
            raise ValueError(f"{self.id}: W is the letter of the site walk, and of nothing else")
        if len(self.choices) == 1 or len(set(self.choices)) < len(self.choices):
            raise ValueError(f"{self.id}: two choices or more, each of them once")
        if len(set(self.controls)) < len(self.controls):
            raise ValueError(f"{self.id} names a control twice")
        if self.choices and self.favorable is AnswerValue.NO:
            raise ValueError(f"{self.id}: a question with choices has no good yes or no")
        return self


class _Follows(_Text):
    origin: str = Field(alias="from")
    to: str
    because: str = Field(min_length=10)
    answers: dict[str, AnswerValue] = Field(min_length=1)


class _Questions(_Text):
    question: tuple[_Question, ...] = Field(min_length=1)
    follows: tuple[_Follows, ...] = ()


@dataclass(frozen=True, slots=True)
class Following:
    """Which answers to one question settle another one."""

    origin: str
    """Id of the question that is asked."""
    to: str
    """Id of the question that need not be."""
    because: str
    answers: Mapping[str, AnswerValue]
    """Word of the answer, or of the choice, to the answer that follows."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """All questions by id, in the order of a visit, and what follows from what."""

    questions: Mapping[str, Question]
    followings: tuple[Following, ...]


def questions() -> Mapping[str, Question]:
    """Return all questions by id, in the order of a visit. Raises :class:`RuleError`."""
    return catalog().questions


@cache
def catalog() -> Catalog:
    """Return the questions shipped with riskscan. Raises :class:`RuleError`."""
    text = (files("riskscan.assess") / "questions.toml").read_text(encoding="utf-8")
    return parse_questions(text, load_checklist(), where="questions.toml")


def parse_questions(text: str, checklist: Checklist, *, where: str) -> Catalog:
    """Join the questions in TOML with those of a checklist; ``where`` names the file.

    Raises :class:`RuleError` if the file is malformed, names anything twice, or speaks of a
    control, a question or a choice that does not exist.
    """
    try:
        written = _Questions.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as problem:
        raise RuleError(f"{where} cannot be read: {problem}", "Correct the file.") from problem
    leaves = {c.id for c in checklist.controls}
    _refuse_twice(where, "question", (q.id for q in written.question))
    _refuse_twice(where, "step", (f"{f.origin} to {f.to}" for f in written.follows))
    _refuse_unknown(where, "control", leaves, (c for q in written.question for c in q.controls))
    asked = [Question(**dict(q)) for q in written.question] + _of_controls(checklist)
    order = {section: place for place, section in enumerate(Section)}
    asked.sort(key=lambda q: order[q.section])
    known = _in_order(asked, {f.to: f.origin for f in written.follows})
    ends = (id for f in written.follows for id in (f.origin, f.to))
    _refuse_unknown(where, "question", known, ends)
    for step in written.follows:
        origin, to = known[step.origin], known[step.to]
        _refuse_unknown(where, f"answer to {origin.id}", _words(origin), step.answers)
        _refuse_unknown(where, f"answer to {to.id}", _plain_words(to), step.answers.values())
    return Catalog(known, tuple(Following(**dict(step)) for step in written.follows))


def _of_controls(checklist: Checklist) -> list[Question]:
    return [
        Question(
            id=c.id,
            section=Section(c.safeguard),
            text=c.question,
            why=c.why,
            good=c.good,
            document=c.document,
            asked_of=c.asked_of,
            favorable=_favorable(checklist, c.id),
        )
        for c in checklist.controls
    ]


def _in_order(asked: list[Question], settled_by: Mapping[str, str]) -> dict[str, Question]:
    """Put a question behind the one that may settle it; two that settle each other stay."""
    ids = [q.id for q in asked]
    for id, origin in settled_by.items():
        both = {id, origin} <= set(ids) and settled_by.get(origin) != id
        if both and ids.index(id) < ids.index(origin):
            ids.remove(id)
            ids.insert(ids.index(origin) + 1, id)
    known = {q.id: q for q in asked}
    return {id: known[id] for id in ids}


def _favorable(checklist: Checklist, control: str) -> AnswerValue:
    needed = checklist.sufficiency.get(control)
    return AnswerValue.NO if needed and needed.asks_whether else AnswerValue.YES


def _words(question: Question) -> tuple[str, ...]:
    return question.choices or PLAIN


def _plain_words(question: Question) -> tuple[str, ...]:
    """What may follow: no choice, for then nobody would have made it."""
    return () if question.choices else (*PLAIN, AnswerValue.NOT_APPLICABLE)


def _refuse_twice(where: str, kind: str, names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise RuleError(f"{where} names a {kind} twice: {', '.join(twice)}", "Remove one of them.")


def _refuse_unknown(where: str, kind: str, known: Iterable[str], names: Iterable[str]) -> None:
    unknown = sorted(set(names) - set(known))
    if unknown:
        text = f"{where} names a {kind} that does not exist: {', '.join(unknown)}"
        raise RuleError(text, "Correct the id or the word.")
