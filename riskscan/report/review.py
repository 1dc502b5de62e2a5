"""When the analysis must be looked at again, who took part, and who signs."""

from __future__ import annotations

from datetime import UTC, date, timedelta

from riskscan.model import (
    Acceptance,
    AddressableDecision,
    Answer,
    Assessment,
    DeviceException,
    Registers,
    Scan,
    Signature,
)
from riskscan.report.chapters import Review, SignRow
from riskscan.report.clean import shortened
from riskscan.report.words import NAME_CAP, day

_LONGEST = timedelta(days=365)
"""The rule asks for review as needed and names no interval (164.316(b)(2)(iii)); ours is a year."""

_SIGNS = {
    "assessor": "Made this analysis",
    "security official": "Read it, and answers for the plan",
    "owner": "Accepts the remaining risks as listed",
}

TRIGGERS = (
    "a new or replaced system that holds patient data, on site or in the cloud",
    "a move, a new site, a new network or a new way in from outside",
    "a merger, or taking over another practice",
    "an incident: loss, theft, malware, a break-in, or data sent to the wrong place",
    "a change among those with administrator rights, or of the IT provider",
    "a new vendor that sees patient data, or a new kind of access for one",
    "a new law, or an advisory about a device that is in use",
)


def review(assessment: Assessment, registers: Registers) -> Review:
    """Name the next day of review, what comes before it, and the lines to sign."""
    made = assessment.made_at.astimezone(UTC).date()
    ends = sorted((when, what) for when, what in _ends(registers) if when > made)
    latest = made + _LONGEST
    if ends and ends[0][0] < latest:
        return Review(ends[0][0], f"On that day {ends[0][1]}.", TRIGGERS, _signatures(registers))
    why = "A year is the longest that is sensible; the rule asks for review and names no interval."
    return Review(latest, why, TRIGGERS, _signatures(registers))


def _ends(registers: Registers) -> list[tuple[date, str]]:
    """List the days on which something that a person decided runs out."""
    accepted = (a.until for _, a in registers.of(Acceptance))
    excepted = (e.review_on for _, e in registers.of(DeviceException))
    decided = (d.review_on for _, d in registers.of(AddressableDecision))
    return [
        *((when, "the acceptance of a risk ends") for when in accepted if when),
        *((when, "the exception of a device is due for review") for when in excepted if when),
        *((when, "a decision on an addressable safeguard is due") for when in decided if when),
    ]


def _signatures(registers: Registers) -> tuple[SignRow, ...]:
    """List who is on record, and an empty line for each role that is not."""
    known = [
        SignRow(
            role=shortened(each.role, NAME_CAP),
            person=shortened(each.person, NAME_CAP),
            on=each.on,
            what=shortened(each.what, 2 * NAME_CAP) or _SIGNS.get(each.role.casefold(), ""),
        )
        for _, each in registers.of(Signature)
    ]
    roles = " ".join(row.role.casefold() for row in known)
    missing = (SignRow(role, "", None, what) for role, what in _SIGNS.items() if role not in roles)
    return tuple(known) + tuple(missing)


def took_part(scan: Scan, registers: Registers, answers: tuple[Answer, ...]) -> tuple[str, ...]:
    """List who scanned, answered or signed, each once with the first role that is on record."""
    named: dict[str, str] = {}
    for person, role in (
        (scan.site.assessor, "assessor"),
        *((each.person, each.role) for _, each in registers.of(Signature)),
        *((answer.person, answer.role) for answer in answers),
    ):
        known = next((name for name in named if name.startswith(f"{person},")), person)
        if person and not named.get(known):
            named[known] = role
    return tuple(
        shortened(f"{person}, {role}" if role else person, 2 * NAME_CAP)
        for person, role in named.items()
    )


def edition(before: Assessment | None) -> str:
    """Say whether this is the first analysis on file, or which one it replaces."""
    if before is None:
        return "Initial: no earlier one is on file"
    made = day(before.made_at.astimezone(UTC))
    return f"Subsequent: replaces that of {made} (scan {before.scan_id})"
