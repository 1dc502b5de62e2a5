"""What the practice keeps lists of: nouns of its registers, and the registers themselves.

A register is append-only: an edit or a removal adds a word about an entry, with who said it, when
and why, and the newest word counts. Every field is text, a date, a number or one of a few words,
so that an entry can be typed, kept in a spreadsheet, and printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar, cast

from riskscan.model.level import Level


class Known(StrEnum):
    """Yes, no, or not known yet."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class SystemKind(StrEnum):
    ON_SITE = "on site"
    CLOUD = "cloud"
    PORTABLE = "portable"
    """Laptops, tablets, phones that leave the building."""
    MEDIA = "media"
    """Backup disks, memory sticks, discs, paper."""


def _about(text: str, example: str = "") -> dict[str, str]:
    """Say what a field holds, for a prompt, a help text and the head of a column."""
    return {"about": text, "example": example}


@dataclass(frozen=True, slots=True)
class System:
    """A system that holds, makes or passes on ePHI; cloud ones too."""

    name: str = field(metadata=_about("What it is called", "Athena EHR"))
    kind: SystemKind = field(
        default=SystemKind.ON_SITE, metadata=_about("on site, cloud, portable or media")
    )
    holds: str = field(default="", metadata=_about("What patient data is in it", "charts, claims"))
    patients: int | None = field(
        default=None, metadata=_about("About how many people have records in it", "4200")
    )
    addresses: str = field(
        default="", metadata=_about("Its addresses on this network, with spaces", "10.20.0.5")
    )
    vendor: str = field(default="", metadata=_about("Who makes or runs it"))
    owner: str = field(default="", metadata=_about("Who answers for it"))
    location: str = field(default="", metadata=_about("Where it stands"))
    encrypted: Known = field(
        default=Known.UNKNOWN, metadata=_about("Is what it stores encrypted: yes, no or unknown")
    )
    restored_on: date | None = field(
        default=None, metadata=_about("When a restore of it was last tested", "2026-05-02")
    )
    first: int | None = field(
        default=None, metadata=_about("Place in the order of coming back, 1 is first", "1")
    )
    note: str = field(default="", metadata=_about("Anything else"))


@dataclass(frozen=True, slots=True)
class Flow:
    """A way that ePHI takes: in, out, or from one system to another."""

    source: str = field(metadata=_about("Where it comes from", "CT scanner"))
    target: str = field(metadata=_about("Where it goes", "image archive"))
    carries: str = field(default="", metadata=_about("What it carries", "images with names"))
    how: str = field(default="", metadata=_about("By which way", "DICOM over the network"))
    encrypted: Known = field(
        default=Known.UNKNOWN, metadata=_about("Encrypted on the way: yes, no or unknown")
    )
    outside: Known = field(
        default=Known.UNKNOWN, metadata=_about("Does it leave the building: yes, no or unknown")
    )
    note: str = field(default="", metadata=_about("Anything else"))


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor, and whether it is a business associate with an agreement (164.308(b)(3))."""

    name: str = field(metadata=_about("Name of the firm", "Northlight Imaging Support"))
    service: str = field(default="", metadata=_about("What it does for you", "supports the PACS"))
    sees_patient_data: Known = field(
        default=Known.UNKNOWN,
        metadata=_about("Can it see or keep patient data: yes, no or unknown"),
    )
    agreement_on: date | None = field(
        default=None, metadata=_about("Date of the business associate agreement", "2025-03-01")
    )
    clauses: Known = field(
        default=Known.UNKNOWN,
        metadata=_about(
            "Does it bind the firm to the rule, bind its subcontractors, and have it report "
            "incidents: yes, no or unknown"
        ),
    )
    reviewed_on: date | None = field(
        default=None, metadata=_about("When you last went through it", "2026-01-15")
    )
    contact: str = field(default="", metadata=_about("Whom to call"))
    remote_access: Known = field(
        default=Known.UNKNOWN, metadata=_about("Can it get in from outside: yes, no or unknown")
    )
    note: str = field(default="", metadata=_about("Anything else"))


class FdaSubmission(StrEnum):
    """When a device was submitted to the FDA: since 2023-03-29 section 524B asks for security."""

    BEFORE = "before 2023-03-29"
    AFTER = "since 2023-03-29"
    NOT_A_DEVICE = "not an FDA device"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeviceException:
    """A device that cannot be made safe, and what stands in for that; each scan tests it again."""

    device: str = field(metadata=_about("Its address or MAC address", "10.20.0.23"))
    model: str = field(default="", metadata=_about("Maker and model", "ICU Medical Plum 360"))
    checks: str = field(
        default="",
        metadata=_about("Checks that it excuses, with spaces", "cleartext.telnet"),
    )
    reason: str = field(default="", metadata=_about("Why it cannot be put right"))
    control: str = field(
        default="", metadata=_about("What stands in", "only the pump server can reach it")
    )
    blocked: str = field(
        default="",
        metadata=_about("Ports that must stay unreachable, with spaces: tested by each scan", "23"),
    )
    ephi: Known = field(default=Known.UNKNOWN, metadata=_about("Does it hold patient data"))
    fda: FdaSubmission = field(
        default=FdaSubmission.UNKNOWN,
        metadata=_about(
            "FDA submission: before 2023-03-29, since 2023-03-29, not an FDA device or unknown"
        ),
    )
    supported: Known = field(default=Known.UNKNOWN, metadata=_about("Does its maker support it"))
    statement: str = field(default="", metadata=_about("The maker's letter: title and date"))
    approver: str = field(default="", metadata=_about("Who approved it, by name"))
    review_on: date | None = field(
        default=None, metadata=_about("When it is looked at again", "2027-05-31")
    )


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A risk that the practice bears for now. It ends by itself."""

    risk: str = field(metadata=_about("Key of the risk (riskscan risks shows it)", "K-1a2b3c4d"))
    reason: str = field(default="", metadata=_about("Why it is borne"))
    approver: str = field(default="", metadata=_about("Who accepted it, by name"))
    until: date | None = field(default=None, metadata=_about("The last day it holds", "2027-05-31"))
    level: Level | None = field(
        default=None, metadata=_about("Level when it was accepted; filled in by riskscan")
    )
    title: str = field(default="", metadata=_about("The risk in a sentence; filled in by riskscan"))
    basis: str = field(
        default="",
        metadata=_about("What it rests on: class, exposure, known exploits; filled in by riskscan"),
    )


class ActionStatus(StrEnum):
    PLANNED = "planned"
    IN_PROGRESS = "in progress"
    BLOCKED = "blocked"
    DONE_UNVERIFIED = "done, unverified"
    VERIFIED = "verified"
    """A later scan, or a document, showed it."""
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """What the practice says of one action, or an action of its own."""

    action: str = field(
        metadata=_about("Key of the action (riskscan actions shows it); own.NAME for one of yours")
    )
    title: str = field(default="", metadata=_about("What is to be done; for one of yours"))
    owner: str = field(default="", metadata=_about("Who does it, by name"))
    due: date | None = field(default=None, metadata=_about("Until when", "2027-01-31"))
    cost: str = field(default="", metadata=_about("Roughly what it costs", "under $1,000"))
    status: ActionStatus = field(
        default=ActionStatus.PLANNED,
        metadata=_about("planned, in progress, blocked, done (unverified), accepted or cancelled"),
    )
    done_on: date | None = field(default=None, metadata=_about("When it was done", "2026-12-12"))
    document: str = field(
        default="", metadata=_about("Document that shows it is done: title and date")
    )
    criterion: str = field(default="", metadata=_about("How one sees that it is done"))
    level: Level | None = field(
        default=None, metadata=_about("How pressing, for one of yours", "moderate")
    )
    vendor: str = field(default="", metadata=_about("Firm that helps"))
    interim: str = field(default="", metadata=_about("What helps until then"))
    note: str = field(default="", metadata=_about("Anything else"))
    findings: str = field(
        default="",
        metadata=_about("Ids of the findings that it answers, with spaces; filled in by riskscan"),
    )


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """A device on the practice's own list (164.310(d)(2)(iii)): a second source beside the scan."""

    name: str = field(metadata=_about("What it is called", "Exam room 2 PC"))
    address: str = field(default="", metadata=_about("Address", "192.168.1.22"))
    mac: str = field(default="", metadata=_about("MAC address", "00:09:fb:12:34:56"))
    kind: str = field(default="", metadata=_about("What it is", "workstation"))
    location: str = field(default="", metadata=_about("Where it stands", "exam room 2"))
    accountable: str = field(default="", metadata=_about("Who answers for it", "Dana Lake"))
    encrypted: Known = field(
        default=Known.UNKNOWN, metadata=_about("Is its disk encrypted: yes, no or unknown")
    )
    gone_on: date | None = field(
        default=None, metadata=_about("When it was taken out of use", "2026-08-01")
    )
    disposal: str = field(
        default="", metadata=_about("How it was disposed of or wiped: document and date")
    )
    note: str = field(default="", metadata=_about("Anything else"))


@dataclass(frozen=True, slots=True)
class Worth:
    """What a class of device is worth to this practice, where that differs from the default."""

    device_class: str = field(metadata=_about("Class of device", "pacs_archive"))
    confidentiality: Level | None = field(default=None, metadata=_about("very low to very high"))
    integrity: Level | None = field(default=None, metadata=_about("very low to very high"))
    availability: Level | None = field(default=None, metadata=_about("very low to very high"))
    reason: str = field(default="", metadata=_about("Why, in a sentence"))


@dataclass(frozen=True, slots=True)
class ThreatView:
    """What the practice says of one threat: not to be expected here, or likelier or less likely."""

    threat: str = field(metadata=_about("Id of the threat", "T13"))
    considered: Known = field(
        default=Known.YES, metadata=_about("Is it to be expected at all: yes or no")
    )
    likelihood: Level | None = field(
        default=None, metadata=_about("How likely it starts: one step from the default at most")
    )
    reason: str = field(default="", metadata=_about("Why, in a sentence"))


class Choice(StrEnum):
    """What was decided about an addressable specification (164.306(d)(3))."""

    IMPLEMENTED = "implemented"
    ALTERNATIVE = "alternative"
    """Not as written; something else that does as much is in place."""
    NOT_REASONABLE = "not reasonable"
    """Neither is reasonable and appropriate here, and it is on record why."""
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class AddressableDecision:
    """The record of decision on one addressable specification. Addressable is never optional."""

    control: str = field(metadata=_about("Id of the control", "T03"))
    decision: Choice = field(
        default=Choice.UNDECIDED,
        metadata=_about("implemented, alternative, not reasonable or undecided"),
    )
    rationale: str = field(
        default="",
        metadata=_about("Why: size, infrastructure, cost, and how likely and grave the risk is"),
    )
    alternative: str = field(default="", metadata=_about("What is in place instead"))
    approver: str = field(default="", metadata=_about("Who decided, by name"))
    decided_on: date | None = field(
        default=None, metadata=_about("Day of the decision", "2026-11-02")
    )
    review_on: date | None = field(
        default=None, metadata=_about("When it is looked at again", "2027-11-02")
    )


@dataclass(frozen=True, slots=True)
class Signature:
    """Who took part in the analysis, and who signed it."""

    role: str = field(metadata=_about("assessor, security official, owner", "security official"))
    person: str = field(default="", metadata=_about("Their name"))
    on: date | None = field(default=None, metadata=_about("Day of the signature", "2026-11-22"))
    what: str = field(
        default="", metadata=_about("What is signed", "accepts the remaining risks as listed")
    )


Content = (
    System
    | Flow
    | Vendor
    | DeviceException
    | Acceptance
    | ActionEntry
    | ListedDevice
    | Worth
    | ThreatView
    | AddressableDecision
    | Signature
)
"""What an entry of a register can hold."""


@dataclass(frozen=True, slots=True)
class Register:
    """A list that the practice keeps."""

    name: str
    """As the command line names it: ``vendors``."""
    prefix: str
    """Of the ids of its entries: ``VEN``."""
    content: type[Content]
    one: str
    """A single entry in words: ``vendor``."""
    says: str
    """What it is for, in one line."""
    key: tuple[str, ...]
    """Fields that tell two entries apart: an import of the same row again changes nothing."""


REGISTERS: dict[str, Register] = {
    register.name: register
    for register in (
        Register("systems", "SYS", System, "system",
                 "Systems that hold patient data, cloud ones included.", ("name",)),
        Register("flows", "FLOW", Flow, "data flow",
                 "Ways that patient data takes, in, out and between systems.",
                 ("source", "target", "carries")),
        Register("vendors", "VEN", Vendor, "vendor",
                 "Vendors, and the date of each business associate agreement.", ("name",)),
        Register("exceptions", "EXC", DeviceException, "device exception",
                 "Devices that cannot be put right, and what stands in; tested by each scan.",
                 ("device", "checks")),
        Register("acceptances", "ACC", Acceptance, "risk acceptance",
                 "Risks that the practice bears, by whom, why and until when.", ("risk",)),
        Register("todo", "TODO", ActionEntry, "action",
                 "Owner, day and state of each action, and actions of your own.", ("action",)),
        Register("inventory", "INV", ListedDevice, "listed device",
                 "The practice's own list of devices, to hold against what was found.",
                 ("name", "mac", "address")),
        Register("worth", "WOR", Worth, "worth of a class",
                 "What a class of device is worth here, where it differs from the default.",
                 ("device_class",)),
        Register("threats", "THR", ThreatView, "view of a threat",
                 "Threats that are not to be expected here, or likelier than the default.",
                 ("threat",)),
        Register("addressable", "ADR", AddressableDecision, "decision record",
                 "Decisions on addressable specifications (164.306(d)(3)).", ("control",)),
        Register("signatures", "SIG", Signature, "signature",
                 "Who took part in the risk analysis, and who signed it.", ("role", "person")),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One word about one entry of a register."""

    register: str
    id: str
    """``VEN-03``: numbered in its register, never used twice."""
    content: Content
    person: str
    """Who said so."""
    made_at: datetime
    reason: str = ""
    removed: bool = False
    """The entry no longer counts; what it said stays on record."""


_C = TypeVar("_C", bound=Content)


@dataclass(frozen=True, slots=True)
class Registers:
    """The newest word about every entry that counts, in order of register and number."""

    entries: tuple[Entry, ...] = ()

    def of(self, kind: type[_C]) -> Iterator[tuple[Entry, _C]]:
        """Yield the entries of one kind, each with its content."""
        for entry in self.entries:
            if isinstance(entry.content, kind):
                yield entry, cast(_C, entry.content)
