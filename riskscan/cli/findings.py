"""``riskscan findings``: what is weak."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, format_option, now, scan_option, wanted_scan

if TYPE_CHECKING:
    from riskscan.cli.tables import Columns, Row
    from riskscan.model import Finding

FIELDS = ("id", "severity", "address", "check", "result", "confidence", "summary")

COLUMNS: Columns = {
    "Severity": lambda row: row["severity"],
    "Address": lambda row: row["address"] or "network",
    "What was seen": lambda row: f"{row['summary']} [{row['check']}]",
    "Sure": lambda row: row["confidence"],
    "Id": lambda row: row["id"],
}


@click.command()
@click.option("--all", "everything", is_flag=True, help="Passed and unknown checks as well.")
@scan_option
@format_option
@database_option
def findings(everything: bool, scan_id: str | None, format_: str, database: Path) -> None:
    """List what is weak, worst first.

    \b
    Example:
      riskscan findings
      riskscan findings --format json | jq '.[] | select(.severity == "very high")'
    """
    from riskscan import pipeline
    from riskscan.cli.tables import show
    from riskscan.model import Result
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        scan = wanted_scan(store, scan_id)
        assessment = store.assessment(scan.id) or pipeline.assess_only(store, scan, now=now())
    wanted = [f for f in assessment.findings if everything or f.result is Result.FAIL]
    wanted.sort(key=lambda f: (-f.severity.rank, f.check, f.address or "", f.id))
    show(
        [_row(f) for f in wanted],
        COLUMNS,
        format_,
        fields=FIELDS,
        empty="no weakness was found in what was seen",
    )


def _row(finding: Finding) -> Row:
    return {
        "id": finding.id,
        "check": finding.check,
        "address": finding.address,
        "result": finding.result.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "summary": finding.summary,
        "evidence": [
            {
                "key": item.observation.key,
                "value": item.observation.value,
                "port": item.observation.port,
                "protocol": item.observation.protocol,
                "says": item.says,
            }
            for item in finding.evidence
        ],
    }
