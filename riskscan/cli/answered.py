"""An answer as it is kept and shown: what follows from it, what its words say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riskscan.model import Answer, Question

_DAY = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")


def derived(answer: Answer, known: Mapping[str, Answer]) -> list[Answer]:
    """Return what follows from an answer, and ends what followed from an earlier one.

    What a person has answered for itself stands.
    """
    from riskscan.assess import following
    from riskscan.model import AnswerValue

    mark = f"(answer to {answer.question})."
    followed = {each.question: each for each in following(answer)}
    own = {q for q, a in known.items() if not a.note.endswith(mark) and counts(a)}
    ended = [
        replace(old, value=AnswerValue.LATER, note=f"The answer to {answer.question} has changed.",
                person=answer.person, role=answer.role, on=answer.on, approver="")
        for question, old in known.items()
        if old.note.endswith(mark) and question not in followed
    ]  # fmt: skip
    return [*(each for q, each in followed.items() if q not in own), *ended]


def counts(answer: Answer) -> bool:
    return answer.value.value not in ("later", "unknown")


def is_good(question: Question, value: str, choice: str) -> bool:
    """Say whether an answer claims something that a document can show."""
    return bool(choice) or value in (question.favorable.value, "partly")


def in_words(answer: Answer) -> str:
    parts = [answer.choice or answer.value.value, f"{answer.said_by}, {answer.on}"]
    return " · ".join([*parts, *(p for p in (answer.note, answer.document) if p)])


def day_in(text: str) -> date | None:
    """Return the day that a document's title names: ``Security policy, 2026-02-01``."""
    found = _DAY.search(text)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
