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


class _Raised(_Text):
    by: str
    to: Level


class _Threat(_Text):
    id: str = Field(pattern=r"^T\d\d$")
    title: str = Field(min_length=4)
    phrase: str = Field(min_length=4)
    initiation: Level
    basis: str = Field(min_length=10)
    raised: _Raised | None = None


class _Threats(_Text):
    threat: tuple[_Threat, ...]


class _Impact(_Text):
    classes: tuple[DeviceClass, ...]
    confidentiality: Level
    integrity: Level
    availability: Level
    harm: str = Field(min_length=10)
    patient_safety: bool = False


class _Impacts(_Text):
    impact: tuple[_Impact, ...]


@dataclass(frozen=True, slots=True)
class ListedThreat:
    """A threat of the library, and the check whose failure makes it likelier."""

    threat: Threat
    raised_by: str | None = None
    raised_to: Level | None = None


@dataclass(frozen=True, slots=True)
class Criticality:
    """What a class of device is worth."""

    impact: Impact
    harm: str
    """Fits in: '... could cause <harm>'."""
    patient_safety: bool


@cache
def threats() -> dict[str, ListedThreat]:
    """Return the threat library by id. Raises :class:`RuleError` if it is malformed."""
    written = _load("threats.toml", _Threats).threat
    return {
        t.id: ListedThreat(
            Threat(t.id, t.title, t.phrase, t.initiation, t.basis),
            t.raised.by if t.raised else None,
            t.raised.to if t.raised else None,
        )
        for t in written
    }


@cache
def criticality() -> dict[DeviceClass, Criticality]:
    """Return what every class is worth. Raises :class:`RuleError` if one is missing or twice."""
    table: dict[DeviceClass, Criticality] = {}
    for entry in _load("impact.toml", _Impacts).impact:
        impact = Impact(entry.confidentiality, entry.integrity, entry.availability)
        for device_class in entry.classes:
            if device_class in table:
                raise RuleError(f"impact.toml names {device_class} twice", "Remove one of them.")
            table[device_class] = Criticality(impact, entry.harm, entry.patient_safety)
    if missing := set(DeviceClass) - set(table):
        raise RuleError(f"impact.toml lacks {', '.join(sorted(missing))}", "Add the class.")
    return table


def _load(name: str, shape: type[_T]) -> _T:
    text = (files("riskscan.assess") / name).read_text(encoding="utf-8")
    try:
        content: dict[str, Any] = tomllib.loads(text)
        return shape.model_validate(content)
    except (tomllib.TOMLDecodeError, ValidationError) as problem:
        raise RuleError(f"{name} cannot be read: {problem}", "Correct the file.") from problem
