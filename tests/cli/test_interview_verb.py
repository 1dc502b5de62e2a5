"""The visit: one question at a time, kept at once, whoever answers and however it ends."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from assess.factories import KNOWLEDGE, NOW, clinic
from click.testing import CliRunner, Result

from riskscan import knowledge, pipeline
from riskscan.assess import questions
from riskscan.cli.group import cli
from riskscan.config import load_answers
from riskscan.model import AddressableDecision, Answer, AnswerValue, Choice, Section
from riskscan.store import Store

WALK = [q.id for q in questions().values() if q.section is Section.SITE_WALK]
DANA = ("--by", "Dana Lake", "--role", "owner")


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "load", lambda: KNOWLEDGE)
    monkeypatch.delenv("RISKSCAN_PERSON", raising=False)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scanned") / "clinic.db"
    done = clinic()
    with pytest.MonkeyPatch.context() as then, Store.open(path) as store:
        then.setattr(knowledge, "load", lambda: KNOWLEDGE)
        store.begin(replace(done, devices=()))
        for each in done.devices:
            store.record(done.id, each)
        store.finish(done)
        pipeline.judge(store, store.load(done.id), now=NOW)
    return path


@pytest.fixture
def database(scanned: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(scanned, tmp_path / "clinic.db"))


def visit(database: Path, *words: str, said: str = "") -> Result:
    done = CliRunner().invoke(cli, ["interview", *words, "--db", str(database)], input=said)
    assert done.exit_code == 0, done.output
    return done


def answers(database: Path) -> dict[str, Answer]:
    with Store.open(database, create=False, writer=False) as store:
        return {answer.question: answer for answer in store.answers()}


def asked(output: str) -> list[str]:
    return re.findall(r"^([A-Z]\d\d)  \S+ · \d+ left", output, re.MULTILINE)


# ---------------------------------------------------------------------- one question


def test_an_answer_is_kept_with_person_role_day_note_and_document(database: Path) -> None:
    visit(database, "--question", "A05", *DANA, said="Y\nby letter\nAppointment, 2026-02-01\n")

    [kept] = answers(database).values()
    assert (kept.question, kept.value, kept.said_by) == ("A05", "yes", "Dana Lake, owner")
    assert (kept.note, kept.document) == ("by letter", "Appointment, 2026-02-01")
    assert kept.document_on is not None
    assert kept.document_on.isoformat() == "2026-02-01"


def test_what_an_answer_changed_is_shown(database: Path) -> None:
    told = visit(database, "--question", "A05", *DANA, said="y\nAppointment, 2026-02-01\n")

    assert "not assessed → met (A2)" in told.output


def test_an_answer_that_moves_nothing_says_that_it_was_kept(database: Path) -> None:
    told = visit(database, "--question", "W05", *DANA, said="l\n")

    assert "→ Kept." in told.output


def test_an_answer_that_the_scan_speaks_against_says_so_at_once(database: Path) -> None:
    told = visit(database, "--question", "T09", *DANA, said="y\n\n")

    assert "! This does not agree with what was seen" in told.output
    assert "is not met until that is settled" in told.output


def test_a_choice_is_taken_by_its_number_and_another_number_is_refused(database: Path) -> None:
    told = visit(database, "--question", "S01", *DANA, said="7\ny\n2\n")

    assert answers(database)["S01"].choice == "11 to 50"
    assert told.output.count("the number · d don't know") == 3


@pytest.mark.parametrize(("key", "value"), [("d", "unknown"), ("l", "later")])
def test_not_knowing_and_coming_back_are_answers_that_are_named_at_the_end(
    database: Path, key: str, value: str
) -> None:
    told = visit(database, "--question", "A05", *DANA, said=f"{key}\n")

    assert answers(database)["A05"].value == value
    assert "Not known or put off: A05" in told.output


def test_why_it_is_asked_is_told_on_demand_and_answers_nothing(database: Path) -> None:
    told = visit(database, "--question", "A05", *DANA, said="w\nq\n")

    assert questions()["A05"].why in told.output
    assert questions()["A05"].document in told.output
    assert answers(database) == {}


def test_not_applicable_takes_a_reason_and_a_name(database: Path) -> None:
    visit(database, "--question", "O03", *DANA, said="x\n\nnobody's associate\n\nDana Lake\n")

    kept = answers(database)["O03"]
    assert (kept.note, kept.approver) == ("nobody's associate", "Dana Lake")


def test_a_document_of_tomorrow_is_asked_for_again(database: Path) -> None:
    told = visit(
        database, "--question", "A05", *DANA, said="y\nLetter, 2099-01-01\nLetter, 2026-02-01\n"
    )

    assert "later date than the answer" in told.output
    assert answers(database)["A05"].document == "Letter, 2026-02-01"


def test_a_no_to_an_addressable_one_asks_for_the_record_of_decision(database: Path) -> None:
    visit(
        database, "--question", "T03", *DANA,
        said="n\n\na badge reader locks each screen\na timer disturbs the visit\n\nMaria Ortiz\n",
    )  # fmt: skip

    with Store.open(database, create=False, writer=False) as store:
        [(entry, decision)] = store.registers().of(AddressableDecision)
    assert (decision.control, decision.decision) == ("T03", Choice.ALTERNATIVE)
    assert (decision.approver, entry.person) == ("Maria Ortiz", "Dana Lake")
    assert decision.review_on is not None


def test_a_no_to_a_required_one_asks_for_no_record(database: Path) -> None:
    told = visit(database, "--question", "A04", *DANA, said="n\n\n")

    assert "What is in its place" not in told.output


def test_what_follows_from_an_answer_ends_when_the_answer_changes(database: Path) -> None:
    visit(database, "--question", "E08", *DANA, said="n\n\n")
    assert answers(database)["T01"].value is AnswerValue.YES

    visit(database, "--question", "E08", *DANA, said="y\n\n")
    assert answers(database)["T01"].value is AnswerValue.LATER


def test_what_follows_never_replaces_what_a_person_said(database: Path) -> None:
    visit(database, "--question", "T01", *DANA, said="p\n\n")
    visit(database, "--question", "E08", *DANA, said="n\n\n")

    assert answers(database)["T01"].value is AnswerValue.PARTLY


# ---------------------------------------------------------------------- the way through


def test_the_site_walk_asks_what_is_looked_at_and_nothing_else(database: Path) -> None:
    told = visit(database, "--site-walk", *DANA, said="s\n" * len(WALK))

    assert sorted(asked(told.output)) == WALK


def test_at_the_table_nothing_is_asked_that_one_walks_for(database: Path) -> None:
    told = visit(database, *DANA, said="s\n" * 100)

    assert not set(asked(told.output)) & set(WALK)
    assert len(asked(told.output)) > 60


def test_a_section_is_asked_in_its_own_order(database: Path) -> None:
    told = visit(database, "--section", "physical", *DANA, said="s\n" * 20)

    assert asked(told.output) == [f"P{n:02d}" for n in range(1, 11)]


def test_a_skipped_question_comes_again_and_a_stop_keeps_what_was_said(database: Path) -> None:
    first = visit(database, "--section", "physical", *DANA, said="s\ny\n\nq\n")
    again = visit(database, "--section", "physical", *DANA, said="q\n")

    assert asked(first.output) == ["P01", "P02", "P03"][: len(asked(first.output))]
    assert "1 answered now" in first.output
    assert asked(again.output) == ["P01"]
    assert list(answers(database)) == ["P02"]


def test_one_can_go_back_to_the_question_before_even_if_it_was_skipped(database: Path) -> None:
    told = visit(database, "--section", "physical", *DANA, said="s\nb\ny\n\nq\n")

    assert asked(told.output)[:3] == ["P01", "P02", "P01"]
    assert list(answers(database)) == ["P01"]


def test_going_back_before_the_first_question_says_so(database: Path) -> None:
    told = visit(database, "--section", "physical", *DANA, said="b\nq\n")

    assert "This is the first question" in told.output


def test_another_person_answers_from_here_on_and_their_role_is_known(database: Path) -> None:
    visit(database, "--question", "P01", *DANA, said="o\nSam Reed\nIT provider\ny\n\n")
    told = visit(database, "--question", "P03", said="Sam Reed\n\ny\n\n")

    assert answers(database)["P01"].said_by == "Sam Reed, IT provider"
    assert answers(database)["P03"].said_by == "Sam Reed, IT provider"
    assert "[IT provider]" in told.output


def test_the_end_says_what_a_complete_analysis_lacks_and_who_has_it(database: Path) -> None:
    told = visit(database, "--question", "A05", *DANA, said="y\n\n\n")

    assert re.search(r"For a complete risk analysis, \d of its 9 elements lack", told.output)
    assert "- scope: The systems register names no cloud system" in told.output


def test_a_visit_without_a_scan_asks_in_order_and_keeps_answers(tmp_path: Path) -> None:
    database = tmp_path / "new.db"
    told = visit(database, *DANA, said="1\nq\n")

    assert asked(told.output)[0] == "S01"
    assert answers(database)["S01"].choice == "1 to 10"


# ---------------------------------------------------------------------- files


def test_an_export_that_is_imported_gives_the_same_answers(database: Path, tmp_path: Path) -> None:
    visit(database, "--question", "A05", *DANA, said="y\n\nLetter, 2026-02-01\n")
    visit(database, "--question", "O03", *DANA, said="x\nnobody's\nDana Lake\n")
    visit(database, "--question", "S01", *DANA, said="1\n")
    before = answers(database)
    path, other = tmp_path / "answers.toml", tmp_path / "other.db"

    visit(database, "--export", str(path))
    visit(other, "--import", str(path))

    assert answers(other) == before
    assert path.stat().st_mode & 0o077 == 0


def test_an_import_of_the_same_file_twice_adds_nothing(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(
        '[[answer]]\nquestion = "E08"\nvalue = "no"\nperson = "Dana Lake"\non = 2026-11-20\n'
    )
    first = visit(database, "--import", str(path))
    second = visit(database, "--import", str(path))

    assert "1 answers read, 2 of them new" in first.output or "2 new" in first.output
    assert "0 of them new" in second.output or "0 new" in second.output
    assert set(answers(database)) == {"E08", "T01"}


def test_a_wrong_line_of_a_file_is_named_and_nothing_is_taken(
    database: Path, tmp_path: Path
) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(
        '[[answer]]\nquestion = "A05"\nvalue = "yes"\nperson = "Dana Lake"\non = 2026-11-20\n'
        '[[answer]]\nquestion = "A99"\nvalue = "yes"\nperson = "Dana Lake"\non = 2026-11-20\n'
    )

    done = CliRunner().invoke(cli, ["interview", "--import", str(path), "--db", str(database)])

    assert done.exit_code != 0
    assert "line 7" in done.output
    assert answers(database) == {}


def test_an_empty_form_in_toml_names_every_question_and_answers_none(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    visit(tmp_path / "none.db", "--export", str(path))

    text = path.read_text()
    assert all(f'question = "{id}"' in text for id in questions())
    assert load_answers(path) == ()


# ---------------------------------------------------------------------- a real terminal


def _until(terminal: int, wanted: str, *, again: bytes = b"") -> str:
    """Read from a terminal until a text stands there; type ``again`` while nothing comes.

    What is typed before a terminal waits for single keys is dropped by it.
    """
    seen, silent = "", 0
    while wanted not in seen:
        ready, _, _ = select.select([terminal], [], [], 2)
        silent = 0 if ready else silent + 1
        assert silent < 15 and len(seen) < 100_000, seen[-2000:]
        if ready:
            seen += os.read(terminal, 4096).decode(errors="replace")
        elif again:
            os.write(terminal, again)
    return seen


def test_single_keys_answer_and_a_kill_loses_nothing_that_was_answered(database: Path) -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "riskscan", "interview", "--section", "technical", *DANA,
         "--db", str(database)],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env={**os.environ, "TERM": "dumb", "COLUMNS": "80"},
    )  # fmt: skip
    os.close(theirs)
    try:
        _until(ours, "  > ")
        _until(ours, "In a few words", again=b"p")
        os.write(ours, b"some share\n")
        assert "→" in _until(ours, "T02  ")
        _until(ours, "Its title and day", again=b"y")
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        os.close(ours)

    kept = answers(database)
    assert list(kept) == ["T01"]
    assert (kept["T01"].value, kept["T01"].note) == (AnswerValue.PARTLY, "some share")
    assert "T02" in visit(database, "--section", "technical", *DANA, said="q\n").output
