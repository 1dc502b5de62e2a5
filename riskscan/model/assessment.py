"""What a scan means: findings, control status, risks and what to do about them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from riskscan.model.decision import Decision
from riskscan.model.device import DeviceClass, Evidence
from riskscan.model.level import Confidence, Level


class Result(StrEnum):
    """How a check ended (XCCDF 1.2's words). Unknown is never pass."""

    PASS = "pass"
    """The check was able to see the weakness on this device, and did not."""
    FAIL = "fail"
    UNKNOWN = "unknown"
    """Not scanned, filtered, skipped for safety, or the device did not say."""
    NOT_APPLICABLE = "notapplicable"
    NOT_CHECKED = "notchecked"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Citation:
    """A control that a check speaks to, and why in one line."""

    control: str
    """Leaf id of the checklist: ``T09``."""
    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """What a check looks for, in words; the judgement itself is a function in ``assess.checks``."""

    id: str
    title: str
    """One line that a practice manager understands: ``A database can be reached``."""
    severity: Level
    """Level of a finding unless the judgement says otherwise."""
    what: str
    """What is wrong."""
    why: str
    """What it means for patient data or patient safety."""
    fix: str
    """How to put it right."""
    verify: str
    """How to see that it is right."""
    citations: tuple[Citation, ...]
    """At most three."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check on one device (or on the network as a whole)."""

    id: str
    """``F-`` and 8 hex digits of the check id and the device key: the same in every scan."""
    check: str
    address: str | None
    """None for a finding about the whole network."""
    device_key: str | None
    result: Result
    severity: Level
    confidence: Confidence
    summary: str
    """This case in one sentence; for unknown, why it is not known."""
    evidence: tuple[Evidence, ...] = ()
    decision: Decision | None = None
    """What a named person decided about it, while that holds."""
    reopened: str | None = None
    """Why an earlier decision no longer holds; None if there was none, or it does."""

    @property
    def is_open(self) -> bool:
        """Say whether it is a weakness that nobody has decided about."""
        return self.result is Result.FAIL and self.decision is None

    @property
    def evidence_hash(self) -> str:
        """16 hex digits over what was seen and how the check ended: a decision rests on it.

        The values of clocks and of what else changes by itself are left out.
        """
        seen = sorted(
            (
                o.key,
                "" if o.key in _RESTLESS else o.value,
                str(o.port or ""),
                o.protocol or "",
            )
            for o in (evidence.observation for evidence in self.evidence)
        )
        facts = (self.check, self.device_key or "", self.result.value)
        text = "\n".join(("\t".join(facts), *("\t".join(map(repr, each)) for each in seen)))
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


_RESTLESS = frozenset(
    {
        "icmp.ttl",
        "ip.ttl",
        "http.clock-skew",
        "ntlm.clock-skew",
        "smb.boot-time",
        "smb.clock-skew",
    }
)
"""Observations whose value differs from scan to scan although nothing has changed."""


class Implementation(StrEnum):
    REQUIRED = "required"
    ADDRESSABLE = "addressable"
    """Assess, then implement, or document why not and what instead (164.306(d)(3))."""


class ScanPower(StrEnum):
    """What a network scan can say about a control."""

    REFUTE = "refute"
    SUPPORT = "support"
    BOTH = "both"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Control:
    """One leaf control of the Security Rule: a specification, or a standard judged on its own."""

    id: str
    """A01-A23, P01-P10, T01-T09, O01-O12."""
    citation: str
    """``164.312(e)(2)(ii)``."""
    title: str
    safeguard: str
    """``administrative``, ``physical``, ``technical`` or ``organizational``."""
    standard: str
    """Title of the standard it belongs to."""
    standard_citation: str
    implementation: Implementation
    scan_power: ScanPower
    scan_says: str
    """What a scan can and cannot say, in one sentence."""
    question: str
    """What must be asked otherwise, in plain words."""
    document: str = ""
    """The document to sight, if one is needed."""
    checks: tuple[str, ...] = ()
    """Ids of the checks that can refute it."""
    default_not_applicable: str = ""
    """Why it does not apply to an ordinary practice; empty if it does."""


@dataclass(frozen=True, slots=True)
class Checklist:
    """A regulation as data."""

    id: str
    title: str
    revision: str
    source: str
    checked_on: date
    controls: tuple[Control, ...]


class ControlStatus(StrEnum):
    MET = "met"
    PARTIAL = "partial"
    NOT_MET = "not met"
    NOT_ASSESSED = "not assessed"
    NOT_APPLICABLE = "not applicable"


class Assurance(StrEnum):
    """How strong the evidence behind a status is."""

    NONE = "A0"
    ATTESTED = "A1"
    DOCUMENT = "A2"
    SCANNED = "A3"
    MEASURED = "A4"


class AnswerValue(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a named person said about one control."""

    control: str
    value: AnswerValue
    person: str
    on: date
    note: str = ""
    document: str = ""
    """Title and date of a document that was sighted; empty if none was."""


@dataclass(frozen=True, slots=True)
class ControlResult:
    """The status of one control, why, and on what evidence."""

    control: Control
    status: ControlStatus
    assurance: Assurance
    reason: str
    findings: tuple[str, ...] = ()
    """Ids of the findings that decided it."""
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Threat:
    """Something that could happen, with how likely it is to be tried."""

    id: str
    title: str
    phrase: str
    """Fits in: 'Because <weakness> on <assets>, <phrase> could cause <harm>'."""
    initiation: Level
    """Likelihood that the event starts (NIST SP 800-30 r1, first part)."""
    basis: str


@dataclass(frozen=True, slots=True)
class Impact:
    """What a class of device costs when it fails, for each property."""

    confidentiality: Level
    integrity: Level
    availability: Level

    @property
    def level(self) -> Level:
        return max(self.confidentiality, self.integrity, self.availability)


@dataclass(frozen=True, slots=True)
class Risk:
    """One scenario: a threat, a weakness and a group of alike devices, with its level."""

    id: str
    """``R-001``: by rank within one assessment."""
    threat: Threat
    check: str
    """The weakness, as the check that found it."""
    device_class: DeviceClass | None
    """Class of the group; None for the network as a whole."""
    members: tuple[str, ...]
    """Addresses of the group."""
    severity: Level
    """V: how bad the weakness is."""
    exposure: int
    """X: +1 reachable from an untrusted zone, 0 same network or untested, -1 tested unreachable."""
    controls: int
    """K: how many independent safeguards act on this pair; 0 unless measured."""
    initiation: Level
    adverse: Level
    """Likelihood that the event leads to harm."""
    likelihood: Level
    impact: Impact
    level: Level
    best: Level
    """Level if every unknown turned out well."""
    worst: Level
    """Level if every unknown turned out badly."""
    statement: str
    """'Because <weakness> on <assets>, <threat> could cause <harm>.'"""
    findings: tuple[str, ...]
    action: str
    """Id of the action that answers it."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do: a line of the risk management plan."""

    id: str
    """``ACT-01``."""
    title: str
    how: str
    owner: str
    """A role until a person is named: ``IT provider``."""
    due: date
    cost: str
    """A band: ``none``, ``under $1,000`` ..."""
    level: Level
    """Highest level among its risks."""
    risks: tuple[str, ...]
    findings: tuple[str, ...]
    criterion: str
    """How a later scan or a document shows that it is done."""


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
