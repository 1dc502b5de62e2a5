"""Entries of registers as rows, and a spreadsheet of them taken in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from riskscan.cli.tables import Columns, Row
    from riskscan.config.registers import Line
    from riskscan.model import Content, Entry, Register, Registers
    from riskscan.store import Store

_SHOWN = 6
"""Fields that a table shows; the machine formats have them all."""


def with_example(says: str, register: Register, words: str) -> str:
    """Return a help text with an example of the verb at its end."""
    return f"{says}\n\n\b\nExample:\n  riskscan register {register.name} {words}".rstrip()


def first_entry(register: Register) -> str:
    """Return how a first entry is added, as an example."""
    from riskscan.config import first_fields

    told = (f'--{name.replace("_", "-")} "{text}"' for name, text in first_fields(register))
    return " ".join(("add", *told))


def overview_rows(registers: Registers) -> list[Row]:
    """Return one row for each register, with how many entries count."""
    from riskscan.model import REGISTERS

    return [
        {
            "register": register.name,
            "entries": sum(e.register == register.name for e in registers.entries),
            "says": register.says,
        }
        for register in REGISTERS.values()
    ]


def entry_row(entry: Entry) -> Row:
    """Return an entry as JSON has it."""
    from riskscan.config import write_entry

    written = write_entry(entry.content)
    said = "; ".join(f"{name.replace('_', ' ')}: {text}" for name, text in written.items() if text)
    return {
        "id": entry.id,
        **written,
        "by": entry.person,
        "said_on": f"{entry.made_at:%Y-%m-%d}",
        "changed_because": entry.reason,
        "removed": entry.removed,
        "said": said,
    }


def shown_columns(register: Register, rows: Sequence[Row]) -> Columns:
    """Return the columns of a table: the first fields in which anything stands."""
    from riskscan.config import field_names

    filled = [name for name in field_names(register) if any(row[name] for row in rows)]
    columns: Columns = {"Id": lambda row: row["id"]}
    for name in filled[:_SHOWN]:
        columns[name.replace("_", " ").capitalize()] = lambda row, name=name: row[name]  # type: ignore[misc]
    return columns


def spreadsheet(register: Register, entries: Iterable[Entry]) -> str:
    """Return entries as CSV; no cell of it can be a formula."""
    from riskscan.config import field_names, guarded, write_entry

    names = field_names(register)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("id", *names))
    for entry in entries:
        written = write_entry(entry.content)
        writer.writerow((entry.id, *(guarded(written[name]) for name in names)))
    return text.getvalue()


def key_of(register: Register, content: Content) -> tuple[str, ...]:
    """Return what tells an entry from another, however it is capitalised."""
    from riskscan.config import write_entry

    written = write_entry(content)
    return tuple(" ".join(written[name].split()).casefold() for name in register.key)


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did."""

    added: int
    changed: int
    same: int


def take_in(
    store: Store,
    register: Register,
    lines: Sequence[Line],
    person: str,
    at: datetime,
    *,
    only_check: bool,
) -> Taken:
    """Take the rows of a file into a register; nothing of it if one row is wrong.

    Raises :class:`click.UsageError` for a row that names an entry that is not there.
    """
    from riskscan import pipeline
    from riskscan.config import parse_entry

    known = {e.id: e for e in store.registers().entries if e.register == register.name}
    by_key = {key_of(register, e.content): e for e in known.values()}
    words: list[tuple[str | None, Content]] = []
    same = 0
    for line in lines:
        entry = known.get(line.id) if line.id else None
        if line.id and entry is None:
            raise click.UsageError(f"{line.where}there is no entry {line.id[:40]!r}.")
        content = parse_entry(
            register, line.written, onto=entry.content if entry else None, where=line.where
        )
        entry = entry or by_key.get(key_of(register, content))
        if entry is not None and not line.id:
            content = parse_entry(register, line.written, onto=entry.content, where=line.where)
        if entry is not None and content == entry.content:
            same += 1
            continue
        words.append((entry.id if entry else None, content))
    if not only_check:
        for id, content in words:
            pipeline.record_entry(
                store, register.name, content, person, at, entry_id=id, reason="imported"
            )
    added = sum(id is None for id, _ in words)
    return Taken(added, len(words) - added, same)
