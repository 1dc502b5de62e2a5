"""What the demo practice answered and keeps: fresh on any day, and true to its clinic."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.assess import fits, load_checklist, questions
from riskscan.config import load_answers, parse_entry, read_rows
from riskscan.lab import CLINIC, PATIENT_NAMES, demo_files
from riskscan.model import (
    REGISTERS,
    ActionStatus,
    Answer,
    AnswerValue,
    Choice,
    Content,
    Implementation,
    Known,
    SystemKind,
)

TODAY = date(2026, 11, 22)
YEAR = timedelta(days=365)


def read(folder: Path, today: date) -> tuple[tuple[Answer, ...], dict[str, list[Content]]]:
    answers: tuple[Answer, ...] = ()
    kept: dict[str, list[Content]] = {}
    for name, text in demo_files(today).items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        register = REGISTERS.get(path.stem)
        if register is None:
            answers = load_answers(path)
        else:
            kept[register.name] = [
                parse_entry(register, line.written) for line in read_rows(path, register)
            ]
    return answers, kept


@pytest.fixture(scope="module")
def filled(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[tuple[Answer, ...], dict[str, list[Content]]]:
    return read(tmp_path_factory.mktemp("filled"), TODAY)


def test_every_question_has_one_answer_that_it_takes(
    filled: tuple[tuple[Answer, ...], dict[str, list[Content]]],
) -> None:
    answers, _ = filled
    asked = questions()

    assert sorted(a.question for a in answers) == sorted(asked)
    assert [fits(asked[a.question], a) for a in answers] == [""] * len(answers)
    assert all(a.person and a.role for a in answers)


@given(today=st.dates(date(2026, 3, 1), date(2040, 12, 31)))
def test_answers_and_signatures_are_as_fresh_on_any_day(
    tmp_path_factory: pytest.TempPathFactory, today: date
) -> None:
    answers, kept = read(tmp_path_factory.mktemp("any"), today)

    assert all(timedelta() <= today - a.on < timedelta(days=60) for a in answers)
    assert all(a.document_on is None or today - a.document_on < YEAR for a in answers)
    assert all(timedelta() <= today - s.on <= timedelta(days=7) for s in kept["signatures"])  # type: ignore[union-attr,operator]
    assert all(e.review_on > today for e in kept["exceptions"])  # type: ignore[union-attr,operator]
    assert demo_files(today) == demo_files(today)
    assert "{today" not in "".join(demo_files(today).values())


def test_answers_are_of_every_kind_and_some_yes_have_documents(
    filled: tuple[tuple[Answer, ...], dict[str, list[Content]]],
) -> None:
    answers, _ = filled
    not_applicable = [a for a in answers if a.value is AnswerValue.NOT_APPLICABLE]

    assert {a.value for a in answers} == set(AnswerValue)
    assert sum(bool(a.document) for a in answers if a.value is AnswerValue.YES) > 10
    assert not_applicable
    assert all(a.note and a.approver for a in not_applicable)


def test_no_addressable_no_is_left_without_a_record_of_decision(
    filled: tuple[tuple[Answer, ...], dict[str, list[Content]]],
) -> None:
    answers, kept = filled
    addressable = {
        c.id for c in load_checklist().controls if c.implementation is Implementation.ADDRESSABLE
    }
    no = {a.question for a in answers if a.value is AnswerValue.NO} & addressable
    decisions = {d.control: d.decision for d in kept["addressable"]}  # type: ignore[union-attr]

    assert no <= {c for c, d in decisions.items() if d is not Choice.UNDECIDED}
    assert sorted(decisions.values()) == [
        Choice.ALTERNATIVE, Choice.NOT_REASONABLE, Choice.UNDECIDED,
    ]  # fmt: skip


def test_registers_hold_what_a_visit_would_find(
    filled: tuple[tuple[Answer, ...], dict[str, list[Content]]],
) -> None:
    _, kept = filled
    vendors = [v for v in kept["vendors"] if v.sees_patient_data is Known.YES]  # type: ignore[union-attr]

    assert {s.kind for s in kept["systems"]} == set(SystemKind)  # type: ignore[union-attr]
    assert sum(v.agreement_on is None for v in vendors) == 1  # type: ignore[union-attr]
    assert sum(bool(v.reviewed_on and TODAY - v.reviewed_on > YEAR) for v in vendors) == 1  # type: ignore[union-attr]
    assert ActionStatus.DONE_UNVERIFIED in {t.status for t in kept["todo"]}  # type: ignore[union-attr]
    assert len(kept["acceptances"]) == 1
    assert set(kept) <= set(REGISTERS)


def test_the_device_list_lacks_two_of_the_clinic_and_names_one_that_is_not_there(
    filled: tuple[tuple[Answer, ...], dict[str, list[Content]]],
) -> None:
    _, kept = filled
    there = {address for host in CLINIC for address in host.addresses}
    listed = {d.address for d in kept["inventory"] if d.gone_on is None}  # type: ignore[union-attr]

    assert len(there - listed) == 2
    assert len(listed - there) == 1


def test_the_practice_is_made_up() -> None:
    text = "".join(demo_files(TODAY).values()).upper()

    assert not [name for name in PATIENT_NAMES if name.partition("^")[0] in text]
