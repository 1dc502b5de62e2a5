"""Whatever is answered, the register stays within its bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from assess.factories import (
    NOW,
    registers,
)
from assess.pitfall_reading import (
    INSTEAD,
    assessed,
)
from assess.test_exposure import far, from_zone
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscan.assess import (
    questions,
)
from riskscan.model import (
    Answer,
    AnswerValue,
    Assessment,
    ListedDevice,
    System,
    SystemKind,
    Zone,
)


def _answers() -> st.SearchStrategy[list[Answer]]:
    """One answer of any value, with or without document and approver, to every question."""

    def one(id: str) -> st.SearchStrategy[Answer]:
        asked = questions()[id]
        plain = [v for v in AnswerValue if v is not AnswerValue.CHOICE]
        off = [AnswerValue.UNKNOWN, AnswerValue.LATER]
        value = st.sampled_from([*off, AnswerValue.CHOICE] if asked.choices else plain)
        return st.builds(
            lambda v, choice, paper, by: Answer(
                id, v, "Dana Lee", NOW.date(), "So it is.", paper, approver=by,
                choice=choice if v is AnswerValue.CHOICE else "",
            ),
            value, st.sampled_from(asked.choices or ("",)),
            st.sampled_from(("", "Paper")), st.sampled_from(("", "Dr. Amy Chen")),
        )  # fmt: skip

    return st.tuples(*map(one, questions())).map(list)


KEPT = registers(
    System("EHR", SystemKind.CLOUD, patients=4200, restored_on=date(2026, 5, 2)),
    System("PACS", addresses="192.168.50.20", patients=20_000),
    ListedDevice("Pump", "192.168.50.25"),
    replace(INSTEAD, control="T03"),
)


@settings(max_examples=50)
@given(_answers(), st.booleans(), st.booleans())
def test_whatever_is_answered_what_is_shown_lies_between_best_and_worst(
    said: list[Answer], kept: bool, looked: bool
) -> None:
    elsewhere = (from_zone(Zone.GUEST, far(open=(23,), address="192.168.50.11")),
                 from_zone(Zone.OFFICE)) if looked else ()  # fmt: skip
    made = assessed(None, *said, registers=KEPT if kept else registers(), elsewhere=elsewhere)

    assert [r.key for r in made.risks if not r.best <= r.level <= r.worst] == []
    assert len({r.key for r in made.risks}) == len(made.risks)


def test_when_all_is_answered_no_question_is_left_that_alone_could_narrow_a_risk(
    answered: Assessment,
) -> None:
    """What stays open then waits for a mended weakness, another scan, or a list that is kept."""
    results = {c.control.id: c for c in answered.controls}

    assert answered.open_questions == ()
    for risk in answered.risks:
        if risk.best is not risk.worst and not risk.findings:
            waiting = [results[id] for id in risk.asks]
            assert all(c.lacking or c.findings for c in waiting), risk.statement
            assert all(c.answer and c.answer.document for c in waiting), risk.statement
