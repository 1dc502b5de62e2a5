"""A clinic judged and told, and every sentence that riskscan itself can write."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

from assess.factories import (
    KNOWLEDGE,
    NOW,
    clinic,
)

from riskscan.assess import (
    CHECK_TEXTS,
    assess,
    load_checklist,
    questions,
)
from riskscan.model import (
    AddressableDecision,
    Answer,
    AnswerValue,
    Assessment,
    Choice,
    ControlStatus,
    Scan,
)
from riskscan.report import Report, compose

MET, PARTIAL = ControlStatus.MET, ControlStatus.PARTIAL
NO_LIGHT_FROM_THE_NETWORK = ("T04", "T07", "A17", "A12", "A23")
"""Encryption at rest, second factors, backups, training, agreements."""
IDS = [c.id for c in load_checklist().controls]
ROOT = Path(__file__).parents[2]
FULL = tuple(
    Answer(id, AnswerValue.CHOICE, "Dana Lee", NOW.date(), document="Paper", choice=q.choices[0])
    if q.choices
    else Answer(id, q.favorable, "Dana Lee", NOW.date(), "So it is.", q.document or "Paper",
                approver="Dr. Amy Chen")
    for id, q in questions().items()
)  # fmt: skip
INSTEAD = AddressableDecision(
    "P10", Choice.ALTERNATIVE, "Small, and all data is with the vendor", "The vendor keeps copies",
    "Dr. Amy Chen", date(2026, 11, 2), date(2027, 11, 2),
)  # fmt: skip


def assessed(subject: Scan | None = None, *said: Answer, **given_: object) -> Assessment:
    arguments = {"answers": said, "knowledge": KNOWLEDGE, "now": NOW} | given_
    return assess(subject or clinic(), **arguments)


def told(by: Assessment, subject: Scan | None = None, **given_: object) -> Report:
    arguments = {"checks": CHECK_TEXTS, "knowledge_as_of": KNOWLEDGE.as_of} | given_
    return compose(subject or clinic(), by, asked=questions(), **arguments)


def words_in(thing: object) -> Iterator[str]:
    """Yield every text in a document, however deep."""
    if isinstance(thing, str):
        yield str(thing)
    elif is_dataclass(thing):
        for each in fields(thing):
            yield from words_in(getattr(thing, each.name))
    elif isinstance(thing, dict):
        for name, value in thing.items():
            yield from words_in(name)
            yield from words_in(value)
    elif isinstance(thing, list | tuple):
        for each in thing:
            yield from words_in(each)


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.:;?!])\s+", " ".join(text.split()))


@cache
def own_words() -> tuple[str, ...]:
    """Every sentence that riskscan itself can write: content, checks, code and templates.

    Without the proposed rule, which is said to be proposed where it stands.
    """
    written: list[str] = []
    content = files("riskscan.assess")
    for folder in (content, content / "checklists"):
        for file in folder.iterdir():
            if file.name.endswith(".toml") and "nprm" not in file.name:
                written += words_in(tomllib.loads(file.read_text(encoding="utf-8")))
    for package in ("assess", "report", "cli", "model"):
        for path in (ROOT / "riskscan" / package).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            nodes = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant))
            written += [value for value in nodes if isinstance(value, str)]
    for path in (ROOT / "report_templates").glob("*.html"):
        written.append(re.sub(r"<[^>]+>", " ", path.read_text(encoding="utf-8")))
    return tuple(s for text in written for s in sentences(text))
