"""``riskscan controls``: what is known of each of the 54 controls of the Security Rule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, format_option, now, scan_option, wanted_scan

if TYPE_CHECKING:
    from riskscan.cli.tables import Columns, Row
    from riskscan.model import ControlResult

STATUSES = (
    "met",
    "met by an alternative",
    "not reasonable, documented",
    "partial",
    "not met",
    "not assessed",
    "not applicable",
)
FIELDS = (
    "id", "citation", "title", "implementation", "status", "assurance", "reason", "findings",
)  # fmt: skip

COLUMNS: Columns = {
    "Id": lambda row: row["id"],
    "Paragraph": lambda row: row["citation"],
    "Control": lambda row: row["title"],
    "Status": lambda row: row["status"],
    "Assurance": lambda row: row["assurance"],
    "Why": lambda row: row["reason"],
}


@click.command()
@click.option(
    "--status", "statuses", type=click.Choice(STATUSES), multiple=True, help="Only these."
)
@scan_option
@format_option
@database_option
def controls(statuses: tuple[str, ...], scan_id: str | None, format_: str, database: Path) -> None:
    """List the 54 controls of the Security Rule: status, how sure that is, and why.

    Assurance: A0 no evidence, A1 a named person said so, A2 a document was sighted, A3 the scan
    saw it, A4 it was measured. What nobody has answered is not assessed, and never met.

    \b
    Example:
      riskscan controls
      riskscan controls --status "not met" --status partial
      riskscan controls --format json
    """
    from riskscan import pipeline
    from riskscan.cli.tables import show
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        assessment = pipeline.current(store, wanted_scan(store, scan_id), now=now())
    rows = [control_row(c) for c in assessment.controls if c.status.value in (statuses or STATUSES)]
    show(rows, COLUMNS, format_, fields=FIELDS, empty="no control has that status")


def control_row(result: ControlResult) -> Row:
    """Return the result of one control as JSON has it."""
    control, answer = result.control, result.answer
    return {
        "id": control.id,
        "citation": control.citation,
        "title": control.title,
        "safeguard": control.safeguard,
        "standard": control.standard,
        "implementation": control.implementation.value,
        "status": result.status.value,
        "assurance": result.assurance.value,
        "reason": result.reason,
        "findings": list(result.findings),
        "lacking": list(result.lacking),
        "answer": answer
        and {
            "value": answer.value.value,
            "by": answer.said_by,
            "on": answer.on.isoformat(),
            "note": answer.note,
            "document": answer.document,
        },
    }
