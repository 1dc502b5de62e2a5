"""What people say is only ever added: answers, and words about the entries of registers."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from strategies import a_scan

from riskscan.errors import StoreFull
from riskscan.model import (
    REGISTERS,
    Answer,
    AnswerValue,
    Content,
    Entry,
    Flow,
    Known,
    System,
    Vendor,
)
from riskscan.store import Store
from riskscan.store.connection import pragma

TESTS = Path(__file__).parent.parent
MONDAY = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clinic.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path) as opened:
        yield opened


def word(content: Content, id: str = "", at: datetime = MONDAY, register: str = "vendors") -> Entry:
    return Entry(register, id, content, "Dana Lake", at)


def said(value: AnswerValue, question: str = "E03") -> Answer:
    return Answer(question, value, "Dana Lake", date(2026, 11, 16))


def test_each_register_counts_its_own_entries(store: Store) -> None:
    kept = [
        store.add_entry(word(Vendor("Northlight"))),
        store.add_entry(word(System("Athena EHR"), register="systems")),
        store.add_entry(word(Vendor("Shred-it"))),
    ]

    assert [entry.id for entry in kept] == ["VEN-01", "SYS-01", "VEN-02"]
    assert store.next_entry_id("vendors") == "VEN-03"
    assert store.next_entry_id("flows") == "FLOW-01"


def test_the_number_of_a_removed_entry_is_never_used_again(store: Store) -> None:
    gone = store.add_entry(word(Vendor("Northlight")))
    store.add_entry(replace(gone, removed=True, reason="no longer works for us"))

    assert store.registers().entries == ()
    assert store.add_entry(word(Vendor("Shred-it"))).id == "VEN-02"


def test_the_newest_word_about_an_entry_counts_and_every_word_is_kept(store: Store) -> None:
    first = store.add_entry(word(Vendor("Northlight")))
    second = replace(first, content=Vendor("Northlight", agreement_on=date(2025, 3, 1)))
    store.add_entry(second)

    assert store.registers().entries == (second,)
    assert store.entry_history("vendors") == (first, second)
    assert store.entry_history("flows") == ()


def test_a_removed_entry_can_come_back(store: Store) -> None:
    first = store.add_entry(word(Vendor("Northlight")))
    store.add_entry(replace(first, removed=True))
    again = store.add_entry(replace(first, reason="we hired them again"))

    assert store.registers().entries == (again,)


def test_entries_come_by_register_and_then_by_number(store: Store) -> None:
    for number in (2, 100, 11):
        store.add_entry(word(Vendor(f"Firm {number}"), f"VEN-{number:02}"))
    store.add_entry(word(Flow("CT", "archive"), register="flows"))
    store.add_entry(word(System("Athena EHR"), register="systems"))

    ids = [entry.id for entry in store.registers().entries]
    assert ids == ["SYS-01", "FLOW-01", "VEN-02", "VEN-11", "VEN-100"]
    assert store.next_entry_id("vendors") == "VEN-101"


def test_registers_and_answers_are_told_as_they_stood_at_a_time(store: Store) -> None:
    first = store.add_entry(word(Vendor("Northlight")))
    store.add_answers([said(AnswerValue.UNKNOWN)], at=MONDAY)
    store.add_entry(replace(first, removed=True, made_at=MONDAY + HOUR))
    store.add_answers([said(AnswerValue.NO)], at=MONDAY + HOUR)

    assert store.registers(until=MONDAY - HOUR).entries == ()
    assert store.registers(until=MONDAY).entries == (first,)
    assert store.registers().entries == ()
    assert store.answers(until=MONDAY - HOUR) == ()
    assert store.answers(until=MONDAY) == (said(AnswerValue.UNKNOWN),)
    assert store.answers() == (said(AnswerValue.NO),)
    assert store.answer_history() == (said(AnswerValue.UNKNOWN), said(AnswerValue.NO))
    assert store.last_said() == MONDAY + HOUR


def test_an_answer_that_is_written_down_late_was_not_known_before(store: Store) -> None:
    store.add_answers([said(AnswerValue.YES)], at=MONDAY + timedelta(days=30))

    assert store.answers(until=MONDAY + timedelta(days=29)) == ()


@pytest.mark.parametrize("register", ["flows", "nonsense"])
def test_content_that_is_not_of_the_register_is_refused(store: Store, register: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        store.add_entry(word(Vendor("Northlight"), "X-01", register=register))

    assert store.entry_history() == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE answer SET value = 'yes'",
        "DELETE FROM answer",
        "INSERT OR REPLACE INTO answer SELECT * FROM answer",
        "UPDATE entry SET removed = 1",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_said(
    store: Store, path: Path, statement: str
) -> None:
    kept = store.add_entry(word(Vendor("Northlight")))
    store.add_answers([said(AnswerValue.NO)], at=MONDAY)

    with closing(sqlite3.connect(path)) as raw, pytest.raises(sqlite3.IntegrityError):
        raw.execute("PRAGMA recursive_triggers = ON")
        raw.execute(statement)

    assert store.answers() == (said(AnswerValue.NO),)
    assert store.entry_history() == (kept,)


def test_nothing_said_goes_with_a_scan(store: Store, path: Path) -> None:
    store.begin(a_scan())
    store.add_answers([said(AnswerValue.NO)], at=MONDAY)
    store.add_entry(word(Vendor("Northlight")))

    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("DELETE FROM scan")
        raw.commit()

    assert store.scans() == ()
    assert store.answers()
    assert store.registers().entries


def test_people_can_ask_for_a_field_of_an_entry(store: Store, path: Path) -> None:
    store.add_entry(word(Vendor("Northlight", remote_access=Known.YES)))

    query = "SELECT entry, json_extract(content, '$.name', '$.remote_access') FROM entry"
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute(query).fetchall() == [("VEN-01", '["Northlight","yes"]')]


def test_every_register_has_a_prefix_of_its_own() -> None:
    assert len({register.prefix for register in REGISTERS.values()}) == len(REGISTERS)


INTERVIEW = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from riskscan import pipeline
from riskscan.model import Answer, AnswerValue, Vendor
from riskscan.store import Store
with Store.open(Path(sys.argv[1])) as store:
    for n in range(100_000):
        now = datetime.now(UTC)
        answer = Answer(f"E{n}", AnswerValue.YES, "Dana Lake", now.date())
        pipeline.record_answers(store, [answer], now)
        entry = pipeline.record_entry(store, "vendors", Vendor(f"Firm {n}"), "Dana Lake", now)
        print(answer.question, entry.id, flush=True)
"""


@pytest.mark.parametrize("heard", [1, 40])
def test_an_interview_that_is_killed_keeps_every_answer(path: Path, heard: int) -> None:
    argv = [sys.executable, "-c", INTERVIEW, str(path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as interview:
        assert interview.stdout is not None
        told = [interview.stdout.readline() for _ in range(heard)]
        interview.send_signal(signal.SIGKILL)
        told += interview.stdout.readlines()
    given = [line.split() for line in told if line.endswith("\n")]
    assert len(given) >= heard

    with Store.open(path) as store:
        questions = {answer.question for answer in store.answers()}
        entries = {entry.id for entry in store.registers().entries}
        assert {question for question, _ in given} <= questions
        assert {entry for _, entry in given} <= entries
        assert store.add_entry(word(Vendor("after"))).id not in entries


def test_a_full_disk_in_an_interview_loses_nothing_that_was_answered(
    store: Store, path: Path
) -> None:
    kept: list[Answer] = []
    with closing(sqlite3.connect(path)) as raw:
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
    pragma(store._connection, f"max_page_count = {pages + 4}")

    with pytest.raises(StoreFull):
        for number in range(10_000):
            answer = replace(said(AnswerValue.YES, f"E{number}"), note="n" * 400)
            store.add_answers([answer], at=MONDAY)
            kept.append(answer)

    assert kept
    pragma(store._connection, "max_page_count = 100000")
    assert set(store.answers()) == set(kept)
    store.add_answers([said(AnswerValue.NO)], at=MONDAY)
    assert len(store.answers()) == len({answer.question for answer in kept} | {"E03"})
