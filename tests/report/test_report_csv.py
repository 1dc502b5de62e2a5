"""The CSV export: one line per finding, and no formulas."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
import report_factories as factories
from hypothesis import given
from hypothesis import strategies as st

from riskscan.report import EXPORTERS, Report
from riskscan.report.exporters.csv import COLUMNS, neutral


def rows(report: Report) -> list[dict[str, str]]:
    text = EXPORTERS["csv"](report).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_finding_is_one_line_with_its_device_and_action() -> None:
    report = factories.report()

    lines = rows(report)

    assert {r["finding"] for r in lines} == {c.finding for w in report.weaknesses for c in w.cases}
    archive = next(r for r in lines if r["check"] == "dicom.open-archive")
    assert archive["address"] == "10.20.0.20"
    assert archive["mac"] == "00:25:90:aa:00:20"
    assert archive["action"] == "ACT-01"
    assert archive["due"] == "2026-12-06"
    assert archive["highest_risk"] == "very high"
    assert archive["citations"] == "164.312(a)(2)(i) 164.312(e)(2)(i)"


def test_without_findings_there_is_only_the_head() -> None:
    made = EXPORTERS["csv"](factories.empty())

    assert made == b"\xef\xbb\xbf" + ",".join(f'"{c}"' for c in COLUMNS).encode() + b"\r\n"


@pytest.mark.parametrize(
    "cell", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "\rx", " =1+1", "＝1"]
)
def test_a_formula_becomes_text(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@given(st.text())
def test_no_cell_of_an_export_starts_a_formula(name: str) -> None:
    report = factories.report()
    weakness = report.weaknesses[0]
    case = replace(weakness.cases[0], device="=" + name, summary=name)

    line = rows(replace(report, weaknesses=(replace(weakness, cases=(case,)),)))[0]

    assert line["device"] == "'=" + name
    assert not line["summary"].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_ordinary_text_is_left_alone() -> None:
    assert neutral("10.20.0.1") == "10.20.0.1"
    assert neutral("") == ""
