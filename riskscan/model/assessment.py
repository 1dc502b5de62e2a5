"""What a scan and the answers mean together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from riskscan.model.action import Action
from riskscan.model.answer import OpenQuestion
from riskscan.model.control import Conflict, ControlResult, StandardResult
from riskscan.model.finding import Finding
from riskscan.model.practice_set import Profile, SetResult
from riskscan.model.reach import Reached
from riskscan.model.risk import Risk, ThreatResult


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many devices there may be in all, from two lists that were made apart.

    Chapman's estimator: N = (n1 + 1)(n2 + 1) / (m + 1) - 1. Both lists miss the same hidden
    devices more often than chance would have it, so N is too low rather than too high.
    """

    scanned: int
    """n1: devices that the scan saw."""
    listed: int
    """n2: devices on the practice's own list."""
    both: int
    """m."""
    total: float
    error: float
    """Standard error."""

    @property
    def found(self) -> int:
        return self.scanned + self.listed - self.both


@dataclass(frozen=True, slots=True)
class Element:
    """One of the nine elements of OCR's guidance on risk analysis (2010-07-14)."""

    number: int
    title: str
    present: bool
    lacking: str
    """What is missing, and who can give it; empty if it is there."""


@dataclass(frozen=True, slots=True)
class ExceptionResult:
    """An entry of the device exception register, tested against the newest scan."""

    entry: str
    device: str
    """Address and what it is."""
    holds: bool
    """Whether the scan still sees what the exception rests on."""
    says: str
    """What was tested and how it came out, or why it could not be."""
    findings: tuple[str, ...] = ()
    """Findings that it excuses while it holds."""


@dataclass(frozen=True, slots=True)
class VendorResult:
    """A vendor of the register, or one seen on the network, and where its agreement stands."""

    name: str
    entry: str
    """Id of its entry in the vendors register; empty if it was only seen."""
    status: str
    """``agreement on file``, ``agreement outdated``, ``no agreement on file``, ``not needed``,
    ``seen, to be clarified``."""
    says: str
    """Why, with what was seen on the network."""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the assessment rests on, and what it could not see."""

    addresses_in_scope: int
    devices: int
    identified: int
    fragile: int
    """Devices that were asked only a few ports, for safety."""
    checks_run: int
    """Pairs of check and device that applied."""
    checks_unknown: int
    """Of those, how many ended unknown."""
    limits: tuple[str, ...]
    """What was not seen, in sentences for the manager."""
    estimate: Estimate | None = None
    """How many devices there may be in all; None without a second list to compare with."""
    vantages: tuple[str, ...] = ()
    """Places the network was looked at from, with the day of each."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The meaning of one scan under one revision of the rules."""

    scan_id: str
    made_at: datetime
    checklist_id: str
    checklist_revision: str
    content_revision: str
    """Hash over checks, checklists, threat library and knowledge that made it."""
    complete: bool
    """False while any of OCR's nine elements lacks content: a technical scan report only."""
    statement: str
    """The overall statement in words: counts and the maximum, no percentage and no grade."""
    findings: tuple[Finding, ...]
    controls: tuple[ControlResult, ...]
    risks: tuple[Risk, ...]
    actions: tuple[Action, ...]
    coverage: Coverage
    rules_revision: str = ""
    """Of the fingerprint rules that named the devices."""
    elements: tuple[Element, ...] = ()
    """OCR's nine elements of a risk analysis, and which have content."""
    standards: tuple[StandardResult, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    threats: tuple[ThreatResult, ...] = ()
    exceptions: tuple[ExceptionResult, ...] = ()
    vendors: tuple[VendorResult, ...] = ()
    open_questions: tuple[OpenQuestion, ...] = ()
    """In the order in which to ask: what narrows most risk first."""
    profile: Profile | None = None
    sets: tuple[SetResult, ...] = ()
    """Recognised practices, goals, the proposed rule and the readiness map."""
    reach: tuple[Reached, ...] = ()
    """The segmentation matrix: what each place that was looked from could reach."""
