"""Practices beside the rule in force: recognised ones, goals, a proposal, a road map; as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from riskscan.model.control import ControlStatus
from riskscan.model.site import PracticeSize


@dataclass(frozen=True, slots=True)
class Practice:
    """One practice, goal or proposed requirement."""

    id: str
    """Unique in its set: ``6.S.A``, ``essential.3``, ``312.a.2.vi``."""
    title: str
    group: str
    """What it is listed under: the HICP practice, essential or enhanced, pillar, paragraph."""
    what: str
    """What it asks for, in plain words of our own."""
    sizes: tuple[PracticeSize, ...]
    """Sizes of practice it is meant for; all three where size does not matter."""
    rests_on: tuple[str, ...] = ()
    """Leaf controls whose status tells how far it is."""
    checks: tuple[str, ...] = ()
    """Checks whose open findings speak against it."""
    phase: str = ""
    """Of the readiness map: ``1``, ``2`` or ``3``."""
    clock: str = ""
    """Of a proposal: how often or how fast, in words: ``every 6 months``."""
    is_new: bool = False
    """Of a proposal: nothing like it is in force today."""
    document: str = ""
    action: str = ""
    """What a practice of that size does first, in one sentence."""
    citation: str = ""
    """Of a proposal: the paragraph it would stand in: ``164.312(a)(2)(vi)``."""
    goes_further: bool = False
    """It asks for more than the controls it rests on, so that they show it in part at most."""
    devices: bool = False
    """It is about medical devices: shown for :attr:`Profile.devices`, if that is larger."""
    medical: bool = False
    """Only findings on medical devices speak against it."""


class SetStatus(StrEnum):
    VOLUNTARY = "voluntary"
    PROPOSED = "proposed, not law"


@dataclass(frozen=True, slots=True)
class PracticeSet:
    """A named set of practices."""

    id: str
    title: str
    status: SetStatus
    revision: str
    source: str
    checked_on: date
    note: str
    """What it is and is not, for the page that shows it."""
    practices: tuple[Practice, ...]


@dataclass(frozen=True, slots=True)
class PracticeResult:
    """How far one practice is, by the controls and findings that it rests on."""

    practice: Practice
    status: ControlStatus
    reason: str
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetResult:
    """A set as it came out for a practice of one size."""

    id: str
    title: str
    status: SetStatus
    revision: str
    source: str
    checked_on: date
    note: str
    size: PracticeSize
    results: tuple[PracticeResult, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """The size that practices are tuned by: best fit over four attributes, raised by the scan."""

    size: PracticeSize
    reason: str
    """Which attributes spoke for which size, and what raised it."""
    answered: int
    """How many of the four attributes were answered."""
    devices: PracticeSize | None = None
    """The size that practices about medical devices are tuned by, where the scan raised it."""
