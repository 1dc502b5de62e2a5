"""What answers, registers and scans say of how likely each threat starts here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from riskscan.assess.library import threats
from riskscan.model import Answer, Finding, Level, Registers, Risk, Scan, ThreatResult


@dataclass(frozen=True, slots=True)
class Initiation:
    """How likely a threat starts, as shown and at its bounds, and why."""

    shown: Level
    best: Level
    worst: Level
    because: str = ""
    """What moved it from its default; empty if nothing did."""
    considered: bool = True
    asks: tuple[str, ...] = ()
    """Questions that would move it."""


def initiations(
    answers: Mapping[str, Answer],
    registers: Registers,
    findings: Sequence[Finding],
    elsewhere: Sequence[Scan],
) -> dict[str, Initiation]:
    """Return the first part of likelihood for every threat of the library, by its id."""
    broken = {f.check for f in findings if f.is_open}
    table = {}
    for id, listed in threats().items():
        level = listed.threat.initiation
        if listed.raised_by in broken and listed.raised_to is not None:
            level = max(level, listed.raised_to)
        table[id] = Initiation(level, level, level)
    return table


def threat_results(
    begins: Mapping[str, Initiation], risks: Sequence[Risk]
) -> tuple[ThreatResult, ...]:
    """Return every threat of the library: considered or put aside, why, and the risks it enters."""
    return tuple(
        ThreatResult(
            replace(listed.threat, initiation=begins[id].shown),
            begins[id].considered,
            begins[id].because or listed.threat.basis,
            tuple(r.id for r in risks if r.threat.id == id),
        )
        for id, listed in threats().items()
    )
