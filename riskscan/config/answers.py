"""What the practice answered, as a file: answers.toml to answers and back.

A file lists questions as ``[[answer]]`` tables, in any order; one without a value has not been
answered and is passed over, so that a printed-out list can be filled bit by bit.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, AliasChoices, Field

from riskscan.config.quoting import quoted
from riskscan.config.written import Text, parse, place_of, read
from riskscan.errors import ConfigError
from riskscan.model import Answer, AnswerValue, Question

_WIDTH = 96


def _known(id: str) -> str:
    from riskscan.assess import questions

    if id not in questions():
        raise ValueError("is not the id of a question, such as A05, P02, T09, O01, E06 or W03")
    return id


def _word(value: str) -> str:
    words = [word.value for word in AnswerValue]
    if value not in ("", *words):
        raise ValueError(f"is none of {', '.join(map(repr, words))}")
    return value


class _AnswerText(Text):
    # Files from before the other questions came say "control".
    question: Annotated[str, AfterValidator(_known)] = Field(
        validation_alias=AliasChoices("question", "control")
    )
    value: Annotated[str, AfterValidator(_word)]
    choice: str = ""
    person: str = ""
    role: str = ""
    on: date | None = None
    note: str = ""
    document: str = ""
    document_on: date | None = None
    approver: str = ""


class _AnswersText(Text):
    answer: list[_AnswerText]
    tables: ClassVar[Mapping[str, type[Text]]] = {"answer": _AnswerText}


def load_answers(path: Path) -> tuple[Answer, ...]:
    """Read a file of ``[[answer]]`` tables, in its order; those without a value are left out.

    Raises ConfigError, also for an answer that its question does not take.
    """
    text = read(path, f"make one with: riskscan interview --export {path.name}")
    written = parse(path, text, _AnswersText).answer
    return tuple(_answer(path, text, n, w) for n, w in enumerate(written) if _said(w))


def _said(written: _AnswerText) -> bool:
    """Say whether a table holds an answer, or only room for one."""
    chosen = written.choice or written.value != AnswerValue.CHOICE
    return bool(written.value and chosen)


def _answer(path: Path, text: str, number: int, written: _AnswerText) -> Answer:
    from riskscan.assess import fits, questions

    if not written.person.strip():
        raise _wrong(path, text, number, "person", "must not be empty")
    if written.on is None:
        raise _wrong(path, text, number, "on", "must not be empty: the day it was said")
    answer = Answer(
        question=written.question,
        value=AnswerValue(written.value),
        person=written.person,
        on=written.on,
        note=written.note,
        document=written.document,
        role=written.role,
        document_on=written.document_on,
        approver=written.approver,
        choice=written.choice,
    )
    if unfit := fits(questions()[answer.question], answer):
        raise _wrong(path, text, number, "value", unfit)
    return answer


def _wrong(path: Path, text: str, number: int, key: str, said: str) -> ConfigError:
    place = place_of(path, text, ("answer", number, key))
    return ConfigError(f"{place}: answer.{number + 1}.{key}: {said}")


def render_answers(asked: Iterable[Question], known: Mapping[str, Answer]) -> str:
    """Return a file of questions with the answers on file, and room for those that are missing.

    :func:`load_answers` gives the answers back.
    """
    return "\n".join(_lines(asked, known)) + "\n"


def _lines(asked: Iterable[Question], known: Mapping[str, Answer]) -> Iterator[str]:
    yield "# What the practice answers, one [[answer]] for each question."
    yield '# value is one of: "yes", "partly", "no", "unknown", "later", "not applicable";'
    yield '# "choice" where words to choose from are listed. Leave it empty for no answer yet.'
    yield "# Sign each answer: person, and the day as on = 2026-11-22."
    section = None
    for question in asked:
        if question.section is not section:
            section = question.section
            yield ""
            yield f"# {f' {section.value} ':-^70}"
        yield ""
        yield from _commented(question)
        yield from _table(question, known.get(question.id))


def _commented(question: Question) -> Iterator[str]:
    yield from _comment(f"{question.id}. {question.text}")
    yield from _comment(f"A good answer: {question.good}" if question.good else "")
    yield from _comment(f"To be seen: {question.document}" if question.document else "")
    if question.choices:
        yield from _comment("Choices: " + " / ".join(question.choices))


def _comment(text: str) -> Iterator[str]:
    yield from (f"# {line}" for line in textwrap.wrap(text, _WIDTH))


def _table(question: Question, answer: Answer | None) -> Iterator[str]:
    yield "[[answer]]"
    yield f"question = {quoted(question.id)}"
    if answer is None:
        yield f"value = {quoted('choice' if question.choices else '')}"
        if question.choices:
            yield 'choice = ""'
        yield 'person = ""'
        yield 'note = ""'
        if question.document:
            yield 'document = ""'
        return
    yield f"value = {quoted(answer.value.value)}"
    for name in ("choice", "person", "role", "note", "document", "approver"):
        if text := getattr(answer, name):
            yield f"{name} = {quoted(text)}"
    yield f"on = {answer.on.isoformat()}"
    if answer.document_on:
        yield f"document_on = {answer.document_on.isoformat()}"
