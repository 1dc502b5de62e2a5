"""How fast a stage goes, and how long it still takes, from its progress alone."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from riskscan.model import Progress, Stage

_SETTLED = 1.0
"""Seconds of a stage before which its rate says nothing."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """The tempo of one stage at one moment."""

    elapsed: float
    """Seconds since the stage was first heard of."""
    per_second: float | None = None
    """Addresses or devices in a second, on average; None while it is too early to say."""
    seconds_left: float | None = None
    """None while it is not known; 0 when the stage is over."""

    @property
    def words(self) -> str:
        """The tempo for a person; empty while nothing is known."""
        if self.seconds_left == 0:
            return f"in {spoken(self.elapsed)}"
        rate = f"{self.per_second:.1f}/s" if self.per_second else ""
        left = f"{spoken(self.seconds_left)} left" if self.seconds_left else ""
        return ", ".join(filter(None, (rate, left)))


class Tempo:
    """Turns each progress into a pulse. ``clock`` counts seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: dict[Stage, tuple[float, int]] = {}

    def __call__(self, progress: Progress) -> Pulse:
        now = self._clock()
        since, before = self._begun.setdefault(progress.stage, (now, progress.done))
        elapsed, done = now - since, progress.done - before
        if progress.stage is Stage.LISTEN:  # it counts seconds, which have no rate
            return Pulse(elapsed, None, float((progress.total or 0) - progress.done))
        rate = done / elapsed if elapsed >= _SETTLED and done > 0 else None
        if progress.total is None:
            return Pulse(elapsed, rate)
        left = max(0, progress.total - progress.done)
        if not left:
            return Pulse(elapsed, rate, 0.0)
        return Pulse(elapsed, rate, left / rate if rate else None)


def spoken(seconds: float) -> str:
    """Return a length of time in the two largest units that matter: ``35 s``, ``1 h 10 min``."""
    whole = math.ceil(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes = math.ceil(whole / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
