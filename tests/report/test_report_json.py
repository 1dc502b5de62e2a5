"""The JSON export and its schema."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import jsonschema
import pytest
import report_factories as factories
from pydantic import TypeAdapter

from riskscan.model import PortState, Service
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


def test_what_an_earlier_scan_asked_stands_with_its_day_and_the_method_says_so() -> None:
    plain = factories.scan()
    first, *others = plain.devices
    day = datetime(2026, 11, 14, 3, 0, tzinfo=UTC)
    services = (
        Service(21, "tcp", PortState.CLOSED, day),
        Service(23, "tcp", PortState.CLOSED, day),
        Service(9100, "tcp", PortState.OPEN, day),
        Service(22, "tcp", PortState.OPEN),
    )
    rescanned = replace(first, host=replace(first.host, services=services))
    scan = replace(plain, devices=(rescanned, *others), rescan_of="S-20261114-030000-0001")

    made = json.loads(EXPORTERS["json"](factories.report(scan)))

    rows = [d for g in made["inventory"] for d in g["devices"] if d["earlier_ports"]]
    assert [row["address"] for row in rows] == [str(first.address)]
    assert rows[0]["open_services"] == ["9100/tcp (on 2026-11-14)", "22/tcp"]
    assert rows[0]["earlier_ports"] == [
        {"as_of": "2026-11-14T03:00:00Z", "state": "closed", "ports": ["21/tcp", "23/tcp"]},
        {"as_of": "2026-11-14T03:00:00Z", "state": "open", "ports": ["9100/tcp"]},
    ]
    assert "S-20261114-030000-0001" in made["method"]["rescan"]
    assert "3 port states were taken over, the oldest of 2026-11-14" in made["method"]["rescan"]
    assert "S-20261114-030000-0001" in EXPORTERS["html"](factories.report(scan)).decode()
    assert json.loads(EXPORTERS["json"](factories.report()))["method"]["rescan"] == ""


def test_dates_are_iso_and_keys_keep_the_order_of_the_document() -> None:
    made = json.loads(EXPORTERS["json"](factories.report()))

    assert made["created_at"] == "2026-11-21T22:45:00Z"
    assert made["plan"][0]["due"] == "2026-12-06"
    assert list(made)[:3] == ["format", "created_at", "author"]


def test_the_same_report_has_the_same_digest_and_another_report_another() -> None:
    assert digest(factories.report()) == digest(factories.report())
    assert digest(factories.report()) != digest(factories.empty())
