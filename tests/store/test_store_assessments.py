"""Every assessment of a scan is kept, and every answer; the newest of each counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from strategies import a_scan

from riskscan.errors import ScanNotFound, StoreError
from riskscan.model import (
    Answer,
    AnswerValue,
    Assessment,
    Confidence,
    Coverage,
    Evidence,
    Finding,
    Level,
    Observation,
    Result,
)
from riskscan.store import Store

SCAN = a_scan().id
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TELNET = Finding(
    "F-0a1b2c3d",
    "cleartext.telnet",
    "192.168.1.20",
    "00:09:fb:00:00:14",
    Result.FAIL,
    Level.HIGH,
    Confidence.HIGH,
    "Telnet is open.",
    (Evidence(Observation("telnet.greeting", "login:", 23, "tcp"), "asks for a login"),),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "clinic.db") as opened:
        opened.begin(a_scan())
        yield opened


def made_at(hour: int, *findings: Finding) -> Assessment:
    return Assessment(
        scan_id=SCAN,
        made_at=datetime(2026, 11, 21, hour, tzinfo=UTC),
        checklist_id="hipaa",
        checklist_revision="1",
        content_revision=f"content at {hour}",
        complete=False,
        statement="One high finding.",
        findings=findings,
        controls=(),
        risks=(),
        actions=(),
        coverage=Coverage(254, 1, 1, 0, 1, 0, ()),
    )


def asked(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "clinic.db")) as raw:
        return raw.execute(query).fetchall()


def test_the_newest_assessment_counts_and_the_older_are_kept(store: Store, tmp_path: Path) -> None:
    for hour in (9, 15, 12):
        store.file_assessment(made_at(hour, TELNET))

    assert store.assessment(SCAN) == made_at(15, TELNET)
    assert asked(tmp_path, "SELECT content_revision FROM assessment ORDER BY made_at") == [
        ("content at 9",),
        ("content at 12",),
        ("content at 15",),
    ]


def test_two_findings_with_one_id_are_both_kept(store: Store) -> None:
    twice = made_at(9, TELNET, replace(TELNET, summary="Telnet is open on 2323, too."))

    store.file_assessment(twice)

    assert store.assessment(SCAN) == twice


def test_an_assessment_of_no_scan_is_refused(store: Store) -> None:
    with pytest.raises(ScanNotFound):
        store.file_assessment(replace(made_at(9), scan_id="S-nope"))


def test_an_assessment_that_breaks_a_rule_leaves_nothing(store: Store, tmp_path: Path) -> None:
    bad = replace(TELNET, evidence=(Evidence(Observation("x", "y", 70_000, "tcp"), ""),))

    with pytest.raises(StoreError, match="port_in_range"):
        store.file_assessment(made_at(9, TELNET, bad))

    assert store.assessment(SCAN) is None
    assert asked(tmp_path, "SELECT count(*) FROM finding") == [(0,)]


def test_people_can_ask_what_was_behind_a_finding(store: Store, tmp_path: Path) -> None:
    store.file_assessment(made_at(9, TELNET))

    rows = asked(
        tmp_path,
        """
        SELECT finding.id, severity, address, key, value FROM finding
          JOIN evidence USING (assessment_id)
         WHERE evidence.finding_position = finding.position AND result = 'fail'
        """,
    )

    assert rows == [("F-0a1b2c3d", "high", "192.168.1.20", "telnet.greeting", "login:")]


def said(value: AnswerValue, day: int, question: str = "A05") -> Answer:
    return Answer(question, value, "Dana Lake", date(2026, 11, day))


def test_a_changed_mind_counts_and_the_earlier_answer_is_kept(store: Store, tmp_path: Path) -> None:
    store.add_answers([said(AnswerValue.NO, 20), said(AnswerValue.YES, 20, "T09")], at=NOW)
    store.add_answers([said(AnswerValue.YES, 21)], at=NOW)

    assert store.answers() == (said(AnswerValue.YES, 21), said(AnswerValue.YES, 20, "T09"))
    assert asked(tmp_path, "SELECT count(*) FROM answer") == [(3,)]


def test_an_answers_file_read_again_adds_nothing_and_undoes_nothing(
    store: Store, tmp_path: Path
) -> None:
    store.add_answers([said(AnswerValue.NO, 20)], at=NOW)
    store.add_answers([said(AnswerValue.YES, 21)], at=NOW)

    store.add_answers([said(AnswerValue.NO, 20)], at=NOW)
    store.add_answers([said(AnswerValue.YES, 21)], at=NOW)

    assert store.answers() == (said(AnswerValue.YES, 21),)
    assert asked(tmp_path, "SELECT count(*) FROM answer") == [(2,)]


def test_a_mind_changed_back_on_one_day_counts(store: Store) -> None:
    for value in (AnswerValue.YES, AnswerValue.NO, AnswerValue.YES):
        store.add_answers([said(value, 21)], at=NOW)

    assert store.answers() == (said(AnswerValue.YES, 21),)
