"""Done is what somebody says; verified is what a later scan, or a document, shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from assess.factories import KNOWLEDGE, NOW, device, scan, with_telnet

from riskscan.assess.checks import CHECKS
from riskscan.assess.findings import run
from riskscan.assess.judgement import Context
from riskscan.assess.progress import follow, is_overdue, rests_on
from riskscan.model import (
    Action,
    ActionEntry,
    ActionStatus,
    Device,
    Entry,
    Finding,
    Level,
    Registers,
    Scan,
)

KEY = "cleartext.telnet/device"
TODAY = NOW.date()
BEFORE = date(2026, 11, 10)
SAID = datetime(2026, 11, 10, 15, 0, tzinfo=UTC)
DONE, VERIFIED = ActionStatus.DONE_UNVERIFIED, ActionStatus.VERIFIED
ONE, OTHER = "192.168.50.11", "192.168.50.12"


def repaired(address: str = ONE) -> Device:
    return device(address, closed=(21, 23, 80, 443))


def blind(address: str = ONE) -> Device:
    return device(address, filtered=(23,))


def findings_of(of: Scan) -> tuple[Finding, ...]:
    return run(CHECKS, Context(of, KNOWLEDGE, NOW, of.devices))


def telnet(*addresses: str) -> str:
    """Return the ids of the telnet findings on some devices, as a register keeps them."""
    found = findings_of(scan(*(with_telnet(a) for a in addresses)))
    return " ".join(f.id for f in found if f.check == "cleartext.telnet")


def action(findings: str = "", key: str = KEY) -> Action:
    """Make an action as the plan proposes it."""
    return Action(
        id="ACT-01",
        title="Switch telnet off (1 device)",
        how="Use SSH.",
        owner="IT provider",
        due=date(2026, 12, 21),
        cost="none",
        level=Level.HIGH,
        risks=("R-001",),
        findings=tuple(findings.split()),
        criterion="Port 23 is closed.",
        key=key,
    )


def entry(**fields: Any) -> Entry:
    content = ActionEntry(**({"action": KEY} | fields))
    return Entry("todo", "TODO-01", content, "Dana Lake", SAID)


def followed(
    planned: Sequence[Action], words: Sequence[Entry] | Entry, seen: Scan
) -> tuple[Action, ...]:
    entries = (words,) if isinstance(words, Entry) else tuple(words)
    return follow(planned, Registers(entries), findings_of(seen), seen, TODAY)


def test_what_the_practice_says_stands_in_the_plan() -> None:
    told = entry(
        owner="Sam Reed", due=date(2027, 1, 31), cost="$300", status=ActionStatus.IN_PROGRESS,
        note="parts ordered", interim="port 23 is blocked at the switch", vendor="Northlight",
    )  # fmt: skip
    result = followed([action(telnet(ONE))], told, scan(with_telnet(ONE)))[0]

    assert (result.owner, result.due, result.cost) == ("Sam Reed", date(2027, 1, 31), "$300")
    assert (result.status, result.note) == (ActionStatus.IN_PROGRESS, "parts ordered")
    assert (result.interim, result.vendor) == ("port 23 is blocked at the switch", "Northlight")
    assert (result.id, result.entry) == ("ACT-01", "TODO-01")
    assert result.criterion == "Port 23 is closed."


def test_an_action_that_nobody_touched_is_as_planned() -> None:
    planned = action(telnet(ONE))

    assert followed([planned], (), scan(with_telnet(ONE))) == (planned,)


def test_done_waits_for_a_later_scan() -> None:
    told = entry(status=DONE, done_on=TODAY)
    told = replace(told, made_at=NOW.replace(hour=18))

    result = followed([action(telnet(ONE))], told, scan(with_telnet(ONE)))[0]

    assert result.status is DONE
    assert "a later scan has to show it" in result.note


def test_a_later_scan_that_still_sees_it_puts_it_back_to_work_in_spite_of_a_document() -> None:
    told = entry(status=DONE, done_on=BEFORE, document="Invoice 12")

    result = followed([action(telnet(ONE))], told, scan(with_telnet(ONE)))[0]

    assert result.status is ActionStatus.IN_PROGRESS
    assert result.note == (
        f"Reported done on 2026-11-10; a scan of 2026-11-21 still sees it on {ONE}."
    )
    assert result.verified_by == ""


def test_a_later_scan_that_sees_each_device_pass_verifies_it() -> None:
    told = entry(
        title="Switch telnet off", status=DONE, done_on=BEFORE, findings=telnet(ONE, OTHER)
    )
    seen = scan(repaired(ONE), repaired(OTHER))

    result = followed([], told, seen)[0]

    assert (result.status, result.verified_by) == (VERIFIED, seen.id)
    assert (result.id, result.title, result.key) == ("ACT-01", "Switch telnet off", KEY)
    assert "it is gone" in result.note


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (scan(repaired(ONE)), "1 device was away"),
        (scan(repaired(ONE), blind(OTHER)), f"on {OTHER} the check could not see"),
        (scan(), "2 devices were away"),
    ],
)
def test_a_device_away_or_unseen_keeps_it_unverified(seen: Scan, why: str) -> None:
    told = entry(status=DONE, done_on=BEFORE, findings=telnet(ONE, OTHER))

    result = followed([], told, seen)[0]

    assert result.status is DONE
    assert why in result.note


def test_without_the_findings_on_record_nothing_is_verified() -> None:
    result = followed([], entry(status=DONE, done_on=BEFORE), scan(repaired()))[0]

    assert result.status is DONE
    assert "does not say on which findings" in result.note


def test_a_scan_that_began_before_it_was_done_verifies_nothing() -> None:
    told = entry(status=DONE, done_on=TODAY, findings=telnet(ONE))
    seen = scan(repaired())

    later = followed([], replace(told, made_at=NOW.replace(hour=18)), seen)[0]
    sooner = followed([], replace(told, made_at=NOW.replace(hour=9)), seen)[0]

    assert (later.status, sooner.status) == (DONE, VERIFIED)


def test_a_document_verifies_what_no_scan_speaks_against() -> None:
    told = entry(status=DONE, done_on=BEFORE, findings=telnet(ONE), document="Report, 2026-11-10")

    result = followed([], told, scan())[0]

    assert (result.status, result.verified_by) == (VERIFIED, "Report, 2026-11-10")


def test_nobody_verifies_by_saying_so() -> None:
    told = entry(status=VERIFIED, done_on=BEFORE, findings=telnet(ONE))

    assert followed([], told, scan())[0].status is DONE


def test_what_vanished_without_a_report_is_verified_only_if_it_was_seen_to_pass() -> None:
    told = entry(status=ActionStatus.IN_PROGRESS, findings=telnet(ONE))

    assert followed([], told, scan(repaired()))[0].status is VERIFIED
    assert followed([], told, scan())[0].status is ActionStatus.IN_PROGRESS


def test_a_gap_is_settled_by_the_answers() -> None:
    told = entry(action="gap.restore-untested", status=DONE, title="Test a restore")
    planned = action(key="gap.restore-untested")

    assert followed([planned], told, scan())[0].status is DONE
    proven = entry(action="gap.restore-untested", status=DONE, document="Restore log")
    assert followed([planned], proven, scan())[0].verified_by == "Restore log"
    gone = followed([], told, scan())[0]
    assert (gone.status, gone.verified_by) == (VERIFIED, "the answers on record")


def test_an_action_that_never_was_is_not_verified() -> None:
    result = followed([], entry(action="cleartext.telnt/device", status=DONE), scan())[0]

    assert result.status is DONE
    assert "no action of this name" in result.note


def test_actions_of_ones_own_follow_the_plan_and_take_a_document() -> None:
    words = [
        entry(action="own.train-staff", title="Train staff", owner="Dana Lake", status=DONE),
        replace(entry(action="own.move", title="Move", level=Level.LOW), id="TODO-02"),
        replace(entry(action="own.ups", status=DONE, document="Order 7"), id="TODO-03"),
    ]
    planned = action(telnet(ONE))
    result = followed([planned], words, scan(with_telnet(ONE)))

    assert [a.id for a in result] == ["ACT-01", "ACT-02", "ACT-03", "ACT-04"]
    assert [a.entry for a in result] == ["", "TODO-01", "TODO-02", "TODO-03"]
    assert result[1].status is DONE and "a document has to show it" in result[1].note
    assert result[2].due == date(2027, 5, 9) and result[2].level is Level.LOW
    assert (result[3].status, result[3].verified_by) == (VERIFIED, "Order 7")


@pytest.mark.parametrize("status", list(ActionStatus))
def test_overdue_is_what_is_past_its_day_and_not_closed(status: ActionStatus) -> None:
    open_ones = {ActionStatus.PLANNED, ActionStatus.IN_PROGRESS, ActionStatus.BLOCKED}
    due = replace(action(), status=status, due=TODAY)

    assert not is_overdue(due, TODAY)
    assert is_overdue(due, date(2026, 11, 22)) is (status in open_ones)


def test_an_entry_keeps_the_findings_of_devices_that_are_away_today() -> None:
    assert rests_on(action("F-2 F-3"), "F-1 F-2") == "F-1 F-2 F-3"
