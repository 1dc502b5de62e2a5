"""Regular expressions of rules: compiled once, and only those that cannot be made slow.

Values come from the network and are hostile. A pattern may not nest one repetition in another,
look around, or refer back; at most two parts may repeat without bound, one if it is not anchored.
On values of at most 512 characters that bounds the work.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from typing import Any

_FEW = 16
"""A repetition of at most this many characters counts as bounded."""
_BRANCHING = ("BRANCH", "SUBPATTERN", "ATOMIC_GROUP")
_FORBIDDEN = {"ASSERT": "looks around", "ASSERT_NOT": "looks around", "GROUPREF": "refers back"}
_FORBIDDEN["GROUPREF_EXISTS"] = "refers back"


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern; raises ValueError with what is wrong, if it is malformed or unsafe."""
    try:
        made = re.compile(pattern)
    except re.error as wrong:
        raise ValueError(f"{pattern!r} is not a regular expression: {wrong}") from None
    for problem in dangers(pattern):
        raise ValueError(f"{pattern!r} {problem}")
    return made


def is_anchored(pattern: str) -> bool:
    """Say whether a match can only begin where the value begins."""
    first = next(iter(_parsed(pattern)), None)
    return first is not None and str(first[1]) in ("AT_BEGINNING", "AT_BEGINNING_STRING")


def dangers(pattern: str) -> Iterator[str]:
    """Say what could make the pattern slow on a hostile value, one phrase each."""
    parsed = _parsed(pattern)
    nodes = list(_walk(parsed, 0))
    for name, _depth in nodes:
        if name in _FORBIDDEN:
            yield _FORBIDDEN[name]
    if any(name == "REPEAT" and depth for name, depth in nodes):
        yield "repeats something that itself repeats"
    unbounded = sum(name == "REPEAT" for name, _depth in nodes)
    allowed = 2 if is_anchored(pattern) else 1
    if unbounded > allowed:
        yield f"repeats {unbounded} parts without bound; {allowed} may be"


def _parsed(pattern: str) -> Iterable[Any]:
    # The standard library's own parser is the only exact reader of its own syntax.
    parser = import_module("re._parser")
    return parser.parse(pattern)  # type: ignore[no-any-return]


def _walk(nodes: Iterable[Any], depth: int) -> Iterator[tuple[str, int]]:
    """Yield each construct that matters, with how many repetitions stand around it."""
    for code, detail in nodes:
        name = str(code)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            deeper = depth + (detail[1] > 1)
            if detail[1] > _FEW or (depth and detail[1] > 1):
                yield "REPEAT", depth
            yield from _walk(detail[2], deeper)
        elif name in _BRANCHING:
            yield from _walk_group(name, detail, depth)
        elif name in _FORBIDDEN:
            yield name, depth


def _walk_group(name: str, detail: Any, depth: int) -> Iterator[tuple[str, int]]:
    if name == "ATOMIC_GROUP":
        yield from _walk(detail, depth)
    else:
        for branch in detail[1] if name == "BRANCH" else [detail[-1]]:
            yield from _walk(branch, depth)
