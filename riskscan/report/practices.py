"""Practices beside the rule in force: recognised ones, the proposed rule, the readiness map."""

from __future__ import annotations

from collections import Counter

from riskscan.model import Assessment, PracticeResult, Profile, SetResult, SetStatus
from riskscan.report.chapters import PracticeRow, SetPage
from riskscan.report.rows import Count
from riskscan.report.words import STATUS, counted, day

PROPOSED = "PROPOSED - NOT IN FORCE"

RECOGNIZED = (
    "These practices are voluntary. Public Law 116-321 has HHS consider whether recognized "
    "security practices were in place for the twelve months before: for HHS to consider, and no "
    "protection by itself. Whoever means to show them keeps dated proof of each, month by month."
)
"""What the statute of 2021-01-05 gives and what it does not (42 U.S.C. 17941)."""


def set_pages(assessment: Assessment) -> tuple[SetPage, ...]:
    """Arrange each set of practices as a page of its own."""
    first = next((r for r in assessment.sets if _kind(r) == "recognized"), None)
    return tuple(_page(r, assessment.profile, in_full=r is first) for r in assessment.sets)


def _page(result: SetResult, profile: Profile | None, *, in_full: bool) -> SetPage:
    tally = Counter(each.status for each in result.results)
    kind = _kind(result)
    return SetPage(
        id=result.id,
        title=result.title,
        head=f"{PROPOSED}, checked on {day(result.checked_on)}" if kind == "proposed" else "",
        kind=kind,
        lead=_lead(result, kind, profile, in_full=in_full),
        note=result.note,
        source=result.source,
        revision=result.revision,
        checked_on=result.checked_on,
        counts=tuple(Count(words, tally[status]) for status, words in STATUS.items()),
        rows=_rows(result),
    )


def _kind(result: SetResult) -> str:
    if result.status is SetStatus.PROPOSED:
        return "proposed"
    return "map" if any(each.practice.phase for each in result.results) else "recognized"


def _lead(result: SetResult, kind: str, profile: Profile | None, *, in_full: bool) -> str:
    """Say what the page is for; what the law gives and why this size stand on the first one."""
    if kind == "proposed":
        new = sum(each.practice.is_new for each in result.results)
        return (
            f"Nothing on this page is law, and nothing on it lowers a status under the rule in "
            f"force. Of {counted(len(result.results), 'requirement')} that the proposal names, "
            f"{new:,} would be new."
        )
    size = f"Chosen for a {result.size.value} practice."
    why = f" {profile.reason}" if profile and profile.reason else ""
    return f"{RECOGNIZED} {size}{why}" if in_full else f"Voluntary. {size}"


def _rows(result: SetResult) -> tuple[PracticeRow, ...]:
    """List as given; a map by its phases."""
    ordered = sorted(result.results, key=lambda each: each.practice.phase)
    return tuple(_row(each) for each in ordered)


def _row(result: PracticeResult) -> PracticeRow:
    practice = result.practice
    return PracticeRow(
        id=practice.id,
        title=practice.title,
        group=practice.group,
        status=STATUS[result.status],
        reason=result.reason,
        first_step=practice.action,
        phase=practice.phase,
        clock=practice.clock,
        is_new=practice.is_new,
        citation=practice.citation,
        findings=result.findings,
    )
