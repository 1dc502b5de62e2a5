"""Everything that is asked: one question for each control, and what else the risks depend on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from riskscan.assess.checklist import load_checklist
from riskscan.model import Question, Section


@cache
def questions() -> Mapping[str, Question]:
    """Return all questions by id, in the order of a visit. Raises :class:`RuleError`."""
    return {
        c.id: Question(
            id=c.id,
            section=Section(c.safeguard),
            text=c.question,
            why=c.why,
            good=c.good,
            document=c.document,
            asked_of=c.asked_of,
        )
        for c in load_checklist().controls
    }
