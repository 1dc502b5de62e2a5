"""The order in which to ask: what could bring the worst risks down comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from riskscan.assess import assess, load_checklist, questions
from riskscan.assess.library import threats
from riskscan.assess.order import FIRST, open_questions
from riskscan.model import (
    Answer,
    AnswerValue,
    Assurance,
    ControlResult,
    ControlStatus,
    Impact,
    Level,
    OpenQuestion,
    Risk,
)
from tests.assess.factories import KNOWLEDGE, NOW, answer, clinic
from tests.assess.narrowing import narrowed_by_20_and_by_all

TODAY = NOW.date()
CONTROLS = tuple(
    ControlResult(c, ControlStatus.NOT_ASSESSED, Assurance.NONE, "Not answered yet.")
    for c in load_checklist().controls
)
LAST = ["E14", "A09", "O02", "O03", "O04", "O05", "O06", "O07"]


def risk(id: str, asks: tuple[str, ...], worst: Level, best: Level = Level.LOW) -> Risk:
    return Risk(
        id=id,
        threat=threats()["T06"].threat,
        check="gap.test",
        device_class=None,
        members=(),
        severity=Level.HIGH,
        exposure=0,
        controls=0,
        initiation=Level.MODERATE,
        adverse=Level.HIGH,
        likelihood=Level.HIGH,
        impact=Impact(Level.HIGH, Level.HIGH, Level.HIGH),
        level=worst,
        best=best,
        worst=worst,
        statement="",
        findings=(),
        action="",
        asks=asks,
    )


def asked(*risks: Risk, said: tuple[Answer, ...] = ()) -> list[OpenQuestion]:
    return list(open_questions(risks, CONTROLS, {a.question: a for a in said}, TODAY))


def ids(*risks: Risk, said: tuple[Answer, ...] = ()) -> list[str]:
    return [each.question for each in asked(*risks, said=said)]


def test_without_any_answer_everything_is_open_once() -> None:
    assert sorted(ids()) == sorted(questions())


def test_what_tunes_everything_comes_first_whatever_the_risks_are() -> None:
    worst = risk("R-001", ("T04",), Level.VERY_HIGH)

    assert ids(worst)[:6] == [*FIRST, "T04"]


def test_one_risk_that_could_be_very_high_outweighs_any_number_of_high_ones() -> None:
    many = [risk(f"R-{n:03d}", ("A12",), Level.HIGH) for n in range(2, 40)]

    assert ids(risk("R-001", ("P10",), Level.VERY_HIGH), *many)[5:7] == ["P10", "A12"]


def test_more_risks_of_one_level_come_before_fewer() -> None:
    one = risk("R-001", ("A12",), Level.HIGH)
    two = [risk(f"R-{n:03d}", ("T03",), Level.HIGH) for n in (2, 3)]

    assert ids(one, *two)[5:7] == ["T03", "A12"]


def test_a_risk_without_an_interval_has_nothing_to_narrow() -> None:
    [first] = [
        q for q in asked(risk("R-001", ("A12",), Level.HIGH, Level.HIGH)) if q.question == "A12"
    ]

    assert first.narrows == 0
    assert first.risks == ()


def test_a_question_names_its_risks_the_highest_first() -> None:
    found = asked(
        risk("R-003", ("A12",), Level.MODERATE),
        risk("R-002", ("A12",), Level.VERY_HIGH),
        risk("R-001", ("A12",), Level.VERY_HIGH),
    )[5]

    assert found == OpenQuestion("A12", 3, ("R-001", "R-002", "R-003"))


def test_equals_go_by_required_before_addressable_and_then_by_the_visit() -> None:
    same = risk("R-001", ("T03", "A12", "O08", "A03", "E07"), Level.HIGH)

    assert ids(same)[5:10] == ["E07", "A03", "O08", "A12", "T03"]


def test_the_walk_comes_after_the_desk_even_for_a_grave_risk() -> None:
    order = ids(risk("R-001", ("P06",), Level.VERY_HIGH))
    walk = [id for id in order if id.startswith("W")]

    assert order[5] == "P06"
    assert walk[0] == "W02"
    assert order[order.index("W02") :] == [*walk, *LAST]


def test_what_is_not_for_an_ordinary_practice_comes_last_behind_its_gate() -> None:
    assert ids()[-8:] == LAST


def test_a_usable_answer_closes_a_question() -> None:
    for value in (AnswerValue.YES, AnswerValue.PARTLY, AnswerValue.NO):
        assert "A05" not in ids(said=(answer("A05", value),))
    unapproved = answer("A05", AnswerValue.NOT_APPLICABLE, note="Why.")
    assert "A05" in ids(said=(unapproved,))
    assert "A05" not in ids(said=(replace(unapproved, approver="Dr. Dana Lake"),))


def test_an_answer_of_more_than_a_year_ago_opens_it_again() -> None:
    old = answer("A05", on=TODAY - timedelta(366))

    [again] = [q for q in asked(said=(old,)) if q.question == "A05"]
    assert not again.put_off


def test_not_knowing_leaves_a_question_open_after_its_untouched_equals() -> None:
    same = risk("R-001", ("A03", "A05", "A12"), Level.HIGH)
    lower = risk("R-002", ("A01",), Level.MODERATE)
    for value in (AnswerValue.UNKNOWN, AnswerValue.LATER):
        found = asked(same, lower, said=(answer("A03", value),))[5:9]

        assert [q.question for q in found] == ["A05", "A12", "A03", "A01"]
        assert [q.put_off for q in found] == [False, False, True, False]


def test_what_is_met_without_a_word_is_not_asked() -> None:
    met = [replace(c, status=ControlStatus.MET) if c.control.id == "A22" else c for c in CONTROLS]

    left = [q.question for q in open_questions((), met, {}, TODAY)]
    assert "A22" not in left
    assert len(left) == len(questions()) - 1


def test_the_order_is_the_same_for_the_same_risks_in_another_order() -> None:
    risks = [
        risk("R-001", ("A12", "T03"), Level.HIGH),
        risk("R-002", ("T03",), Level.VERY_HIGH),
        risk("R-003", ("A01",), Level.MODERATE),
    ]

    assert asked(*risks) == asked(*reversed(risks))


def test_one_that_settles_another_is_asked_before_it() -> None:
    order = ids(risk("R-001", ("T01", "T08"), Level.VERY_HIGH))

    assert order.index("T09") < order.index("T08")
    assert order.index("E08") < order.index("T01")


def test_the_first_five_questions_to_the_test_clinic() -> None:
    """Size and number of records: impacts, practice sets and every later answer need them."""
    found = assess(clinic(), knowledge=KNOWLEDGE, now=NOW).open_questions

    assert [q.question for q in found[:5]] == ["S01", "S02", "S03", "S04", "E01"]
    assert [q.question for q in found[-8:]] == LAST


def test_twenty_questions_narrow_most_of_what_questions_can_narrow_in_the_test_clinic() -> None:
    """Two thirds: five devices leave many weaknesses that one question each decides.

    tests/test_lab_scan.py asks for more, of a whole clinic.
    """
    for trouble in (False, True):
        twenty, all_of_them = narrowed_by_20_and_by_all(clinic(), KNOWLEDGE, NOW, trouble=trouble)

        assert all_of_them > 0
        assert twenty * 3 >= all_of_them * 2
