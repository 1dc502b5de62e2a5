"""The risk register, the 54 controls and the plan, as tables and for machines."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from assess.factories import KNOWLEDGE, NOW, answer, clinic, device, scan
from click.testing import CliRunner, Result

from riskscan import knowledge, pipeline
from riskscan.cli.group import cli
from riskscan.model import Assessment, Scan
from riskscan.store import Store

LEVELS = ["very low", "low", "moderate", "high", "very high"]


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "load", lambda: KNOWLEDGE)


def keep(path: Path, done: Scan) -> Assessment:
    with Store.open(path) as store:
        store.begin(replace(done, devices=()))
        for each in done.devices:
            store.record(done.id, each)
        store.finish(done)
        return pipeline.judge(
            store, store.load(done.id), now=NOW, answers=[answer("A05", document="policy")]
        )


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Assessment]:
    path = tmp_path_factory.mktemp("kept") / "clinic.db"
    with pytest.MonkeyPatch.context() as then:
        then.setattr(knowledge, "load", lambda: KNOWLEDGE)
        return path, keep(path, clinic())


@pytest.fixture
def filed(kept: tuple[Path, Assessment], tmp_path: Path) -> Assessment:
    shutil.copy(kept[0], tmp_path / "clinic.db")
    return kept[1]


def run(folder: Path, *words: str) -> Result:
    done = CliRunner().invoke(cli, [*words, "--db", str(folder / "clinic.db")])
    assert done.exit_code == 0, done.output
    return done


def rows(folder: Path, *words: str) -> list[dict[str, Any]]:
    return list(json.loads(run(folder, *words, "--format", "json").stdout))


def test_risks_are_those_of_the_assessment_in_their_rank(tmp_path: Path, filed: Assessment) -> None:
    told = rows(tmp_path, "risks")

    assert [(r["id"], r["level"], r["best"], r["worst"]) for r in told] == [
        (r.id, r.level.value, r.best.value, r.worst.value) for r in filed.risks
    ]


def test_a_risk_names_the_controls_that_its_findings_speak_against(
    tmp_path: Path, filed: Assessment
) -> None:
    [telnet, *_] = [r for r in rows(tmp_path, "risks") if r["check"] == "cleartext.telnet"]

    assert telnet["controls"] == ["T08", "T09"]
    assert telnet["action"] in {a.id for a in filed.actions}


@pytest.mark.parametrize("level", LEVELS)
def test_risks_are_narrowed_to_a_level_and_above(
    tmp_path: Path, filed: Assessment, level: str
) -> None:
    told = rows(tmp_path, "risks", "--level", level)

    kept = [r.id for r in filed.risks if LEVELS.index(r.level.value) >= LEVELS.index(level)]
    assert [r["id"] for r in told] == kept


def test_all_54_controls_are_listed_and_can_be_narrowed(tmp_path: Path, filed: Assessment) -> None:
    every = rows(tmp_path, "controls")
    met = rows(tmp_path, "controls", "--status", "met", "--status", "not met")

    assert len(every) == 54
    assert {r["status"] for r in met} == {"met", "not met"}
    assert [r for r in every if r["status"] in ("met", "not met")] == met
    [security_official] = [r for r in met if r["id"] == "A05"]
    assert (security_official["assurance"], security_official["answer"]["by"]) == ("A2", "Dana Lee")


def test_actions_name_who_until_when_and_when_it_is_done(tmp_path: Path, filed: Assessment) -> None:
    told = rows(tmp_path, "actions")

    assert [(r["id"], r["owner"], r["due"], r["criterion"]) for r in told] == [
        (a.id, a.owner, a.due.isoformat(), a.criterion) for a in filed.actions
    ]
    assert all(r["owner"] and r["criterion"] for r in told)


@pytest.mark.parametrize("verb", ["risks", "controls", "actions"])
def test_csv_has_a_row_for_each_and_the_table_shows_each_id(
    tmp_path: Path, filed: Assessment, verb: str
) -> None:
    told = rows(tmp_path, verb)
    written = list(csv.DictReader(io.StringIO(run(tmp_path, verb, "--format", "csv").stdout)))
    table = run(tmp_path, verb).stdout

    assert [row["id"] for row in written] == [row["id"] for row in told]
    assert all(row["id"] in table for row in told)


def test_where_the_scan_found_nothing_the_risks_that_no_scan_shows_remain(tmp_path: Path) -> None:
    keep(tmp_path / "clinic.db", scan(device(closed=(21, 23))))

    shown = rows(tmp_path, "risks")
    assert shown
    assert all(row["check"].startswith("gap.") for row in shown)
