"""What became of risks and actions since the analysis before."""

from __future__ import annotations

from datetime import UTC

from riskscan.model import ActionStatus, Assessment
from riskscan.report.words import counted, day, listed

_ENDED = (ActionStatus.VERIFIED, ActionStatus.ACCEPTED, ActionStatus.CANCELLED)


def since(assessment: Assessment, before: Assessment | None) -> tuple[str, ...]:
    """Say which risks came, went or stand open again, and which actions are late or done.

    Risks are held together by their key, which is the same in every assessment. Where the rules
    or the facts behind the two differ, that is said: such a difference is no progress.
    """
    return tuple(_risks(assessment, before) + _actions(assessment))


def _risks(assessment: Assessment, before: Assessment | None) -> list[str]:
    said: list[str] = []
    if before is not None and before.risks:
        now, then = ({r.key for r in each.risks} for each in (assessment, before))
        new = [r.id for r in assessment.risks if r.key not in then]
        gone = len(then - now)
        said.append(
            f"{counted(len(new), 'risk')} new{_named(new)} and {gone:,} no longer in the register, "
            f"held against the analysis of {day(before.made_at.astimezone(UTC))}."
        )
        if _method(before) != _method(assessment):
            said.append(
                "The rules or the facts behind the two analyses differ: part of this is a change "
                "of method, and neither progress nor decline."
            )
    again = [r.id for r in assessment.risks if r.reopened]
    if again:
        said.append(f"Accepted once and open again: {listed(again)}.")
    return said


def _method(assessment: Assessment) -> tuple[str, str]:
    """What an analysis was made by: checks and texts, and the rules that named the devices."""
    return assessment.content_revision, assessment.rules_revision


def _named(ids: list[str]) -> str:
    return f" ({listed(ids[:6])}{', among others' if len(ids) > 6 else ''})" if ids else ""


def _actions(assessment: Assessment) -> list[str]:
    today = assessment.made_at.astimezone(UTC).date()
    late = [a.id for a in assessment.actions if a.due < today and a.status not in _ENDED]
    done = [a.id for a in assessment.actions if a.status is ActionStatus.VERIFIED]
    claimed = [a.id for a in assessment.actions if a.status is ActionStatus.DONE_UNVERIFIED]
    rows = (
        ("Overdue", late),
        ("Done and shown to be", done),
        ("Said to be done, not shown yet", claimed),
    )
    return [f"{words}: {listed(ids)}." for words, ids in rows if ids]
