"""Options that several verbs share, and the way from them to a stored scan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from riskscan.model import Scan
    from riskscan.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = ("table", "json", "csv")


def database_option(command: Command) -> Command:
    """Add ``--db``."""
    return click.option(
        "--db",
        "database",
        type=click.Path(dir_okay=False, path_type=Path),
        default=Path("riskscan.db"),
        envvar="RISKSCAN_DB",
        show_default=True,
        show_envvar=True,
        help="The practice's database. Keep one per practice.",
    )(command)


def scan_option(command: Command) -> Command:
    """Add ``--scan``."""
    return click.option(
        "--scan", "scan_id", metavar="ID", help="Which scan; the newest one if not given."
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
    """Return the scan with that id, or the newest.

    Raises :class:`riskscan.errors.ScanNotFound`.
    """
    if scan_id is not None:
        return store.load(scan_id)
    newest = store.latest()
    if newest is None:
        from riskscan.errors import ScanNotFound

        raise ScanNotFound(
            "the database holds no scan yet", "run: sudo riskscan scan --site site.toml"
        )
    return newest


def now() -> datetime:
    """The one clock of the command line, in UTC."""
    return datetime.now(UTC)
