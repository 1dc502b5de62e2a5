"""What SQLite and the file system complain of, said as a StoreError with a hint."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from riskscan.errors import StoreError, StoreFull, StoreLocked

_PRIMARY = 0xFF
"""Mask from SQLite's extended result code to its primary one (sqlite.org/rescode.html)."""


@contextmanager
def spoken(path: Path) -> Iterator[None]:
    """Turn what goes wrong inside with the file ``path`` into a StoreError."""
    try:
        yield
    except DBAPIError as error:
        raise _of_sqlite(path, error.orig) from error
    except sqlite3.Error as error:
        raise _of_sqlite(path, error) from error
    except OSError as error:
        raise _of_system(path, error) from error


def not_ours(path: Path) -> StoreError:
    return StoreError(
        f"{path} is not a riskscan database",
        "name another file with --db, or move this one away; it was not changed",
    )


def _of_sqlite(path: Path, error: BaseException | None) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None) or 0
    match code & _PRIMARY:
        case sqlite3.SQLITE_FULL:
            return _full(path)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreLocked(
                f"{path} is held by another program",
                "close the program that has it open for writing, then run the command again",
            )
        case sqlite3.SQLITE_NOTADB:
            return not_ours(path)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return _forbidden(path)
        case sqlite3.SQLITE_CORRUPT:
            return StoreError(
                f"{path} is damaged: {error}",
                "keep a copy, then try: sqlite3 FILE .recover",
            )
        case sqlite3.SQLITE_CONSTRAINT:
            return StoreError(f"{path} refused a fact that breaks a rule of its schema: {error}")
    return StoreError(
        f"{path} could not be used: {error}", "check the disk that holds it: space, quota, cable"
    )


def _of_system(path: Path, error: OSError) -> StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _full(path)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return _forbidden(path)
    return StoreError(f"{path} could not be used: {error.strerror}")


def _full(path: Path) -> StoreFull:
    return StoreFull(
        f"no space is left for {path}",
        "every finished device is kept; free some space and resume the scan",
    )


def _forbidden(path: Path) -> StoreError:
    return StoreError(
        f"{path} may not be opened for this by this user, or its folder may not be written",
        "run the command as the owner of the file, or name a file in a folder of your own",
    )
