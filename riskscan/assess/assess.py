"""From a scan and what people answered to what it means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from riskscan.assess import decided, status
from riskscan.assess.actions import plan
from riskscan.assess.checklist import load_checklist
from riskscan.assess.checks import CHECKS
from riskscan.assess.coverage import coverage
from riskscan.assess.estate import Estate
from riskscan.assess.findings import run
from riskscan.assess.judgement import Context
from riskscan.assess.register import register
from riskscan.assess.revision import content_revision
from riskscan.assess.statement import elements, overall
from riskscan.model import (
    Answer,
    Assessment,
    Check,
    Checklist,
    ControlResult,
    Decision,
    Finding,
    Knowledge,
    Scan,
)


def assess(
    scan: Scan,
    *,
    answers: Sequence[Answer] = (),
    decisions: Sequence[Decision] = (),
    knowledge: Knowledge,
    checklist: Checklist | None = None,
    now: datetime,
    previous: Scan | None = None,
) -> Assessment:
    """Judge a scan. Pure: the same arguments give the same assessment.

    ``now`` (with its zone) decides what has expired and when actions are due. ``previous`` is an
    earlier complete scan of the site, if there is one: it is a second dated evaluation in the
    sense of 164.308(a)(8). ``decisions`` are what named persons decided about findings, oldest
    first: such a finding speaks against no control and asks for no action.

    Raises :class:`riskscan.errors.RuleError` if shipped content is broken, and
    :class:`ValueError` if ``now`` lacks its zone.
    """
    if now.tzinfo is None:
        raise ValueError("'now' needs a time zone: certificates and due days depend on it")
    checklist = checklist or load_checklist()
    estate = Estate.of(scan)
    context = Context(scan, knowledge, now, tuple(estate.devices.values()))
    findings = decided.apply(run(CHECKS, context), decisions, now.date())
    controls = _controls(checklist, answers, findings, estate, now, previous)
    risks = register(CHECKS, findings, estate)
    todo = plan(CHECKS, risks, findings, controls, estate, now.date())
    seen = coverage(scan, findings)
    return Assessment(
        scan_id=scan.id,
        made_at=now,
        checklist_id=checklist.id,
        checklist_revision=checklist.revision,
        content_revision=content_revision(checklist, knowledge),
        complete=all(elements(scan, todo.risks, controls, len(todo.actions)).values()),
        statement=overall(todo.risks, controls, seen),
        findings=findings,
        controls=controls,
        risks=todo.risks,
        actions=todo.actions,
        coverage=seen,
    )


def _controls(
    checklist: Checklist,
    answers: Sequence[Answer],
    findings: Sequence[Finding],
    estate: Estate,
    now: datetime,
    previous: Scan | None,
) -> tuple[ControlResult, ...]:
    by_check: dict[str, list[Finding]] = {}
    for finding in findings:
        by_check.setdefault(finding.check, []).append(finding)
    grounds = status.Grounds(
        findings=by_check,
        titles={id: judgement.check.title for id, judgement in CHECKS.items()},
        estate=estate,
        today=now.date(),
        scanned_before=previous is not None,
    )
    latest = status.newest(answers)
    return tuple(status.judge(c, latest.get(c.id), grounds) for c in checklist.controls)


def check_text(check_id: str) -> Check:
    """Return the words of a check. Raises :class:`KeyError` for an id that never was."""
    return CHECKS[check_id].check
