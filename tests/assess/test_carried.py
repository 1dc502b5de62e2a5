"""What an earlier scan asked is evidence of its day: told with it, for thirty days, never news."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import factories
import pytest
from factories import KNOWLEDGE, NOW, verdict
from hypothesis import given
from hypothesis import strategies as st

from riskscan.assess import assess
from riskscan.model import Device, PortState, Result, Service


def carried(state: PortState, *ports: int, as_of: datetime, seen: bool = True) -> Device:
    """Make a device whose ports an earlier scan asked."""
    plain = factories.device()
    services = tuple(Service(port, "tcp", state, as_of) for port in ports)
    host = replace(plain.host, services=services, seen_at=NOW if seen else None)
    return replace(plain, host=host)


def test_a_pass_from_an_earlier_scan_tells_the_day() -> None:
    judged = verdict("cleartext.ftp", carried(PortState.CLOSED, 21, as_of=NOW - timedelta(days=7)))

    assert judged is not None
    assert judged.result is Result.PASS
    assert "asked on 2026-11-14" in judged.summary


@given(st.timedeltas(timedelta(days=30, seconds=1), timedelta(days=3650)))
def test_after_thirty_days_it_is_no_pass(age: timedelta) -> None:
    judged = verdict("cleartext.ftp", carried(PortState.CLOSED, 21, as_of=NOW - age))

    assert judged is not None
    assert judged.result is Result.UNKNOWN


def test_without_knowing_when_the_device_was_seen_it_is_no_pass() -> None:
    device = carried(PortState.CLOSED, 21, as_of=NOW - timedelta(days=1), seen=False)
    judged = verdict("cleartext.ftp", device)

    assert judged is not None
    assert judged.result is Result.UNKNOWN


def test_the_oldest_of_several_days_is_told() -> None:
    new = carried(PortState.CLOSED, 1433, 3306, as_of=NOW - timedelta(days=1))
    old = Service(5432, "tcp", PortState.CLOSED, NOW - timedelta(days=9))
    device = replace(new, host=replace(new.host, services=(*new.host.services, old)))

    judged = verdict("exposure.database", device)

    assert judged is not None
    assert judged.result is Result.PASS
    assert "asked on 2026-11-12" in judged.summary


@pytest.mark.parametrize(
    ("check", "port"),
    [("cleartext.ftp", 21), ("exposure.raw-print", 9100), ("exposure.database", 5432)],
)
def test_a_weakness_that_an_earlier_scan_saw_tells_the_day(check: str, port: int) -> None:
    judged = verdict(check, carried(PortState.OPEN, port, as_of=NOW - timedelta(days=7)))

    assert judged is not None
    assert judged.result is Result.FAIL
    assert "asked on 2026-11-14" in judged.summary


def test_what_this_scan_asked_has_no_day() -> None:
    judged = verdict("cleartext.ftp", factories.device(closed=(21,)))

    assert judged is not None
    assert "asked on" not in judged.summary


def test_the_coverage_counts_what_was_taken_over() -> None:
    device = carried(PortState.CLOSED, 21, 9100, as_of=NOW - timedelta(days=7))
    limits = assess(factories.scan(device), knowledge=KNOWLEDGE, now=NOW).coverage.limits

    assert any("2 ports are from earlier scans, the oldest of 2026-11-14" in x for x in limits)
