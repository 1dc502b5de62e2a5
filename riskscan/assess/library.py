"""Loads what a risk is made of beside the scan: the threats, and what each class is worth."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from riskscan.errors import RuleError
from riskscan.model import DeviceClass, Impact, Level, Threat

_T = TypeVar("_T", bound=BaseModel)


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Moved(_Text):
    by: str = Field(pattern=r"^([A-Z]\d\d|[a-z]+\.[a-z0-9-]+)$")
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    to: Level
    because: str = Field(min_length=10)


class _Threat(_Text):
    id: str = Field(pattern=r"^T\d\d$")
    title: str = Field(min_length=4)
    phrase: str = Field(min_length=4)
    initiation: Level
    basis: str = Field(min_length=10)
    moved: tuple[_Moved, ...] = ()


class _Threats(_Text):
    threat: tuple[_Threat, ...]


class _Impact(_Text):
    classes: tuple[DeviceClass, ...]
    confidentiality: Level
    integrity: Level
    availability: Level
    harm: str = Field(min_length=10)
    patient_safety: bool = False
    records: bool = False
    restorable: bool = False


class _Cloud(_Text):
    confidentiality: Level
    integrity: Level
    availability: Level
    harm: str = Field(min_length=10)
    records: bool


class _Impacts(_Text):
    impact: tuple[_Impact, ...]
    cloud: _Cloud


@dataclass(frozen=True, slots=True)
class Move:
    """A fact that makes a threat likelier or less likely than by default."""

    by: str
    """Id of a question, or of a check whose failure counts."""
    when: tuple[str, ...]
    """The answers that count; empty for a check."""
    to: Level
    because: str
    """Fits in: 'raised, because <because>'."""
    unless: tuple[str, ...] = ()
    """Beginnings of ids of checks: while one of them has failed, it does not count."""

    @property
    def is_question(self) -> bool:
        return "." not in self.by


@dataclass(frozen=True, slots=True)
class ListedThreat:
    """A threat of the library, and what moves it."""

    threat: Threat
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Criticality:
    """What a class of device is worth."""

    impact: Impact
    harm: str
    """Fits in: '... could cause <harm>'."""
    patient_safety: bool
    records: bool = False
    """Whether it holds the records of patients."""
    restorable: bool = False
    """Whether a tested restore brings it back."""


@cache
def threats() -> dict[str, ListedThreat]:
    """Return the threat library by id. Raises :class:`RuleError` if it is malformed."""
    written = load_content("threats.toml", _Threats).threat
    return {
        t.id: ListedThreat(
            Threat(t.id, t.title, t.phrase, t.initiation, t.basis),
            tuple(Move(m.by, m.when, m.to, m.because, m.unless) for m in t.moved),
        )
        for t in written
    }


@cache
def criticality() -> dict[DeviceClass, Criticality]:
    """Return what every class is worth. Raises :class:`RuleError` if one is missing or twice."""
    table: dict[DeviceClass, Criticality] = {}
    for entry in _impacts().impact:
        impact = Impact(entry.confidentiality, entry.integrity, entry.availability)
        for device_class in entry.classes:
            if device_class in table:
                raise RuleError(f"impact.toml names {device_class} twice", "Remove one of them.")
            table[device_class] = Criticality(
                impact, entry.harm, entry.patient_safety, entry.records, entry.restorable
            )
    if missing := set(DeviceClass) - set(table):
        raise RuleError(f"impact.toml lacks {', '.join(sorted(missing))}", "Add the class.")
    return table


@cache
def cloud_criticality() -> Criticality:
    """Return what a system is worth that stands with a vendor, where no scan reaches."""
    cloud = _impacts().cloud
    impact = Impact(cloud.confidentiality, cloud.integrity, cloud.availability)
    return Criticality(impact, cloud.harm, patient_safety=False, records=cloud.records)


@cache
def _impacts() -> _Impacts:
    return load_content("impact.toml", _Impacts)


def load_content(name: str, shape: type[_T]) -> _T:
    """Read a file of this package. Raises :class:`RuleError` if it does not fit its shape."""
    text = (files("riskscan.assess") / name).read_text(encoding="utf-8")
    try:
        content: dict[str, Any] = tomllib.loads(text)
        return shape.model_validate(content)
    except (tomllib.TOMLDecodeError, ValidationError) as problem:
        raise RuleError(f"{name} cannot be read: {problem}", "Correct the file.") from problem
