"""A firm on the network is a question; only the practice's register answers it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from assess.factories import KNOWLEDGE, NOW, device, scan

from riskscan.assess.agreements import agreements
from riskscan.model import (
    Confidence,
    Device,
    DeviceClass,
    Entry,
    Known,
    Registers,
    Scan,
    Vendor,
    VendorResult,
)
from riskscan.model.maker import Associate, Maker

TODAY = NOW.date()
MAKERS = replace(
    KNOWLEDGE,
    makers=(
        Maker("Northlight", Associate.YES, "It keeps copies of records.", "test", Confidence.HIGH,
              also=("Northlight Backup",), service=True),
        Maker("Acme", Associate.MAYBE, "It may look in.", "test", Confidence.HIGH,
              classes=(DeviceClass.PACS_ARCHIVE,)),
    ),
)  # fmt: skip


def archive() -> Device:
    made = device("192.168.50.20", DeviceClass.PACS_ARCHIVE)
    return replace(made, identity=replace(made.identity, vendor="Acme"))


def backup() -> Device:
    return device("192.168.50.30", says=[("http.title", "Northlight Backup console")])


def judged(*vendors: Vendor, on: Scan | None = None) -> tuple[VendorResult, ...]:
    entries = [
        Entry("vendors", f"VEN-{n:02d}", v, "Dana Lake", NOW) for n, v in enumerate(vendors, 1)
    ]
    return agreements(Registers(tuple(entries)), on or scan(), MAKERS, TODAY)


def firm(**fields: Any) -> Vendor:
    return Vendor(**({"name": "Northlight", "sees_patient_data": Known.YES} | fields))


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"agreement_on": date(2026, 3, 1)}, "agreement on file"),
        ({"agreement_on": date(2020, 3, 1)}, "agreement outdated"),
        ({"agreement_on": date(2020, 3, 1), "reviewed_on": date(2026, 3, 1)}, "agreement on file"),
        ({"agreement_on": date(2020, 3, 1), "reviewed_on": date(2024, 3, 1)}, "agreement outdated"),
        ({"agreement_on": date(2025, 11, 21)}, "agreement on file"),
        ({"agreement_on": date(2025, 11, 20)}, "agreement outdated"),
        ({"agreement_on": date(2027, 3, 1)}, "no agreement on file"),
        ({}, "no agreement on file"),
        ({"reviewed_on": date(2026, 3, 1)}, "no agreement on file"),
        ({"sees_patient_data": Known.NO}, "not needed"),
        ({"sees_patient_data": Known.UNKNOWN}, "seen, to be clarified"),
        ({"sees_patient_data": Known.UNKNOWN, "agreement_on": date(2026, 3, 1)},
         "agreement on file"),
    ],
)  # fmt: skip
def test_where_an_agreement_stands(fields: dict[str, Any], status: str) -> None:
    assert [(v.entry, v.status) for v in judged(firm(**fields))] == [("VEN-01", status)]


def test_a_firm_that_was_only_seen_is_to_be_clarified_with_where_and_why() -> None:
    results = judged(on=scan(archive(), backup()))

    assert [(v.name, v.entry, v.status) for v in results] == [
        ("Northlight", "", "seen, to be clarified"),
        ("Acme", "", "seen, to be clarified"),
    ]
    assert results[0].addresses == ("192.168.50.30",)
    assert "usually a business associate: It keeps copies" in results[0].says
    assert "sometimes a business associate" in results[1].says


@pytest.mark.parametrize("name", ["Northlight", "northlight, Inc.", "Northlight Backup LLC"])
def test_the_register_knows_a_firm_by_any_of_its_names(name: str) -> None:
    results = judged(firm(name=name, agreement_on=date(2026, 3, 1)), on=scan(backup()))

    assert [(v.entry, v.addresses) for v in results] == [("VEN-01", ("192.168.50.30",))]
    assert "Seen on the network at 192.168.50.30." in results[0].says


def test_half_a_word_is_another_firm() -> None:
    assert len(judged(firm(name="Northlights"), on=scan(backup()))) == 2


def by(assessor: str) -> Scan:
    made = scan()
    return replace(made, site=replace(made.site, assessor=assessor))


def test_who_scans_is_a_business_associate_too() -> None:
    results = judged(on=by("Sam Reed, Lakeside IT"))

    assert [(v.name, v.status) for v in results] == [
        ("Sam Reed, Lakeside IT", "seen, to be clarified")
    ]
    assert "business associate itself" in results[0].says


@pytest.mark.parametrize("known", [{"name": "Lakeside IT"}, {"name": "LIT", "contact": "Sam Reed"}])
def test_who_scans_is_listed_once(known: dict[str, str]) -> None:
    assert len(judged(firm(**known), on=by("Sam Reed, Lakeside IT"))) == 1


def test_what_speaks_against_an_entry_is_told() -> None:
    told = judged(
        firm(agreement_on=date(2026, 3, 1), clauses=Known.NO),
        firm(sees_patient_data=Known.NO, remote_access=Known.YES),
    )

    assert "lacks a clause" in told[0].says
    assert "can get in from outside" in told[1].says
