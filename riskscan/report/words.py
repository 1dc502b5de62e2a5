"""How a report writes dates, counts and the model's terms in plain English."""

from __future__ import annotations

from datetime import date, datetime

from riskscan.model import (
    Assurance,
    ChangeKind,
    Confidence,
    ControlStatus,
    Device,
    Implementation,
    Known,
    Level,
)
from riskscan.report.clean import shortened

NAME_CAP = 80
"""Longest name of a device, a person or a firm in a report, in characters."""

LEVELS: tuple[Level, ...] = tuple(sorted(Level, reverse=True))
"""Worst first."""

CONFIDENCE: dict[Confidence, str] = {
    Confidence.HIGH: "confirmed",
    Confidence.MEDIUM: "probable",
    Confidence.LOW: "inferred",
}

ASSURANCE: dict[Assurance, str] = {
    Assurance.NONE: "no evidence",
    Assurance.ATTESTED: "a person said so",
    Assurance.DOCUMENT: "document seen",
    Assurance.SCANNED: "seen by the scan",
    Assurance.MEASURED: "measured or tested",
}

STATUS: dict[ControlStatus, str] = {
    ControlStatus.NOT_MET: "Not met",
    ControlStatus.PARTIAL: "Partly met",
    ControlStatus.NOT_ASSESSED: "Not assessed",
    ControlStatus.MET: "Met",
    ControlStatus.MET_ALTERNATIVE: "Met otherwise",
    ControlStatus.NOT_REASONABLE: "Not reasonable",
    ControlStatus.NOT_APPLICABLE: "Not applicable",
}
"""In the order of a count: what needs work first. ``Met otherwise`` is met by an alternative, and
``Not reasonable`` is on record with its reason: both for addressable specifications alone."""

KNOWN: dict[Known, str] = {Known.YES: "yes", Known.NO: "no", Known.UNKNOWN: "not known"}

IMPLEMENTATION: dict[Implementation, str] = {
    Implementation.REQUIRED: "Required",
    Implementation.ADDRESSABLE: "Addressable",
}

CHANGE: dict[ChangeKind, str] = {
    ChangeKind.APPEARED: "New on the network",
    ChangeKind.VANISHED: "No longer seen",
    ChangeKind.READDRESSED: "Changed its address",
    ChangeKind.RECLASSIFIED: "Looks like something else",
    ChangeKind.PORT_OPENED: "Opened a service",
    ChangeKind.PORT_CLOSED: "Closed a service",
}


def day(when: date) -> str:
    """``November 21, 2026``."""
    return f"{when:%B} {when.day}, {when.year}"


def moment(when: datetime) -> str:
    """``November 21, 2026, 21:55 UTC``; the scan's clock is UTC throughout."""
    return f"{day(when)}, {when:%H:%M} {when.tzname() or ''}".rstrip()


def lasted(start: datetime, end: datetime) -> str:
    """How long something took: ``48 minutes``."""
    minutes = round((end - start).total_seconds() / 60)
    if minutes < 1:
        return "under a minute"
    hours, rest = divmod(minutes, 60)
    parts = [counted(hours, "hour")] * bool(hours) + [counted(rest, "minute")] * bool(rest)
    return " ".join(parts)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """``1 device``, ``1,200 devices``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(items: tuple[str, ...] | list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def short_name(device: Device) -> str:
    """The device's name for a table: cut, and without the maker if the product repeats it."""
    vendor, product = device.identity.vendor or "", device.identity.product or ""
    repeats = bool(vendor) and product.casefold().startswith(vendor.casefold())
    return shortened(product if repeats else device.name, NAME_CAP)


def software(device: Device) -> str:
    """Version and operating system, as far as they are known."""
    identity = device.identity
    os = " ".join(p for p in (identity.os_family, identity.os_version) if p)
    version = f"version {identity.version}" if identity.version else ""
    return shortened(", ".join(p for p in (version, os) if p), NAME_CAP)
