"""The verbs of a register that change it: add, edit, remove and import."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskscan.cli.options import database_parameter, now
from riskscan.cli.register_rows import first_entry, key_of, take_in, with_example

if TYPE_CHECKING:
    from riskscan.model import Content, Entry, Register
    from riskscan.store import Store

LONGEST = 400
"""Characters that are kept of a reason."""


def _field_options(register: Register) -> list[click.Option]:
    from riskscan.config import field_help, words_of

    options = []
    for name, says in field_help(register).items():
        words = words_of(register, name)
        few = words if 0 < len(words) <= 8 else ()
        options.append(
            click.Option(
                [f"--{name.replace('_', '-')}", f"field_{name}"],
                metavar="|".join(f'"{w}"' if " " in w else w for w in few) or "TEXT",
                help=says,
                shell_complete=lambda _c, _p, begun, few=few: [
                    w for w in few if w.startswith(begun)
                ],
            )
        )
    return options


def _completing(words: Sequence[str]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    return lambda _context, _parameter, begun: [w for w in words if w.startswith(begun)]


def _person_option() -> click.Option:
    return click.Option(
        ["--by", "person"], envvar="RISKSCAN_PERSON", show_envvar=True, help="Your name."
    )


def _written(values: dict[str, Any]) -> dict[str, str]:
    return {
        name.removeprefix("field_"): text
        for name, text in values.items()
        if name.startswith("field_") and text is not None
    }


def named(person: str | None) -> str:
    """Return who says it. Raises :class:`click.UsageError` if nobody does."""
    if not person or not person.strip():
        raise click.UsageError("say who you are: --by NAME, or set RISKSCAN_PERSON.")
    return person.strip()[:80]


def add_verb(register: Register) -> click.Command:
    """Make the verb that adds an entry, from options or by asking."""

    def callback(person: str | None, database: Path, **values: Any) -> None:
        from riskscan import pipeline
        from riskscan.config import parse_entry
        from riskscan.store import Store

        who = named(person)
        content = parse_entry(register, _written(values) or _asked(register))
        with Store.open(database, create=False) as store:
            twin = _same(store, register, content)
            if twin is not None:
                raise click.UsageError(
                    f"{twin.id} is there already; change it with: "
                    f"riskscan register {register.name} edit {twin.id} ..."
                )
            entry = pipeline.record_entry(store, register.name, content, who, now())
        click.echo(f"{entry.id} added.")

    return click.Command(
        "add",
        callback=callback,
        params=[*_field_options(register), _person_option(), database_parameter()],
        help=with_example(
            f"Add a {register.one}. Without options it asks for each field.",
            register,
            first_entry(register),
        ),
        short_help=f"Add a {register.one}.",
    )


def _asked(register: Register) -> dict[str, str]:
    """Ask for each field on a terminal. Raises :class:`click.UsageError` without one."""
    from riskscan.config import field_help

    if not _is_asked():
        raise click.UsageError("give the fields as options: see --help")
    click.echo(f"A new {register.one}. Press Enter for what you do not know.", err=True)
    told: dict[str, str] = {}
    for name, says in field_help(register).items():
        if said := _asked_field(register, name, says):
            told[name] = said
    return told


def _is_asked() -> bool:
    return sys.stdin.isatty()


def _asked_field(register: Register, name: str, says: str) -> str:
    """Ask for one field until it can be taken: a slip costs one line, not the whole entry."""
    from riskscan.config import check_field
    from riskscan.errors import ConfigError

    while True:
        asked = f"{says}\n  {name.replace('_', ' ')}"
        said = str(click.prompt(asked, default="", show_default=False, err=True)).strip()
        try:
            if said:
                check_field(register, name, said)
        except ConfigError as wrong:
            click.echo(f"  {wrong}" + (f": {wrong.hint}" if wrong.hint else ""), err=True)
        else:
            return said


def edit_verb(register: Register) -> click.Command:
    """Make the verb that changes fields of an entry."""

    def callback(
        entry_id: str, person: str | None, reason: str, database: Path, **values: Any
    ) -> None:
        from riskscan import pipeline
        from riskscan.config import parse_entry
        from riskscan.store import Store

        who, written = named(person), _written(values)
        if not written:
            raise click.UsageError("say what changes: see --help")
        with Store.open(database, create=False) as store:
            entry = wanted_entry(store, register, entry_id)
            content = parse_entry(register, written, onto=entry.content)
            pipeline.record_entry(
                store, register.name, content, who, now(),
                entry_id=entry.id, reason=reason.strip()[:LONGEST],
            )  # fmt: skip
        click.echo(f"{entry.id} changed; what stood there is kept.")

    return click.Command(
        "edit",
        callback=callback,
        params=[
            click.Argument(["entry_id"], metavar="ID"),
            *_field_options(register),
            _person_option(),
            click.Option(["--why", "reason"], default="", help="Why it changes."),
            database_parameter(),
        ],
        help=with_example(
            f"Change a {register.one}: only the fields that are given.",
            register,
            f'edit {register.prefix}-01 --by "Dana Lake" ...',
        ),
        short_help=f"Change a {register.one}.",
    )


def remove_verb(register: Register) -> click.Command:
    """Make the verb that lets an entry count no longer."""

    def callback(entry_id: str, person: str | None, reason: str, database: Path) -> None:
        from riskscan import pipeline
        from riskscan.store import Store

        who = named(person)
        if not reason.strip():
            raise click.UsageError("say why: --reason TEXT.")
        with Store.open(database, create=False) as store:
            entry = wanted_entry(store, register, entry_id)
            pipeline.record_entry(
                store, register.name, entry.content, who, now(),
                entry_id=entry.id, reason=reason.strip()[:LONGEST], removed=True,
            )  # fmt: skip
        click.echo(f"{entry.id} no longer counts; it stays on record.")

    return click.Command(
        "remove",
        callback=callback,
        params=[
            click.Argument(["entry_id"], metavar="ID"),
            _person_option(),
            click.Option(["--reason"], default="", help="Why it no longer counts."),
            database_parameter(),
        ],
        help=with_example(
            f"Let a {register.one} count no longer. It stays on record.",
            register,
            f'remove {register.prefix}-01 --by "Dana Lake" --reason "entered twice"',
        ),
    )


def import_verb(register: Register) -> click.Command:
    """Make the verb that takes in a spreadsheet."""

    def callback(file: Path, person: str | None, check: bool, database: Path) -> None:
        from riskscan.config import read_rows
        from riskscan.store import Store

        who = named(person)
        lines = read_rows(file, register)
        with Store.open(database, create=False) as store:
            done = take_in(store, register, lines, who, now(), only_check=check)
        would = "would be " if check else ""
        click.echo(
            f"{done.added} {would}added, {done.changed} {would}changed, {done.same} as they were."
        )

    return click.Command(
        "import",
        callback=callback,
        params=[
            click.Argument(["file"], type=click.Path(exists=True, dir_okay=False, path_type=Path)),
            _person_option(),
            click.Option(["--check"], is_flag=True, help="Read it and say what would change."),
            database_parameter(),
        ],
        help=with_example(
            f"Take in a spreadsheet (CSV) of {register.name}.\n\nA row with an id changes that "
            "entry; another row is added, unless it is there already. If one row is wrong, nothing "
            "is taken. A row that is missing from the file removes nothing.",
            register,
            f"import {register.name}.csv --check",
        ),
        short_help="Take in a spreadsheet (CSV).",
    )


def wanted_entry(store: Store, register: Register, entry_id: str) -> Entry:
    """Return the entry of that id. Raises :class:`riskscan.errors.StoreError`."""
    from riskscan.errors import StoreError

    for entry in store.registers().entries:
        if entry.register == register.name and entry.id == entry_id.strip().upper():
            return entry
    raise StoreError(
        f"the {register.name} hold no entry {entry_id[:40]!r}",
        f"riskscan register {register.name} lists them",
    )


def _same(store: Store, register: Register, content: Content) -> Entry | None:
    for entry in store.registers().entries:
        if entry.register == register.name and key_of(register, entry.content) == key_of(
            register, content
        ):
            return entry
    return None
