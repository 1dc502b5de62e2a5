"""The report as one document: arranged text, levels and rows. Every exporter reads this alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from riskscan.model import Level
from riskscan.report.chapters import (
    Addressable,
    AnswerRow,
    Borne,
    ConflictLedger,
    ElementRow,
    Holdings,
    Needed,
    ReachRow,
    Review,
    SafeguardRow,
    Scope,
    SetPage,
    StandardRow,
    ThreatRow,
)
from riskscan.report.rows import Count as Count
from riskscan.report.rows import Fact as Fact

FORMAT = "riskscan-report/1"
"""Name and version of the document's shape; the number rises when a field changes meaning."""


@dataclass(frozen=True, slots=True)
class LevelCount:
    level: Level
    count: int


@dataclass(frozen=True, slots=True)
class Cover:
    practice: str
    title: str
    """``Security risk analysis``, or ``Technical scan report`` while elements are missing."""
    status: str
    """``Final``, or ``Draft: 31 questions are not answered yet``."""
    final: bool
    scanned_on: date
    scan_id: str
    facts: tuple[Fact, ...]
    note: str
    """What this document is and is not, in two sentences."""
    edition: str = ""
    """``Initial``, or ``Subsequent`` with what it replaces."""
    took_part: tuple[str, ...] = ()
    """Person and role."""


@dataclass(frozen=True, slots=True)
class TopRisk:
    """One of the risks that matter most, as the practice manager reads it."""

    place: int
    level: Level
    title: str
    could_happen: str
    to_do: str
    owner: str
    due: date | None
    cost: str
    risks: tuple[str, ...]
    """Ids of all the risks that the same action answers, worst first."""
    action: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The page for the practice manager."""

    statement: str
    counts: tuple[LevelCount, ...]
    """Risks by level, worst first; all five levels."""
    top: tuple[TopRisk, ...]
    rest: str
    """What stands behind the top risks, in one sentence."""
    seen: str
    """What was looked at, in one sentence."""
    changed: str
    """What changed since the last scan, in one sentence; empty if there was none."""
    needed: tuple[Needed, ...] = ()
    """What the practice must decide today: three at most."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    kind: str
    address: str
    what: str


@dataclass(frozen=True, slots=True)
class GentleRow:
    """Devices that were asked less than the others, for their safety, and why."""

    reason: str
    devices: tuple[str, ...]
    """``10.20.0.23 ICU Medical Plum 360``."""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """How one check ended over all devices."""

    check: str
    title: str
    found: int
    not_seen: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen and what was not."""

    facts: tuple[Fact, ...]
    limits: tuple[str, ...]
    notices: tuple[str, ...]
    gentle: tuple[GentleRow, ...]
    checks: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True)
class EarlierPorts:
    """Ports of a device whose state an earlier scan gave."""

    as_of: datetime
    """When they were asked."""
    state: str
    """``open``, ``closed``, ``filtered`` or ``open|filtered``."""
    ports: tuple[str, ...]
    """``443/tcp``."""


@dataclass(frozen=True, slots=True)
class DeviceRow:
    address: str
    mac: str
    """Empty beyond the local network segment."""
    mac_vendor: str
    maker_in_name: bool
    """Whether the name tells the maker of the network card already."""
    name: str
    what: str
    """The device class in words."""
    device_class: str
    confidence: str
    """``confirmed``, ``probable`` or ``inferred``."""
    open_services: tuple[str, ...]
    """``443/tcp``; ``443/tcp (on 2026-11-14)`` if it was not asked in this scan."""
    earlier_ports: tuple[EarlierPorts, ...]
    """What this scan did not ask again, but took over from one before."""
    software: str
    because: str
    """The evidence that decided what it is, or why that is not known."""
    findings: int
    """How many weaknesses were found on it."""
    worst: Level | None


@dataclass(frozen=True, slots=True)
class DeviceGroup:
    name: str
    devices: tuple[DeviceRow, ...]


@dataclass(frozen=True, slots=True)
class MapDevice:
    address: str
    short: str
    """The end of the address that tells it apart on its network: ``.23``."""
    worst: Level | None


@dataclass(frozen=True, slots=True)
class MapRow:
    group: str
    devices: tuple[MapDevice, ...]


@dataclass(frozen=True, slots=True)
class MapNetwork:
    """One network and the devices on it, by group."""

    label: str
    rows: tuple[MapRow, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One weakness on one device."""

    finding: str
    address: str
    device: str
    mac: str
    severity: Level
    confidence: str
    summary: str
    evidence: str
    """The observations in short."""


@dataclass(frozen=True, slots=True)
class CitationRow:
    control: str
    citation: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Weakness:
    """A check that failed, with every device that failed it."""

    check: str
    title: str
    severity: Level
    what: str
    why: str
    fix: str
    verify: str
    citations: tuple[CitationRow, ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class RiskRow:
    id: str
    level: Level
    best: Level
    worst: Level
    statement: str
    threat: str
    weakness: str
    group: str
    """The class of device that is at risk, in words."""
    devices: tuple[str, ...]
    initiation: Level
    adverse: Level
    likelihood: Level
    severity: Level
    exposure: int
    controls: int
    confidentiality: Level
    integrity: Level
    availability: Level
    impact: Level
    action: str
    findings: tuple[str, ...]
    key: str = ""
    """``K-`` and 8 hex digits: the same in every assessment."""
    from_answers: bool = False
    """It rests on what answers leave open, and not on what a scan saw."""
    because: tuple[str, ...] = ()
    """What moved a step from its default, a sentence each."""
    asks: tuple[str, ...] = ()
    """Ids of the questions whose answers could narrow or move it."""
    acceptance: str = ""
    """Who bears it, why and until when; empty if nobody does."""


@dataclass(frozen=True, slots=True)
class ActionRow:
    id: str
    level: Level
    title: str
    how: str
    owner: str
    due: date
    cost: str
    criterion: str
    risks: tuple[str, ...]
    findings: tuple[str, ...]
    key: str = ""
    """The same in every assessment."""
    by_rule: bool = True
    """It closes a gap in the Security Rule; advice otherwise."""
    source: str = ""
    """What asks for it: paragraphs of the rule, or whose advice it is."""
    status: str = ""
    """``planned``, ``done, unverified`` ..."""
    verified_by: str = ""
    interim: str = ""
    """What helps until it is done."""
    vendor: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ControlRow:
    id: str
    citation: str
    title: str
    standard: str
    standard_citation: str
    implementation: str
    status: str
    assurance: str
    reason: str
    scan_power: str
    """``refute``, ``support``, ``both`` or ``none``."""
    scan_says: str
    answer: str
    """Who answered what and when; empty if nobody did."""
    question: str
    """What is still to be asked; empty if it was answered, or if the reason asks it."""
    document: str
    findings: tuple[str, ...]
    lacking: tuple[str, ...] = ()
    """What keeps it from being met, a sentence each."""


@dataclass(frozen=True, slots=True)
class ControlGroup:
    name: str
    counts: tuple[Count, ...]
    controls: tuple[ControlRow, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """The checklist, and how it came out in counts. There is no percentage."""

    title: str
    revision: str
    counts: tuple[Count, ...]
    groups: tuple[ControlGroup, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    level: Level
    cells: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    title: str
    down: str
    across: str
    source: str
    rows: tuple[MatrixRow, ...]
    """From very high down to very low; cells from very low to very high."""


@dataclass(frozen=True, slots=True)
class ScaleRow:
    level: Level
    initiation: str
    adverse: str
    impact: str
    due: str


@dataclass(frozen=True, slots=True)
class Method:
    matrices: tuple[Matrix, ...]
    scale: tuple[ScaleRow, ...]
    threats: tuple[Fact, ...]
    """The threats that entered the register, each with the basis of its likelihood."""
    rescan: str
    """How far the scan built on an earlier one, in a sentence; empty for a full scan."""
    knowledge: tuple[Fact, ...] = ()
    """The lists of facts about the outside world that were used, each with its date."""
    outdated: str = ""
    """Which of these lists are too old to lean on, in a sentence; empty if none is."""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    finding: str
    check: str
    address: str
    port: str
    key: str
    value: str
    says: str


@dataclass(frozen=True, slots=True)
class Question:
    control: str
    citation: str
    question: str
    document: str


@dataclass(frozen=True, slots=True)
class Appendix:
    evidence: tuple[EvidenceRow, ...]
    questions: tuple[Question, ...]
    glossary: tuple[Fact, ...]
    manifest: tuple[Fact, ...]
    answers: tuple[AnswerRow, ...] = ()
    """Everything that was said, with who and when."""
    reach: tuple[ReachRow, ...] = ()
    """The segmentation matrix."""
    elements: tuple[ElementRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is told about one scan."""

    format: str
    created_at: datetime
    """When the assessment was made, in UTC: the same assessment gives the same bytes."""
    author: str
    cover: Cover
    summary: Summary
    changes: tuple[ChangeRow, ...]
    seen: Seen
    patient_data: tuple[Fact, ...]
    """Class of device to the devices of it, where patient data is likely to be."""
    networks: tuple[MapNetwork, ...]
    inventory: tuple[DeviceGroup, ...]
    weaknesses: tuple[Weakness, ...]
    register: tuple[RiskRow, ...]
    plan: tuple[ActionRow, ...]
    rule: Rule
    method: Method
    appendix: Appendix
    since: tuple[str, ...]
    """What became of risks and actions since the analysis before, a sentence each."""
    scope: Scope
    holdings: Holdings
    threats: tuple[ThreatRow, ...]
    safeguards: tuple[SafeguardRow, ...]
    borne: Borne
    standards: tuple[StandardRow, ...]
    conflicts: ConflictLedger
    addressable: Addressable
    sets: tuple[SetPage, ...]
    review: Review
