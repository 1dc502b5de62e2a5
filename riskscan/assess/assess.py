"""From a scan and what people answered to what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from riskscan.assess import acceptances, decided, exceptions, progress, sizes, status
from riskscan.assess.actions import plan
from riskscan.assess.agreements import agreements
from riskscan.assess.answering import is_usable
from riskscan.assess.checklist import load_checklist
from riskscan.assess.checks import CHECKS
from riskscan.assess.circumstances import initiations, threat_results
from riskscan.assess.conflicts import Before, conflicts, contradicts
from riskscan.assess.coverage import coverage
from riskscan.assess.elements import elements
from riskscan.assess.estate import Estate
from riskscan.assess.exposure import Exposure
from riskscan.assess.findings import run
from riskscan.assess.judgement import Context
from riskscan.assess.order import open_questions
from riskscan.assess.practice_sets import judge_sets
from riskscan.assess.register import register
from riskscan.assess.revision import content_revision
from riskscan.assess.rollup import standards
from riskscan.assess.scenario import Given
from riskscan.assess.segmentation import reachability
from riskscan.assess.statement import overall
from riskscan.assess.weaknesses import CHECK_TEXTS, WEAKNESSES
from riskscan.model import (
    Answer,
    Assessment,
    Check,
    Checklist,
    ControlResult,
    Decision,
    Finding,
    Knowledge,
    Registers,
    Scan,
    VendorResult,
)

NONE_KEPT = Registers()
"""A practice that keeps no register yet."""


def assess(
    scan: Scan,
    *,
    answers: Sequence[Answer] = (),
    registers: Registers = NONE_KEPT,
    decisions: Sequence[Decision] = (),
    knowledge: Knowledge,
    checklist: Checklist | None = None,
    now: datetime,
    previous: Scan | None = None,
    elsewhere: Sequence[Scan] = (),
) -> Assessment:
    """Judge a scan. Pure: the same arguments give the same assessment.

    ``answers`` are what people said, and ``registers`` what they keep lists of. ``decisions`` are
    what named persons decided about findings, oldest first: such a finding asks for no action, and
    speaks against no control unless it is merely accepted. ``now`` (with its zone) decides what has
    expired and when actions are due. ``previous`` is an earlier complete scan of the site, if there
    is one: it is a second dated evaluation in the sense of 164.308(a)(8). ``elsewhere`` are scans
    of the same practice from other places: what one can reach from there.

    Raises :class:`riskscan.errors.RuleError` if shipped content is broken, and
    :class:`ValueError` if ``now`` lacks its zone.
    """
    if now.tzinfo is None:
        raise ValueError("'now' needs a time zone: certificates and due days depend on it")
    checklist = checklist or load_checklist()
    today = now.date()
    said = status.newest(answers)
    estate = Estate.of(scan, registers)
    context = Context(scan, knowledge, now, tuple(estate.devices.values()))
    found = decided.apply(run(CHECKS, context), decisions, today)
    findings, excused = exceptions.retest(found, registers, scan, elsewhere, today)
    vendors = agreements(registers, scan, knowledge, today)
    controls = _controls(checklist, said, registers, findings, estate, now, previous, vendors)
    lately = {id: answer for id, answer in said.items() if is_usable(answer, today)}
    begins = initiations(lately, registers, findings, elsewhere)
    by_id = {result.control.id: result for result in controls}
    exposure = Exposure.of(scan, elsewhere, today)
    given = Given(lately, registers, by_id, begins, exposure, today, vendors)
    risks = acceptances.accept(register(CHECKS, findings, estate, given), registers, today)
    todo = plan(WEAKNESSES, risks, findings, controls, estate, today, knowledge)
    actions = progress.follow(todo.actions, registers, findings, scan, today)
    seen = coverage(scan, findings, elsewhere, said, registers, today)
    considered = threat_results(begins, todo.risks)
    asked = open_questions(todo.risks, controls, said, today)
    size = sizes.profile(said, scan)
    before = _before(previous, controls, decisions, knowledge, scan, today)
    parts = elements(scan, said, registers, todo.risks, controls, actions, considered, today)
    return Assessment(
        scan_id=scan.id,
        made_at=now,
        checklist_id=checklist.id,
        checklist_revision=checklist.revision,
        content_revision=content_revision(checklist, knowledge),
        complete=all(part.present for part in parts),
        statement=overall(todo.risks, controls, seen, asked),
        findings=findings,
        controls=controls,
        risks=todo.risks,
        actions=actions,
        coverage=seen,
        rules_revision=scan.rules_revision,
        elements=parts,
        standards=standards(controls),
        conflicts=conflicts(controls, findings, today, before),
        threats=considered,
        exceptions=excused,
        vendors=vendors,
        open_questions=asked,
        profile=size,
        sets=judge_sets(size, controls, findings, estate),
        reach=reachability(scan, elsewhere, today),
    )


def _controls(
    checklist: Checklist,
    said: Mapping[str, Answer],
    registers: Registers,
    findings: Sequence[Finding],
    estate: Estate,
    now: datetime,
    previous: Scan | None,
    vendors: Sequence[VendorResult],
) -> tuple[ControlResult, ...]:
    by_check: dict[str, list[Finding]] = {}
    for finding in findings:
        by_check.setdefault(finding.check, []).append(finding)
    grounds = status.Grounds(
        findings=by_check,
        titles={id: judgement.check.title for id, judgement in CHECKS.items()},
        estate=estate,
        today=now.date(),
        answers=said,
        registers=registers,
        previous=previous,
        vendors=tuple(vendors),
        sufficiency=checklist.sufficiency,
        size=sizes.profile(said, estate.scan).size,
    )
    return tuple(status.judge(c, said.get(c.id), grounds) for c in checklist.controls)


def _before(
    previous: Scan | None,
    controls: Sequence[ControlResult],
    decisions: Sequence[Decision],
    knowledge: Knowledge,
    scan: Scan,
    today: date,
) -> Before | None:
    """Ask of an earlier scan what the answers of today would have disagreed with."""
    doubted = [c.control for c in controls if contradicts(c, today) and not c.findings]
    checks = {check: CHECKS[check] for c in doubted for check in c.checks}
    if previous is None or not checks:
        return None
    then, since = (s.ended_at or s.started_at for s in (previous, scan))
    context = Context(previous, knowledge, then, tuple(Estate.of(previous).devices.values()))
    seen = decided.apply(run(checks, context), decisions, today)
    return Before(seen, then.date(), since.date())


def check_text(check_id: str) -> Check:
    """Return the words of a check or a gap. Raises :class:`KeyError` for an id that never was."""
    return CHECK_TEXTS[check_id]
