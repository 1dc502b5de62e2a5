"""An answer against what was seen is a conflict, and only a named person or a scan closes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from assess.factories import KNOWLEDGE, NOW, answer, device, registers, scan, with_telnet

from riskscan.assess import assess
from riskscan.model import (
    ActionEntry,
    ActionStatus,
    Answer,
    AnswerValue,
    Conflict,
    ControlResult,
    ControlStatus,
    Decision,
    Disposition,
    Registers,
    Scan,
)

SUBJECT = scan(with_telnet(), *(device(f"192.168.50.{n}", closed=(23,)) for n in range(60, 80)))
MENDED = replace(SUBJECT, devices=(device("192.168.50.20", closed=(23,)), *SUBJECT.devices[1:]))
YES = answer("T08")
UNTIL = date(2027, 5, 31)


def found(
    answers: Sequence[Answer] = (YES,),
    subject: Scan = SUBJECT,
    *,
    decisions: Sequence[Decision] = (),
    previous: Scan | None = None,
    kept: Registers | None = None,
) -> tuple[list[Conflict], ControlResult]:
    result = assess(
        subject,
        answers=answers,
        decisions=decisions,
        registers=kept or Registers(),
        previous=previous,
        knowledge=KNOWLEDGE,
        now=NOW,
    )
    [control] = [c for c in result.controls if c.control.id == "T08"]
    return [c for c in result.conflicts if c.control == "T08"], control


def decided(disposition: Disposition, **more: object) -> Decision:
    _, control = found()
    result = assess(SUBJECT, knowledge=KNOWLEDGE, now=NOW)
    [weak] = [f for f in result.findings if f.id in control.findings]
    made = Decision(weak.id, weak.evidence_hash, disposition, "Dr. Amy Chen", NOW, "seen on site")
    return replace(made, **more)


def test_a_yes_against_what_the_scan_saw_is_an_open_conflict() -> None:
    [conflict], control = found()

    assert conflict.is_open
    assert conflict.closed_by == ""
    assert "Dana Lee answered “yes” on 2026-11-20" in conflict.said
    assert "192.168.50.20" in conflict.seen
    assert conflict.findings == control.findings


def test_a_not_applicable_against_what_the_scan_saw_is_one_too() -> None:
    no_network = answer("T08", AnswerValue.NOT_APPLICABLE, note="We have no network.")
    [conflict], control = found([replace(no_network, approver="Dr. Amy Chen")])

    assert conflict.is_open
    assert control.status is ControlStatus.NOT_MET


@pytest.mark.parametrize(
    "value", [AnswerValue.PARTLY, AnswerValue.NO, AnswerValue.UNKNOWN, AnswerValue.LATER]
)
def test_an_answer_that_leaves_room_for_it_is_none(value: AnswerValue) -> None:
    assert found([answer("T08", value)])[0] == []


def test_an_answer_of_last_year_is_none_any_more() -> None:
    assert found([answer("T08", on=date(2025, 11, 20))])[0] == []


def test_what_the_site_walk_saw_is_a_conflict_as_well() -> None:
    said = [answer("P06"), answer("W02", AnswerValue.NO)]
    result = assess(SUBJECT, answers=said, knowledge=KNOWLEDGE, now=NOW)
    [conflict] = [c for c in result.conflicts if c.control == "P06"]

    assert conflict.is_open
    assert conflict.findings == ()
    assert "site walk" in conflict.seen


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (decided(Disposition.FALSE_POSITIVE), "a false positive on 2026-11-21: seen on site"),
        (
            decided(Disposition.EXCEPTION, until=UNTIL, control="a network of its own"),
            "until 2027-05-31: seen on site. Instead: a network of its own",
        ),
    ],
)
def test_a_named_person_closes_it_and_it_says_who_why_and_until_when(
    decision: Decision, words: str
) -> None:
    [conflict], control = found(decisions=[decision])

    assert not conflict.is_open
    assert "Dr. Amy Chen" in conflict.closed_by
    assert words in conflict.closed_by
    assert control.findings == ()


@pytest.mark.parametrize(
    "decision",
    [
        decided(Disposition.ACCEPTED),
        decided(Disposition.EXCEPTION),
        decided(Disposition.EXCEPTION, until=UNTIL),
        decided(Disposition.EXCEPTION, until=date(2026, 11, 20), control="a network of its own"),
        decided(Disposition.FALSE_POSITIVE, evidence_hash="of something else"),
    ],
)
def test_what_is_borne_unfounded_or_run_out_closes_nothing(decision: Decision) -> None:
    [conflict], control = found(decisions=[decision])

    assert conflict.is_open
    assert control.status is not ControlStatus.MET


def test_a_word_that_it_is_fixed_closes_nothing() -> None:
    done = ActionEntry(
        "cleartext.telnet/device",
        status=ActionStatus.DONE_UNVERIFIED,
        done_on=date(2026, 11, 20),
    )
    [conflict], _ = found(kept=registers(done))

    assert conflict.is_open


def test_a_later_scan_that_looked_closes_it() -> None:
    earlier = replace(SUBJECT, started_at=NOW - timedelta(days=30), ended_at=None)
    [conflict], control = found(subject=MENDED, previous=earlier)

    assert not conflict.is_open
    assert "2026-10-22" in conflict.closed_by
    assert "no longer sees" in conflict.closed_by
    assert control.findings == ()


def test_a_later_scan_that_could_not_look_closes_nothing() -> None:
    blind = replace(
        SUBJECT, devices=(device("192.168.50.20", filtered=(23,)), *SUBJECT.devices[1:])
    )
    conflicts, control = found(subject=blind, previous=SUBJECT)

    assert [c for c in conflicts if not c.is_open] == []
    assert control.status is not ControlStatus.MET


def test_open_conflicts_come_first() -> None:
    said = [answer("T08"), answer("T09"), answer("P06"), answer("W02", AnswerValue.NO)]
    weak = decided(Disposition.FALSE_POSITIVE)
    result = assess(SUBJECT, answers=said, decisions=[weak], knowledge=KNOWLEDGE, now=NOW)

    assert [c.is_open for c in result.conflicts] == [True, False, False]
