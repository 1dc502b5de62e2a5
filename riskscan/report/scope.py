"""What the analysis covers, what it could not see, and OCR's nine elements."""

from __future__ import annotations

from collections.abc import Mapping

from riskscan.model import Assessment, Estimate, OpenQuestion, Question
from riskscan.report.chapters import ElementRow, OpenRow, Scope
from riskscan.report.words import counted

_WHERE = {
    1: "What was seen; Where patient data lives and moves",
    2: "Devices; registers; questions and answers",
    3: "Threats considered; What was found",
    4: "Safeguards in place; The Security Rule",
    5: "Risk register, first two steps",
    6: "Risk register, third step",
    7: "Risk register; Plan of action",
    8: "This document, its fingerprint and revisions",
    9: "Review and sign-off",
}
"""Element of OCR's guidance of 2010-07-14 to the chapter that answers it."""


def scope(assessment: Assessment, questions: Mapping[str, Question]) -> Scope:
    """Arrange places looked from, the estimate of what is hidden, and what nobody answered."""
    return Scope(
        vantages=assessment.coverage.vantages,
        estimate=_estimate(assessment.coverage.estimate),
        open=tuple(_open(each, questions) for each in assessment.open_questions),
    )


def _estimate(estimate: Estimate | None) -> str:
    """Say Chapman's estimate with about two standard errors, as a lower bound and no more."""
    if estimate is None:
        return (
            "How many devices were missed cannot be estimated: there is no second list, made "
            "apart from the scan, to hold against it."
        )
    most = round(estimate.total + 2 * estimate.error)
    return (
        f"The scan saw {counted(estimate.scanned, 'device')}, the practice's own list names "
        f"{estimate.listed:,}, and {estimate.both:,} stand in both: {estimate.found:,} are known. "
        f"If the two lists miss devices by chance alone, there are about "
        f"{max(round(estimate.total), estimate.found):,}, and hardly more than "
        f"{max(most, estimate.found):,}. What both tend to miss comes on top, so take it for the "
        "least there is."
    )


def _open(each: OpenQuestion, questions: Mapping[str, Question]) -> OpenRow:
    asked = questions.get(each.question)
    return OpenRow(
        question=each.question,
        text=asked.text if asked else each.question,
        narrows=each.narrows,
        asked_of=asked.asked_of if asked else "",
        put_off=each.put_off,
    )


def elements(assessment: Assessment) -> tuple[ElementRow, ...]:
    """List the nine elements, each with where it stands and what it lacks."""
    return tuple(
        ElementRow(e.number, e.title, e.present, e.lacking, _WHERE.get(e.number, ""))
        for e in assessment.elements
    )
