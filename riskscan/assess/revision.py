"""One short hash over everything that decides a level, so that a report can name it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from riskscan.model import Checklist, Knowledge


def content_revision(checklist: Checklist, knowledge: Knowledge) -> str:
    """Return 12 hex digits over checks, rules of scoring, checklist, libraries and knowledge."""
    parts = (_package(), repr(checklist), repr(knowledge))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


@cache
def _package() -> str:
    """Hash the text of every Python and TOML file of this package, in order of path."""
    digest = hashlib.sha256()
    for path, text in sorted(_texts(files("riskscan.assess"), "")):
        digest.update(f"{path}\0{text}\0".encode())
    return digest.hexdigest()


def _texts(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        path = f"{prefix}/{entry.name}"
        if entry.is_dir():
            yield from _texts(entry, path)
        elif entry.name.endswith((".py", ".toml")):
            yield path, entry.read_text(encoding="utf-8")
