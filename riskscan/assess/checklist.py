"""Loads a regulation from TOML and refuses one that contradicts itself."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from riskscan.errors import RuleError
from riskscan.model import Checklist, Control, Implementation, Proof, ScanPower, Sufficiency

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
    needs: tuple[Proof, ...] = ()
    import_says: str = ""
    document_within: int | None = Field(default=None, ge=0)
    positive: tuple[str, ...] = ()
    asks_whether: bool = False

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if not set(self.positive) <= set(self.checks):
            raise ValueError("'positive' names a check that 'checks' does not")
        if self.needs and (Proof.DOCUMENT in self.needs) != bool(self.document):
            raise ValueError("a document is named where none is needed, or the reverse")
        if self.needs and (Proof.SCAN in self.needs) != bool(self.checks):
            raise ValueError("checks are named where no scan is needed, or the reverse")
        if (Proof.IMPORT in self.needs) != bool(self.import_says):
            raise ValueError("'import_says' goes with the need of an import")
        if self.asks_whether and not self.default_not_applicable:
            raise ValueError("'asks_whether' goes with 'default_not_applicable'")
        return self

    def sufficiency(self) -> Sufficiency:
        """Return what it takes to be met; where nothing is said: a yes, its document, a look."""
        usual = (
            Proof.ATTEST,
            *((Proof.DOCUMENT,) if self.document else ()),
            *((Proof.SCAN,) if self.checks else ()),
        )
        return Sufficiency(
            needs=self.needs or usual,
            import_says=self.import_says,
            document_within=self.document_within,
            positive=self.positive,
            asks_whether=self.asks_whether,
        )


_SUFFICIENCY = {"needs", "import_says", "document_within", "positive", "asks_whether"}


class _Standard(_Text):
    citation: str = Field(pattern=CITATION)
    title: str = Field(min_length=4)
    safeguard: str = Field(pattern=r"^(administrative|physical|technical|organizational)$")
    control: tuple[_Control, ...] = Field(min_length=1)

    def leaves(self) -> Iterator[Control]:
        """Yield each control with what it shares with its standard."""
        for leaf in self.control:
            yield Control(
                **{name: value for name, value in leaf if name not in _SUFFICIENCY},
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
        sufficiency={leaf.id: leaf.sufficiency() for s in written.standard for leaf in s.control},
    )


def _refuse_twice(where: str, kind: str, names: list[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise RuleError(f"{where} names a {kind} twice: {', '.join(twice)}", "Remove one of them.")
