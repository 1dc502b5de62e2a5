"""What a technician can ask about findings, and what a named person can decide about them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from assess.factories import NOW, clinic, device, scan, with_telnet
from click.testing import CliRunner, Result

from riskscan.assess import CHECKS
from riskscan.cli import decide, findings
from riskscan.cli.group import cli
from riskscan.model import Device, DeviceClass, Scan
from riskscan.store import Store

SAID = ("--by", "Dana Lake", "--reason", "nobody logs in there any more")


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scanned") / "clinic.db"
    keep(path, clinic())
    return path


@pytest.fixture
def database(scanned: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(scanned, tmp_path / "clinic.db"))


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, 0)


def set_clock(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    for module in (findings, decide):
        monkeypatch.setattr(module, "now", lambda: NOW + timedelta(days=days))


def keep(path: Path, done: Scan) -> None:
    with Store.open(path) as store:
        store.begin(replace(done, devices=()))
        for each in done.devices:
            store.record(done.id, each)
        store.finish(done)


def scan_again(path: Path, *devices: Device) -> None:
    """Store a later scan of the practice."""
    later = NOW + timedelta(days=1)
    keep(path, replace(scan(*devices), id="S-later", started_at=later, ended_at=later))


def run(database: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["findings", *words, "--db", str(database)])


def rows(database: Path, *words: str) -> list[dict[str, Any]]:
    done = run(database, "--format", "json", *words)
    assert done.exit_code == 0, done.output
    return list(json.loads(done.stdout))


def telnet(database: Path) -> dict[str, Any]:
    [row] = rows(database, "--check", "cleartext.telnet")
    return row


@pytest.mark.parametrize(
    ("words", "field", "values"),
    [
        (["--device", "192.168.50.20"], "address", {"192.168.50.20"}),
        (["--device", "00:1b:54:00:00:14"], "address", {"192.168.50.20"}),
        (["--check", "cleartext.dicom"], "check", {"cleartext.dicom"}),
        (["--check", "dicom"], "check", {"dicom.any-ae", "dicom.any-called-ae"}),
        (["--severity", "high"], "severity", {"high"}),
        (["--result", "unknown"], "result", {"unknown"}),
        (["--all"], "result", {"pass", "fail", "unknown"}),
    ],
)
def test_findings_are_narrowed(
    database: Path, words: list[str], field: str, values: set[str]
) -> None:
    assert {row[field] for row in rows(database, *words)} == values


@pytest.mark.parametrize("control", ["T09", "t09", "164.312(e)(2)(ii)", "§ 164.312(e)(2)(ii)"])
def test_findings_are_narrowed_to_a_control_by_id_or_paragraph(
    database: Path, control: str
) -> None:
    found = {row["check"] for row in rows(database, "--control", control)}

    assert {"cleartext.telnet", "cleartext.dicom"} <= found
    assert "inventory.unidentified" not in found


@pytest.mark.parametrize(
    ("words", "hint", "code"),
    [
        (["--check", "cleartext.telnt"], "cleartext.telnet", 2),
        (["--control", "X99"], "164.312", 2),
        (["--device", "10.9.9.9"], "riskscan devices", 3),
        (["show", "F-00000000"], "riskscan findings --all", 3),
    ],
)
def test_what_is_not_there_names_what_is(
    database: Path, words: list[str], hint: str, code: int
) -> None:
    done = run(database, *words)

    assert done.exit_code == code
    assert hint in done.output


def test_one_finding_tells_its_evidence_its_judge_and_its_repair(database: Path) -> None:
    told = run(database, "show", telnet(database)["id"]).stdout

    assert 'telnet.greeting on 23/tcp = "login:"' in told
    assert "Judged by check cleartext.telnet" in told
    assert "How to put it right: Turn Telnet off" in told
    assert "How to verify: The next scan finds port 23 closed." in told
    assert "T09 164.312(e)(2)(ii) Encryption: " in told


def test_hostile_evidence_is_shown_escaped_and_kept_whole_in_json(tmp_path: Path) -> None:
    path = tmp_path / "hostile.db"
    hostile = "login\x1b[2J\u202e:"
    keep(path, scan(device(says=[("telnet.greeting", hostile, 23)], open=(23,))))
    id = telnet(path)["id"]

    text = run(path, "show", id).stdout
    assert "\\x1b[2J\\u202e" in text
    assert "\x1b" not in text
    [evidence] = json.loads(run(path, "show", id, "--format", "json").stdout)["evidence"]
    assert evidence["value"] == hostile


def test_a_decision_stands_with_name_and_reason_and_asks_for_nothing(database: Path) -> None:
    id = telnet(database)["id"]
    done = run(database, "set", id, "--as", "accepted", *SAID)

    assert done.exit_code == 0, done.output
    row = telnet(database)
    assert (row["result"], row["decision"], row["decided_by"]) == ("fail", "accepted", "Dana Lake")
    with Store.open(database, writer=False) as store:
        assessment = store.assessment(clinic().id)
    assert assessment is not None
    assert all(id not in risk.findings for risk in assessment.risks)
    assert all(id not in action.findings for action in assessment.actions)
    # A risk that is borne meets no control.
    assert any(id in control.findings for control in assessment.controls)
    assert any("1 accepted risk." in limit for limit in assessment.coverage.limits)
    assert any("1 accepted risk" in c.reason for c in assessment.controls)


def test_a_decision_holds_in_the_next_scan_of_the_device_while_it_shows_the_same(
    database: Path,
) -> None:
    id = telnet(database)["id"]
    run(database, "set", id, "--as", "false-positive", *SAID)
    scan_again(database, with_telnet("192.168.50.99", mac="00:1b:54:00:00:0b"))

    row = telnet(database)
    assert (row["id"], row["address"]) == (id, "192.168.50.99")
    assert row["decision"] == "false-positive"


def test_a_finding_is_open_again_when_something_else_is_seen(database: Path) -> None:
    run(database, "set", telnet(database)["id"], "--as", "false-positive", *SAID)
    other = device("192.168.50.11", says=[("telnet.greeting", "root shell", 23)], open=(23,))
    scan_again(database, other)

    row = telnet(database)
    assert row["decision"] is None
    assert "Dana Lake called it a false positive" in row["reopened"]
    assert "open again" in run(database, "show", row["id"]).stdout


def test_a_finding_is_open_again_after_the_last_day(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = (NOW + timedelta(days=10)).date().isoformat()
    id = telnet(database)["id"]
    words = ("--as", "exception", "--until", until, "--control", "a firewall rule")
    done = run(database, "set", id, *words, *SAID)
    assert done.exit_code == 0, done.output

    set_clock(monkeypatch, 10)
    assert telnet(database)["decision"] == "exception"
    set_clock(monkeypatch, 11)
    assert telnet(database)["decision"] is None
    assert f"it held until {until}" in telnet(database)["reopened"]


def test_a_decision_taken_back_leaves_both_in_the_history(database: Path) -> None:
    id = telnet(database)["id"]
    run(database, "set", id, "--as", "accepted", *SAID)
    run(database, "set", id, "--as", "open", "--by", "R. Tech", "--reason", "it is used after all")

    row = json.loads(run(database, "show", id, "--format", "json").stdout)
    assert (row["decision"], row["reopened"]) == (None, None)
    assert [(h["as"], h["by"]) for h in row["history"]] == [
        ("accepted", "Dana Lake"),
        ("open", "R. Tech"),
    ]


def _wrong() -> Iterator[tuple[list[str], str]]:
    yield ["--as", "accepted", "--reason", "old"], "--by NAME"
    yield ["--as", "accepted", "--by", "D", "--reason", " "], "--reason TEXT"
    yield ["--as", "exception", *SAID], "--control TEXT --until DATE"
    yield ["--as", "accepted", *SAID, "--until", "2020-01-01"], "past already"


@pytest.mark.parametrize(("words", "hint"), list(_wrong()))
def test_half_a_decision_is_refused(
    database: Path, words: list[str], hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RISKSCAN_PERSON", raising=False)
    done = run(database, "set", telnet(database)["id"], *words)

    assert done.exit_code == 2
    assert hint in done.output
    with Store.open(database) as store:
        assert store.decisions() == ()


def test_what_was_not_found_cannot_be_decided_on(database: Path) -> None:
    pump = rows(database, "--result", "unknown", "--device", "192.168.50.25")[0]

    assert run(database, "set", pump["id"], "--as", "accepted", *SAID).exit_code == 2


def test_the_report_says_who_set_a_finding_aside(database: Path, tmp_path: Path) -> None:
    run(database, "set", telnet(database)["id"], "--as", "accepted", *SAID)
    page = tmp_path / "r.html"
    done = CliRunner().invoke(cli, ["report", "--db", str(database), "-o", str(page)])

    assert done.exit_code == 0, done.output
    assert "Set aside by Dana Lake as accepted" in page.read_text()


def test_every_check_is_listed_and_explained() -> None:
    done = CliRunner().invoke(cli, ["checks", "--format", "json"])
    listed = {row["id"]: row for row in json.loads(done.stdout)}

    assert set(listed) == set(CHECKS)
    for row in listed.values():
        assert all(len(row[part]) > 30 for part in ("what", "why", "fix", "verify"))
        assert 1 <= len(row["controls"]) <= 3
        assert all(cited["citation"].startswith("164.3") for cited in row["controls"])


def test_a_check_is_printed_whole_and_a_mistyped_one_is_guessed() -> None:
    shown = CliRunner().invoke(cli, ["checks", "show", "network.flat"])
    wrong = CliRunner().invoke(cli, ["checks", "show", "netwrk.flat"])

    assert CHECKS["network.flat"].check.fix in shown.stdout
    assert wrong.exit_code == 2
    assert "network.flat" in wrong.output


def test_csv_has_a_line_for_each_finding(database: Path) -> None:
    done = run(database, "--format", "csv", "--severity", "low")
    lines = done.stdout.splitlines()

    assert lines[0].startswith("id,severity,address,check,result,confidence,summary,decision")
    assert len(lines) == 1 + len(rows(database, "--severity", "low"))


def test_a_finding_shows_what_the_maker_of_the_product_says(tmp_path: Path) -> None:
    said = [("http.title", "Orthanc Explorer", 8042), ("http.product", "Orthanc 1.12.1", 8042)]
    plain = device("192.168.50.20", DeviceClass.PACS_ARCHIVE, says=said, open=(8042,))
    path = tmp_path / "clinic.db"
    keep(path, scan(replace(plain, identity=replace(plain.identity, product="Orthanc"))))
    [row] = rows(path, "--check", "dicom.web-open")
    text = " ".join(run(path, "show", row["id"]).stdout.split())
    told = json.loads(run(path, "show", row["id"], "--format", "json").stdout)

    assert "On Orthanc: In Orthanc's configuration file" in text
    assert "(source: Orthanc, Configuration.json; CISA ICSMA-25-037-02)" in text
    assert told["remediation"]["for"] == "Orthanc"
    [passed] = rows(path, "--all", "--check", "dicom.any-called-ae")
    unknown = json.loads(run(path, "show", passed["id"], "--format", "json").stdout)
    assert unknown["remediation"] is None


def test_a_finding_shows_where_the_maker_of_the_device_publishes_on_security(
    tmp_path: Path,
) -> None:
    said = [("http.title", "Orthanc Explorer", 8042), ("http.product", "Orthanc 1.12.1", 8042)]
    plain = device("192.168.50.20", DeviceClass.PACS_ARCHIVE, says=said, open=(8042,))
    path = tmp_path / "clinic.db"
    keep(path, scan(replace(plain, identity=replace(plain.identity, vendor="Philips"))))
    [row] = rows(path, "--check", "dicom.web-open")
    text = " ".join(run(path, "show", row["id"]).stdout.split())
    told = json.loads(run(path, "show", row["id"], "--format", "json").stdout)

    assert "Philips publishes on security at https://www.philips.com/security" in text
    assert "Its security data sheet (MDS2): In Philips InCenter" in text
    assert told["maker"]["contact"] == "productsecurity@philips.com"
    [passed] = rows(path, "--all", "--check", "dicom.any-called-ae")
    other = json.loads(run(path, "show", passed["id"], "--format", "json").stdout)
    assert other["maker"] is None
