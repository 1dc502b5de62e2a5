"""Risks that the practice accepts, and devices that it excepts: who, why, until when."""

from __future__ import annotations

from riskscan.model import (
    Acceptance,
    Assessment,
    DeviceException,
    Entry,
    ExceptionResult,
    Level,
    Registers,
    Risk,
)
from riskscan.report.chapters import AcceptedRow, Borne, ExceptedRow
from riskscan.report.clean import shortened
from riskscan.report.words import KNOWN, NAME_CAP, day

_CELL = 4 * NAME_CAP

NOTHING = (
    "No risk is accepted, and no device is excepted: every risk in the register is to be treated."
)


def borne(assessment: Assessment, registers: Registers) -> Borne:
    """Arrange acceptances and exceptions, those included that no longer hold."""
    risks = {risk.key: risk for risk in assessment.risks if risk.key}
    accepted = tuple(
        _accepted(entry, each, risks.get(each.risk)) for entry, each in registers.of(Acceptance)
    )
    tested = {result.entry: result for result in assessment.exceptions}
    excepted = tuple(
        _excepted(entry.id, each, tested.get(entry.id))
        for entry, each in registers.of(DeviceException)
    )
    return Borne(accepted, excepted, "" if accepted or excepted else NOTHING)


def _accepted(entry: Entry, acceptance: Acceptance, risk: Risk | None) -> AcceptedRow:
    holds = risk is not None and risk.acceptance is not None
    return AcceptedRow(
        risk=risk.id if risk else acceptance.risk,
        level=risk.level if risk else acceptance.level or Level.VERY_LOW,
        statement=risk.statement if risk else shortened(acceptance.title, 2 * _CELL),
        approver=shortened(acceptance.approver, NAME_CAP) or "nobody named",
        reason=shortened(acceptance.reason, _CELL),
        accepted=f"{shortened(entry.person, NAME_CAP)}, {day(entry.made_at)}",
        until=acceptance.until,
        holds=holds,
        says="" if holds else _why_not(risk),
    )


def _why_not(risk: Risk | None) -> str:
    if risk is None:
        return "The risk is no longer in the register."
    return risk.reopened or "It does not hold: name, reason or last day is missing or past."


def _excepted(entry: str, excepted: DeviceException, tested: ExceptionResult | None) -> ExceptedRow:
    named = f"{excepted.device}, {excepted.model}" if excepted.model else excepted.device
    return ExceptedRow(
        entry=entry,
        device=shortened(tested.device if tested else named, 2 * NAME_CAP),
        reason=shortened(excepted.reason, _CELL),
        control=shortened(excepted.control, _CELL),
        approver=shortened(excepted.approver, NAME_CAP) or "nobody named",
        review_on=excepted.review_on,
        holds=tested is not None and tested.holds,
        tested=tested.says if tested else "This scan did not test it.",
        ephi=KNOWN[excepted.ephi],
        fda=excepted.fda.value,
        statement=shortened(excepted.statement, _CELL),
        findings=tested.findings if tested else (),
    )
