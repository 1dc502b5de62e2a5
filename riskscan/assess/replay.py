"""A filed assessment computed once more, and what differs: same evidence, the rules of today.

The day, the answers, the registers and the decisions are those of the filed assessment; nothing
that was said later enters. Old content is not kept: if the revisions of content and fingerprint
rules are still the same, the result must be the same to the byte, and otherwise what differs is a
change of method.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from functools import cache
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter

from riskscan.assess.assess import NONE_KEPT, assess
from riskscan.model import Answer, Assessment, Decision, Knowledge, Registers, Scan

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
    answers: Sequence[Answer] | None = None,
    registers: Registers = NONE_KEPT,
    decisions: Sequence[Decision],
    knowledge: Knowledge,
    previous: Scan | None,
    elsewhere: Sequence[Scan] = (),
) -> Assessment:
    """Judge a stored scan as it was judged for ``filed``, by the rules of today.

    ``answers`` and ``registers`` are as they stood when it was made (None: the answers that its
    controls name), ``previous`` and ``elsewhere`` the scans that had ended by then. ``decisions``
    are all on file, oldest first: later ones than ``filed`` are left out.
    """
    if answers is None:
        answers = [result.answer for result in filed.controls if result.answer is not None]
    return assess(
        scan,
        answers=answers,
        registers=registers,
        decisions=[d for d in decisions if d.made_at <= filed.made_at],
        knowledge=knowledge,
        now=filed.made_at,
        previous=previous,
        elsewhere=elsewhere,
    )


@cache
def _shape() -> TypeAdapter[Assessment]:
    return TypeAdapter(Assessment)


def canonical(assessment: Assessment) -> bytes:
    """Return an assessment as JSON: equal bytes mean that every value in it is equal.

    UTF-8, keys sorted, no white space, times in UTC. What has its default value is left out, so
    that a later riskscan, which has more to say, still makes these bytes of an old assessment.
    """
    in_utc = replace(assessment, made_at=assessment.made_at.astimezone(UTC))
    plain = _shape().dump_python(in_utc, mode="json", exclude_defaults=True)
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def fingerprint(assessment: Assessment) -> str:
    """Return the SHA-256 of the canonical form, in hex: what a report and its replay both print."""
    return sha256(canonical(assessment)).hexdigest()


def differences(filed: Assessment, again: Assessment) -> tuple[Difference, ...]:
    """Return what differs, in the order of the assessment; nothing if the bytes are equal.

    The revisions of content and rules are left out: they are why, not what.
    """
    before, after = (_shape().dump_python(each, mode="json") for each in (filed, again))
    for each in (before, after):
        del each["content_revision"], each["rules_revision"], each["checklist_revision"]
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
    seen: Counter[str] = Counter()
    for item in items:
        name = _NAMES[path](item)
        seen[name] += 1
        named[f"{name} #{seen[name]}" if seen[name] > 1 else name] = item
    return named


def _risk_name(risk: dict[str, Any]) -> str:
    """Name a risk by what it is about: its id is only a rank."""
    about = (risk["check"], risk["threat"]["id"], risk["device_class"] or "network")
    return " ".join((*about, *risk["members"][:1]))


_NAMES: dict[str, Callable[[dict[str, Any]], str]] = {
    "findings": lambda finding: str(finding["id"]),
    "controls": lambda result: str(result["control"]["id"]),
    "risks": _risk_name,
    "actions": lambda action: str(action["key"] or action["title"]),
    "standards": lambda result: str(result["citation"]),
    "conflicts": lambda conflict: str(conflict["control"]),
    "threats": lambda result: str(result["threat"]["id"]),
    "exceptions": lambda result: str(result["entry"]),
    "vendors": lambda vendor: str(vendor["name"]),
    "elements": lambda element: str(element["number"]),
    "open_questions": lambda question: str(question["question"]),
    "sets": lambda result: str(result["id"]),
}


def _shown(value: Any) -> str:
    """Say a value in a line; of a whole finding, risk or action, the sentence that tells it."""
    if isinstance(value, dict):
        sentences = (value[key] for key in ("statement", "summary", "title") if key in value)
        rated = value.get("result") or value.get("level") or value.get("status")
        told = next(sentences, value.get("reason", ""))
        value = f"{rated}: {told}" if rated else told
    return str(value)[:_LONGEST]
