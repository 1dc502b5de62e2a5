"""How bad a line is: what it delays and what it loses, decided by dice with a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line between the scanner and everything else. Each number holds in each direction."""

    delay: float = 0.0
    """Seconds that a frame takes at least."""
    jitter: float = 0.0
    """Seconds that it may take longer; any delay up to that is as likely."""
    loss: float = 0.0
    """Share of frames that are lost, 0 to 1."""
    seed: int = 1


class Dice:
    """What happens to each frame on a line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._random = random.Random(line.seed)
        self.passed = 0
        self.lost = 0

    def lag(self) -> float | None:
        """Throw for one frame: return how many seconds it takes, or None if it is lost."""
        if self._line.loss and self._random.random() < self._line.loss:
            self.lost += 1
            return None
        self.passed += 1
        return self._line.delay + self._line.jitter * self._random.random()
