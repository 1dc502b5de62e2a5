"""How facts are written in the database: times and lists as text, words from a closed list.

Every table is STRICT (SQLite 3.37), so an ``abc`` in a port column is refused by the database
itself: a ``table=True`` class checks nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import CheckConstraint, Dialect, Text, TypeDecorator
from sqlmodel import Field

from riskscan.model import OBSERVATION_CAP


class Words(TypeDecorator[str]):
    """Text of any origin. A lone surrogate, which UTF-8 cannot hold, is written as ``?``."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or value.isascii():
            return value
        return value.encode("utf-8", "replace").decode()


class Moment(TypeDecorator[datetime]):
    """A time as ``2026-11-21T21:55:00.000000Z``: UTC, sortable, read by SQLite's date functions."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value}")
        text = value.astimezone(UTC).isoformat(timespec="microseconds")
        return text.removesuffix("+00:00") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Day(TypeDecorator[date]):
    """A date as ``2026-11-21``."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class Nested(TypeDecorator[Any]):
    """A JSON array or object; ``json_each(column)`` unrolls it in a query."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def words(**more: Any) -> Any:
    return Field(sa_type=Words, **more)


def moment(**more: Any) -> Any:
    return Field(sa_type=Moment, **more)


def day(**more: Any) -> Any:
    return Field(sa_type=Day, **more)


def nested(**more: Any) -> Any:
    return Field(sa_type=Nested, **more)


def part_of(parent: str, **more: Any) -> Any:
    """Declare a foreign key: the row goes when its parent goes."""
    return Field(foreign_key=parent, ondelete="CASCADE", **more)


def one_of(column: str, allowed: type[Enum] | Iterable[str]) -> CheckConstraint:
    """Constrain a column to a closed list. An enum is stored by value, never by name."""
    values = [w.value if isinstance(w, Enum) else w for w in allowed]
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_is_known")


def between(column: str, low: int, high: int) -> CheckConstraint:
    return CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=f"{column}_in_range")


def a_port() -> tuple[CheckConstraint, CheckConstraint]:
    return between("port", 1, 65535), one_of("protocol", ("tcp", "udp"))


def capped(column: str) -> CheckConstraint:
    """Hold the promise that no long text is kept. ``length`` of text stops at NUL: count bytes."""
    return CheckConstraint(
        f"length({column}) <= {OBSERVATION_CAP}"
        f" AND length(CAST({column} AS BLOB)) <= {4 * OBSERVATION_CAP}",
        name=f"{column}_is_capped",
    )


STRICT = {"sqlite_strict": True}
"""Table option: SQLite refuses a value of another type."""
