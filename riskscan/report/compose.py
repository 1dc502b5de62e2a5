"""Arranges a scan and its assessment as one document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date

from riskscan.model import Assessment, Change, Check, FeedState, Scan
from riskscan.report.clean import cleaned, shortened
from riskscan.report.controls import questions, rule
from riskscan.report.document import FORMAT, Appendix, Fact, Report
from riskscan.report.findings import evidence_rows, failures, weaknesses
from riskscan.report.front import change_rows, cover, summary
from riskscan.report.inventory import inventory, networks, patient_data
from riskscan.report.method import GLOSSARY, method
from riskscan.report.register import plan, register
from riskscan.report.seen import seen
from riskscan.report.words import NAME_CAP, day, moment


def compose(
    scan: Scan,
    assessment: Assessment,
    *,
    checks: Mapping[str, Check],
    changes: Sequence[Change] = (),
    knowledge_as_of: date,
    knowledge: Sequence[FeedState] = (),
) -> Report:
    """Arrange everything that is told about a scan; every string comes out safe to show.

    ``checks`` gives the words for the findings' check ids; a check that is missing is shown by
    its id. ``knowledge`` are the lists that the assessment went by, each with its date. Pure: the
    same arguments give the same report.
    """
    return cleaned(
        Report(
            format=FORMAT,
            created_at=assessment.made_at.astimezone(UTC),
            author=shortened(scan.site.assessor, NAME_CAP) or "riskscan",
            cover=cover(scan, assessment, knowledge_as_of),
            summary=summary(scan, assessment, checks, changes),
            changes=change_rows(changes),
            seen=seen(scan, assessment, checks),
            patient_data=patient_data(scan),
            networks=networks(scan, assessment),
            inventory=inventory(scan, assessment),
            weaknesses=weaknesses(scan, assessment, checks),
            register=register(assessment, checks),
            plan=plan(assessment),
            rule=rule(assessment),
            method=method(scan, assessment, knowledge),
            appendix=_appendix(scan, assessment, knowledge_as_of),
        )
    )


def _appendix(scan: Scan, assessment: Assessment, knowledge_as_of: date) -> Appendix:
    return Appendix(
        evidence=evidence_rows(failures(assessment)),
        questions=questions(assessment),
        glossary=GLOSSARY,
        manifest=_manifest(scan, assessment, knowledge_as_of),
    )


def _manifest(scan: Scan, assessment: Assessment, knowledge_as_of: date) -> tuple[Fact, ...]:
    return (
        Fact("Scan", scan.id),
        Fact("Assessed", moment(assessment.made_at)),
        Fact("riskscan", scan.tool_version or "not recorded"),
        Fact("nmap", scan.nmap_version or "not recorded"),
        Fact("Fingerprint rules", scan.rules_revision or "not recorded"),
        Fact("Checklist", f"{assessment.checklist_id}, {assessment.checklist_revision}"),
        Fact("Checks, threats and checklist, as one hash", assessment.content_revision),
        Fact("Facts about the outside world", f"as of {day(knowledge_as_of)}"),
    )
