"""What the practice answered, as a file: answers.toml to answers and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator

from riskscan.config.written import Said, Text, parse, read
from riskscan.model import Answer, AnswerValue

_CONTROL = re.compile(r"[APTO]\d\d")


def _control_id(text: str) -> str:
    if not _CONTROL.fullmatch(text):
        raise ValueError("is not the id of a control, such as A05, P02, T09 or O01")
    return text


class _AnswerText(Text):
    control: Annotated[str, AfterValidator(_control_id)]
    value: AnswerValue
    person: Said
    role: str = ""
    on: date
    note: str = ""
    document: str = ""


class _AnswersText(Text):
    answer: list[_AnswerText]
    tables: ClassVar[Mapping[str, type[Text]]] = {"answer": _AnswerText}


def load_answers(path: Path) -> tuple[Answer, ...]:
    """Read a file of ``[[answer]]`` tables, in its order. Raises ConfigError."""
    text = read(path, "see the README for what an answers file looks like")
    answers = parse(path, text, _AnswersText).answer
    return tuple(
        Answer(
            question=a.control,
            value=a.value,
            person=a.person,
            role=a.role,
            on=a.on,
            note=a.note,
            document=a.document,
        )
        for a in answers
    )
