"""Options that several verbs share, and the way from them to a stored scan."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from riskscan.model import Scan
    from riskscan.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])

OWN_PROCESS = object()
"""What click carries when the whole process is ours."""

FORMATS = ("table", "json", "csv")


DATABASE = Path("riskscan.db")


def database_option(command: Command) -> Command:
    """Add ``--db``."""
    return click.option("--db", "database", **_database_words())(command)


def database_parameter() -> click.Option:
    """Return ``--db`` for a command that is put together and not decorated."""
    return click.Option(["--db", "database"], **_database_words())


def _database_words() -> dict[str, Any]:
    return {
        "type": click.Path(dir_okay=False, path_type=Path),
        "default": DATABASE,
        "envvar": "RISKSCAN_DB",
        "show_default": True,
        "show_envvar": True,
        "callback": _before_it_is_opened,
        "help": "The practice's database. Keep one per practice.",
    }


def _before_it_is_opened(ctx: click.Context, _param: click.Parameter, database: Path) -> Path:
    """Give up what sudo gave, for a verb that needs none of it. A scan does so in its own time.

    What was said before the verb, as in ``riskscan findings --db x show``, holds for the verb.
    """
    if database == DATABASE and ctx.parent is not None:
        database = ctx.parent.params.get("database", database)
    if ctx.info_name != "scan":
        shed_rights(database)
    return database


def _aloud(_code: str, text: str) -> None:
    click.echo(f"note: {text}", err=True)


def shed_rights(database: Path, say: Callable[[str, str], None] = _aloud) -> None:
    """Go on as the person for whom this is done, with no capability left, in a process of our own.

    ``say`` hears code and text of what should be known. Raises
    :class:`riskscan.errors.StoreError` for a database that is out of reach then.
    """
    if click.get_current_context().find_root().obj is not OWN_PROCESS:
        return  # called from another program, whose rights are its own
    if os.geteuid() != 0 and "CapPrm:\t0000000000000000" in _status():
        return
    from riskscan.discover import rights

    for notice in rights.shed(database):
        say(notice.code, notice.text)


def _status() -> str:
    return Path("/proc/self/status").read_text(encoding="utf-8", errors="replace")


def scan_option(command: Command) -> Command:
    """Add ``--scan``."""
    return click.option(
        "--scan",
        "scan_id",
        metavar="ID",
        help="Which scan. Without it: the newest one, unless that looks from the guest network.",
    )(command)


def format_option(command: Command) -> Command:
    """Add ``--format`` for tables."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="A table for people; json or csv for machines.",
    )(command)


def wanted_scan(store: Store, scan_id: str | None) -> Scan:
    """Return the scan with that id, or the newest that does not look from the guest network.

    Raises :class:`riskscan.errors.ScanNotFound`.
    """
    if scan_id is not None:
        return store.load(scan_id)
    from riskscan import pipeline

    newest = pipeline.newest(store)
    if newest is None:
        from riskscan.errors import ScanNotFound

        raise ScanNotFound(
            "the database holds no scan yet", "run: sudo riskscan scan --site site.toml"
        )
    return newest


def now() -> datetime:
    """The one clock of the command line, in UTC."""
    return datetime.now(UTC)
