"""Weaknesses that no scan shows: what answers and documents leave open.

The words and what each rests on are data (``gaps.toml``). How much of each is left is judged by
:mod:`riskscan.assess.gap_standing`. A gap without a weakness stays in the register, so that its
threat is seen to have been considered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from riskscan.assess.checklist import load_checklist
from riskscan.assess.judgement import Cost, Judgement, Owner
from riskscan.assess.library import load_content, threats
from riskscan.errors import RuleError
from riskscan.model import (
    Check,
    Citation,
    DeviceClass,
    Level,
    SystemKind,
)

CLOUD = "cloud"
"""The worth of a system that stands with a vendor."""


class _Gap(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^gap\.[a-z-]+$")
    title: str = Field(min_length=10)
    severity: Level
    weakness: str = Field(min_length=10)
    assets: str = Field(min_length=5)
    harm: str = Field(min_length=10)
    classes: tuple[DeviceClass, ...] = ()
    kinds: tuple[SystemKind, ...] = ()
    worth: str = ""
    vendors: bool = False
    only_if_seen: bool = False
    controls: tuple[str, ...] = Field(min_length=1)
    cites: str = ""
    why_cited: str = Field(min_length=10)
    good: dict[str, str] = Field(default_factory=dict)
    fair: dict[str, str] = Field(default_factory=dict)
    action: str = Field(min_length=10)
    owner: Owner
    cost: Cost
    what: str = Field(min_length=30)
    why: str = Field(min_length=30)
    fix: str = Field(min_length=30)
    verify: str = Field(min_length=30)
    feeds: dict[str, str] = Field(min_length=1)


class _Gaps(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    gap: tuple[_Gap, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A weakness that no scan shows."""

    judgement: Judgement
    """Its words, severity, threats and action, as a check has them; no function judges it."""
    assets: str
    """What it concerns, in words."""
    harm: str
    classes: tuple[DeviceClass, ...]
    kinds: tuple[SystemKind, ...]
    worth: str
    """A class of device, or ``cloud``: stands in while nothing of its kinds is on record."""
    vendors: bool
    """Whether it is about the vendors whose agreement is missing or incomplete."""
    only_if_seen: bool
    controls: tuple[str, ...]
    """Leaf controls and questions of which the weakest decides."""
    good: Mapping[str, frozenset[str]]
    """Question id to the answers that leave no weakness."""
    fair: Mapping[str, frozenset[str]]
    """Question id to the answers that leave one safeguard."""

    @property
    def id(self) -> str:
        return self.judgement.check.id

    @property
    def of_practice(self) -> bool:
        """Whether it is about the practice as a whole."""
        return not (self.classes or self.kinds)


@cache
def gaps() -> dict[str, Gap]:
    """Return every gap by id. Raises :class:`RuleError` if the data is malformed."""
    leaves = {control.id for control in load_checklist().controls}
    table: dict[str, Gap] = {}
    for written in load_content("gaps.toml", _Gaps).gap:
        if written.id in table:
            raise RuleError(f"gaps.toml names {written.id} twice", "Remove one of them.")
        _prove(written, leaves)
        table[written.id] = _gap(written)
    return table


def _prove(written: _Gap, leaves: set[str]) -> None:
    for control in written.controls:
        if control not in leaves and control not in written.good:
            raise RuleError(
                f"{written.id} rests on {control}, which is no control",
                "Name a leaf control, or say under 'good' which answers are good.",
            )
    if strange := set(written.feeds) - set(threats()):
        raise RuleError(f"{written.id} feeds {', '.join(sorted(strange))}", "Name known threats.")
    if _cited(written) not in leaves:
        raise RuleError(f"{written.id} cites no control", "Name one under 'cites'.")
    standing_in = written.worth in {CLOUD, *DeviceClass}
    if standing_in is not bool(written.classes or written.kinds):
        raise RuleError(
            f"{written.id}: 'worth' must name a class, or '{CLOUD}', where there are classes or "
            "kinds, and only there",
            "Correct it.",
        )


def _cited(written: _Gap) -> str:
    return written.cites or written.controls[0]


def _gap(written: _Gap) -> Gap:
    check = Check(
        id=written.id,
        title=written.title,
        severity=written.severity,
        what=written.what,
        why=written.why,
        fix=written.fix,
        verify=written.verify,
        citations=(Citation(_cited(written), written.why_cited),),
    )
    return Gap(
        Judgement(
            check, written.weakness, written.feeds, written.action, written.owner, written.cost
        ),
        written.assets,
        written.harm,
        written.classes,
        written.kinds,
        written.worth,
        written.vendors,
        written.only_if_seen,
        written.controls,
        {q: frozenset(words.split("|")) for q, words in written.good.items()},
        {q: frozenset(words.split("|")) for q, words in written.fair.items()},
    )
