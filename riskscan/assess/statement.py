"""The overall statement: how many risks of each level, and what is still open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from riskscan.model import ControlResult, ControlStatus, Coverage, Level, OpenQuestion, Risk


def overall(
    risks: Sequence[Risk],
    controls: Sequence[ControlResult],
    coverage: Coverage,
    asked: Sequence[OpenQuestion] = (),
) -> str:
    """Say how many risks of each level there are, the highest first, and what is open.

    Accepted risks are counted apart. There is no percentage and no grade: one number would hide
    a very high risk among many low ones.
    """
    borne = [r for r in risks if r.acceptance is not None]
    parts = [_counts([r for r in risks if r.acceptance is None], borne, coverage.devices)]
    if borne:
        parts.append(_accepted(borne))
    parts += _could_change(risks, asked)
    unjudged = sum(c.status is ControlStatus.NOT_ASSESSED for c in controls)
    if unjudged:
        parts.append(
            f"{unjudged} of the {len(controls)} safeguards of the rule could not be judged, "
            "because nobody has answered for them yet."
        )
    return " ".join(parts)


def _counts(risks: Sequence[Risk], borne: Sequence[Risk], devices: int) -> str:
    if not risks and borne:
        return "Every risk that was found is accepted for now."
    seen = sum(bool(r.findings) for r in risks)
    nothing = (
        f"The checks that could run on {devices} devices found no weakness. That does not show "
        "that there is none: what could not be seen stands in this report."
    )
    if not risks:
        return nothing
    noun = "risk was" if len(risks) == 1 else "risks were"
    found = f"{len(risks)} {noun} found: {_by_level(risks)}."
    told = len(risks) - seen
    if not seen and not borne:
        return f"{nothing} {found} They rest on what people said, or have not answered yet."
    if not told:
        return found
    verb = "rests" if seen == 1 else "rest"
    return (
        f"{found} {seen} of them {verb} on what the scan saw, and {told} on what people said or "
        "have not answered yet."
    )


def _by_level(risks: Iterable[Risk]) -> str:
    count = Counter(r.level for r in risks)
    words = [f"{count[level]} {level}" for level in reversed(Level) if count[level]]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _accepted(borne: Sequence[Risk]) -> str:
    is_are = "risk is" if len(borne) == 1 else "risks are"
    return f"{len(borne)} more {is_are} accepted by a named person for now: {_by_level(borne)}."


def _could_change(risks: Sequence[Risk], asked: Sequence[OpenQuestion]) -> list[str]:
    """Say how many levels are open, and how many questions would settle which of them."""
    wide = {r.id for r in risks if r.best is not r.worst}
    telling = [wide.intersection(q.risks) for q in asked]
    questions = sum(bool(narrowed) for narrowed in telling)
    settled = len(set().union(*telling))
    left = len(wide) - settled
    parts = []
    if settled:
        verb = "is" if questions == 1 else "are"
        noun = "question" if questions == 1 else "questions"
        parts.append(f"{settled} could change when {questions} {noun} {verb} answered.")
    if left:
        more = f"{left} more" if settled else f"{left} of them"
        parts.append(
            f"{more} could turn out higher or lower once it is settled what this scan could not "
            "test or only infer."
        )
    return parts
