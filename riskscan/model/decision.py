"""What a named person decided about a finding: kept for ever, in force while nothing changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Disposition(StrEnum):
    """What is to become of a finding."""

    FALSE_POSITIVE = "false-positive"
    """The scan is wrong: the weakness is not there."""
    EXCEPTION = "exception"
    """The weakness stays for now, and something else stands in for its repair (164.306(d)(3))."""
    ACCEPTED = "accepted"
    """The weakness is there, and the practice bears the risk."""
    OPEN = "open"
    """An earlier decision is taken back."""

    @property
    def label(self) -> str:
        """The word in the middle of a sentence."""
        return _LABELS[self]


_LABELS = {
    Disposition.FALSE_POSITIVE: "a false positive",
    Disposition.EXCEPTION: "an exception",
    Disposition.ACCEPTED: "accepted",
    Disposition.OPEN: "open",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """One entry of the history of a finding. A later one is added, never merged."""

    finding: str
    """Id of the finding, the same in every scan of the device."""
    evidence_hash: str
    """What was seen when this was decided: see :attr:`Finding.evidence_hash`."""
    disposition: Disposition
    person: str
    """The named person who decided."""
    made_at: datetime
    reason: str
    until: date | None = None
    """The last day on which it holds; None for as long as the evidence stays the same."""
    control: str = ""
    """What stands in for the repair: the compensating control of an exception."""

    def why_void(self, evidence_hash: str, today: date) -> str:
        """Say why it no longer holds for what is seen ``today``; '' while it holds."""
        if self.evidence_hash != evidence_hash:
            return "what is seen is no longer what was decided on"
        if self.until is not None and today > self.until:
            return f"it held until {self.until}"
        return ""


def newest_decisions(decisions: tuple[Decision, ...]) -> dict[str, Decision]:
    """Return the last decision on each finding, by its id; ``decisions`` come oldest first.

    A finding whose last decision took the earlier ones back has none.
    """
    last = {decision.finding: decision for decision in decisions}
    return {id: d for id, d in last.items() if d.disposition is not Disposition.OPEN}
