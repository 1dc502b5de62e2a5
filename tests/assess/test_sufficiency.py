"""Each control is met by all the evidence that its checklist asks for, fresh and complete."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from assess.factories import KNOWLEDGE, NOW, answer, registers, scan, with_telnet
from assess.sufficiency_examples import (
    CHECKLIST,
    CONTROLS,
    DESK,
    OPEN,
    TODAY,
    grounds,
    judged,
    listed,
    paper,
)

from riskscan.assess import assess
from riskscan.assess.questions import questions
from riskscan.assess.status import judge
from riskscan.model import (
    REGISTERS,
    Answer,
    AnswerValue,
    Assurance,
    Content,
    Control,
    ControlResult,
    ControlStatus,
    EvidenceKind,
    Known,
    PracticeSize,
    Proof,
    ScanPower,
    System,
    SystemKind,
    Vendor,
)

MET, PARTIAL, NOT_MET = ControlStatus.MET, ControlStatus.PARTIAL, ControlStatus.NOT_MET


def test_the_checklist_says_of_every_control_what_it_needs() -> None:
    rules = CHECKLIST.sufficiency

    assert list(rules) == [c.id for c in CHECKLIST.controls]
    for id, rule in rules.items():
        control = CONTROLS[id]
        assert rule.needs[0] is Proof.ATTEST
        assert (Proof.DOCUMENT in rule.needs) == bool(control.document)
        assert (Proof.SCAN in rule.needs) == bool(control.checks)
        assert (Proof.IMPORT in rule.needs) == bool(rule.import_says)
        assert rule.asks_whether == bool(control.default_not_applicable)
        assert set(rule.positive) <= set(control.checks)


def test_controls_that_need_a_site_walk_have_questions_on_it() -> None:
    walked = {c for q in questions().values() if q.id.startswith("W") for c in q.controls}

    needing = {id for id, rule in CHECKLIST.sufficiency.items() if Proof.WALK in rule.needs}
    assert needing == {"P02", "P03", "P05", "P06"}
    assert needing <= walked


def test_a_passing_check_supports_only_where_a_scan_can() -> None:
    for id, rule in CHECKLIST.sufficiency.items():
        if rule.positive:
            assert CONTROLS[id].scan_power in (ScanPower.SUPPORT, ScanPower.BOTH)


@pytest.mark.parametrize("control", ["A03", "A06", "T02", "O08", "O11"])
def test_words_and_paper_suffice_where_nothing_else_is_asked(control: str) -> None:
    result = judged(control, grounds(DESK, answers=[paper(control)]))

    assert (result.status, result.assurance) == (MET, Assurance.DOCUMENT)
    assert result.lacking == ()


def test_a_document_counts_for_a_year_from_its_own_date() -> None:
    fresh = judged("A03", grounds(DESK, answers=[paper("A03", dated=date(2025, 11, 21))]))
    old = judged("A03", grounds(DESK, answers=[paper("A03", dated=date(2025, 11, 20))]))

    assert fresh.status is MET
    assert old.status is PARTIAL
    assert "more than a year old" in old.lacking[0]


def test_a_yes_counts_for_a_year() -> None:
    on = date(2025, 11, 21)

    assert judged("A06", grounds(DESK, answers=[answer("A06", on=on)])).status is MET
    late = grounds(DESK, answers=[answer("A06", on=on)], today=TODAY + timedelta(days=1))
    assert judged("A06", late).status is OPEN


def test_a_scan_counts_for_180_days_and_for_90_in_a_large_practice() -> None:
    yes = answer("T01", on=TODAY)

    def status(days: int, size: PracticeSize) -> ControlStatus:
        by = grounds(DESK, answers=[yes], today=TODAY + timedelta(days=days), size=size)
        return judged("T01", by).status

    assert status(180, PracticeSize.SMALL) is MET
    assert status(181, PracticeSize.SMALL) is PARTIAL
    assert status(90, PracticeSize.LARGE) is MET
    assert status(91, PracticeSize.LARGE) is PARTIAL


def test_an_empty_scan_helps_nothing_to_be_met() -> None:
    said = [paper(c.id) for c in CHECKLIST.controls if c.checks]

    for answer_ in said:
        assert judged(answer_.question, grounds(answers=said)).status is PARTIAL


def test_a_backup_report_was_two_days_old_at_most_when_it_was_sighted() -> None:
    server = System("EHR server", restored_on=date(2026, 5, 2))

    def result(dated: date | None) -> ControlResult:
        said = paper("A17", on=date(2026, 11, 20), dated=dated)
        return judged("A17", grounds(DESK, answers=[said], kept=[server]))

    assert result(date(2026, 11, 18)).status is MET
    assert result(date(2026, 11, 17)).status is PARTIAL
    assert result(None).status is PARTIAL


@pytest.mark.parametrize(
    ("restored", "status"),
    [(date(2025, 11, 21), MET), (date(2025, 11, 20), PARTIAL), (None, PARTIAL)],
)
def test_a_backup_takes_a_restore_test_within_twelve_months(
    restored: date | None, status: ControlStatus
) -> None:
    server = System("EHR server", restored_on=restored)
    said = paper("A17", dated=date(2026, 11, 19))

    assert judged("A17", grounds(DESK, answers=[said], kept=[server])).status is status


def test_the_answer_on_restores_counts_with_its_date() -> None:
    said = paper("A17", dated=date(2026, 11, 19))
    bare = answer("E12", document="Restore log")
    dated = replace(bare, document_on=date(2026, 9, 1))

    assert judged("A17", grounds(DESK, answers=[said, bare])).status is PARTIAL
    assert judged("A17", grounds(DESK, answers=[said, dated])).status is MET


def test_an_evaluation_takes_two_dated_scans_and_a_review() -> None:
    said = [paper("A22")]
    once = judged("A22", grounds(DESK, answers=said))
    twice = judged("A22", grounds(DESK, answers=said, previous=scan(DESK)))
    unasked = judged("A22", grounds(DESK, previous=scan(DESK)))

    assert once.status is PARTIAL
    assert "no earlier scan" in once.lacking[0]
    assert (twice.status, twice.assurance) == (MET, Assurance.SCANNED)
    assert unasked.status is PARTIAL


@pytest.mark.parametrize("control", ["A13", "T07"])
def test_what_only_a_report_of_every_computer_shows_is_never_met_without_it(control: str) -> None:
    result = judged(control, grounds(DESK, answers=[paper(control)]))

    assert result.status is PARTIAL
    assert result.lacking == (CHECKLIST.sufficiency[control].import_says,)


# ----------------------------------------------------------------------------------- site walk


def walk(control: str, value: AnswerValue = AnswerValue.YES) -> list[Answer]:
    ids = [q.id for q in questions().values() if q.id[0] == "W" and control in q.controls]
    return [answer(id, value) for id in ids]


def test_workstation_security_takes_the_site_walk() -> None:
    said = answer("P06")
    unseen = judged("P06", grounds(DESK, answers=[said]))
    seen = judged("P06", grounds(DESK, answers=[said, *walk("P06")]))

    assert (unseen.status, unseen.assurance) == (PARTIAL, Assurance.ATTESTED)
    assert "site walk" in unseen.lacking[0]
    assert (seen.status, seen.assurance) == (MET, Assurance.DOCUMENT)


@pytest.mark.parametrize("value", [AnswerValue.NO, AnswerValue.PARTLY])
def test_what_the_site_walk_saw_cannot_be_talked_away(value: AnswerValue) -> None:
    said = [answer("P06"), *walk("P06", value)]
    result = judged("P06", grounds(DESK, answers=said))

    assert result.status is PARTIAL
    assert "disagrees" in result.reason
    assert judged("P06", grounds(DESK, answers=said[1:])).status is NOT_MET


@pytest.mark.parametrize("value", [AnswerValue.UNKNOWN, AnswerValue.LATER])
def test_a_site_walk_that_did_not_look_shows_nothing(value: AnswerValue) -> None:
    said = [answer("P06"), *walk("P06", value)]

    assert judged("P06", grounds(DESK, answers=said)).status is PARTIAL
    assert judged("P06", grounds(DESK, answers=said[1:])).status is OPEN


# ------------------------------------------------------------------------------------ evidence


def test_controls_that_a_scan_says_nothing_about_reach_a_document_at_most() -> None:
    everything = [
        *(paper(c.id, dated=date(2026, 11, 20)) for c in CHECKLIST.controls),
        *(answer(id) for id in questions() if id.startswith("W")),
    ]
    kept = [listed(DESK, encrypted=Known.YES), Vendor("Northlight", clauses=Known.YES)]
    result = assess(
        scan(DESK), answers=everything, registers=registers(*kept), knowledge=KNOWLEDGE, now=NOW,
        previous=scan(DESK),
    )  # fmt: skip
    silent = [c for c in result.controls if c.control.scan_power is ScanPower.NONE]

    assert len(silent) == 29
    assert {c.assurance.value for c in silent} <= {"A0", "A1", "A2"}


def test_each_piece_of_evidence_has_a_source_a_day_and_words() -> None:
    result = assess(
        scan(with_telnet(), DESK),
        answers=[paper("T09"), *walk("P06"), paper("P09")],
        registers=registers(listed(DESK), *_one_of_each()),
        knowledge=KNOWLEDGE,
        now=NOW,
    )
    pieces = [e for c in result.controls for e in c.evidence]

    assert {e.kind for e in pieces} == set(EvidenceKind)
    for piece in pieces:
        assert piece.source
        assert piece.says.endswith((".", ")", "?"))
        assert piece.observed_on <= TODAY
        if piece.covered is not None and piece.in_scope is not None:
            assert 0 <= piece.covered <= piece.in_scope


def _one_of_each() -> list[Content]:
    return [
        System("EHR", SystemKind.CLOUD, encrypted=Known.YES, restored_on=date(2026, 5, 2)),
        Vendor("Northlight", clauses=Known.YES),
    ]


def test_every_status_but_a_settled_one_says_what_is_lacking() -> None:
    result = assess(scan(DESK), answers=[paper("A17")], knowledge=KNOWLEDGE, now=NOW)
    open_ = (ControlStatus.PARTIAL, ControlStatus.NOT_MET, ControlStatus.NOT_ASSESSED)

    for control in result.controls:
        assert bool(control.lacking) == (control.status in open_)


def test_a_control_of_an_own_checklist_without_a_rule_takes_a_yes() -> None:
    own: Control = replace(CONTROLS["A06"], id="A99")
    by = replace(grounds(DESK), sufficiency={})

    assert judge(own, answer("A99"), by).status is MET
    assert judge(own, None, by).status is OPEN
    assert set(REGISTERS) >= {"addressable", "inventory"}


def test_a_plain_no_is_supported_by_nothing_that_was_seen() -> None:
    said = [answer("P05", AnswerValue.NO), answer("W01"), answer("W07", AnswerValue.NO)]

    assert judged("P05", grounds(DESK, answers=said)).status is NOT_MET
    assert judged("P05", grounds(DESK, answers=said[1:])).status is PARTIAL
