"""What named persons decided about findings, laid over what the checks found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from riskscan.model import Decision, Disposition, Finding, Result, newest_decisions

_COUNTED = {
    Disposition.FALSE_POSITIVE: ("false positive", "false positives"),
    Disposition.EXCEPTION: ("exception with another safeguard", "exceptions with other safeguards"),
    Disposition.ACCEPTED: ("accepted risk", "accepted risks"),
}


def apply(
    findings: Iterable[Finding], decisions: Sequence[Decision], today: date
) -> tuple[Finding, ...]:
    """Mark each failed finding with the decision that holds, or with why an earlier one does not.

    The result of a check stays what it is: a decision says what the practice makes of it.
    ``decisions`` come oldest first; the last one on a finding counts.
    """
    newest = newest_decisions(tuple(decisions))
    return tuple(_marked(finding, newest.get(finding.id), today) for finding in findings)


def _marked(finding: Finding, decision: Decision | None, today: date) -> Finding:
    if decision is None or finding.result is not Result.FAIL:
        return finding
    void = decision.why_void(finding.evidence_hash, today)
    if not void:
        return replace(finding, decision=decision)
    said = f"{decision.person} called it {decision.disposition.label} on {_day(decision)}"
    return replace(finding, reopened=f"{said}; {void}")


def _day(decision: Decision) -> str:
    return f"{decision.made_at:%Y-%m-%d}"


def set_aside(findings: Iterable[Finding]) -> str:
    """Count the findings that people have decided about, in words; '' if there are none."""
    counted = Counter(f.decision.disposition for f in findings if f.decision is not None)
    parts = [
        f"{counted[kind]} {one if counted[kind] == 1 else many}"
        for kind, (one, many) in _COUNTED.items()
        if counted[kind]
    ]
    return ", ".join(parts)
