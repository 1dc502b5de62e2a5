"""Text that a person wrote, read strictly: a mistake is said with the file, the line and the key.

The key that was probably meant is said with it.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from riskscan.errors import ConfigError


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


Said = Annotated[str, AfterValidator(_not_blank)]
"""Text that says something."""


class Text(BaseModel):
    """A table of a file; a key that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid")
    tables: ClassVar[Mapping[str, type[Text]]] = {}
    """The tables inside it, by their key."""


Shape = TypeVar("Shape", bound=Text)


def read(path: Path, hint: str) -> str:
    """Return the text of a file. Raises ConfigError, with ``hint`` if there is no such file."""
    try:
        # utf-8-sig: editors on Windows put a mark in front.
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"there is no file {path}", hint) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not text in UTF-8", "save it again as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error


def parse(path: Path, text: str, shape: type[Shape]) -> Shape:
    """Return TOML text as a shape. Raises ConfigError that names file, line and key."""
    try:
        return shape.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{path} is not TOML: {error}",
            'text stands in "quotes", a list in [brackets], and a # begins a comment',
        ) from error
    except ValidationError as error:
        raise _complaint(path, text, shape, error) from error


def _complaint(path: Path, text: str, shape: type[Text], error: ValidationError) -> ConfigError:
    """Say the first mistake of a file, and how many more there are."""
    # A misspelt key first: it explains the one that is missing.
    first, *rest = sorted(
        error.errors(include_url=False), key=lambda e: e["type"] != "extra_forbidden"
    )
    place, key = first["loc"], str(first["loc"][-1])
    hint = None
    match first["type"]:
        case "extra_forbidden":
            said = f"there is no key {key!r} here"
            known = sorted(_keys_beside(shape, place))
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(known)}"
        case "missing":
            said = f"{key!r} is missing"
        case _:
            said = f"{_dotted(place)}: {first['msg'].removeprefix('Value error, ')}"
    more = f" (and {len(rest)} more)" if rest else ""
    return ConfigError(f"{place_of(path, text, place)}: {said}{more}", hint)


def _keys_beside(shape: type[Text], place: Sequence[int | str]) -> set[str]:
    inner = shape.tables.get(str(place[0]), shape) if len(place) > 1 else shape
    return set(inner.model_fields)


def _dotted(place: Sequence[int | str]) -> str:
    return ".".join(str(p + 1) if isinstance(p, int) else p for p in place)


def place_of(path: Path, text: str, place: Sequence[int | str]) -> str:
    """Name file and line of a key; the file alone if it has no line."""
    line = _line_of(text, place)
    return f"{path}, line {line}" if line else str(path)


def _line_of(text: str, place: Sequence[int | str]) -> int | None:
    """Return the line of a key, or of its table where the key is absent; None if neither is."""
    wanted = tuple(place)
    header = None
    for number, table, key in _keys(text):
        here = (*table, key) if key else table
        # ("answer", 1, "on") is a key of a table, ("networks", 1) an item of a list.
        if key and here == wanted[: len(here)]:
            return number
        if not key and here[: len(wanted)] == wanted[: len(here)]:
            header = header or number
    return header


def _keys(text: str) -> Iterator[tuple[int, tuple[int | str, ...], str]]:
    """Yield line, table and key of what begins on each line; the key of a header is empty."""
    table: tuple[int | str, ...] = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*(\[\[?)\s*([A-Za-z_-]+)\s*\]", line):
            name = header[2]
            counts[name] = counts.get(name, -1) + 1
            table = (name, counts[name]) if header[1] == "[[" else (name,)
            yield number, table, ""
        elif pair := re.match(r"\s*\"?([A-Za-z0-9_-]+)\"?\s*=", line):
            yield number, table, pair[1]
