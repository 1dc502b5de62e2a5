"""A device exception holds while a scan finds what it rests on, and no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from assess.factories import KNOWLEDGE, NOW, device, scan
from assess.test_exposure import far, from_zone

from riskscan.assess.checks import CHECKS
from riskscan.assess.exceptions import retest
from riskscan.assess.findings import run
from riskscan.assess.judgement import Context
from riskscan.model import (
    Decision,
    Device,
    DeviceClass,
    DeviceException,
    Disposition,
    Entry,
    ExceptionResult,
    FdaSubmission,
    Finding,
    Known,
    Registers,
    Scan,
    Zone,
)

PUMP = "192.168.50.25"
MADE = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


def pump(*, closed: Sequence[int] = (443,), filtered: Sequence[int] = ()) -> Device:
    return device(
        PUMP,
        DeviceClass.INFUSION_PUMP,
        says=[("telnet.greeting", "login:", 23)],
        open=(23,),
        closed=closed,
        filtered=filtered,
    )


def excuse(**changes: Any) -> DeviceException:
    exception = DeviceException(
        device=PUMP,
        model="Plum 360",
        checks="cleartext.telnet",
        reason="its maker offers no other way",
        control="only the pump server may reach it",
        blocked="443",
        approver="Dana Lake",
        review_on=date(2027, 5, 31),
    )
    return replace(exception, **changes)


def found(of: Scan) -> tuple[Finding, ...]:
    return run(CHECKS, Context(of, KNOWLEDGE, NOW, of.devices))


def came_out(
    exception: DeviceException, own: Scan | None = None, *elsewhere: Scan, today: date = TODAY
) -> tuple[Finding | None, ExceptionResult]:
    """Return the telnet finding and how the exception came out."""
    own = own or scan(pump())
    registers = Registers((Entry("exceptions", "EXC-01", exception, "Dana Lake", MADE),))
    findings, results = retest(found(own), registers, own, elsewhere, today)
    telnet = [f for f in findings if f.check == "cleartext.telnet" and f.result == "fail"]
    return (telnet[0] if telnet else None), results[0]


def test_while_its_port_stays_shut_it_excuses_its_check_on_its_device() -> None:
    finding, result = came_out(excuse())

    assert result.holds and finding is not None
    assert result.findings == (finding.id,)
    assert "Port 443 could not be reached from front desk on 2026-11-21" in result.says
    assert finding.decision == Decision(
        finding.id, finding.evidence_hash, Disposition.EXCEPTION, "Dana Lake", MADE,
        "its maker offers no other way", date(2027, 5, 31), "only the pump server may reach it",
    )  # fmt: skip
    assert not finding.is_open


@pytest.mark.parametrize("named", [PUMP, "00:1B:54:00:00:19", "00-1b-54-00-00-19", f" {PUMP} "])
def test_the_device_is_named_by_address_or_mac_however_it_is_written(named: str) -> None:
    assert came_out(excuse(device=named))[1].findings


def test_other_checks_and_other_devices_stay_open() -> None:
    other = replace(pump(), host=replace(pump().host, mac="00:1b:54:00:00:77"))
    other = replace(other, host=replace(other.host, address=device("192.168.50.26").address))
    own = scan(pump(), other)
    registers = Registers((Entry("exceptions", "EXC-01", excuse(), "Dana Lake", MADE),))
    before = found(own)
    after, _ = retest(before, registers, own, (), TODAY)

    assert [f.id for f in after] == [f.id for f in before]
    excused = [f for f in after if f.decision]
    assert [(f.check, f.address) for f in excused] == [("cleartext.telnet", PUMP)]


def test_an_open_port_ends_it_and_the_finding_is_open_again_with_the_reason() -> None:
    finding, result = came_out(excuse(blocked="443 23"))

    assert not result.holds and result.findings == ()
    assert "port 23 was open to the scan from front desk on 2026-11-21" in result.says
    assert finding is not None and finding.is_open
    assert finding.reopened is not None and "EXC-01" in finding.reopened


def test_a_port_that_a_scan_from_elsewhere_reached_ends_it() -> None:
    guest = from_zone(Zone.GUEST, far(open=(443,)), label="waiting room")

    result = came_out(excuse(), scan(pump()), guest)[1]

    assert not result.holds
    assert "waiting room on 2026-11-20" in result.says


def test_inside_the_clinical_network_a_port_may_be_open_if_elsewhere_could_not_reach_it() -> None:
    own = scan(pump())
    inside = replace(own, site=replace(own.site, zone=Zone.CLINICAL))
    shut = from_zone(Zone.OFFICE, far(filtered=(23,)), label="front desk")

    assert came_out(excuse(blocked="23"), inside, shut)[1].holds
    assert not came_out(excuse(blocked="23"), inside)[1].holds
    assert not came_out(excuse(blocked="23"), own, shut)[1].holds


@pytest.mark.parametrize("blocked", ["8443", "161/udp", ""])
def test_what_was_not_asked_holds_until_the_review_and_says_so(blocked: str) -> None:
    exception = excuse(blocked=blocked)

    result = came_out(exception)[1]

    assert result.holds
    assert "not tested by this scan" in result.says.lower()
    assert "2027-05-31 at most" in result.says
    assert not came_out(exception, today=date(2027, 6, 1))[1].holds


def test_a_device_that_was_away_was_not_tested() -> None:
    finding, result = came_out(excuse(), scan(device("192.168.50.11")))

    assert finding is None
    assert result.holds and "did not see the device" in result.says


def test_past_its_review_it_is_void() -> None:
    finding, result = came_out(excuse(), today=date(2027, 6, 1))

    assert not result.holds
    assert finding is not None and finding.is_open
    assert finding.reopened is not None and "2027-05-31" in finding.reopened


@pytest.mark.parametrize(
    ("lacking", "word"),
    [
        ({"reason": " "}, "a reason"),
        ({"control": ""}, "what stands in"),
        ({"approver": ""}, "who approved"),
        ({"review_on": None}, "a day of review"),
        ({"checks": ""}, "the checks"),
        ({"checks": "cleartext.telnet telnet"}, "“telnet”"),
        ({"blocked": "443 70000"}, "“70000”"),
    ],
)
def test_without_what_makes_an_exception_it_excuses_nothing(
    lacking: dict[str, Any], word: str
) -> None:
    finding, result = came_out(excuse(**lacking))

    assert not result.holds
    assert word in result.says
    assert finding is not None and finding.is_open


def test_a_decision_that_is_there_already_stays() -> None:
    own = scan(pump())
    before = found(own)
    telnet = next(f for f in before if f.check == "cleartext.telnet" and f.is_open)
    decision = Decision(
        telnet.id, telnet.evidence_hash, Disposition.FALSE_POSITIVE, "Sam Reed", MADE, "no"
    )
    decided = tuple(replace(f, decision=decision) if f is telnet else f for f in before)
    registers = Registers((Entry("exceptions", "EXC-01", excuse(), "Dana Lake", MADE),))

    after, _ = retest(decided, registers, own, (), TODAY)

    assert next(f for f in after if f.id == telnet.id).decision == decision


def test_a_scan_from_elsewhere_of_more_than_a_year_ago_tests_nothing() -> None:
    guest = from_zone(Zone.GUEST, far(open=(443,)), days_ago=366)

    assert came_out(excuse(), scan(pump()), guest)[1].holds


@pytest.mark.parametrize(
    ("fda", "word"),
    [
        (FdaSubmission.BEFORE, "before 2023-03-29, so section 524B"),
        (FdaSubmission.AFTER, "since 2023-03-29: section 524B"),
        (FdaSubmission.NOT_A_DEVICE, "Not a device that the FDA reviews"),
        (FdaSubmission.UNKNOWN, "not on record"),
    ],
)
def test_it_says_on_which_side_of_section_524b_a_device_is(fda: FdaSubmission, word: str) -> None:
    assert word in came_out(excuse(fda=fda))[1].says


def test_it_says_what_the_maker_says() -> None:
    says = came_out(excuse(supported=Known.NO, statement="Letter, 2026-03-01"))[1].says

    assert "no longer supports" in says and "Letter, 2026-03-01" in says


def test_nothing_changes_without_a_register() -> None:
    own = scan(pump())
    before = found(own)

    assert retest(before, Registers(), own, (), TODAY + timedelta(days=1)) == (before, ())
