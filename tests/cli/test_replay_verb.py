"""An assessment on file comes out again to the byte; what differs is named for what it is."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from assess.factories import KNOWLEDGE, NOW, answer, clinic, device, scan, with_telnet
from click.testing import CliRunner, Result

from riskscan import assess, knowledge, pipeline
from riskscan.cli.group import cli
from riskscan.identify import load_rules
from riskscan.model import (
    AnswerValue,
    Correction,
    Decision,
    DeviceClass,
    Disposition,
    EndOfSupport,
    Knowledge,
    Scan,
    Vendor,
    Zone,
    marks_of,
)
from riskscan.store import Store

LATER = NOW + timedelta(days=1)


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    learn(monkeypatch, KNOWLEDGE)


def learn(monkeypatch: pytest.MonkeyPatch, known: Knowledge) -> None:
    monkeypatch.setattr(knowledge, "load", lambda: known)


def keep(store: Store, done: Scan) -> None:
    store.begin(replace(done, devices=()))
    for each in done.devices:
        store.record(done.id, each)
    store.finish(done)


@pytest.fixture
def database(assessed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(assessed, tmp_path / "clinic.db"))


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clinic with an old workstation, assessed with two answers and one decision."""
    path = tmp_path_factory.mktemp("assessed") / "clinic.db"
    with pytest.MonkeyPatch.context() as then:
        learn(then, KNOWLEDGE)
        assess_clinic(path)
    return path


def assess_clinic(path: Path) -> None:
    said = [("smb.dialect", "2.1", 445), ("http.server", "Windows", 80)]
    old = device("192.168.50.12", says=said, os=("Windows", "7"))
    with Store.open(path) as store:
        devices = (*clinic().devices, old)
        keep(store, replace(clinic(), devices=devices, rules_revision="rules of then"))
        done = store.load(clinic().id)
        first = pipeline.judge(
            store, done, now=NOW, answers=[answer("T09"), answer("A05", document="policy")]
        )
        weak = next(f for f in first.findings if f.check == "cleartext.telnet" and f.is_open)
        decision = Decision(
            weak.id, weak.evidence_hash, Disposition.ACCEPTED, "Dana Lake", NOW, "retired in May"
        )
        pipeline.decide(store, done, decision, now=NOW)


def run(database: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["replay", *words, "--db", str(database)])


def told(database: Path, *words: str) -> dict[str, object]:
    done = run(database, *words, "--format", "json")
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def test_what_is_on_file_comes_out_the_same(database: Path) -> None:
    done = run(database, clinic().id)

    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"same: assessment of {clinic().id}")


def test_what_was_answered_decided_or_scanned_later_does_not_enter(database: Path) -> None:
    with Store.open(database) as store:
        filed = store.assessment(clinic().id)
        assert filed is not None
        weak = next(f for f in filed.findings if f.is_open)
        store.add_answers([answer("T09", on=LATER.date(), document="a new one")], at=LATER)
        store.add_decision(
            Decision(weak.id, weak.evidence_hash, Disposition.ACCEPTED, "R. Tech", LATER, "later")
        )
        keep(store, replace(scan(with_telnet()), id="S-before", started_at=NOW - timedelta(days=9),
                            ended_at=LATER))  # fmt: skip

    assert run(database, clinic().id).stdout.startswith("same:")


def test_newer_content_is_a_method_change_and_each_difference_is_listed(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [e for e in KNOWLEDGE.lifecycles if (e.product, e.release) != ("Windows", "7")]
    mild = EndOfSupport("Windows", "7", LATER.date() + timedelta(days=900), None, "test")
    learn(monkeypatch, replace(KNOWLEDGE, lifecycles=(*known, mild)))

    told_now = told(database)
    paths = [d["path"] for d in told_now["differences"]]  # type: ignore[attr-defined]

    assert told_now["outcome"] == "method change"
    assert told_now["content_filed"] != told_now["content_today"]
    assert any(p.startswith("findings[F-") and p.endswith(".result") for p in paths)
    assert any(p.startswith("risks[lifecycle.") for p in paths)

    told_first, *lines = run(database).stdout.splitlines()
    assert told_first.startswith("method change: content; assessment of")
    assert lines[0] == f"SHA-256 {told_now['sha256_filed']}"
    assert lines[1].startswith("  risks[")
    assert any(line.startswith("  risks[lifecycle.") and line.endswith("-> absent")
               for line in lines)  # fmt: skip


def test_newer_content_that_changes_nothing_says_so(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = EndOfSupport("Nothing", "1", NOW.date(), None, "test")
    learn(monkeypatch, replace(KNOWLEDGE, lifecycles=(*KNOWLEDGE.lifecycles, more)))

    done = run(database)

    assert done.exit_code == 0
    assert "every finding, status, risk and action is the same" in done.stdout


def test_the_same_content_with_another_result_is_an_error_that_names_where(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE risk SET level = 'very low' WHERE id = 'R-001'")
    connection.close()

    done = run(database)

    assert done.exit_code == 3
    assert "].level was 'very low', is 'very high'" in done.output


def test_devices_identified_again_by_other_rules_are_a_method_change(database: Path) -> None:
    with Store.open(database) as store:
        done = store.load(clinic().id)
        assert done.rules_revision != load_rules().revision
        pipeline.reidentify(store, done, load_rules(), LATER)

    told_now = told(database)
    text = run(database).stdout

    assert told_now["outcome"] == "method change"
    assert told_now["newer"] == ["fingerprint rules"]
    assert text.startswith("method change: fingerprint rules; assessment of")
    assert f"{load_rules().revision} since" in text


def test_an_earlier_scan_that_was_identified_again_is_named(database: Path) -> None:
    earlier = replace(clinic(), id="S-earlier", started_at=NOW - timedelta(days=9),
                      ended_at=NOW - timedelta(days=9))  # fmt: skip
    with Store.open(database) as store:
        keep(store, earlier)
        pipeline.judge(store, store.load(clinic().id), now=NOW + timedelta(hours=1))
        pipeline.reidentify(store, store.load("S-earlier"), load_rules(), LATER)

    assert told(database, clinic().id)["identified_again"] == ["S-earlier"]


def test_answers_registers_and_other_places_enter_as_they_stood(database: Path) -> None:
    guest = replace(scan(with_telnet()), id="S-guest", site=replace(clinic().site, zone=Zone.GUEST),
                    started_at=NOW - timedelta(hours=2), ended_at=NOW)  # fmt: skip
    first, second = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    with Store.open(database) as store:
        keep(store, guest)
        pipeline.record_answers(store, [answer("E03", AnswerValue.YES)], first)
        pipeline.record_entry(store, "vendors", Vendor("Northlight"), "Dana Lake", first)
        done = store.load(clinic().id)
        filed = pipeline.judge(store, done, now=first)
        assert len(filed.coverage.vantages) == 2
    assert run(database).stdout.startswith("same:")

    with Store.open(database) as store:
        pipeline.record_answers(store, [answer("E03", AnswerValue.NO)], second)
        gone = store.registers().entries[0]
        pipeline.record_entry(
            store, "vendors", gone.content, "Dana Lake", second, gone.id, "left", removed=True
        )
        keep(store, replace(guest, id="S-later", started_at=first, ended_at=second))

    assert run(database, clinic().id).stdout.startswith("same:")
    assert told(database, clinic().id)["sha256_filed"] == assess.fingerprint(filed)


def test_a_device_that_a_person_corrected_since_is_new_evidence(database: Path) -> None:
    with Store.open(database) as store:
        done = store.load(clinic().id)
        [unknown] = [d for d in done.devices if d.identity.device_class is DeviceClass.UNKNOWN][:1]
        said = Correction(marks_of(unknown), "R. Tech", LATER, DeviceClass.LAB_ANALYZER)
        pipeline.correct(store, done, unknown, said)

    told_now = told(database)

    assert told_now["outcome"] == "new evidence"
    assert told_now["corrected_since"] == [str(unknown.address)]
    assert told_now["differences"]


def test_a_scan_that_was_never_assessed_has_nothing_to_replay(tmp_path: Path) -> None:
    with Store.open(tmp_path / "clinic.db") as store:
        keep(store, clinic())

    done = run(tmp_path / "clinic.db")

    assert done.exit_code == 3
    assert "riskscan assess" in done.output
