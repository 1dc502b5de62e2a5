"""What is not through yet, as a scan that was killed finds it again: a host, and a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from riskscan.model.network import Address, Host


@dataclass(frozen=True, slots=True)
class Tried:
    """A TCP port that has not answered so far, and will perhaps be asked again."""

    port: int
    times: int
    """How often it was asked."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What is known of a host halfway. Nothing may be concluded from it but what is left to ask."""

    host: Host
    """With the states and the probe results that stand. ``connections`` counts what the host may
    have been asked to bear, so that a resumed scan never exceeds what it bears."""
    tried: tuple[Tried, ...] = ()

    @property
    def address(self) -> Address:
        return self.host.address


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one part of a sweep asked and heard since the stretch before."""

    part: str
    """Which one: the same words mean the same addresses, asked from the same place."""
    since: datetime
    """When this sweep of the part first began; stretches of another time are another sweep."""
    turn: int
    """How many rounds through the silent addresses were over."""
    reached: Address | None
    """The last address that was asked in the round after those; None if none was."""
    heard: tuple[tuple[str, ...], ...]
    """Answers: the address, and what it said."""
    at: datetime
