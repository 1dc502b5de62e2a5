"""The five words in which riskscan speaks of severity, likelihood, impact and risk."""

from __future__ import annotations

from enum import Enum, StrEnum
from functools import total_ordering


@total_ordering
class Level(Enum):
    """A qualitative level of NIST SP 800-30 r1, ordered from very low to very high.

    Levels are compared and looked up in matrices, never added or multiplied: they are
    ordinal, and a product of two of them has no meaning.
    """

    VERY_LOW = "very low"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    VERY_HIGH = "very high"

    @property
    def rank(self) -> int:
        """0 for very low up to 4 for very high."""
        return _ORDER.index(self)

    @classmethod
    def at(cls, rank: int) -> Level:
        """Return the level of that rank; ranks beyond either end are clamped to it."""
        return _ORDER[max(0, min(len(_ORDER) - 1, rank))]

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Level):
            return NotImplemented
        return self.rank < other.rank

    def __str__(self) -> str:
        return self.value


_ORDER: tuple[Level, ...] = tuple(Level)


class Confidence(StrEnum):
    """How sure a statement is, apart from how bad it would be."""

    LOW = "low"
    """Inferred: a guess from a port, a banner, or a fact nobody has confirmed."""
    MEDIUM = "medium"
    """Probable: several signs agree, or one strong sign."""
    HIGH = "high"
    """Confirmed: the device said so itself in its own protocol."""

    @property
    def rank(self) -> int:
        return ("low", "medium", "high").index(self.value)
