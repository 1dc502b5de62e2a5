"""The proposed rule stands beside the rule in force and changes nothing in it."""

from __future__ import annotations

import importlib

import pytest
from factories import KNOWLEDGE, NOW, device, scan
from set_examples import SMALL, by_id, controls, finding, judged

from riskscan.assess import assess
from riskscan.assess.practice_sets import load_set
from riskscan.model import (
    Answer,
    AnswerValue,
    Assessment,
    ControlStatus,
    DeviceClass,
    PracticeSize,
    SetStatus,
)

PROPOSAL = load_set("hipaa-nprm-2025")


def test_the_proposal_has_57_rows_each_with_its_own_paragraph() -> None:
    citations = [p.citation for p in PROPOSAL.practices]

    assert len(citations) == 57
    assert len(set(citations)) == 57
    assert all(c.startswith("164.3") for c in citations)


def test_an_id_agrees_with_its_paragraph() -> None:
    for practice in PROPOSAL.practices:
        section, *letters = practice.id.split(".")
        standard = f"164.{section}({letters[0]})" if letters else f"164.{section}"
        last = f"({letters[-1]})" if letters else ""
        assert practice.citation.startswith(standard)
        assert last in practice.citation


def test_it_says_that_it_is_proposed_not_in_force_and_when_that_was_checked() -> None:
    assert PROPOSAL.status is SetStatus.PROPOSED
    assert "PROPOSED, NOT IN FORCE, as checked on 2026-11-21" in PROPOSAL.note
    for fact in ("2025-01-06", "July 2027", "240 days", "163.308"):
        assert fact in PROPOSAL.note


@pytest.mark.parametrize(
    ("paragraph", "clock"),
    [
        ("308.a.4.ii.C", "15 days critical, 30 days high"),
        ("308.a.9.ii.A", "1 hour"),
        ("308.a.9.ii.D", "24 hours"),
        ("308.a.13", "72 hours; tested every 12 months"),
        ("312.h.2.i.A", "every 6 months"),
        ("312.h.2.iii", "every 12 months"),
        ("312.i.2.i", "48 hours"),
        ("312.i.2.iv", "every month"),
        ("314.a.2.i.D", "24 hours"),
    ],
)
def test_it_shows_its_clocks(paragraph: str, clock: str) -> None:
    (found,) = [p for p in PROPOSAL.practices if p.id == paragraph]

    assert found.clock == clock


def test_it_counts_for_every_size() -> None:
    assert all(set(p.sizes) == set(PracticeSize) for p in PROPOSAL.practices)


def test_what_is_new_says_what_to_do_first_where_a_practice_can_do_it() -> None:
    silent = [p.id for p in PROPOSAL.practices if p.is_new and not p.action]

    assert silent == ["314.b.2.v"]


def test_what_is_met_today_is_partial_at_best_where_the_proposal_sets_a_clock() -> None:
    result = by_id(judged(SMALL, controls(ControlStatus.MET), ()), "hipaa-nprm-2025")

    assert result["312.i.2.i"].status is ControlStatus.PARTIAL
    assert result["312.i.2.i"].reason == (
        "“Data backup plan” (164.308(a)(7)(ii)(A)) is met as the rule stands today, but "
        "the proposed clock (48 hours) has not been looked at."
    )
    assert result["308.a.8"].status is ControlStatus.MET


def test_the_proposal_would_leave_no_choice_about_addressable_controls() -> None:
    known = controls(
        ControlStatus.MET, T03=ControlStatus.NOT_REASONABLE, P06=ControlStatus.MET_ALTERNATIVE
    )
    result = by_id(judged(SMALL, known, ()), "hipaa-nprm-2025")

    assert result["312.a.2.iii"].status is ControlStatus.NOT_MET
    assert result["310.b"].status is ControlStatus.PARTIAL
    assert "no longer leave" in result["310.b"].reason


def test_a_flat_network_speaks_against_proposed_segmentation() -> None:
    found = judged(SMALL, controls(ControlStatus.MET), (finding("network.flat"),))

    assert by_id(found, "hipaa-nprm-2025")["312.a.2.vi"].findings == ("F-network.flat",)


def test_it_never_changes_a_control_a_risk_or_the_statement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_sets = _assessed()
    judging = importlib.import_module("riskscan.assess.assess")
    monkeypatch.setattr(judging, "judge_sets", lambda *_: ())
    without = _assessed()

    assert [each.id for each in with_sets.sets][-1] == "hipaa-nprm-2025"
    assert without.sets == ()
    assert with_sets.controls == without.controls
    assert with_sets.standards == without.standards
    assert with_sets.risks == without.risks
    assert with_sets.actions == without.actions
    assert with_sets.statement == without.statement


def _assessed() -> Assessment:
    found = scan(
        device("192.168.50.20", DeviceClass.PACS_ARCHIVE, open=[23, 104]),
        device("192.168.50.30"),
    )
    said = [
        Answer(control, AnswerValue.YES, "Dana Lake", NOW.date(), document="on file")
        for control in ("A01", "A05", "A12", "A16", "A17")
    ]
    return assess(found, answers=said, knowledge=KNOWLEDGE, now=NOW)
