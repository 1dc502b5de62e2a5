"""Which threats were considered, and which safeguards stand against them, by strength of proof."""

from __future__ import annotations

from riskscan.model import Assessment, Assurance, ControlResult, ControlStatus
from riskscan.report.chapters import SafeguardRow, ThreatRow
from riskscan.report.words import ASSURANCE

_IN_PLACE = (ControlStatus.MET, ControlStatus.MET_ALTERNATIVE, ControlStatus.PARTIAL)


def threats(assessment: Assessment) -> tuple[ThreatRow, ...]:
    """List every threat of the library: the considered ones first, then those put aside."""
    rows = (
        ThreatRow(
            id=result.threat.id,
            title=result.threat.title,
            considered=result.considered,
            initiation=result.threat.initiation,
            reason=result.reason or result.threat.basis,
            risks=result.risks,
        )
        for result in assessment.threats
    )
    return tuple(sorted(rows, key=lambda row: (not row.considered, row.id)))


def safeguards(assessment: Assessment) -> tuple[SafeguardRow, ...]:
    """List what is in place, wholly or in part, the best proven first; nothing if nothing is."""
    by_strength: dict[Assurance, list[str]] = {}
    for result in assessment.controls:
        if result.status in _IN_PLACE:
            by_strength.setdefault(result.assurance, []).append(_named(result))
    return tuple(
        SafeguardRow(ASSURANCE[strength], tuple(by_strength[strength]))
        for strength in reversed(Assurance)
        if strength in by_strength
    )


def _named(result: ControlResult) -> str:
    how = {
        ControlStatus.PARTIAL: " (in part)",
        ControlStatus.MET_ALTERNATIVE: " (by something else that does as much)",
    }
    return f"{result.control.title}{how.get(result.status, '')}"
