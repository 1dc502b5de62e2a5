"""How risk was rated, so that a reader can follow each level by hand.

The two matrices are those of NIST SP 800-30 r1, tables G-5 and I-2 (printed again as tables 3
and 7 of SP 800-66 r2). The scale words are ours, after its tables G-2, G-4 and H-3.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date

from riskscan.model import STALE_DAYS, Assessment, FeedState, Level, Scan, stale
from riskscan.report.document import Fact, Matrix, MatrixRow, Method, ScaleRow
from riskscan.report.words import counted, day

VL, L, M, H, VH = Level

LIKELIHOOD: dict[Level, tuple[Level, ...]] = {
    VH: (L, M, H, VH, VH),
    H: (L, M, M, H, VH),
    M: (L, L, M, M, H),
    L: (VL, L, L, M, M),
    VL: (VL, VL, L, L, L),
}
"""Likelihood that a threat starts, by likelihood that it then does harm (table G-5)."""

RISK: dict[Level, tuple[Level, ...]] = {
    VH: (VL, L, M, H, VH),
    H: (VL, L, M, H, VH),
    M: (VL, L, M, M, H),
    L: (VL, L, L, L, M),
    VL: (VL, VL, VL, L, L),
}
"""Likelihood over all, by impact (table I-2)."""

_SCALE: tuple[ScaleRow, ...] = (
    ScaleRow(
        VH,
        "Almost certain to be tried, or to happen by chance",
        "Almost certain to do harm once it starts",
        "Several severe effects: patients could be hurt, or the practice could not go on",
        "15 days",
    ),
    ScaleRow(
        H,
        "Highly likely",
        "Highly likely to do harm",
        "A severe effect: care stops, or many records are exposed",
        "30 days",
    ),
    ScaleRow(
        M,
        "Somewhat likely",
        "Somewhat likely to do harm",
        "A serious effect: care is delayed, or some records are exposed",
        "90 days",
    ),
    ScaleRow(L, "Unlikely", "Unlikely to do harm", "A limited effect", "180 days"),
    ScaleRow(
        VL, "Highly unlikely", "Highly unlikely to do harm", "A negligible effect", "Next review"
    ),
)


_LISTS = {
    "end-of-support": "End of support of systems and products",
    "known-exploited": "Flaws that attackers are known to use (CISA)",
    "epss": "Chance that a flaw is used within 30 days (EPSS)",
    "medical-advisories": "Advisories on medical products (CISA)",
}
"""What a reader calls each part of the knowledge, in the order of the page."""


def method(scan: Scan, assessment: Assessment, knowledge: Sequence[FeedState] = ()) -> Method:
    """Print the matrices, the words of the scale, the threats that were used, how old the facts
    are that it all rests on, and if the scan built on another.
    """
    used = sorted(
        (feed for feed in knowledge if feed.name in _LISTS),
        key=lambda f: list(_LISTS).index(f.name),
    )
    return Method(
        matrices=(
            Matrix(
                "Likelihood",
                "How likely it starts",
                "How likely it then does harm",
                "NIST SP 800-30 Revision 1, table G-5",
                _rows(LIKELIHOOD),
            ),
            Matrix(
                "Level of risk",
                "Likelihood",
                "Impact",
                "NIST SP 800-30 Revision 1, table I-2",
                _rows(RISK),
            ),
        ),
        scale=_SCALE,
        threats=_threats(assessment),
        rescan=_rescan(scan),
        knowledge=tuple(_dated(feed) for feed in used),
        outdated=_outdated(used, assessment.made_at.astimezone(UTC).date()),
    )


def _dated(feed: FeedState) -> Fact:
    if feed.as_of is None:
        return Fact(_LISTS[feed.name], "Not used: nothing of it is held")
    fault = " A newer copy is damaged and was not used." if feed.fault else ""
    size = counted(feed.facts, "entry", "entries")
    return Fact(_LISTS[feed.name], f"As of {day(feed.as_of)}, {size}. From {feed.source}.{fault}")


def _outdated(used: Sequence[FeedState], today: date) -> str:
    """Say which lists are too old on the day of the assessment; one that is not held is no list."""
    old = [feed for feed in used if feed.as_of is not None and stale(feed.as_of, today)]
    if not old:
        return ""
    ages = [
        f"{_LISTS[f.name]}, {(today - f.as_of).days:,} days" for f in old if f.as_of is not None
    ]
    return (
        f"Older than {STALE_DAYS} days when this was assessed: {'; '.join(ages)}. What became "
        "known since then is missing from this report. Renew the lists (riskscan knowledge update; "
        "the dates of end of support come with a newer riskscan) and assess again."
    )


def _rescan(scan: Scan) -> str:
    if scan.rescan_of is None:
        return ""
    days = [s.as_of for d in scan.devices for s in d.host.services if s.as_of is not None]
    taken = f"{len(days):,} port states were taken over" if days else "no port state was taken over"
    oldest = f", the oldest of {min(days).astimezone(UTC):%Y-%m-%d}" if days else ""
    return (
        f"This scan built on scan {scan.rescan_of}: devices that had not changed were asked again "
        f"what would show a change, and {taken}{oldest}; each stands with the day it was asked."
    )


def _rows(table: dict[Level, tuple[Level, ...]]) -> tuple[MatrixRow, ...]:
    return tuple(MatrixRow(level, cells) for level, cells in table.items())


def _threats(assessment: Assessment) -> tuple[Fact, ...]:
    used = {risk.threat.id: risk.threat for risk in assessment.risks}
    return tuple(
        Fact(threat.title, f"{threat.initiation.value.capitalize()}. {threat.basis}")
        for _, threat in sorted(used.items())
    )


GLOSSARY: tuple[Fact, ...] = (
    Fact("Action", "Something to do, with an owner, a date and a way to show that it is done."),
    Fact(
        "Addressable",
        "A part of the rule that must be assessed, then put in place, or replaced by something as "
        "good with the reason written down. It does not mean optional.",
    ),
    Fact("Assurance", "How strong the evidence is: nothing, a word, a document, a scan, a test."),
    Fact("DICOM", "The language in which imaging devices and image archives exchange pictures."),
    Fact(
        "Encryption (TLS)",
        "Scrambling data on its way, so that nobody in between can read or change it.",
    ),
    Fact("ePHI", "Electronic protected health information: patient data in electronic form."),
    Fact("Finding", "One weakness on one device, or on the network as a whole, with its evidence."),
    Fact("HL7", "The language in which clinical systems exchange orders, results and visits."),
    Fact(
        "Inferred, probable, confirmed",
        "How sure a statement is: a guess from one sign; several signs or one strong one; the "
        "device said so itself.",
    ),
    Fact("MAC address", "The number that a network card is made with; it names the maker."),
    Fact("Not assessed", "Nothing is known either way. For risk it counts as missing."),
    Fact("PACS", "The archive that keeps X-rays, ultrasound and other medical images."),
    Fact("Port, service", "A numbered door of a device, and the program that answers behind it."),
    Fact(
        "Risk",
        "What could happen because of a weakness: how likely it is and how much harm it would do.",
    ),
    Fact("SNMP", "A language to read and set network equipment; its default password is public."),
    Fact("Vantage", "The place in the network from which the scan looked."),
)
"""The words a practice manager may not know, by alphabet."""
