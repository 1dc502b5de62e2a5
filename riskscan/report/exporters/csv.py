"""The weaknesses as a table for a spreadsheet or a ticket system: one line per finding.

Columns: see :data:`COLUMNS`. UTF-8 with a byte order mark, because Excel reads a CSV file without
one in the machine's own code page; lines end in CRLF (RFC 4180) and every cell is quoted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from riskscan.report.document import ActionRow, Case, Report, Weakness

COLUMNS: tuple[str, ...] = (
    "finding",
    "severity",
    "check",
    "title",
    "address",
    "mac",
    "device",
    "device_class",
    "summary",
    "confidence",
    "evidence",
    "fix",
    "verify",
    "citations",
    "risks",
    "highest_risk",
    "action",
    "owner",
    "due",
    "cost",
    "scan",
    "practice",
)
"""``due`` is an ISO date; ``citations`` and ``risks`` are lists, parted by spaces."""

_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def neutral(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula: put an apostrophe before it.

    See OWASP, CSV injection. White space before the trigger does not hide it.
    """
    return f"'{cell}" if cell.lstrip(" ").startswith(_TRIGGERS) else cell


def export(report: Report) -> bytes:
    """Write one line for each failed finding, the most severe first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(report):
        writer.writerow([neutral(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    classes = {d.address: d.what for group in report.inventory for d in group.devices}
    actions = {finding: action for action in report.plan for finding in action.findings}
    for weakness in report.weaknesses:
        for case in weakness.cases:
            yield (
                *_what(weakness, case, classes.get(case.address, "")),
                *_so_what(report, case, actions.get(case.finding)),
                report.cover.scan_id,
                report.cover.practice,
            )


def _what(weakness: Weakness, case: Case, device_class: str) -> tuple[str, ...]:
    return (
        case.finding,
        case.severity.value,
        weakness.check,
        weakness.title,
        case.address,
        case.mac,
        case.device,
        device_class,
        case.summary,
        case.confidence,
        case.evidence,
        weakness.fix,
        weakness.verify,
        " ".join(c.citation or c.control for c in weakness.citations),
    )


def _so_what(report: Report, case: Case, action: ActionRow | None) -> tuple[str, ...]:
    risks = [risk for risk in report.register if case.finding in risk.findings]
    return (
        " ".join(risk.id for risk in risks),
        max(risk.level for risk in risks).value if risks else "",
        action.id if action else "",
        action.owner if action else "",
        action.due.isoformat() if action else "",
        action.cost if action else "",
    )
