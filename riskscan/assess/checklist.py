"""Loads a regulation from TOML and refuses one that contradicts itself."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from riskscan.errors import RuleError
from riskscan.model import Checklist, Control, Implementation, ScanPower

CITATION = r"^164\.3\d\d(\([a-z]\))(\(\d\))?(\([ivx]+\))?(\([A-Z]\))?$"
"""A paragraph of 45 CFR part 164 subpart C, as in ``164.308(a)(1)(ii)(A)``."""


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _Control(_Text):
    id: str = Field(pattern=r"^[APTO]\d\d$")
    citation: str = Field(pattern=CITATION)
    title: str = Field(min_length=4)
    implementation: Implementation
    scan_power: ScanPower
    scan_says: str = Field(min_length=20)
    question: str = Field(min_length=20)
    document: str = ""
    why: str = ""
    good: str = ""
    asked_of: str = ""
    checks: tuple[str, ...] = ()
    default_not_applicable: str = ""


class _Standard(_Text):
    citation: str = Field(pattern=CITATION)
    title: str = Field(min_length=4)
    safeguard: str = Field(pattern=r"^(administrative|physical|technical|organizational)$")
    control: tuple[_Control, ...] = Field(min_length=1)

    def leaves(self) -> Iterator[Control]:
        """Yield each control with what it shares with its standard."""
        for leaf in self.control:
            yield Control(
                **dict(leaf),
                safeguard=self.safeguard,
                standard=self.title,
                standard_citation=self.citation,
            )


class _Checklist(_Text):
    id: str
    title: str
    revision: str
    source: str
    checked_on: date
    standard: tuple[_Standard, ...] = Field(min_length=1)


@cache
def load_checklist(name: str = "hipaa-security-rule") -> Checklist:
    """Return a checklist shipped with riskscan.

    Raises :class:`RuleError` if the file is malformed, or names a control or paragraph twice.
    """
    path = files("riskscan.assess") / "checklists" / f"{name}.toml"
    return parse_checklist(path.read_text(encoding="utf-8"), where=f"{name}.toml")


def parse_checklist(text: str, *, where: str) -> Checklist:
    """Read a checklist from TOML; ``where`` names it in messages.

    Raises :class:`RuleError`.
    """
    try:
        written = _Checklist.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as problem:
        raise RuleError(f"{where} cannot be read: {problem}", "Correct the file.") from problem
    controls = tuple(leaf for standard in written.standard for leaf in standard.leaves())
    _refuse_twice(where, "control", [c.id for c in controls])
    _refuse_twice(where, "paragraph", [c.citation for c in controls])
    _refuse_twice(where, "standard", [s.citation for s in written.standard])
    return Checklist(
        id=written.id,
        title=written.title,
        revision=written.revision,
        source=written.source,
        checked_on=written.checked_on,
        controls=controls,
    )


def _refuse_twice(where: str, kind: str, names: list[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise RuleError(f"{where} names a {kind} twice: {', '.join(twice)}", "Remove one of them.")
