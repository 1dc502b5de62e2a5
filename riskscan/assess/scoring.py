"""How one scenario gets its level from five named inputs."""

from __future__ import annotations

from dataclasses import dataclass

from riskscan.assess.matrices import LIKELIHOOD, RISK
from riskscan.model import Level


@dataclass(frozen=True, slots=True)
class Score:
    """The level of one scenario and the two steps that led to it."""

    adverse: Level
    likelihood: Level
    level: Level


def score(
    initiation: Level,
    severity: Level,
    exposure: int,
    controls: int,
    impact: Level,
    *,
    removed: bool = False,
    floor: Level = Level.VERY_LOW,
) -> Score:
    """Rate one scenario by NIST SP 800-30 r1.

    ``severity`` (V) moves up or down one step for each step of ``exposure`` (X, -2 to +1) and down
    one for each of at most two independent ``controls`` (K) that act on this pair; the result is
    how likely the event leads to harm. ``removed`` says that a measured control takes the
    weakness away. ``floor`` is the least that is left of a weakness that attackers are known to use
    and can reach. Nothing is multiplied: steps along the five words, then two lookups.
    """
    steps = severity.rank + exposure - min(controls, 2)
    adverse = Level.VERY_LOW if removed else max(Level.at(steps), floor)
    likelihood = LIKELIHOOD[initiation][adverse]
    return Score(adverse, likelihood, RISK[likelihood][impact])
