"""A filed assessment computed once more, and what differs: same evidence, the rules of today.

The day, the answers and the decisions are those of the filed assessment; nothing that was said
later enters. Old content is not kept: if ``content_revision`` is still the same, the result must
be the same to the byte, and otherwise what differs is a change of method.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from riskscan.assess.assess import assess
from riskscan.model import Assessment, Decision, Knowledge, Scan

ABSENT = "absent"
"""Stands for the side on which something is missing."""

_LONGEST = 160
"""Characters that are shown of a value."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not what it was."""

    path: str
    """``controls[T09].status``: findings and controls by id, risks by what they are about."""
    filed: str
    again: str


def replay(
    filed: Assessment,
    scan: Scan,
    *,
    decisions: Sequence[Decision],
    knowledge: Knowledge,
    previous: Scan | None,
) -> Assessment:
    """Judge a stored scan as it was judged for ``filed``, by the rules of today.

    ``decisions`` are all on file, oldest first: later ones than ``filed`` are left out.
    """
    return assess(
        scan,
        answers=[result.answer for result in filed.controls if result.answer is not None],
        decisions=[d for d in decisions if d.made_at <= filed.made_at],
        knowledge=knowledge,
        now=filed.made_at,
        previous=previous,
    )


@cache
def _shape() -> TypeAdapter[Assessment]:
    return TypeAdapter(Assessment)


def canonical(assessment: Assessment) -> bytes:
    """Return an assessment as JSON: equal bytes mean that every value in it is equal."""
    return _shape().dump_json(assessment)


def differences(filed: Assessment, again: Assessment) -> tuple[Difference, ...]:
    """Return what differs, in the order of the assessment; nothing if the bytes are equal.

    The revision of the content is left out: it is why, not what.
    """
    before, after = (_shape().dump_python(each, mode="json") for each in (filed, again))
    del before["content_revision"], after["content_revision"]
    return tuple(_walk("", before, after))


def _walk(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _walk_names(path, before, after, ".{}" if path else "{}")
    elif path in _NAMES:
        yield from _walk_list(path, before, after)
    else:
        yield Difference(path, _shown(before), _shown(after))


def _walk_names(
    path: str, before: dict[str, Any], after: dict[str, Any], form: str
) -> Iterator[Difference]:
    for name in before | after:
        here = path + form.format(name)
        if name not in before:
            yield Difference(here, ABSENT, _shown(after[name]))
        elif name not in after:
            yield Difference(here, _shown(before[name]), ABSENT)
        else:
            yield from _walk(here, before[name], after[name])


def _walk_list(path: str, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    old, new = _named(path, before), _named(path, after)
    if list(old) != list(new) and set(old) == set(new):
        yield Difference(f"{path} (order)", _shown(list(old)), _shown(list(new)))
    yield from _walk_names(path, old, new, "[{}]")


def _named(path: str, items: list[Any]) -> dict[str, Any]:
    """Name the parts of a list; of two with one name, the later one gets a number."""
    named: dict[str, Any] = {}
    for item in items:
        name = _NAMES[path](item)
        twins = sum(known == name or known.startswith(f"{name} #") for known in named)
        named[f"{name} #{twins + 1}" if twins else name] = item
    return named


def _risk_name(risk: dict[str, Any]) -> str:
    """Name a risk by what it is about: its id is only a rank."""
    about = (risk["check"], risk["threat"]["id"], risk["device_class"] or "network")
    return " ".join((*about, *risk["members"][:1]))


_NAMES: dict[str, Callable[[dict[str, Any]], str]] = {
    "findings": lambda finding: str(finding["id"]),
    "controls": lambda result: str(result["control"]["id"]),
    "risks": _risk_name,
    "actions": lambda action: str(action["title"]),
}


def _shown(value: Any) -> str:
    """Say a value in a line; of a whole finding, risk or action, the sentence that tells it."""
    if isinstance(value, dict):
        sentences = (value[key] for key in ("statement", "summary", "title") if key in value)
        rated = value.get("result") or value.get("level") or value.get("status")
        told = next(sentences, value.get("reason", ""))
        value = f"{rated}: {told}" if rated else told
    return str(value)[:_LONGEST]
