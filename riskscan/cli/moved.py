"""What an answer changed, in words: safeguards, conflicts, risks; and what is still lacking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riskscan.model import Assessment, ControlResult

_SHOWN = 4
"""How many changes of one kind are listed after an answer; more are counted."""


def moved(before: Assessment, after: Assessment, asked: str) -> Iterator[str]:
    """Yield what an answer to the question ``asked`` changed; one line at least."""
    said = False
    for line in (*_controls(before, after), *_conflicts(before, after), *_risks(before, after)):
        said = True
        yield line
    if not said:
        yield _unmoved(after, asked)


def lacking(assessment: Assessment) -> Iterator[str]:
    """Yield what a complete risk analysis still needs, and who has it."""
    missing = [element for element in assessment.elements if not element.present]
    if not missing:
        yield "All nine elements of a risk analysis have content: it is complete."
        return
    yield f"For a complete risk analysis, {len(missing)} of its 9 elements lack something:"
    for element in missing:
        yield f"- {element.title}: {element.lacking}"


def _controls(before: Assessment, after: Assessment) -> Iterator[str]:
    known = {c.control.id: c for c in before.controls}
    changed = [
        (known[c.control.id], c)
        for c in after.controls
        if (known[c.control.id].status, known[c.control.id].assurance) != (c.status, c.assurance)
    ]
    if len(changed) <= _SHOWN:
        for old, new in changed:
            yield f"→ {_named(new)}: {_step(old, new)}"
        return
    steps: dict[str, list[str]] = {}
    for old, new in changed:
        steps.setdefault(_step(old, new), []).append(new.control.id)
    for step, ids in steps.items():
        yield f"→ {len(ids)} safeguards ({', '.join(ids)}): {step}"


def _step(old: ControlResult, new: ControlResult) -> str:
    if old.status is new.status:
        return f"stays {new.status.value}; assurance {old.assurance.value} → {new.assurance.value}"
    return f"{old.status.value} → {new.status.value} ({new.assurance.value})"


def _named(result: ControlResult) -> str:
    return f"{result.control.title} ({result.control.citation})"


def _conflicts(before: Assessment, after: Assessment) -> Iterator[str]:
    """Yield what was seen against the answer, and the conflicts that it ended."""
    was = {c.control for c in before.conflicts if c.is_open}
    now = {c.control: c for c in after.conflicts if c.is_open}
    results = {c.control.id: c for c in after.controls}
    for control, conflict in now.items():
        if control not in was:
            result = results[control]
            yield f"! This does not agree with what was seen: {conflict.seen.rstrip('.')}."
            yield f"  {_named(result)} is {result.status.value} until that is settled."
            yield f"  How it came about: riskscan explain {control}"
            yield "  Who settles it: a named person, with riskscan findings set"
    for control in sorted(was - now.keys()):
        yield f"→ The answer to {control} no longer disagrees with what was seen."


def _risks(before: Assessment, after: Assessment) -> Iterator[str]:
    old = {r.key: r for r in before.risks}
    pairs = [(old[r.key], r) for r in after.risks if r.key in old]
    levels = [(then, risk) for then, risk in pairs if then.level is not risk.level]
    for then, risk in levels[:_SHOWN]:
        yield f"→ {risk.id}: {then.level} → {risk.level}. {risk.statement}"
    if len(levels) > _SHOWN:
        yield f"→ and {len(levels) - _SHOWN} more risks moved"
    gone = [r for key, r in old.items() if key not in {risk.key for risk in after.risks}]
    for risk in gone[:_SHOWN]:
        yield f"→ No longer a risk ({risk.level}): {risk.statement}"
    surer = sum((then.best, then.worst) != (risk.best, risk.worst) for then, risk in pairs)
    if surer or levels or gone:
        counts = Counter(r.level for r in after.risks)
        shown = ", ".join(f"{counts[level]} {level}" for level in sorted(counts, reverse=True))
        noun = "1 risk is" if surer == 1 else f"{surer} risks are"
        yield f"→ {f'{noun} surer now. ' if surer else ''}Risks: {shown}"


def _unmoved(after: Assessment, asked: str) -> str:
    for result in after.controls:
        if result.control.id == asked:
            return f"→ Kept. {_named(result)} stays {result.status.value}: {_first(result.reason)}"
    return "→ Kept. It moves no level today."


def _first(reason: str) -> str:
    """Return the first sentence of a reason, cut where it names many devices."""
    first = reason.partition(". ")[0].rstrip(".")
    return f"{first}." if len(first) <= 160 else f"{first[:157].rstrip()}..."
