"""Rows for a person or a machine: a table, JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

import click

Row = dict[str, Any]


def printable(text: str) -> str:
    """Return hostile text with every control and direction character made visible."""
    return "".join(
        char
        if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
        else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def show(rows: Sequence[Row], columns: dict[str, str], format_: str, *, empty: str) -> None:
    """Print rows. ``columns`` maps the keys a table shows to their headings; JSON has all keys."""
    if format_ == "json":
        click.echo(json.dumps(list(rows), indent=2, ensure_ascii=False, default=str))
    elif format_ == "csv":
        click.echo(_csv(rows, list(columns)), nl=False)
    elif not rows:
        click.echo(empty, err=True)
    else:
        _table(rows, columns)


def _table(rows: Sequence[Row], columns: dict[str, str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for key, heading in columns.items():
        table.add_column(
            heading, overflow="fold", no_wrap=key in {"address", "mac", "id", "severity"}
        )
    for row in rows:
        table.add_row(*(_cell(key, row.get(key), Text) for key in columns))
    # Off a terminal nothing is cut: a log or a pipe has no width.
    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(table)


_STYLES = {"very high": "bold red", "high": "red", "moderate": "yellow"}


def _cell(key: str, value: Any, text: Any) -> Any:
    words = printable(_flat(value))
    return text(words, style=_STYLES.get(words, "") if key in {"severity", "level"} else "")


def _flat(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)
    return str(value)


def _csv(rows: Sequence[Row], columns: list[str]) -> str:
    from riskscan.report.exporters.csv import neutral

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([neutral(_flat(row.get(column))) for column in columns])
    return out.getvalue()
