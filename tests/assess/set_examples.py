"""Controls, findings and profiles for the tests of practice sets."""

from __future__ import annotations

from collections.abc import Mapping

from riskscan.assess import load_checklist
from riskscan.model import (
    Assurance,
    Confidence,
    ControlResult,
    ControlStatus,
    Finding,
    Level,
    PracticeResult,
    PracticeSize,
    Profile,
    Result,
    SetResult,
)

SMALL = Profile(PracticeSize.SMALL, "for this test", 4)
LARGE = Profile(PracticeSize.LARGE, "for this test", 4)


def controls(everything: ControlStatus, **but: ControlStatus) -> tuple[ControlResult, ...]:
    """Give all 54 controls one status, and some of them, by id, another."""
    return tuple(
        ControlResult(c, but.get(c.id, everything), Assurance.DOCUMENT, "for this test")
        for c in load_checklist().controls
    )


def finding(check: str, result: Result = Result.FAIL, severity: Level = Level.HIGH) -> Finding:
    """Make an open finding of a check, or one that ended otherwise."""
    return Finding(
        id=f"F-{check}",
        check=check,
        address="192.168.50.20",
        device_key="mac:00:1b:54:00:00:14",
        result=result,
        severity=severity,
        confidence=Confidence.HIGH,
        summary=f"{check} was seen. So much for that.",
    )


def by_id(results: tuple[SetResult, ...], name: str) -> Mapping[str, PracticeResult]:
    """Return one set's results by the id of the practice."""
    (found,) = [each for each in results if each.id == name]
    return {each.practice.id: each for each in found.results}
