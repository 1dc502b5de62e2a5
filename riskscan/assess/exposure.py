"""How far a weakness can be reached from, as scans from named places showed it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from riskscan.model import Device, Finding, Scan

UNTESTED, BEST, WORST = 0, -1, 1
"""Steps of exposure (X): no test was made; office and guest cannot reach it; they can."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The step of exposure of one group, as shown and at its bounds."""

    shown: int = UNTESTED
    best: int = BEST
    worst: int = WORST
    because: str = ""
    """Which test said so, from where and when; empty if there was none."""


def places(scan: Scan, elsewhere: Sequence[Scan]) -> tuple[str, ...]:
    """Name each place that the network was looked at from, with its day."""
    return tuple(
        f"{s.vantage.label or s.site.vantage or 'not named'} ({s.started_at:%Y-%m-%d})"
        for s in (scan, *elsewhere)
    )


@dataclass(frozen=True, slots=True)
class Exposure:
    """What scans from other places could reach."""

    elsewhere: tuple[Scan, ...] = ()

    @classmethod
    def of(cls, scan: Scan, elsewhere: Sequence[Scan]) -> Exposure:
        return cls(tuple(elsewhere))

    def reach(self, devices: Iterable[Device], findings: Iterable[Finding]) -> Reach:
        """Return the step of exposure for a weakness on some devices."""
        return Reach()
