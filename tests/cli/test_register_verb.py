"""The practice's lists: added, edited, removed, and taken in from a spreadsheet."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from riskscan.cli.group import cli
from riskscan.model import REGISTERS, Vendor
from riskscan.store import Store

ONE = {
    "systems": ("--name", "Cloud record", "--kind", "cloud", "--holds", "charts"),
    "flows": ("--source", "CT", "--target", "archive", "--encrypted", "no"),
    "vendors": ("--name", "Northlight", "--agreement-on", "2025-03-01"),
    "exceptions": ("--device", "10.20.0.23", "--checks", "cleartext.telnet", "--blocked", "23"),
    "acceptances": ("--risk", "K-1a2b3c4d", "--reason", "replaced in May"),
    "todo": ("--action", "own.posters", "--title", "Hang the posters", "--status", "done"),
    "inventory": ("--name", "Exam room PC", "--mac", "00:09:fb:12:34:56"),
    "worth": ("--device-class", "pacs_archive", "--availability", "high"),
    "threats": ("--threat", "T13", "--considered", "no", "--reason", "no river here"),
    "addressable": ("--control", "T03", "--decision", "alternative"),
    "signatures": ("--role", "assessor", "--person", "Sam Reed", "--on", "2026-11-02"),
}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "clinic.db"
    with Store.open(path):
        return path


def run(
    database: Path, *words: str, code: int = 0, by: str = "Dana Lake", said: str = ""
) -> Result:
    done = CliRunner().invoke(
        cli, ["register", *words, "--db", str(database)],
        env={"RISKSCAN_PERSON": by}, input=said,
    )  # fmt: skip
    assert done.exit_code == code, done.output
    return done


def rows(database: Path, *words: str) -> list[dict[str, Any]]:
    return list(json.loads(run(database, *words, "--format", "json").stdout))


@pytest.mark.parametrize("register", REGISTERS)
def test_an_entry_of_every_register_goes_out_as_a_spreadsheet_and_comes_in_the_same(
    database: Path, tmp_path: Path, register: str
) -> None:
    path, other = tmp_path / "list.csv", tmp_path / "other.db"
    with Store.open(other):
        pass
    run(database, register, "add", *ONE[register])
    run(database, register, "export", "-o", str(path))
    text = path.read_text("utf-8-sig").splitlines()
    table = list(csv.reader(text))
    without_ids = "\n".join(",".join(f'"{c}"' for c in row[1:]) for row in table)
    path.write_text(without_ids)

    run(other, register, "import", str(path))

    [kept], [taken] = rows(database, register), rows(other, register, "list")
    assert taken == {**kept, "changed_because": "imported"}


def test_the_same_import_again_changes_nothing(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "vendors.csv"
    path.write_text("name,agreement_on\nNorthlight,2025-03-01\nKeystone,\n")

    first = run(database, "vendors", "import", str(path))
    second = run(database, "vendors", "import", str(path))

    assert first.output == "2 added, 0 changed, 0 as they were.\n"
    assert second.output == "0 added, 0 changed, 2 as they were.\n"
    assert len(rows(database, "vendors", "history")) == 2


def test_a_wrong_row_is_named_and_nothing_of_the_file_is_taken(
    database: Path, tmp_path: Path
) -> None:
    path = tmp_path / "vendors.csv"
    path.write_text("name,agreement_on\nNorthlight,2025-03-01\nKeystone,last spring\n")

    done = run(database, "vendors", "import", str(path), code=3)

    assert "line 3" in done.output
    assert rows(database, "vendors") == []


def test_a_check_says_what_would_change_and_changes_nothing(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "vendors.csv"
    path.write_text("name\nNorthlight\n")

    assert "1 would be added" in run(database, "vendors", "import", str(path), "--check").output
    assert rows(database, "vendors") == []


def test_an_edit_changes_one_field_and_keeps_what_stood_there(database: Path) -> None:
    run(database, "vendors", "add", *ONE["vendors"])
    run(database, "vendors", "edit", "VEN-01", "--contact", "Tom Hale", "--why", "new contact",
        by="Maria Ortiz")  # fmt: skip

    [row] = rows(database, "vendors")
    before, after = rows(database, "vendors", "history", "VEN-01")
    assert (row["agreement_on"], row["contact"], row["by"]) == (
        "2025-03-01", "Tom Hale", "Maria Ortiz",
    )  # fmt: skip
    assert (before["contact"], after["changed_because"]) == ("", "new contact")


def test_a_removal_takes_a_reason_and_stays_on_record(database: Path) -> None:
    run(database, "vendors", "add", *ONE["vendors"])
    run(database, "vendors", "remove", "VEN-01", code=2)
    run(database, "vendors", "remove", "VEN-01", "--reason", "contract ended")

    assert rows(database, "vendors") == []
    assert [r["removed"] for r in rows(database, "vendors", "history")] == [False, True]


def test_a_twin_is_refused_however_it_is_capitalised(database: Path) -> None:
    run(database, "vendors", "add", *ONE["vendors"])
    done = run(database, "vendors", "add", "--name", " NORTHLIGHT ", code=2)

    assert "VEN-01 is there already" in done.output


def test_nothing_is_kept_without_a_name(database: Path) -> None:
    done = run(database, "vendors", "add", *ONE["vendors"], code=2, by="")

    assert "say who you are" in done.output
    assert rows(database, "vendors") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("systems", "add", "--name", "x", "--kind", "clod"), "cloud"),
        (("vendors", "add", "--name", "x", "--agreement-on", "March"), "2026-11-22"),
        (("threats", "add", "--threat", "T99"), "T13"),
        (("addressable", "add", "--control", "A04"), "T03"),
        (("exceptions", "add", "--device", "x", "--checks", "cleartext.telnt"), "no check"),
        (("flows", "add", "--source", "CT"), "needs target"),
        (("acceptances", "add", "--risk", "R-001"), "risks"),
    ],
)
def test_a_word_that_a_field_does_not_know_is_refused_with_those_it_knows(
    database: Path, words: tuple[str, ...], said: str
) -> None:
    assert said in run(database, *words, code=3).output


def test_asked_field_by_field_a_slip_costs_one_line(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("riskscan.cli.register_edit._is_asked", lambda: True)
    said = "Cloud record\nserver\ncloud\ncharts\nmany\n4200\n" + "\n" * 8

    done = run(database, "systems", "add", said=said)

    assert "kind cannot be 'server'" in done.output
    [row] = rows(database, "systems")
    assert (row["name"], row["kind"], row["holds"], row["patients"]) == (
        "Cloud record", "cloud", "charts", "4200",
    )  # fmt: skip


def test_no_cell_of_a_spreadsheet_is_a_formula(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "vendors.csv"
    run(database, "vendors", "add", "--name", "=cmd()", "--note", "-1+1")
    run(database, "vendors", "export", "-o", str(path))

    cells = [c for row in csv.reader(path.read_text("utf-8-sig").splitlines()) for c in row]
    assert not [c for c in cells if c[:1] in "=+-@" and c]
    run(database, "vendors", "import", str(path))
    with Store.open(database, create=False, writer=False) as store:
        [(_, vendor)] = store.registers().of(Vendor)
    assert (vendor.name, vendor.note) == ("=cmd()", "-1+1")


def test_the_day_of_a_signature_is_not_the_day_it_was_typed(database: Path) -> None:
    run(database, "signatures", "add", *ONE["signatures"])

    [row] = rows(database, "signatures")
    assert row["on"] == "2026-11-02"
    assert row["said_on"] != row["on"]


def test_the_overview_counts_each_register(database: Path) -> None:
    run(database, "vendors", "add", *ONE["vendors"])

    counts = {row["register"]: row["entries"] for row in rows(database)}
    assert counts == {name: int(name == "vendors") for name in REGISTERS}


def test_the_reason_of_an_entry_is_not_the_reason_of_its_change(database: Path) -> None:
    run(database, "worth", "add", "--device-class", "pacs_archive", "--reason", "no images here")
    run(database, "worth", "edit", "WOR-01", "--availability", "low", "--reason", "still so",
        "--why", "asked again")  # fmt: skip

    [entry] = rows(database, "worth")
    assert (entry["reason"], entry["changed_because"]) == ("still so", "asked again")
