"""Risks that the practice bears: by whom, why, until when, and when that ends early.

An accepted risk stays in the register and keeps its level. Whoever accepted it accepted one level
for one reason: when the level has risen, or what it rests on has changed, it is open again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from riskscan.model import Acceptance, Registers, Risk

_EXPLOITED = "lifecycle.known-exploited"
"""The check whose findings are on CISA's list of known exploited vulnerabilities."""

_WHOLE = "the practice as a whole"
_EXPOSED = {-1: "tested unreachable", 0: "not shown from outside", 1: "reachable from outside"}


def basis_of(risk: Risk) -> str:
    """Return what an acceptance of this risk rests on, as stable text: a new one ends it."""
    return "; ".join(f"{name}: {value}" for name, value in _basis(risk).items())


def _basis(risk: Risk) -> dict[str, str]:
    exposure = max(-1, min(1, risk.exposure))
    return {
        "class": risk.device_class.value.replace("_", " ") if risk.device_class else _WHOLE,
        "exposure": _EXPOSED[exposure],
        "known exploits": "yes" if risk.check == _EXPLOITED else "no",
    }


def accept(risks: Sequence[Risk], registers: Registers, today: date) -> tuple[Risk, ...]:
    """Mark each risk with the acceptance that holds, or with why an earlier one does not.

    Of several on one risk, the newest that holds counts.
    """
    known: dict[str, list[Acceptance]] = {}
    for _, acceptance in registers.of(Acceptance):
        known.setdefault(acceptance.risk.strip().upper(), []).append(acceptance)
    return tuple(_marked(risk, known.get(risk.key.upper(), ()), today) for risk in risks)


def _marked(risk: Risk, acceptances: Sequence[Acceptance], today: date) -> Risk:
    reopened = ""
    for acceptance in reversed(acceptances):
        ended = "; ".join(_why_void(acceptance, risk, today))
        if not ended:
            return replace(risk, acceptance=acceptance, reopened="")
        who = acceptance.approver.strip() or "Nobody by name"
        reopened = reopened or f"{who} accepted it; {ended}."
    return replace(risk, reopened=reopened) if reopened else risk


def _why_void(acceptance: Acceptance, risk: Risk, today: date) -> Iterator[str]:
    """Yield why an acceptance does not hold for a risk as it is today."""
    for value, name in (
        (acceptance.approver.strip(), "the name of who accepts it"),
        (acceptance.reason.strip(), "a reason"),
        (acceptance.until, "a last day"),
        (acceptance.level, "the level that was accepted"),
    ):
        if not value:
            yield f"the acceptance lacks {name}"
    if acceptance.until is not None and today > acceptance.until:
        yield f"it held until {acceptance.until}"
    if acceptance.level is not None and risk.level > acceptance.level:
        yield f"its level rose from {acceptance.level} to {risk.level}"
    yield from _changes(acceptance.basis, risk)


def _changes(basis: str, risk: Risk) -> Iterator[str]:
    """Yield what has changed since; nothing for an acceptance that does not name its basis."""
    before = dict(part.split(": ", 1) for part in basis.split("; ") if ": " in part)
    for name, value in _basis(risk).items():
        if name in before and before[name] != value:
            yield f"{name} was “{before[name]}” and is “{value}”"
