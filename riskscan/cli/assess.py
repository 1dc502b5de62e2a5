"""``riskscan assess``: what a scan means."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, now, scan_option, wanted_scan

if TYPE_CHECKING:
    from riskscan.model import Assessment

LEVELS = ("very low", "low", "moderate", "high", "very high")
FINDINGS_AT_OR_ABOVE = 1


@click.command()
@click.option(
    "--answers",
    "answers_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What the practice answered, as TOML.",
)
@click.option(
    "--fail-on",
    type=click.Choice(LEVELS),
    help="Exit with 1 if a finding is at or above this level.",
)
@click.option(
    "--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; use the exit code.")
@scan_option
@database_option
def assess(
    answers_file: Path | None,
    fail_on: str | None,
    format_: str,
    quiet: bool,
    scan_id: str | None,
    database: Path,
) -> None:
    """Score HIPAA risk and the 54 controls from the evidence. Sends no packet.

    \b
    Example:
      riskscan assess
      riskscan assess --answers answers.toml --fail-on high
    """
    from riskscan import pipeline
    from riskscan.config import load_answers
    from riskscan.model import Level
    from riskscan.store import Store

    answers = load_answers(answers_file) if answers_file else ()
    with Store.open(database, create=False) as store:
        assessment = pipeline.judge(store, wanted_scan(store, scan_id), now=now(), answers=answers)
    if not quiet:
        click.echo(_json(assessment) if format_ == "json" else _text(assessment))
    if fail_on is not None and any(
        f.is_open and f.severity >= Level(fail_on) for f in assessment.findings
    ):
        click.get_current_context().exit(FINDINGS_AT_OR_ABOVE)


def _text(assessment: Assessment) -> str:
    """Return the assessment in a dozen lines."""
    from riskscan.cli.tables import wrapped

    statuses = Counter(c.status.value for c in assessment.controls)
    lines = [assessment.statement, ""]
    lines += [
        f"{risk.id}  {risk.level.value:<9}  {risk.statement}" for risk in assessment.risks[:5]
    ]
    if len(assessment.risks) > 5:
        lines.append(f"... and {len(assessment.risks) - 5} more in the report")
    lines.append("")
    lines.append(
        "Security Rule, 54 controls: "
        + ", ".join(f"{n} {name}" for name, n in sorted(statuses.items()))
    )
    seen = assessment.coverage
    lines.append(
        f"Seen: {seen.devices} devices, {seen.identified} identified; "
        f"{seen.checks_unknown} of {seen.checks_run} checks ended unknown."
    )
    if not assessment.complete:
        lines.append(
            "This is a technical scan report, not yet a risk analysis: questions are open."
        )
    return "\n".join(wrapped(line, 18 if line.startswith("R-") else 0) for line in lines)


def _json(assessment: Assessment) -> str:
    from pydantic import TypeAdapter

    from riskscan.model import Assessment as Shape

    return TypeAdapter(Shape).dump_json(assessment, indent=2).decode()
