"""The five words in which riskscan speaks of severity, likelihood, impact and risk."""

from __future__ import annotations

from enum import Enum, StrEnum


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

    def __init__(self, _word: str) -> None:
        self.rank: int = len(type(self).__members__)
        """0 for very low up to 4 for very high."""

    @classmethod
    def at(cls, rank: int) -> Level:
        """Return the level of that rank; ranks beyond either end are clamped to it."""
        return _ORDER[max(0, min(len(_ORDER) - 1, rank))]

    # Four comparisons and not two: levels are compared a hundred thousand times an assessment.
    def __lt__(self, other: object) -> bool:
        return self.rank < other.rank if isinstance(other, Level) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.rank <= other.rank if isinstance(other, Level) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.rank > other.rank if isinstance(other, Level) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.rank >= other.rank if isinstance(other, Level) else NotImplemented

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
