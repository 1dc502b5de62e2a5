"""What an answer must be to be taken, how long it counts, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from riskscan.assess.checklist import load_checklist
from riskscan.assess.questions import PLAIN, catalog
from riskscan.model import Answer, AnswerValue, Question

FRESH_DAYS = 365
"""How long an answer counts before it is asked again (riskscan baseline; no law fixes it)."""

_PUT_OFF = (AnswerValue.UNKNOWN, AnswerValue.LATER)


def is_usable(answer: Answer, today: date) -> bool:
    """Whether someone answered who knew, and within the last year.

    A "not applicable" that nobody approved is asked again.
    """
    if answer.value is AnswerValue.NOT_APPLICABLE and not answer.approver.strip():
        return False
    return answer.value not in _PUT_OFF and (today - answer.on).days <= FRESH_DAYS


def is_put_off(answer: Answer) -> bool:
    """Whether the question was put, and the person did not know or asked for time."""
    return answer.value in _PUT_OFF


def fits(question: Question, answer: Answer) -> str:
    """Return why an answer cannot be taken, in a sentence; empty if it can."""
    return next(_objections(question, answer), "")


def _objections(question: Question, answer: Answer) -> Iterator[str]:
    if answer.question != question.id:
        yield f"It answers {answer.question} and not {question.id}."
    if not answer.person.strip():
        yield "It does not say who answered."
    yield from _wrong_word(question, answer)
    if answer.value is AnswerValue.NOT_APPLICABLE and not _reason(answer):
        yield "“Not applicable” needs a reason."
    if answer.document_on is not None and not answer.document:
        yield "It has the date of a document but not its title."
    if answer.document_on is not None and answer.document_on > answer.on:
        yield "The document bears a later date than the answer."


def _wrong_word(question: Question, answer: Answer) -> Iterator[str]:
    if answer.value in _PUT_OFF:
        if answer.choice:
            yield "A choice was made, and the question was put off: only one of them can be."
    elif question.choices:
        listed = ", ".join(f"“{c}”" for c in question.choices)
        if answer.value is not AnswerValue.CHOICE:
            yield f"It takes one of: {listed}."
        elif answer.choice not in question.choices:
            yield f"“{answer.choice}” is none of: {listed}."
    elif answer.value not in (*PLAIN, AnswerValue.NOT_APPLICABLE) or answer.choice:
        yield "It takes yes, partly, no or not applicable."


def _reason(answer: Answer) -> str:
    """The reason that was given, or the one that the checklist gives for an ordinary practice."""
    return answer.note.strip() or _default_reasons().get(answer.question, "")


def _default_reasons() -> dict[str, str]:
    return {c.id: c.default_not_applicable for c in load_checklist().controls}


def following(answer: Answer) -> tuple[Answer, ...]:
    """Return the answers to other questions that follow for certain, to be kept beside it.

    Each says in its note what it follows from. Nothing follows from an answer that follows.
    """
    word = answer.choice or answer.value.value
    return tuple(
        replace(
            answer,
            question=step.to,
            value=step.answers[word],
            note=_note(step.to, step.answers[word], f"{step.because} (answer to {step.origin})."),
            document="",
            document_on=None,
            choice="",
        )
        for step in catalog().followings
        if step.origin == answer.question and word in step.answers
    )


def _note(question: str, value: AnswerValue, because: str) -> str:
    default = _default_reasons().get(question, "")
    reason = default if value is AnswerValue.NOT_APPLICABLE else ""
    return f"{reason} {because}".strip()
