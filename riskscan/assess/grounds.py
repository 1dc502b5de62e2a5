"""All that a control may be judged by, and how long each kind of evidence counts.

The spans are the riskscan baseline; the rule itself sets none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from riskscan.assess.estate import Estate
from riskscan.model import (
    Answer,
    Finding,
    PracticeSize,
    Proof,
    Registers,
    Scan,
    Sufficiency,
    VendorResult,
)

FRESH = timedelta(days=365)
"""How long an answer, a sighted document, a site walk or a list of agreements counts."""

IMPORT_FRESH = timedelta(days=30)
"""How long a list of devices counts for what can change any day, such as encryption."""

SCAN_FRESH = timedelta(days=180)
SCAN_FRESH_LARGE = timedelta(days=90)
"""Of a practice with more than 50 providers."""

USUAL = Sufficiency(needs=(Proof.ATTEST,))


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that a control may be judged by."""

    findings: Mapping[str, Sequence[Finding]]
    """By check."""
    titles: Mapping[str, str]
    """Of checks."""
    estate: Estate
    today: date
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """The newest one to each question, also to those that ask for no single control."""
    registers: Registers = field(default_factory=Registers)
    previous: Scan | None = None
    """An earlier complete scan of the practice."""
    vendors: tuple[VendorResult, ...] = ()
    sufficiency: Mapping[str, Sufficiency] = field(default_factory=dict)
    """What it takes to call each control met, by its id."""
    size: PracticeSize = PracticeSize.SMALL

    @property
    def scanned_on(self) -> date:
        scan = self.estate.scan
        return (scan.ended_at or scan.started_at).date()

    @property
    def scan_counts_until(self) -> date:
        large = self.size is PracticeSize.LARGE
        return self.scanned_on + (SCAN_FRESH_LARGE if large else SCAN_FRESH)

    def is_fresh(self, answer: Answer) -> bool:
        """Say whether what a person said still counts."""
        return self.today - answer.on <= FRESH

    def rule(self, control_id: str) -> Sufficiency:
        """Return what it takes to call a control met."""
        return self.sufficiency.get(control_id, USUAL)


def newest(answers: Iterable[Answer]) -> dict[str, Answer]:
    """Return the latest answer to each question; of two on one day, the later in order."""
    latest: dict[str, Answer] = {}
    for answer in answers:
        known = latest.get(answer.question)
        if known is None or answer.on >= known.on:
            latest[answer.question] = answer
    return latest


def plural(number: int, noun: str) -> str:
    """Count something in words: ``1 device``, ``3 devices``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def some_of(places: Sequence[str], most: int = 3) -> str:
    """Name the first few of many."""
    more = f" and {len(places) - most} more" if len(places) > most else ""
    return ", ".join(places[:most]) + more
