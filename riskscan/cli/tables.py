"""Rows for a person or a machine: a table, JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import click

Row = dict[str, Any]
Columns = dict[str, Callable[[Row], Any]]


def printable(text: str) -> str:
    """Return hostile text with every control and direction character made visible."""
    return "".join(
        char
        if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
        else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def wrapped(text: str, indent: int = 0, *, err: bool = False) -> str:
    """Return a line broken between words on a terminal, and whole anywhere else.

    The terminal is where standard output goes, or with ``err`` standard error.
    """
    if not (sys.stderr if err else sys.stdout).isatty():
        return text
    width = shutil.get_terminal_size().columns
    return textwrap.fill(text, width, subsequent_indent=" " * indent, break_on_hyphens=False)


def show(
    rows: Sequence[Row], columns: Columns, format_: str, *, fields: Sequence[str], empty: str
) -> None:
    """Print rows.

    A table shows ``columns``: heading to what stands there. JSON has every key of a row, CSV has
    ``fields`` in that order.
    """
    if format_ == "json":
        click.echo(json.dumps(list(rows), indent=2, ensure_ascii=False, default=str))
    elif format_ == "csv":
        click.echo(_csv(rows, fields), nl=False)
    elif not rows:
        click.echo(empty, err=True)
    else:
        _table(rows, columns)


def _table(rows: Sequence[Row], columns: Columns) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in columns:
        table.add_column(heading, overflow="fold", no_wrap=heading in _WHOLE)
    for row in rows:
        words = [printable(_flat(cell(row))) for cell in columns.values()]
        table.add_row(*(Text(word, style=_STYLES.get(word, "")) for word in words))
    # Off a terminal nothing is cut: a log or a pipe has no width.
    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(table)


_WHOLE = frozenset({"Address", "MAC", "Id", "Severity", "Scan"})
_STYLES = {"very high": "bold red", "high": "red", "moderate": "yellow"}


def _flat(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)
    return str(value)


def _csv(rows: Sequence[Row], fields: Sequence[str]) -> str:
    from riskscan.report.exporters.csv import neutral

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(fields)
    for row in rows:
        writer.writerow([neutral(_flat(row.get(field))) for field in fields])
    return out.getvalue()
