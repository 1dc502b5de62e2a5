"""Opening the file with the pragmas that keep it sound, and reading what schema it has."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from riskscan.errors import StoreError
from riskscan.store.faults import not_ours

APPLICATION_ID = 0x5249534B
"""``RISK`` in the file's header (PRAGMA application_id), written by the first migration."""

_OLDEST = (3, 37, 0)
"""The first SQLite with STRICT tables (2021-11); Debian 12 and Ubuntu 22.04 have it."""

_TIMEOUT = 30
"""Seconds to wait for another program's transaction."""


def open_engine(path: Path, *, writer: bool) -> Engine:
    """Return an engine over one connection to an existing file.

    Raises StoreError if this machine's SQLite is too old for the schema.
    """
    if sqlite3.sqlite_version_info < _OLDEST:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old: 3.37 or newer is needed",
            "use a Python that was built with a newer SQLite",
        )

    def connect() -> sqlite3.Connection:
        # isolation_level None: SQLAlchemy says BEGIN, not the driver, so reads are transactions
        # too and a load sees one moment of a database that another process is writing.
        return sqlite3.connect(
            _address(path, writer), uri=True, timeout=_TIMEOUT, isolation_level=None
        )

    # hide_parameters: an error message must not carry what was read from the network.
    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool, hide_parameters=True)
    begin = "BEGIN IMMEDIATE" if writer else "BEGIN"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _address(path: Path, writer: bool) -> str:
    address = path.resolve().as_uri()
    if writer:
        return f"{address}?mode=rw"
    # A WAL database in a folder that cannot be written is only readable as immutable; without a
    # -wal file nobody can be writing it (sqlite.org/wal.html#read_only_databases).
    wal = path.with_name(path.name + "-wal")
    alone = not os.access(path.parent, os.W_OK, effective_ids=True) and not wal.exists()
    return f"{address}?mode=ro" + ("&immutable=1" if alone else "")


def settle(connection: Connection) -> None:
    """Set what holds for the life of a writing connection."""
    pragma(connection, "journal_mode = WAL")
    # FULL, not NORMAL: one flush per device costs a millisecond where a device costs seconds,
    # and then a device that was reported as finished survives a pulled plug.
    pragma(connection, "synchronous = FULL")
    pragma(connection, "foreign_keys = ON")


def pragma(connection: Connection, words: str) -> object:
    """Run a PRAGMA outside any transaction, where alone most of them work."""
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    row = driver.execute(f"PRAGMA {words}").fetchone()
    return row[0] if row else None


def read_revision(connection: Connection, path: Path) -> str | None:
    """Return the schema revision of the file; None if it is empty.

    Raises StoreError if it is the database of another program.
    """
    with connection.begin():
        ours = connection.exec_driver_sql("PRAGMA application_id").scalar() == APPLICATION_ID
        tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
        if not ours:
            if tables:
                raise not_ours(path)
            return None
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return str(found)
