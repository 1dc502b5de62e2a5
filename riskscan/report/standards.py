"""The rule from above: its standards, what disagrees, and decisions on what is addressable."""

from __future__ import annotations

from riskscan.model import (
    AddressableDecision,
    Assessment,
    Choice,
    Control,
    ControlResult,
    ControlStatus,
    Implementation,
    Registers,
)
from riskscan.report.chapters import (
    Addressable,
    AddressableRow,
    ConflictLedger,
    ConflictRow,
    StandardRow,
)
from riskscan.report.clean import shortened
from riskscan.report.rows import Count
from riskscan.report.words import NAME_CAP, STATUS, counted

_CELL = 6 * NAME_CAP

_CHOICE = {
    Choice.IMPLEMENTED: "Put in place as written",
    Choice.ALTERNATIVE: "Something else in its place",
    Choice.NOT_REASONABLE: "Not reasonable here",
    Choice.UNDECIDED: "Not decided yet",
}

_SETTLED = (ControlStatus.MET, ControlStatus.NOT_APPLICABLE)
"""What needs no record of decision: it is in place as written, or it does not apply."""


def standards(assessment: Assessment) -> tuple[StandardRow, ...]:
    """List the standards, each with the worst status among its specifications, and counts."""
    words = {status.value: text for status, text in STATUS.items()}
    return tuple(
        StandardRow(
            citation=each.citation,
            title=each.title,
            status=STATUS[each.status],
            counts=tuple(
                Count(text, each.counts[name])
                for name, text in words.items()
                if name in each.counts
            ),
        )
        for each in assessment.standards
    )


def conflicts(assessment: Assessment) -> ConflictLedger:
    """List the answers that what was seen speaks against, the open ones first."""
    titles = {c.control.id: c.control.title for c in assessment.controls}
    rows = tuple(
        ConflictRow(
            control=each.control,
            title=titles.get(each.control, each.control),
            said=each.said,
            seen=shortened(each.seen, 3 * _CELL),
            findings=each.findings,
            is_open=each.is_open,
            closed_by=each.closed_by,
        )
        for each in sorted(assessment.conflicts, key=lambda conflict: not conflict.is_open)
    )
    return ConflictLedger(rows, "" if rows else _no_conflict(assessment))


def _no_conflict(assessment: Assessment) -> str:
    if any(c.answer for c in assessment.controls):
        return "No answer disagrees with what was seen."
    return "Nobody has answered yet, so that nothing can disagree with the scan."


def addressable(assessment: Assessment, registers: Registers) -> Addressable:
    """Arrange the decisions on addressable specifications, and name those that need one."""
    controls = {c.control.id: c.control for c in assessment.controls}
    rows = tuple(_row(each, controls) for _, each in registers.of(AddressableDecision))
    decided = {row.control for row in rows if row.decision != _CHOICE[Choice.UNDECIDED]}
    undecided = tuple(
        f"{c.control.citation} {c.control.title}"
        for c in assessment.controls
        if _needs_record(c) and c.control.id not in decided
    )
    return Addressable(rows, undecided, _says(len(undecided)))


def _needs_record(result: ControlResult) -> bool:
    return (
        result.control.implementation is Implementation.ADDRESSABLE
        and result.status not in _SETTLED
    )


def _says(undecided: int) -> str:
    if not undecided:
        return "No addressable safeguard waits for a decision."
    return (
        f"{counted(undecided, 'addressable safeguard')} {'is' if undecided == 1 else 'are'} "
        "neither shown to be in place nor decided upon in writing."
    )


def _row(decision: AddressableDecision, controls: dict[str, Control]) -> AddressableRow:
    control = controls.get(decision.control)
    return AddressableRow(
        control=decision.control,
        citation=control.citation if control else "",
        title=control.title if control else decision.control,
        decision=_CHOICE[decision.decision],
        rationale=shortened(decision.rationale, _CELL),
        alternative=shortened(decision.alternative, _CELL),
        approver=shortened(decision.approver, NAME_CAP),
        decided_on=decision.decided_on,
        review_on=decision.review_on,
    )
