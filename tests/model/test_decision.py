"""A decision rests on what was seen, and on nothing that changes by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from riskscan.model import (
    Confidence,
    Decision,
    Disposition,
    Evidence,
    Finding,
    Level,
    Observation,
    Result,
    newest_decisions,
)

TODAY = date(2026, 11, 22)
GREETING = Observation("telnet.greeting", "login:", 23, "tcp")
SKEW = Observation("ntlm.clock-skew", "412", 445, "tcp")


def finding(*seen: Observation) -> Finding:
    return Finding(
        "F-0a1b2c3d",
        "cleartext.telnet",
        "192.168.1.20",
        "00:09:fb:00:00:14",
        Result.FAIL,
        Level.HIGH,
        Confidence.HIGH,
        "Telnet is open.",
        tuple(Evidence(o, "was seen") for o in seen),
    )


def decision(
    kind: Disposition = Disposition.ACCEPTED, until: date | None = None, id: str = "F-0a1b2c3d"
) -> Decision:
    hashed = finding(GREETING).evidence_hash
    return Decision(id, hashed, kind, "D. Lake", datetime(2026, 1, 2, tzinfo=UTC), "old", until)


@pytest.mark.parametrize(
    "other",
    [
        replace(GREETING, value="root:"),
        replace(GREETING, port=2323),
        replace(GREETING, key="ssh.banner"),
        replace(GREETING, protocol=None),
    ],
)
def test_another_observation_is_other_evidence(other: Observation) -> None:
    assert finding(other).evidence_hash != finding(GREETING).evidence_hash


def test_more_or_less_evidence_is_other_evidence() -> None:
    assert finding(GREETING, SKEW).evidence_hash != finding(GREETING).evidence_hash
    assert finding().evidence_hash != finding(GREETING).evidence_hash


def test_order_words_address_and_clocks_do_not_change_what_was_seen() -> None:
    one, again = finding(GREETING, SKEW), finding(replace(SKEW, value="415"), GREETING)
    moved = replace(again, address="192.168.1.99", summary="Reworded.", confidence=Confidence.LOW)

    assert one.evidence_hash == moved.evidence_hash


def test_evidence_cannot_be_made_to_look_like_other_evidence() -> None:
    joined = finding(replace(GREETING, value="a'\t'23'\t'tcp'\n'b"))
    two = finding(replace(GREETING, value="a"), replace(GREETING, key="b"))

    assert joined.evidence_hash != two.evidence_hash


@pytest.mark.parametrize(
    ("until", "void"),
    [(None, ""), (TODAY, ""), (date(2026, 11, 21), "it held until 2026-11-21")],
)
def test_a_decision_holds_through_its_last_day(until: date | None, void: str) -> None:
    hashed = finding(GREETING).evidence_hash

    assert decision(until=until).why_void(hashed, TODAY) == void


def test_only_an_open_failure_asks_for_something() -> None:
    weak = finding(GREETING)

    assert weak.is_open
    assert not replace(weak, decision=decision()).is_open
    assert not replace(weak, result=Result.UNKNOWN).is_open


def test_the_last_decision_on_each_finding_counts_and_open_takes_it_back() -> None:
    exception, taken_back = decision(Disposition.EXCEPTION), decision(Disposition.OPEN)
    other = decision(id="F-00000001")

    assert newest_decisions((decision(), other, exception)) == {
        "F-0a1b2c3d": exception,
        "F-00000001": other,
    }
    assert newest_decisions((exception, taken_back)) == {}
