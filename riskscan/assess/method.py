"""Levels that moved because riskscan judges otherwise, and not because anything was seen or said.

An auditor who lays two reports side by side must be able to tell one from the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riskscan.model import Assessment, Finding, Level, Risk


@dataclass(frozen=True, slots=True)
class MethodChange:
    """A risk that has another level on the same evidence and the same answers."""

    key: str
    """:attr:`Risk.key`."""
    statement: str
    before: Level
    after: Level


def method_changes(before: Assessment, after: Assessment) -> tuple[MethodChange, ...]:
    """Return the risks of ``after`` whose level is another only because the content is newer.

    Nothing where content and fingerprint rules are those of before: then the evidence moved it. A
    risk counts only where all that it rests on is equal as far as an assessment shows it: devices,
    findings with their evidence and decisions, the answers for the controls that it asks about,
    and the sentences that say what moved it. What is in doubt is not called a change
    of method; a replay of ``before`` tells for certain.
    """
    if (before.content_revision, before.rules_revision) == (
        after.content_revision,
        after.rules_revision,
    ):
        return ()
    was, now = _Grounds.of(before), _Grounds.of(after)
    earlier = {risk.key: risk for risk in before.risks if risk.key}
    return tuple(
        MethodChange(risk.key, risk.statement, earlier[risk.key].level, risk.level)
        for risk in after.risks
        if risk.key in earlier
        and earlier[risk.key].level is not risk.level
        and was.under(earlier[risk.key]) == now.under(risk)
    )


@dataclass(frozen=True, slots=True)
class _Grounds:
    findings: Mapping[str, Finding]
    answers: Mapping[str, Any]

    @classmethod
    def of(cls, assessment: Assessment) -> _Grounds:
        return cls(
            {finding.id: finding for finding in assessment.findings},
            {result.control.id: result.answer for result in assessment.controls},
        )

    def under(self, risk: Risk) -> tuple[Any, ...]:
        """Return all that a risk rests on, to be compared."""
        seen = [self.findings.get(finding_id) for finding_id in sorted(risk.findings)]
        return (
            sorted(risk.members),
            [f and (f.id, f.result, f.evidence_hash, f.decision) for f in seen],
            {question: self.answers.get(question) for question in risk.asks},
            risk.because,
        )
