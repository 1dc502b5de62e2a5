"""Arranges a scan and its assessment as one document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date
from types import MappingProxyType

from riskscan.model import (
    Answer,
    Assessment,
    Change,
    Check,
    FeedState,
    Question,
    Registers,
    Scan,
)
from riskscan.report.answered import answer_log, reach
from riskscan.report.borne import borne
from riskscan.report.clean import cleaned, shortened
from riskscan.report.controls import questions, rule
from riskscan.report.document import FORMAT, Appendix, Fact, Report
from riskscan.report.findings import evidence_rows, failures, weaknesses
from riskscan.report.front import change_rows, cover, summary
from riskscan.report.holdings import holdings
from riskscan.report.inventory import inventory, networks, patient_data
from riskscan.report.method import GLOSSARY, method
from riskscan.report.needed import needed
from riskscan.report.practices import set_pages
from riskscan.report.register import plan, register
from riskscan.report.review import edition, review, took_part
from riskscan.report.scope import elements, scope
from riskscan.report.seen import seen
from riskscan.report.since import since
from riskscan.report.standards import addressable, conflicts, standards
from riskscan.report.threats import safeguards, threats
from riskscan.report.words import NAME_CAP, day, moment

NONE_KEPT = Registers()
"""A practice that keeps no register yet."""

NOTHING_ASKED: Mapping[str, Question] = MappingProxyType({})


def compose(
    scan: Scan,
    assessment: Assessment,
    *,
    checks: Mapping[str, Check],
    changes: Sequence[Change] = (),
    knowledge_as_of: date,
    knowledge: Sequence[FeedState] = (),
    registers: Registers = NONE_KEPT,
    answers: Sequence[Answer] = (),
    asked: Mapping[str, Question] = NOTHING_ASKED,
    before: Assessment | None = None,
    fingerprint: str = "",
) -> Report:
    """Arrange everything that is told about a scan; every string comes out safe to show.

    ``checks`` gives the words for the findings' check ids; a check that is missing is shown by
    its id. ``knowledge`` are the lists that the assessment went by, each with its date.

    ``registers`` and ``answers`` are those that the assessment was made with, ``asked`` the words
    of the questions by id in the order of a visit. ``before`` is the analysis that this one
    replaces. ``fingerprint`` is the SHA-256 of the assessment's canonical form, in hex. Pure: the
    same arguments give the same report.
    """
    return cleaned(
        Report(
            format=FORMAT,
            created_at=assessment.made_at.astimezone(UTC),
            author=shortened(scan.site.assessor, NAME_CAP) or "riskscan",
            cover=replace(
                cover(scan, assessment, knowledge_as_of, fingerprint),
                edition=edition(before),
                took_part=took_part(scan, registers, tuple(answers)),
            ),
            summary=replace(
                summary(scan, assessment, checks, changes),
                needed=needed(assessment, registers, checks),
            ),
            changes=change_rows(changes),
            seen=seen(scan, assessment, checks),
            patient_data=patient_data(scan),
            networks=networks(scan, assessment),
            inventory=inventory(scan, assessment),
            weaknesses=weaknesses(scan, assessment, checks),
            register=register(assessment, checks),
            plan=plan(assessment, checks),
            rule=rule(assessment),
            method=method(scan, assessment, knowledge),
            appendix=replace(
                _appendix(scan, assessment, knowledge_as_of, fingerprint),
                answers=answer_log(assessment, answers, asked),
            ),
            since=since(assessment, before),
            scope=scope(assessment, asked),
            holdings=holdings(assessment, registers),
            threats=threats(assessment),
            safeguards=safeguards(assessment),
            borne=borne(assessment, registers),
            standards=standards(assessment),
            conflicts=conflicts(assessment),
            addressable=addressable(assessment, registers),
            sets=set_pages(assessment),
            review=review(assessment, registers),
        )
    )


def _appendix(
    scan: Scan, assessment: Assessment, knowledge_as_of: date, fingerprint: str
) -> Appendix:
    return Appendix(
        evidence=evidence_rows(failures(assessment)),
        questions=questions(assessment),
        glossary=GLOSSARY,
        manifest=_manifest(scan, assessment, knowledge_as_of, fingerprint),
        reach=reach(assessment),
        elements=elements(assessment),
    )


def _manifest(
    scan: Scan, assessment: Assessment, knowledge_as_of: date, fingerprint: str
) -> tuple[Fact, ...]:
    sets = (Fact(s.title, f"{s.id}, {s.revision}") for s in assessment.sets)
    return (
        Fact("Scan", scan.id),
        Fact("Assessed", moment(assessment.made_at)),
        Fact("riskscan", scan.tool_version or "not recorded"),
        Fact("nmap", scan.nmap_version or "not recorded"),
        Fact("Fingerprint rules", scan.rules_revision or "not recorded"),
        Fact("Checklist", f"{assessment.checklist_id}, {assessment.checklist_revision}"),
        Fact("Checks, threats and checklist, as one hash", assessment.content_revision),
        Fact("Facts about the outside world", f"as of {day(knowledge_as_of)}"),
        Fact("Fingerprint of the analysis", fingerprint or "not recorded"),
        *sets,
    )
