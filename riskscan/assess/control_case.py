"""One control and all evidence on it, sorted into what speaks against it and for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from riskscan.assess.evidence import Piece, said, seen, walked
from riskscan.assess.grounds import FRESH, Grounds
from riskscan.assess.needs import Asked, held
from riskscan.model import (
    AddressableDecision,
    Answer,
    AnswerValue,
    Assurance,
    Choice,
    Confidence,
    Control,
    EvidenceKind,
    Implementation,
    Polarity,
    ScanPower,
)

_ASSURED = {
    EvidenceKind.ATTEST: Assurance.ATTESTED,
    EvidenceKind.DOCUMENT: Assurance.DOCUMENT,
    EvidenceKind.WALK: Assurance.DOCUMENT,
    # The practice's own list, read in: nothing of it was measured with credentials.
    EvidenceKind.IMPORT: Assurance.DOCUMENT,
    EvidenceKind.SCAN: Assurance.SCANNED,
}
"""How far each kind of evidence assures."""

_ORDER = tuple(Assurance)


class Case:
    """One control with all evidence on it, sorted once."""

    def __init__(self, control: Control, answer: Answer | None, grounds: Grounds) -> None:
        self.control = control
        self.answer = answer
        self.grounds = grounds
        self.fresh = answer if answer is not None and grounds.is_fresh(answer) else None
        needs = held(Asked(control, self.fresh, grounds))
        self.lacking = needs.lacking
        self.pieces = (
            *seen(control, grounds),
            *said(control, answer, grounds),
            *walked(control, grounds),
            *needs.pieces,
        )

    @cached_property
    def decision(self) -> AddressableDecision | None:
        """The newest record of decision; a required control has none."""
        if self.control.implementation is Implementation.REQUIRED:
            return None
        found = [
            d
            for _, d in self.grounds.registers.of(AddressableDecision)
            if d.control == self.control.id
        ]
        return found[-1] if found else None

    @cached_property
    def decided(self) -> bool:
        """Whether the record says what is done instead, or why nothing, and is complete."""
        return self.decision is not None and not undecided(self.decision, self.grounds)

    @cached_property
    def against(self) -> tuple[Piece, ...]:
        """Open refutations. What the practice itself admits yields to its record of decision."""
        return tuple(
            p
            for p in self._speaking(Polarity.REFUTES)
            if p.record.confidence is not Confidence.LOW
            and p.record.source != self.control.id
            and not (self.decided and p.record.kind is EvidenceKind.ATTEST)
        )

    @cached_property
    def supports(self) -> tuple[Piece, ...]:
        return tuple(self._speaking(Polarity.SUPPORTS))

    def _speaking(self, polarity: Polarity) -> list[Piece]:
        today = self.grounds.today
        return [
            p
            for p in self.pieces
            if p.polarity is polarity
            and (p.record.expires_on is None or today <= p.record.expires_on)
        ]

    def says(self, *values: AnswerValue) -> bool:
        """Whether the fresh answer is one of some words."""
        return self.fresh is not None and self.fresh.value in values

    @property
    def words(self) -> str:
        """Who answered what and when, in a sentence."""
        answer = self.fresh
        return f"{answer.said_by} answered “{answer.value}” on {answer.on}." if answer else ""

    def assured(self, pieces: Sequence[Piece]) -> Assurance:
        """Return how far the strongest of some evidence assures."""
        ranks = [_ORDER.index(_ASSURED[p.record.kind]) for p in pieces]
        assurance = _ORDER[max(ranks, default=0)]
        if self.control.scan_power is ScanPower.NONE and assurance is Assurance.SCANNED:
            return Assurance.DOCUMENT
        return assurance


def undecided(decision: AddressableDecision, grounds: Grounds) -> str:
    """Say what a record of decision lacks; nothing if it is complete and current.

    Without a day of review it holds for a year, as any other document.
    """
    if decision.decision not in (Choice.ALTERNATIVE, Choice.NOT_REASONABLE):
        return "it names no alternative and no reason against one"
    missing = [
        word
        for word, there in (
            ("its rationale", decision.rationale.strip()),
            ("who approved it", decision.approver.strip()),
            ("its date", decision.decided_on),
            (
                "what is in place instead",
                decision.alternative.strip() or decision.decision is not Choice.ALTERNATIVE,
            ),
        )
        if not there
    ]
    if missing:
        return f"it lacks {', '.join(missing)}"
    if decision.decided_on is None or decision.decided_on > grounds.today:
        return f"it holds only from {decision.decided_on}"
    ends = decision.review_on or decision.decided_on + FRESH
    return f"it was to be looked at again on {ends}" if grounds.today > ends else ""
