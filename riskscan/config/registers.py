"""Entries of a register as people type them: words on a command line, rows of a spreadsheet.

Every field is text. A word that a field does not know is refused with the words that it knows,
and so is an id that names nothing: a control, a threat, a class of device.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, replace
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from riskscan.config.written import read
from riskscan.errors import ConfigError
from riskscan.model import (
    REGISTERS,
    Acceptance,
    AddressableDecision,
    Content,
    DeviceClass,
    DeviceException,
    Implementation,
    Level,
    ListedDevice,
    Register,
    ThreatView,
    Worth,
)

LONGEST_CELL = 1000
"""Characters of one field."""
MOST_ROWS = 20_000
"""Rows of one file."""

_SHORT_WORDS = {"y": "yes", "n": "no", "?": "unknown", "done": "done, unverified"}
"""What people write for a word."""
_FORMULA = re.compile(r"'+ *[=+\-@|%＝＋－＠]")
"""How a cell begins that was kept from being a formula when the file was written."""


def field_names(register: Register) -> tuple[str, ...]:
    """Return the fields of a register's entries, in order."""
    return tuple(f.name for f in fields(register.content))


def field_help(register: Register) -> dict[str, str]:
    """Return what each field holds, with an example where there is one."""
    return {f.name: _help(f) for f in fields(register.content)}


def first_fields(register: Register) -> tuple[tuple[str, str], ...]:
    """Return what an entry cannot do without, each with an example."""
    required = [f for f in fields(register.content) if f.default is MISSING]
    return tuple((f.name, f.metadata["example"] or "...") for f in required)


def words_of(register: Register, field: str) -> tuple[str, ...]:
    """Return the words that a field takes; none if it takes any text."""
    kind, _ = _kinds(register.name)[field]
    if kind is Level or issubclass(kind, StrEnum):
        return tuple(str(word.value) for word in kind)
    if register.content is Worth and field == "device_class":
        return tuple(c.value for c in DeviceClass)
    return ()


def check_field(register: Register, field: str, written: str) -> None:
    """Raise ConfigError for text that a field does not take."""
    _value(register, field, written, "")


def parse_entry(
    register: Register, written: Mapping[str, str], *, onto: Content | None = None, where: str = ""
) -> Content:
    """Return an entry from its fields as text, or ``onto`` with these fields put in their place.

    ``where`` names the place in messages: a file and line. Raises ConfigError for a field or a
    word that the register does not know, and for an entry that lacks what it is known by.
    """
    known = field_names(register)
    values: dict[str, Any] = {}
    for name, text in written.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
            raise ConfigError(f"{where}{register.name} have no field {name!r}", hint)
        values[name] = _value(register, name, text, where)
    if onto is not None:
        content: Content = replace(onto, **values)
    else:
        content = register.content(**_filled(register, values, where))
    _refuse(register, content, where)
    return content


def write_entry(content: Content) -> dict[str, str]:
    """Return the fields of an entry as text: :func:`parse_entry` gives it back."""
    return {f.name: _text(getattr(content, f.name)) for f in fields(content)}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file."""

    id: str
    """Id of the entry that it changes; empty if it names none."""
    written: Mapping[str, str]
    where: str
    """``vendors.csv, line 3: ``."""


def read_rows(path: Path, register: Register) -> tuple[Line, ...]:
    """Read a spreadsheet (CSV, with commas or semicolons) of entries, one each row.

    The first row names the fields; a column ``id`` names entries that are on file already.
    Raises ConfigError, before anything is taken, for the first mistake.
    """
    text = read(path, f"make one with: riskscan register {register.name} export -o {path.name}")
    rows = _rows(path, text)
    try:
        heading = [name.strip().lower().replace(" ", "_") for name in next(rows)]
    except StopIteration:
        raise ConfigError(
            f"{path} is empty", f"its first row names: {_heading(register)}"
        ) from None
    unknown = [n for n in heading if n not in {"id", *field_names(register)}]
    if unknown or len(set(heading)) < len(heading):
        wrong = f"no field {unknown[0]!r}" if unknown else "a column twice"
        raise ConfigError(f"{path}, line 1: there is {wrong}", f"known: {_heading(register)}")
    return tuple(_lines(path, register, heading, rows))


def _lines(
    path: Path, register: Register, heading: Sequence[str], rows: Iterator[list[str]]
) -> Iterator[Line]:
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if number > MOST_ROWS:
            raise ConfigError(f"{path} has more than {MOST_ROWS:,} rows", "split the file")
        where = f"{path}, line {number}: "
        if len(row) > len(heading):
            raise ConfigError(
                f"{where}there are {len(row)} cells under {len(heading)} headings",
                'a cell with a comma in it stands in "quotes"',
            )
        cells = {name: _plain(cell) for name, cell in zip(heading, row, strict=False)}
        id = cells.pop("id", "").strip().upper()
        if not id:
            cells = {name: cell for name, cell in cells.items() if cell.strip()}
            parse_entry(register, cells, where=where)
        yield Line(id, cells, where)


def _rows(path: Path, text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise ConfigError(
            f"{path} is not a table: {error}", "save it as CSV (comma separated, UTF-8)"
        ) from error


def _plain(cell: str) -> str:
    """Take away the apostrophe that keeps a spreadsheet from calculating."""
    return cell[1:] if _FORMULA.match(cell) else cell


def guarded(cell: str) -> str:
    """Return a cell as a spreadsheet file has it: :func:`read_rows` gives it back as it was."""
    return f"'{cell}" if _FORMULA.match(f"'{cell}") else cell


def _heading(register: Register) -> str:
    return ", ".join(("id", *field_names(register)))


def _help(field: Field[Any]) -> str:
    about, example = field.metadata["about"], field.metadata["example"]
    return f"{about}. Such as: {example}" if example else f"{about}."


@cache
def _kinds(register: str) -> dict[str, tuple[type[Any], bool]]:
    """Return the type of each field, and whether it may be left out."""
    kinds = {}
    for name, hint in get_type_hints(REGISTERS[register].content).items():
        parts = [part for part in get_args(hint) if part is not type(None)]
        kinds[name] = (parts[0] if parts else hint, bool(parts))
    return kinds


def _filled(register: Register, values: dict[str, Any], where: str) -> dict[str, Any]:
    required = [f.name for f in fields(register.content) if f.default is MISSING]
    lacking = [name for name in required if not values.get(name)]
    if lacking:
        raise ConfigError(
            f"{where}a {register.one} needs {' and '.join(lacking)}",
            field_help(register)[lacking[0]],
        )
    return values


def _value(register: Register, name: str, text: str, where: str) -> Any:
    kind, optional = _kinds(register.name)[name]
    text = text.strip()
    if len(text) > LONGEST_CELL:
        raise ConfigError(f"{where}{name} is longer than {LONGEST_CELL} characters")
    if not text and (optional or issubclass(kind, StrEnum)):
        return next(f for f in fields(register.content) if f.name == name).default
    try:
        if kind is date:
            return date.fromisoformat(text)
        if kind is int:
            return _count(text)
        if kind is Level or issubclass(kind, StrEnum):
            return _word(kind, text)
    except ValueError:
        raise _misread(register, name, text, where) from None
    return text


def _word(kind: type[Any], text: str) -> Any:
    meant = _SHORT_WORDS.get(text.lower(), text.lower())
    for word in kind:
        if str(word.value).lower() == meant:
            return word
    raise ValueError(text)


def _count(text: str) -> int:
    number = int(text.replace(",", ""))
    if number < 0:
        raise ValueError(text)
    return number


def _misread(register: Register, name: str, text: str, where: str) -> ConfigError:
    kind, _ = _kinds(register.name)[name]
    said = f"{where}{name} cannot be {text[:60]!r}"
    if kind is date:
        return ConfigError(said, "write a day as 2026-11-22")
    if kind is int:
        return ConfigError(said, "write a whole number")
    return ConfigError(said, f"one of: {', '.join(words_of(register, name))}")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (Level, StrEnum)):
        return str(value.value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _refuse(register: Register, content: Content, where: str) -> None:
    """Raise ConfigError for an entry that names what does not exist."""
    wrong = _wrong(content)
    if wrong:
        said, hint = wrong
        raise ConfigError(f"{where}{said}", hint)


def _wrong(content: Content) -> tuple[str, str] | None:
    from riskscan.assess import CHECKS, load_checklist
    from riskscan.assess.library import threats

    match content:
        case AddressableDecision(control=control):
            leaves = {c.id: c.implementation for c in load_checklist().controls}
            if leaves.get(control) is not Implementation.ADDRESSABLE:
                known = [id for id, kind in leaves.items() if kind is Implementation.ADDRESSABLE]
                return f"{control} is no addressable specification", f"one of: {', '.join(known)}"
        case ThreatView(threat=threat) if threat not in threats():
            return f"there is no threat {threat!r}", f"one of: {', '.join(threats())}"
        case Worth(device_class=name) if name not in {c.value for c in DeviceClass}:
            return f"there is no class {name!r}", _close(name, [c.value for c in DeviceClass])
        case DeviceException(checks=checks):
            unknown = [check for check in checks.split() if check not in CHECKS]
            if unknown:
                return f"there is no check {unknown[0]!r}", _close(unknown[0], list(CHECKS))
        case Acceptance(risk=risk) if not risk.startswith("K-"):
            return f"{risk!r} is no key of a risk", "riskscan risks --format json shows the keys"
        case ListedDevice(name=name, address=address, mac=mac) if not (address or mac or name):
            return "a device needs a name, an address or a MAC address", ""
    return None


def _close(name: str, known: Sequence[str]) -> str:
    """Say which known names one may have been meant by another; '' if none is near."""
    parts = [other for other in known if name and name in other]
    close = list(dict.fromkeys([*parts, *difflib.get_close_matches(name, known, n=3)]))[:3]
    return f"close ones: {', '.join(close)}" if close else ""
