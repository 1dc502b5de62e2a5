"""What a whole risk analysis holds beside the scan: the rows of its further chapters.

Each chapter follows one noun of the assessment or one register. A chapter without rows says in a
sentence, ``none``, why there is nothing in it: an empty place is never to pass for a good one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskscan.model import Level
from riskscan.report.rows import Count


@dataclass(frozen=True, slots=True)
class Needed:
    """Something that the practice must decide, and nobody else can."""

    kind: str
    """``agreement``, ``contradiction`` or ``risk``."""
    what: str
    """The decision, in a sentence that begins with a verb."""
    refs: tuple[str, ...] = ()
    """Ids of what it is about."""


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A question without a usable answer."""

    question: str
    text: str
    narrows: int
    """How many risks its answer can narrow or move."""
    asked_of: str
    put_off: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """What the analysis covers, and what it could not see."""

    vantages: tuple[str, ...]
    estimate: str
    """How many devices there may be in all, in a sentence; why it is not known, otherwise."""
    open: tuple[OpenRow, ...]


@dataclass(frozen=True, slots=True)
class SystemRow:
    entry: str
    name: str
    kind: str
    holds: str
    patients: str
    vendor: str
    owner: str
    location: str
    """Place and addresses."""
    encrypted: str
    restored: str
    """When a restore was last tested, or that it is not on record."""
    first: str
    """Place in the order of coming back."""
    note: str


@dataclass(frozen=True, slots=True)
class FlowRow:
    entry: str
    source: str
    target: str
    carries: str
    how: str
    encrypted: str
    outside: str
    note: str


@dataclass(frozen=True, slots=True)
class VendorRow:
    entry: str
    """Empty for a firm that was only seen on the network."""
    name: str
    service: str
    sees_patient_data: str
    agreement: str
    """Date of the business associate agreement, or that none is on file."""
    status: str
    says: str
    addresses: tuple[str, ...]
    remote_access: str
    clauses: str
    reviewed: str
    contact: str
    note: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """Where patient data lives, moves, and who else touches it."""

    systems: tuple[SystemRow, ...]
    no_systems: str
    flows: tuple[FlowRow, ...]
    no_flows: str
    vendors: tuple[VendorRow, ...]
    no_vendors: str


@dataclass(frozen=True, slots=True)
class ThreatRow:
    id: str
    title: str
    considered: bool
    initiation: Level
    reason: str
    risks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SafeguardRow:
    """The safeguards in place, wholly or in part, whose evidence is equally strong."""

    assurance: str
    controls: tuple[str, ...]
    """``Facility security plan``, with ``(in part)`` where it is so."""


@dataclass(frozen=True, slots=True)
class AcceptedRow:
    """A risk that the practice bears."""

    risk: str
    level: Level
    statement: str
    approver: str
    reason: str
    accepted: str
    """Who put it on record, and when."""
    until: date | None
    holds: bool
    says: str
    """Why it no longer holds; empty while it does."""


@dataclass(frozen=True, slots=True)
class ExceptedRow:
    """A device that cannot be put right, and how its exception came out in this scan."""

    entry: str
    device: str
    reason: str
    control: str
    """What stands in."""
    approver: str
    review_on: date | None
    holds: bool
    tested: str
    ephi: str
    fda: str
    statement: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Borne:
    """Risks that are accepted, and devices that are excepted."""

    accepted: tuple[AcceptedRow, ...]
    excepted: tuple[ExceptedRow, ...]
    none: str


@dataclass(frozen=True, slots=True)
class StandardRow:
    citation: str
    title: str
    status: str
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class ConflictRow:
    control: str
    title: str
    said: str
    seen: str
    findings: tuple[str, ...]
    is_open: bool
    closed_by: str


@dataclass(frozen=True, slots=True)
class ConflictLedger:
    rows: tuple[ConflictRow, ...]
    none: str


@dataclass(frozen=True, slots=True)
class AddressableRow:
    control: str
    citation: str
    title: str
    decision: str
    rationale: str
    alternative: str
    approver: str
    decided_on: date | None
    review_on: date | None


@dataclass(frozen=True, slots=True)
class Addressable:
    """The decisions on addressable specifications, as a page to sign."""

    rows: tuple[AddressableRow, ...]
    undecided: tuple[str, ...]
    """Those that need a record and have none: ``164.310(a)(2)(ii) Facility security plan``."""
    says: str


@dataclass(frozen=True, slots=True)
class PracticeRow:
    id: str
    title: str
    group: str
    status: str
    reason: str
    first_step: str
    phase: str
    clock: str
    is_new: bool
    citation: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetPage:
    """One set of practices beside the rule in force."""

    id: str
    title: str
    head: str
    """What must stand over it: ``PROPOSED - NOT IN FORCE``; empty if nothing must."""
    kind: str
    """``recognized``, ``proposed`` or ``map``."""
    lead: str
    """For whom it is shown and how it came out, in a sentence or two."""
    note: str
    source: str
    revision: str
    checked_on: date
    counts: tuple[Count, ...]
    rows: tuple[PracticeRow, ...]


@dataclass(frozen=True, slots=True)
class SignRow:
    role: str
    person: str
    on: date | None
    what: str


@dataclass(frozen=True, slots=True)
class Review:
    """When the analysis must be looked at again, and who signs it."""

    next: date
    why: str
    triggers: tuple[str, ...]
    signatures: tuple[SignRow, ...]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    question: str
    text: str
    answer: str
    person: str
    on: date
    document: str
    note: str


@dataclass(frozen=True, slots=True)
class ReachRow:
    """What one place could reach of the devices of one class in one segment."""

    place: str
    segment: str
    what: str
    devices: int
    reached: int
    unreached: int
    untested: int
    ports: tuple[str, ...]
    tested_on: date


@dataclass(frozen=True, slots=True)
class ElementRow:
    """One of OCR's nine elements of a risk analysis."""

    number: int
    title: str
    present: bool
    lacking: str
    where: str
    """The chapter that answers it."""
