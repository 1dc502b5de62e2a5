"""What a technician gets told who asks why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from assess.factories import KNOWLEDGE, NOW, clinic, device, scan
from click.testing import CliRunner, Result

from riskscan import knowledge, pipeline
from riskscan.cli import explain
from riskscan.cli.group import cli
from riskscan.model import Assessment, Scan
from riskscan.store import Store


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "load", lambda: KNOWLEDGE)
    monkeypatch.setattr(explain, "now", lambda: NOW)


def keep(path: Path, done: Scan) -> None:
    with Store.open(path) as store:
        store.begin(replace(done, devices=()))
        for each in done.devices:
            store.record(done.id, each)
        store.finish(done)


@pytest.fixture
def filed(tmp_path: Path) -> Assessment:
    keep(tmp_path / "clinic.db", clinic())
    with Store.open(tmp_path / "clinic.db") as store:
        return pipeline.judge(store, store.load(clinic().id), now=NOW)


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["explain", *words, "--db", str(folder / "clinic.db")])


def test_a_risk_a_finding_and_a_control_explain_themselves(
    tmp_path: Path, filed: Assessment
) -> None:
    risk, finding = filed.risks[0], next(f for f in filed.findings if f.is_open)

    for id, opening in (
        (risk.id, f"{risk.id}  {risk.level}"),
        (risk.id.lower(), f"{risk.id}  {risk.level}"),
        (finding.id, f"{finding.id}  fail, severity {finding.severity}"),
        ("t09", "T09 164.312(e)(2)(ii) Encryption"),
        ("§ 164.312(e)(2)(ii)", "T09 164.312(e)(2)(ii) Encryption"),
    ):
        done = run(tmp_path, id)
        assert done.exit_code == 0, done.output
        assert done.stdout.startswith(opening)
        assert "computed again just now, with the same outcome" in done.stdout


def test_the_paragraph_of_a_standard_explains_each_of_its_controls(
    tmp_path: Path, filed: Assessment
) -> None:
    told = json.loads(run(tmp_path, "164.312(e)(1)", "--format", "json").stdout)

    assert [(each["kind"], each["id"]) for each in told] == [("control", "T08"), ("control", "T09")]
    assert all(each["lines"] for each in told)


def test_every_risk_of_the_clinic_is_explained_without_an_answer_on_file(tmp_path: Path) -> None:
    """A scan that was never assessed is judged as it is asked about."""
    keep(tmp_path / "clinic.db", clinic())

    done = run(tmp_path, "R-001")

    assert done.exit_code == 0, done.output
    assert "table I-2" in done.stdout


@pytest.mark.parametrize(
    ("what", "hint", "code"),
    [
        ("R-999", "riskscan risks", 3),
        ("F-00000000", "riskscan findings --all", 3),
        ("164.999", "T09", 2),
    ],
)
def test_what_is_not_there_names_what_is(
    tmp_path: Path, filed: Assessment, what: str, hint: str, code: int
) -> None:
    done = run(tmp_path, what)

    assert done.exit_code == code
    assert hint in done.output


def test_a_hostile_greeting_reaches_the_terminal_only_escaped(tmp_path: Path) -> None:
    greeting = "login\x1b[2J\u202e"
    hostile = device(says=[("telnet.greeting", greeting, 23)], open=(23,))
    keep(tmp_path / "clinic.db", scan(hostile))
    with Store.open(tmp_path / "clinic.db") as store:
        filed = pipeline.judge(store, store.load(clinic().id), now=NOW)
    telnet = next(r.id for r in filed.risks if r.check == "cleartext.telnet")

    for what in (telnet, "T09"):
        done = run(tmp_path, what)
        assert done.exit_code == 0, done.output
        assert "\\x1b[2J\\u202e" in done.stdout
        assert "\x1b" not in done.stdout
