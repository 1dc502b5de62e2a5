"""A regulation as data, and the status of each of its controls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from riskscan.model.answer import Answer
from riskscan.model.level import Confidence
from riskscan.model.registers import AddressableDecision


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
    why: str = ""
    """Why it is asked."""
    good: str = ""
    """What a good answer looks like."""
    asked_of: str = ""
    """Who usually knows."""
    checks: tuple[str, ...] = ()
    """Ids of the checks that can refute it."""
    default_not_applicable: str = ""
    """Why it does not apply to an ordinary practice; empty if it does."""


class Proof(StrEnum):
    """A kind of evidence that a control can need before it is met."""

    ATTEST = "attest"
    """A named person says yes."""
    DOCUMENT = "document"
    """The control's document was sighted."""
    WALK = "walk"
    """Every question of the site walk that names the control was answered well."""
    SCAN = "scan"
    """Its checks could look at every important device and nearly all others, not long ago."""
    SECOND_SCAN = "second scan"
    """There is an earlier scan beside this one: two dated technical evaluations."""
    IMPORT = "import"
    """A report about every computer, read in."""
    ENCRYPTED = "encrypted"
    """The practice's lists say of every device and system that what it stores is encrypted."""
    RESTORE = "restore"
    """A restore was tested, with its date."""
    AGREEMENTS = "agreements"
    """Every business associate has an agreement on file, and a recent one."""
    CLAUSES = "clauses"
    """Each agreement holds the three clauses."""
    DEVICE_LIST = "device list"
    """The practice's own list of devices and what the scan saw agree."""
    GONE_DEVICES = "gone devices"
    """Where each device went that is no longer there."""


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """What it takes to call one control met, beside that nothing speaks against it."""

    needs: tuple[Proof, ...]
    """All of them."""
    import_says: str = ""
    """Which report would have to be read in, where one is needed."""
    document_within: int | None = None
    """Days that may lie between the document's own date and the day it was sighted."""
    positive: tuple[str, ...] = ()
    """Checks whose pass, with evidence, shows a safeguard at work and not just an absent
    weakness."""
    asks_whether: bool = False
    """Its question asks whether the control applies at all: a no says that it does not."""


@dataclass(frozen=True, slots=True)
class Checklist:
    """A regulation as data."""

    id: str
    title: str
    revision: str
    source: str
    checked_on: date
    controls: tuple[Control, ...]
    sufficiency: Mapping[str, Sufficiency] = field(default_factory=dict)
    """What it takes to call each control met, by its id."""


class ControlStatus(StrEnum):
    MET = "met"
    MET_ALTERNATIVE = "met by an alternative"
    """Addressable, and something else that does as much is in place and on record."""
    NOT_REASONABLE = "not reasonable, documented"
    """Addressable, and on record why it is not reasonable here (164.306(d)(3))."""
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


class EvidenceKind(StrEnum):
    """Where a piece of evidence on a control comes from."""

    SCAN = "scan"
    IMPORT = "import"
    ATTEST = "attest"
    DOCUMENT = "document"
    WALK = "walk"


class Polarity(StrEnum):
    SUPPORTS = "supports"
    REFUTES = "refutes"
    NEUTRAL = "neutral"
    """It was looked at, and says nothing either way."""


@dataclass(frozen=True, slots=True)
class ControlEvidence:
    """One piece of evidence on one control."""

    kind: EvidenceKind
    polarity: Polarity
    says: str
    """In one sentence."""
    source: str
    """Finding id, question id or register entry that it rests on."""
    confidence: Confidence
    observed_on: date
    expires_on: date | None = None
    covered: int | None = None
    """Assets that it covers; None where it is not about single assets."""
    in_scope: int | None = None
    """Assets that it would have to cover."""


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
    evidence: tuple[ControlEvidence, ...] = ()
    """All that speaks for it, against it, or was looked at and says nothing."""
    lacking: tuple[str, ...] = ()
    """What keeps it from being met, one sentence each."""
    decision: AddressableDecision | None = None
    """The practice's record of decision on an addressable specification."""


@dataclass(frozen=True, slots=True)
class StandardResult:
    """The roll-up of one standard: the worst among its applicable controls, shown as counts."""

    citation: str
    title: str
    status: ControlStatus
    counts: Mapping[str, int] = field(default_factory=dict)
    """Status in words to how many of its controls have it; never averaged."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """An answer that disagrees with what the scan saw."""

    control: str
    said: str
    """The answer, with who and when."""
    seen: str
    """What the scan saw against it."""
    findings: tuple[str, ...]
    is_open: bool
    closed_by: str = ""
    """Who closed it, as what, why and until when; empty while it is open."""
