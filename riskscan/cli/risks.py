"""``riskscan risks``: the risk register of a scan, the highest level first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.follow import accept_risk
from riskscan.cli.options import database_option, format_option, now, scan_option, wanted_scan

if TYPE_CHECKING:
    from riskscan.cli.tables import Columns, Row
    from riskscan.model import Assessment, Risk

LEVELS = ("very low", "low", "moderate", "high", "very high")
FIELDS = (
    "id", "level", "best", "worst", "statement", "threat", "check", "device_class", "members",
    "likelihood", "impact", "findings", "controls", "action", "key", "zone", "assets", "because",
    "asks", "accepted_by", "accepted_until", "reopened",
)  # fmt: skip

COLUMNS: Columns = {
    "Id": lambda row: row["id"],
    "Level": lambda row: row["level"],
    "Best to worst": lambda row: f"{row['best']} to {row['worst']}",
    "Because": lambda row: row["statement"] + _accepted(row),
    "Controls": lambda row: row["controls"],
    "Action": lambda row: row["action"],
}


def _accepted(row: Row) -> str:
    if row["accepted_until"]:
        return f" (accepted by {row['accepted_by']} until {row['accepted_until']})"
    return f" (no longer accepted: {row['reopened']})" if row["reopened"] else ""


@click.group(invoke_without_command=True)
@click.option("--level", type=click.Choice(LEVELS), help="Only this high or higher.")
@scan_option
@format_option
@database_option
@click.pass_context
def risks(
    ctx: click.Context, level: str | None, scan_id: str | None, format_: str, database: Path
) -> None:
    """List the risks: threat, weakness and group of devices, each with its level.

    Best and worst say where the level ends up once every unknown is settled. json and csv have
    the two parts of likelihood and the findings too.

    \b
    Example:
      riskscan risks
      riskscan risks --level high
      riskscan risks --format csv > risks.csv
      riskscan risks accept R-003 --until 2027-05-31 --by "Dana Lake" \\
          --reason "the scanner is replaced in May"
    """
    if ctx.invoked_subcommand is not None:
        return
    from riskscan import pipeline
    from riskscan.cli.tables import show
    from riskscan.model import Level
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        assessment = pipeline.current(store, wanted_scan(store, scan_id), now=now())
    wanted = [r for r in assessment.risks if level is None or r.level >= Level(level)]
    empty = "no risk is that high" if assessment.risks else "no risk was found in what was seen"
    rows = [risk_row(risk, assessment) for risk in wanted]
    show(rows, COLUMNS, format_, fields=FIELDS, empty=empty)


def risk_row(risk: Risk, assessment: Assessment) -> Row:
    """Return a risk as JSON has it, with the controls that its findings speak against."""
    behind = set(risk.findings)
    return {
        "id": risk.id,
        "level": risk.level.value,
        "best": risk.best.value,
        "worst": risk.worst.value,
        "statement": risk.statement,
        "threat": risk.threat.id,
        "threat_title": risk.threat.title,
        "check": risk.check,
        "device_class": risk.device_class.value if risk.device_class else None,
        "members": list(risk.members),
        "severity": risk.severity.value,
        "exposure": risk.exposure,
        "safeguards": risk.controls,
        "initiation": risk.initiation.value,
        "adverse": risk.adverse.value,
        "likelihood": risk.likelihood.value,
        "confidentiality": risk.impact.confidentiality.value,
        "integrity": risk.impact.integrity.value,
        "availability": risk.impact.availability.value,
        "impact": risk.impact.level.value,
        "findings": list(risk.findings),
        "controls": [c.control.id for c in assessment.controls if behind & set(c.findings)],
        "action": risk.action,
        "key": risk.key,
        "zone": risk.zone,
        "assets": risk.assets,
        "because": list(risk.because),
        "asks": list(risk.asks),
        "accepted_by": risk.acceptance and risk.acceptance.approver,
        "accepted_until": risk.acceptance
        and risk.acceptance.until
        and risk.acceptance.until.isoformat(),
        "reopened": risk.reopened,
    }


risks.add_command(accept_risk)
