"""``riskscan report``: tell someone."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from riskscan.cli.options import database_option, now, scan_option, wanted_scan

FORMATS = ("pdf", "html", "json", "csv")


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Where to write; - for standard output."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="If the suffix of --output does not tell.",
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the json report, and stop.")
@scan_option
@database_option
def report(
    output: Path | None, format_: str | None, schema: bool, scan_id: str | None, database: Path
) -> None:
    """Write the report: PDF, HTML, JSON or CSV.

    \b
    Example:
      riskscan report -o lakeside.pdf
      riskscan report --format json -o - | jq .
      riskscan report --schema
    """
    from riskscan import pipeline
    from riskscan import report as stage
    from riskscan.errors import StoreLocked
    from riskscan.store import Store

    if schema:
        click.echo(json.dumps(stage.schema(), indent=2))
        return
    chosen = _format(output, format_)
    with Store.open(database, create=False, writer=False) as store:
        scan = wanted_scan(store, scan_id)
        filed = store.assessment(scan.id)
        is_new = filed is None or pipeline.is_outdated(store, scan, filed, now())
    # A reader works beside a scan that is under way; only the first assessment must be written.
    try:
        store = Store.open(database, create=False, writer=is_new)
    except StoreLocked:
        if filed is None:
            raise
        store = Store.open(database, create=False, writer=False)
    with store:
        content = pipeline.render(store, wanted_scan(store, scan_id), format_=chosen, now=now())
    if output is None or str(output) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        pipeline.write(output, content)
        click.echo(f"{output} ({len(content) / 1024:,.0f} KiB)", err=True)


def _format(output: Path | None, format_: str | None) -> str:
    """Return the format that was asked for, by name or by suffix."""
    if format_ is not None:
        if output is None and format_ == "pdf" and sys.stdout.isatty():
            raise click.UsageError("a PDF cannot be shown on a terminal; give -o FILE.")
        return format_
    if output is None:
        raise click.UsageError("give -o FILE, or --format for standard output.")
    suffix = output.suffix.lower().lstrip(".")
    if suffix not in FORMATS:
        known = ", ".join(FORMATS)
        raise click.UsageError(
            f"the suffix of {output} names no format; use one of {known}, or give --format."
        )
    return suffix
