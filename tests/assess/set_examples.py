"""Controls, findings and profiles for the tests of practice sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from factories import device, scan

from riskscan.assess import load_checklist
from riskscan.assess.estate import Estate
from riskscan.assess.practice_sets import judge_sets
from riskscan.model import (
    Assurance,
    Confidence,
    ControlResult,
    ControlStatus,
    DeviceClass,
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


def finding(
    check: str,
    result: Result = Result.FAIL,
    severity: Level = Level.HIGH,
    address: str = "192.168.50.20",
) -> Finding:
    """Make an open finding of a check, or one that ended otherwise."""
    return Finding(
        id=f"F-{check}",
        check=check,
        address=address,
        device_key="mac:00:1b:54:00:00:14",
        result=result,
        severity=severity,
        confidence=Confidence.HIGH,
        summary="It was seen.",
    )


ESTATE = Estate.of(
    scan(
        device("192.168.50.20", DeviceClass.PACS_ARCHIVE),
        device("192.168.50.30", DeviceClass.WORKSTATION),
    )
)


def judged(
    profile: Profile,
    known: Sequence[ControlResult],
    findings: Sequence[Finding] = (),
) -> tuple[SetResult, ...]:
    """Judge all sets for a practice with an image archive (.20) and a workstation (.30)."""
    return judge_sets(profile, known, findings, ESTATE)


def by_id(results: tuple[SetResult, ...], name: str) -> Mapping[str, PracticeResult]:
    """Return one set's results by the id of the practice."""
    (found,) = [each for each in results if each.id == name]
    return {each.practice.id: each for each in found.results}
