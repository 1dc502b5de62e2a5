"""Makes hostile text safe to show: every string of a report passes through here once."""

from __future__ import annotations

import unicodedata
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

T = TypeVar("T")

TEXT_CAP = 4_000
"""Longest string that a report holds, in characters; the rest is replaced by an ellipsis."""

_BLANK = frozenset({"Zs", "Zl", "Zp"})
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MARKS = frozenset({"Mn", "Me"})


def visible(text: str, cap: int = TEXT_CAP) -> str:
    """Return ``text`` on one line, with nothing in it that a reader cannot see.

    White space becomes one space. Control, format (bidirectional overrides, zero-width marks),
    surrogate, private-use and unassigned characters become their escape, such as ``\\x1b``. More
    than two combining marks on one letter are dropped.
    """
    shown: list[str] = []
    marks = 0
    for character in text[: cap + 1]:
        category = unicodedata.category(character)
        marks = marks + 1 if category in _MARKS else 0
        if marks <= 2:
            shown.append(_shown(character, category))
    line = " ".join("".join(shown).split())
    return line if len(text) <= cap else line[:cap].rstrip() + "…"


def _shown(character: str, category: str) -> str:
    if category in _BLANK or character in "\t\n\r\f\v":
        return " "
    if category in _UNSEEN:
        return character.encode("unicode_escape").decode("ascii")
    return character


def cleaned(node: T) -> T:
    """Return the same tree of dataclasses and tuples with every string made :func:`visible`."""
    made: Any = _cleaned(node)
    return made  # type: ignore[no-any-return]


def _cleaned(node: Any) -> Any:
    if type(node) is str:
        return visible(node)
    if isinstance(node, tuple):
        return tuple(_cleaned(item) for item in node)
    if is_dataclass(node) and not isinstance(node, type):
        return type(node)(**{f.name: _cleaned(getattr(node, f.name)) for f in fields(node)})
    return node


def shortened(text: str, cap: int) -> str:
    """Cut ``text`` to ``cap`` characters for a table cell, saying so with an ellipsis.

    It is cut between two words, unless that would cost half of it.
    """
    if len(text) <= cap:
        return text
    kept = text[: cap - 1]
    whole, space, _ = kept.rpartition(" ")
    if space and text[cap - 1] != " " and len(whole) > cap // 2:
        kept = whole
    return kept.rstrip() + "…"
