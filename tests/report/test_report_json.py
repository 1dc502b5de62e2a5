"""The JSON export and its schema."""

from __future__ import annotations

import json

import jsonschema
import pytest
import report_factories as factories
from pydantic import TypeAdapter

from riskscan.report import EXPORTERS, Report, schema
from riskscan.report.exporters.json import digest


@pytest.mark.parametrize("report", [factories.report(), factories.empty()], ids=["clinic", "empty"])
def test_the_export_keeps_to_the_published_schema(report: Report) -> None:
    made = json.loads(EXPORTERS["json"](report))

    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator(schema()).validate(made)


def test_the_schema_refuses_a_report_without_its_register() -> None:
    made = json.loads(EXPORTERS["json"](factories.report()))
    del made["register"]

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(made)


def test_the_schema_names_itself() -> None:
    assert schema()["$id"] == "urn:riskscan-report:1"
    assert schema()["title"] == "riskscan report"


def test_a_report_comes_back_from_its_json() -> None:
    report = factories.report()

    assert TypeAdapter(Report).validate_json(EXPORTERS["json"](report)) == report


def test_dates_are_iso_and_keys_keep_the_order_of_the_document() -> None:
    made = json.loads(EXPORTERS["json"](factories.report()))

    assert made["created_at"] == "2026-11-21T22:45:00Z"
    assert made["plan"][0]["due"] == "2026-12-06"
    assert list(made)[:3] == ["format", "created_at", "author"]


def test_the_same_report_has_the_same_digest_and_another_report_another() -> None:
    assert digest(factories.report()) == digest(factories.report())
    assert digest(factories.report()) != digest(factories.empty())
