"""An accepted risk stays in the register, and is open again as soon as it is another risk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from assess.factories import NOW

from riskscan.assess.acceptances import accept, basis_of
from riskscan.model import (
    Acceptance,
    DeviceClass,
    Entry,
    Impact,
    Level,
    Registers,
    Risk,
    Threat,
)

TODAY = NOW.date()


def risk(**changes: Any) -> Risk:
    """Make a moderate risk of an imaging device."""
    made = Risk(
        id="R-001",
        threat=Threat("T02", "Ransomware", "ransomware", Level.HIGH, "test"),
        check="cleartext.telnet",
        device_class=DeviceClass.IMAGING_MODALITY,
        members=("192.168.50.20",),
        severity=Level.HIGH,
        exposure=0,
        controls=0,
        initiation=Level.HIGH,
        adverse=Level.HIGH,
        likelihood=Level.HIGH,
        impact=Impact(Level.HIGH, Level.HIGH, Level.HIGH),
        level=Level.MODERATE,
        best=Level.LOW,
        worst=Level.HIGH,
        statement="Because one can, somebody could.",
        findings=("F-00000001",),
        action="ACT-01",
        key="K-1a2b3c4d",
    )
    return replace(made, **changes)


def acceptance(**changes: Any) -> Acceptance:
    made = Acceptance(
        risk="K-1a2b3c4d",
        reason="the scanner is replaced in May",
        approver="Dana Lake",
        until=date(2027, 5, 31),
        level=Level.MODERATE,
        title="Because one can",
        basis=basis_of(risk()),
    )
    return replace(made, **changes)


def judged(of: Risk, *accepted: Acceptance, today: date = TODAY) -> Risk:
    entries = [
        Entry("acceptances", f"ACC-{n:02d}", each, "Dana Lake", NOW)
        for n, each in enumerate(accepted, start=1)
    ]
    return accept([of], Registers(tuple(entries)), today)[0]


def test_it_stays_in_the_register_with_its_level() -> None:
    assert judged(risk(), acceptance()) == replace(risk(), acceptance=acceptance())


def test_it_holds_on_its_last_day_and_not_after() -> None:
    last = date(2027, 5, 31)

    assert judged(risk(), acceptance(), today=last).acceptance == acceptance()
    after = judged(risk(), acceptance(), today=date(2027, 6, 1))
    assert after.acceptance is None
    assert after.reopened == "Dana Lake accepted it; it held until 2027-05-31."


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"level": Level.HIGH}, "its level rose from moderate to high"),
        ({"exposure": 1}, "exposure was “not shown from outside” and is “reachable"),
        ({"device_class": DeviceClass.PACS_ARCHIVE}, "class was “imaging modality” and is"),
        ({"check": "lifecycle.known-exploited"}, "known exploits was “no” and is “yes”"),
    ],
)
def test_another_level_or_another_basis_ends_it_early(changed: dict[str, Any], why: str) -> None:
    after = judged(risk(**changed), acceptance())

    assert after.acceptance is None
    assert why in after.reopened


def test_a_level_that_fell_does_not_end_it() -> None:
    assert judged(risk(level=Level.LOW), acceptance()).acceptance is not None


@pytest.mark.parametrize(
    "lacking", [{"approver": " "}, {"reason": ""}, {"until": None}, {"level": None}]
)
def test_nobody_nothing_and_for_ever_accept_no_risk(lacking: dict[str, Any]) -> None:
    after = judged(risk(), acceptance(**lacking))

    assert after.acceptance is None
    assert "lacks" in after.reopened


def test_the_newest_that_holds_counts() -> None:
    old, new = acceptance(until=date(2026, 1, 1)), acceptance(approver="Sam Reed")

    assert judged(risk(), old, new).acceptance == new
    assert judged(risk(), new, old).acceptance == new


def test_another_risk_is_not_accepted_with_it() -> None:
    other = risk(key="K-99999999")

    assert judged(other, acceptance()) == other


def test_a_basis_is_stable_text() -> None:
    assert basis_of(risk()) == (
        "class: imaging modality; exposure: not shown from outside; known exploits: no"
    )
    assert basis_of(risk(device_class=None, members=())).startswith("class: the practice as a")
