"""In which order to ask: what narrows most risk first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from riskscan.model import Answer, ControlResult, OpenQuestion, Risk


def open_questions(
    risks: Sequence[Risk],
    controls: Sequence[ControlResult],
    answers: Mapping[str, Answer],
    today: date,
) -> tuple[OpenQuestion, ...]:
    """Return the questions without a usable answer, the most telling first."""
    return ()
