"""Answers that disagree with what was seen, open until a named person closes them.

A yes, or a "not applicable", disagrees with an open refutation; "partly" and "no" do not: they
leave room for it. It is closed by decisions on all that was seen (each a false positive, or an
exception with another safeguard and a last day), or by a later scan that looked and sees it no
more. A word that it was fixed closes nothing by itself, and a risk that is borne stays a weakness.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from riskscan.assess.evidence import refutes
from riskscan.assess.grounds import FRESH, some_of
from riskscan.model import (
    AnswerValue,
    Confidence,
    Conflict,
    ControlResult,
    Decision,
    Finding,
    Polarity,
    Result,
)

CONTRADICTS = frozenset({AnswerValue.YES, AnswerValue.NOT_APPLICABLE})
"""Answers that leave no room for what was seen against them."""

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Before:
    """What an earlier scan saw, by the checks of today."""

    findings: tuple[Finding, ...]
    on: date
    """The day of that scan."""
    since: date
    """The day of the scan that is judged."""


def conflicts(
    controls: Sequence[ControlResult],
    findings: Sequence[Finding],
    today: date,
    before: Before | None = None,
) -> tuple[Conflict, ...]:
    """Return every conflict, the open ones first, each kind in the order of the controls.

    ``before`` is what an earlier scan saw: without it, what has been fixed since is not told.
    """
    by_check: dict[str, list[Finding]] = {}
    for finding in findings:
        by_check.setdefault(finding.check, []).append(finding)
    found = [
        conflict
        for result in controls
        if contradicts(result, today)
        for about in [[f for check in result.control.checks for f in by_check.get(check, ())]]
        for conflict in _conflict(result, about, today, before)
    ]
    return tuple(sorted(found, key=lambda c: not c.is_open))


def contradicts(result: ControlResult, today: date) -> bool:
    """Say whether the answer to a control is one that what was seen can disagree with."""
    said = result.answer
    return said is not None and said.value in CONTRADICTS and today - said.on <= FRESH


def _conflict(
    result: ControlResult, about: Sequence[Finding], today: date, before: Before | None
) -> Iterator[Conflict]:
    answer = result.answer
    if answer is None:
        return
    said = f"{answer.said_by} answered “{answer.value}” on {answer.on}."
    aside = [
        f
        for f in about
        if f.decision is not None and not refutes(f) and f.confidence is not Confidence.LOW
    ]
    against = [
        e.says
        for e in result.evidence
        if e.polarity is Polarity.REFUTES
        and e.confidence is not Confidence.LOW
        and e.source != result.control.id
        and (e.expires_on is None or today <= e.expires_on)
    ]
    gone = _gone(result, about, before)
    if against:
        seen = "; ".join(against[:_NAMED])
        yield Conflict(result.control.id, said, seen, result.findings, is_open=True)
    elif aside or gone:
        seen = "; ".join(dict.fromkeys(f.summary for f in (*aside, *gone)[:_NAMED]))
        closed = [_decided(f.decision) for f in aside if f.decision is not None]
        if gone and before is not None:
            ids = some_of([f.id for f in gone])
            closed.append(
                f"The scan of {before.since} looked, and no longer sees what that of {before.on} "
                f"saw ({ids})."
            )
        ids_of = tuple(f.id for f in (*aside, *gone))
        by = " ".join(dict.fromkeys(closed))
        yield Conflict(result.control.id, said, seen, ids_of, is_open=False, closed_by=by)


def _gone(
    result: ControlResult, about: Sequence[Finding], before: Before | None
) -> tuple[Finding, ...]:
    """Return what an earlier scan saw against a control and this one looked for in vain."""
    if before is None:
        return ()
    passed = {f.id for f in about if f.result is Result.PASS}
    return tuple(
        f
        for f in before.findings
        if f.check in result.control.checks
        and refutes(f)
        and f.confidence is not Confidence.LOW
        and f.id in passed
    )


def _decided(decision: Decision) -> str:
    instead = f" Instead: {decision.control}." if decision.control else ""
    until = f", until {decision.until}" if decision.until else ""
    return (
        f"{decision.person} called it {decision.disposition.label} on "
        f"{decision.made_at:%Y-%m-%d}{until}: {decision.reason}.{instead}"
    )
