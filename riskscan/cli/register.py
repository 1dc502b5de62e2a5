"""``riskscan register``: the lists that a practice keeps, and the verbs of each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, format_option
from riskscan.cli.register_edit import add_verb, edit_verb, import_verb, remove_verb
from riskscan.cli.register_rows import entry_row, overview_rows, shown_columns, with_example

if TYPE_CHECKING:
    from riskscan.model import Register

NAMES = {
    "systems": "Systems that hold patient data, cloud ones included.",
    "flows": "Ways that patient data takes, in, out and between systems.",
    "vendors": "Vendors, and the date of each business associate agreement.",
    "exceptions": "Devices that cannot be put right, and what stands in; tested by each scan.",
    "acceptances": "Risks that the practice bears, by whom, why and until when.",
    "todo": "Owner, day and state of each action, and actions of your own.",
    "inventory": "The practice's own list of devices, to hold against what was found.",
    "worth": "What a class of device is worth here, where it differs from the default.",
    "threats": "Threats that are not to be expected here, or likelier than the default.",
    "addressable": "Decisions on addressable specifications (164.306(d)(3)).",
    "signatures": "Who took part in the risk analysis, and who signed it.",
}
"""Registers and what each is for. They stand here so that ``--help`` loads nothing else."""


class Registers(click.Group):
    """One group of verbs for each register, made when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in NAMES:
            return None
        from riskscan.model import REGISTERS

        return _group(REGISTERS[cmd_name])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Registers"):
            formatter.write_dl(list(NAMES.items()))


@click.group(cls=Registers, invoke_without_command=True)
@format_option
@database_option
@click.pass_context
def register(ctx: click.Context, format_: str, database: Path) -> None:
    """Keep the practice's lists: systems, vendors, exceptions and the like.

    Nothing is ever overwritten: an edit or a removal is kept beside what stood there, with who
    said it and when.

    \b
    Example:
      riskscan register
      riskscan register vendors add --name "Northlight Imaging Support" --agreement-on 2025-03-01
      riskscan register inventory import devices.csv
    """
    if ctx.invoked_subcommand is not None:
        return
    from riskscan.cli.tables import show
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        rows = overview_rows(store.registers())
    columns = {
        "Register": lambda row: row["register"],
        "Entries": lambda row: row["entries"],
        "What it is for": lambda row: row["says"],
    }
    show(rows, columns, format_, fields=("register", "entries", "says"), empty="")


def _group(register: Register) -> click.Group:
    """Make the verbs of one register."""

    @click.group(
        register.name,
        invoke_without_command=True,
        help=with_example(f"{register.says}\n\nAlone, it lists them.", register, ""),
    )
    @format_option
    @database_option
    @click.pass_context
    def group(ctx: click.Context, format_: str, database: Path) -> None:
        if ctx.invoked_subcommand is None:
            _list(register, database, format_)

    for command in (
        _list_verb(register),
        add_verb(register),
        edit_verb(register),
        remove_verb(register),
        _history(register),
        import_verb(register),
        _export(register),
    ):
        group.add_command(command)
    return group


def _list(register: Register, database: Path, format_: str) -> None:
    from riskscan.cli.tables import show
    from riskscan.config import field_names
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        entries = [e for e in store.registers().entries if e.register == register.name]
    rows = [entry_row(entry) for entry in entries]
    fields = ("id", *field_names(register), "by", "said_on")
    empty = f"nothing yet; add one: riskscan register {register.name} add --help"
    show(rows, shown_columns(register, rows), format_, fields=fields, empty=empty)


def _list_verb(register: Register) -> click.Command:
    @click.command(
        "list", help=with_example(f"List the {register.name}.", register, "list --format csv")
    )
    @format_option
    @database_option
    def command(format_: str, database: Path) -> None:
        _list(register, database, format_)

    return command


def _history(register: Register) -> click.Command:
    @click.command(
        "history",
        help=with_example(
            "Show every word that was ever said, oldest first.",
            register,
            f"history {register.prefix}-01",
        ),
    )
    @click.argument("entry_id", metavar="[ID]", required=False)
    @format_option
    @database_option
    def command(entry_id: str | None, format_: str, database: Path) -> None:
        from riskscan.cli.tables import show
        from riskscan.config import field_names
        from riskscan.store import Store

        with Store.open(database, create=False, writer=False) as store:
            said = store.entry_history(register.name)
        wanted = [e for e in said if entry_id is None or e.id == entry_id.upper()]
        rows = [entry_row(entry) for entry in wanted]
        columns = {
            "Id": lambda row: row["id"],
            "When": lambda row: row["said_on"],
            "Who": lambda row: row["by"],
            "What": lambda row: "removed" if row["removed"] else row["said"],
            "Why": lambda row: row["changed_because"],
        }
        fields = ("id", "said_on", "by", "changed_because", "removed", *field_names(register))
        show(rows, columns, format_, fields=fields, empty="nothing was ever said there")

    return command


def _export(register: Register) -> click.Command:
    @click.command(
        "export",
        help=with_example(
            "Write a spreadsheet (CSV) that `import` takes in again.",
            register,
            f"export -o {register.name}.csv",
        ),
    )
    @click.option(
        "-o", "--output", type=click.Path(dir_okay=False, path_type=Path),
        help="File to write; the terminal if not given.",
    )  # fmt: skip
    @database_option
    def command(output: Path | None, database: Path) -> None:
        from riskscan import pipeline
        from riskscan.cli.register_rows import spreadsheet
        from riskscan.store import Store

        with Store.open(database, create=False, writer=False) as store:
            entries = [e for e in store.registers().entries if e.register == register.name]
        text = spreadsheet(register, entries)
        if output is None:
            click.echo(text, nl=False)
            return
        pipeline.write(output, text.encode("utf-8-sig"))
        click.echo(f"{output}: {len(entries)} {register.name}")

    return command
