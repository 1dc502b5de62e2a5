"""``riskscan checks``: what is looked for, why it matters, how to put it right."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import format_option

if TYPE_CHECKING:
    from riskscan.cli.tables import Columns, Row
    from riskscan.model import Check

FIELDS = ("id", "severity", "title", "what", "why", "fix", "verify", "controls")

COLUMNS: Columns = {
    "Check": lambda row: row["id"],
    "Severity": lambda row: row["severity"],
    "What it finds": lambda row: row["title"],
    "Controls": lambda row: [cited["citation"] for cited in row["controls"]],
}


@click.group(invoke_without_command=True)
@format_option
@click.pass_context
def checks(ctx: click.Context, format_: str) -> None:
    """List all checks: what each finds, how severe it is, which controls it speaks to.

    json and csv hold the whole text of each.

    \b
    Example:
      riskscan checks
      riskscan checks --format json > checks.json
      riskscan checks show cleartext.telnet
    """
    if ctx.invoked_subcommand is not None:
        return
    from riskscan.cli.tables import show

    rows = check_rows()
    if format_ == "csv":
        rows = [{**row, "controls": _in_words(row)} for row in rows]
    show(rows, COLUMNS, format_, fields=FIELDS, empty="there is no check")


@checks.command("show")
@click.argument("check_id", metavar="ID")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text")
def show_check(check_id: str, format_: str) -> None:
    """Print the whole text of a check.

    \b
    Example:
      riskscan checks show cleartext.telnet
    """
    row = check_row(wanted_check(check_id))
    if format_ == "json":
        click.echo(json.dumps(row, indent=2, ensure_ascii=False))
        return
    from riskscan.cli.tables import wrapped

    click.echo(f"{row['title']}\n{row['id']}, severity {row['severity']}")
    for line in check_lines(row):
        click.echo(wrapped(line, 2))


def wanted_check(check_id: str) -> Check:
    """Return the check, or the gap, of that id.

    Raises :class:`click.UsageError`, with the nearest ids.
    """
    from riskscan.assess import CHECK_TEXTS

    if check_id in CHECK_TEXTS:
        return CHECK_TEXTS[check_id]
    close = get_close_matches(check_id, CHECK_TEXTS, cutoff=0.4)
    hint = f"Did you mean {' or '.join(close)}?" if close else "riskscan checks lists all."
    raise click.UsageError(f"There is no check {check_id[:60]!r}. {hint}")


def check_rows() -> list[Row]:
    """Return every check as JSON and CSV have it."""
    from riskscan.assess import CHECKS

    return [check_row(judgement.check) for judgement in CHECKS.values()]


def check_row(check: Check) -> Row:
    """Return one check, with the title of each control that it speaks to."""
    from riskscan.assess import load_checklist

    controls = {control.id: control for control in load_checklist().controls}
    return {
        "id": check.id,
        "severity": check.severity.value,
        "title": check.title,
        "what": check.what,
        "why": check.why,
        "fix": check.fix,
        "verify": check.verify,
        "controls": [
            {
                "id": cited.control,
                "citation": controls[cited.control].citation,
                "title": controls[cited.control].title,
                "reason": cited.reason,
            }
            for cited in check.citations
        ],
    }


def check_lines(row: Row) -> list[str]:
    """Return the text of a check, a paragraph a line."""
    lines = ["", f"What: {row['what']}", "", f"Why it matters: {row['why']}"]
    lines += ["", f"How to put it right: {row['fix']}", "", f"How to verify: {row['verify']}"]
    lines += ["", "Controls of the Security Rule that it speaks to:"]
    return lines + [
        f"  {cited['id']} {cited['citation']} {cited['title']}: {cited['reason']}"
        for cited in row["controls"]
    ]


def _in_words(row: Row) -> list[str]:
    return [f"{cited['id']} {cited['citation']}: {cited['reason']}" for cited in row["controls"]]
