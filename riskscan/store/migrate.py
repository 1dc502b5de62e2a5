"""Bringing a database to the schema that this riskscan knows, with a copy taken first."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from riskscan.errors import StoreError
from riskscan.store.connection import pragma
from riskscan.store.private import open_private

REVISIONS: tuple[str, ...] = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
)
"""Every schema revision that this riskscan knows, oldest first; one file each in migrations."""

FOLDER = Path(__file__).with_name("migrations")


def upgrade(connection: Connection, path: Path) -> None:
    """Run the migrations that the file lacks, all in one transaction.

    Foreign keys are off meanwhile: SQLite alters a table by dropping and renaming it, and with
    them on the drop deletes every child row without a word.
    """
    pragma(connection, "foreign_keys = OFF")
    with connection.begin():
        _run(connection)
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise StoreError(
                f"{path} cannot be upgraded: a row of {broken[0]} has lost its parent",
                "nothing was changed; please report this with the output of `riskscan --version`",
            )
    pragma(connection, "foreign_keys = ON")


def _run(connection: Connection) -> None:
    # Late: alembic takes a third of a second to import, and most runs have nothing to upgrade.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def copy_before(connection: Connection, path: Path, revision: str) -> Path:
    """Copy the database to ``<name>.before-<revision>``, mode 0600, and return where it is."""
    target = path.with_name(f"{path.name}.before-{revision}")
    descriptor = open_private(target, os.O_TRUNC)
    os.fchmod(descriptor, 0o600)
    os.close(descriptor)
    source = connection.connection.driver_connection
    # SQLite's own backup, not a file copy: it includes what still stands in the -wal file.
    if isinstance(source, sqlite3.Connection):
        with closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    return target
