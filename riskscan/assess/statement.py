"""The overall statement, and whether this is a risk analysis or only a technical report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from riskscan.assess.library import threats
from riskscan.model import (
    Action,
    Answer,
    ControlResult,
    ControlStatus,
    Coverage,
    Element,
    Level,
    Registers,
    Risk,
    Scan,
    ScanState,
)


def overall(risks: Sequence[Risk], controls: Sequence[ControlResult], coverage: Coverage) -> str:
    """Say how many risks of each level there are, the highest first, and what is open.

    There is no percentage and no grade: one number would hide a very high risk among many low
    ones.
    """
    open_questions = sum(c.status is ControlStatus.NOT_ASSESSED for c in controls)
    parts = [_counts(risks, coverage.devices)]
    wide = sum(r.best is not r.worst for r in risks)
    if wide:
        parts.append(f"{wide} of them could turn out higher or lower once open points are settled.")
    if open_questions:
        parts.append(
            f"{open_questions} of the {len(controls)} safeguards of the rule could not be judged, "
            "because nobody has answered for them yet."
        )
    return " ".join(parts)


def _counts(risks: Sequence[Risk], devices: int) -> str:
    if not risks:
        return (
            f"The checks that could run on {devices} devices found no weakness. That does not show "
            "that there is none: what could not be seen stands in this report."
        )
    count = Counter(r.level for r in risks)
    words = [f"{count[level]} {level}" for level in reversed(Level) if count[level]]
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    noun = "risk was" if len(risks) == 1 else "risks were"
    return f"{len(risks)} {noun} found: {listed}."


def elements(
    scan: Scan,
    answers: Mapping[str, Answer],
    registers: Registers,
    risks: Sequence[Risk],
    controls: Sequence[ControlResult],
    actions: Sequence[Action],
) -> tuple[Element, ...]:
    """Say which of the nine elements of OCR's guidance on risk analysis (2010) have content."""
    done = {c.control.id: c.status for c in controls}
    judged = all(status is not ControlStatus.NOT_ASSESSED for status in done.values())
    considered = {r.threat.id for r in risks} >= set(threats())
    present = {
        "scope": scan.state is ScanState.COMPLETE and _has(done, "A21"),
        "data collection": bool(scan.devices) and _has(done, "A01"),
        "threats and vulnerabilities": considered,
        "current security measures": bool(done) and judged,
        "likelihood": considered,
        "impact": bool(risks) and _has(done, "A21"),
        "level of risk and actions": bool(risks) and bool(actions),
        "documentation": _has(done, "O09"),
        "review and updates": _has(done, "A22"),
    }
    return tuple(
        Element(number, title, there, "" if there else "not all of it is there yet")
        for number, (title, there) in enumerate(present.items(), start=1)
    )


def _has(done: Mapping[str, ControlStatus], control: str) -> bool:
    return done.get(control) in (ControlStatus.MET, ControlStatus.PARTIAL)
