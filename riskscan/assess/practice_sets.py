"""Practice sets beside the rule: loaded from TOML, judged by the controls they rest on."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from riskscan.assess.checklist import load_checklist
from riskscan.assess.checks import CHECKS
from riskscan.assess.estate import Estate
from riskscan.assess.standing import Against, standing
from riskscan.errors import RuleError
from riskscan.model import (
    Checklist,
    ControlResult,
    Finding,
    Practice,
    PracticeSet,
    PracticeSize,
    Profile,
    SetResult,
    SetStatus,
)

SETS = ("hicp-2023", "hph-cpg", "zero-trust", "hipaa-nprm-2025")
"""Names of the sets, in the order of a report: what helps today before what may come."""

FRESH = timedelta(days=90)
"""Content about law and guidance is looked up again after this time."""


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _Practice(_Text):
    id: str = Field(pattern=r"^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$")
    title: str = Field(min_length=3)
    what: str = Field(min_length=20)
    sizes: tuple[PracticeSize, ...] = Field(default=tuple(PracticeSize), min_length=1)
    rests_on: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    phase: str = Field(default="", pattern=r"^[123]?$")
    clock: str = ""
    is_new: bool = False
    document: str = ""
    action: str = ""
    citation: str = Field(default="", pattern=r"^(164\.3\d\d.*)?$")
    goes_further: bool = False
    devices: bool = False
    medical: bool = False


class _Group(_Text):
    title: str = Field(min_length=4)
    practice: tuple[_Practice, ...] = Field(min_length=1)


class _Set(_Text):
    id: str
    title: str
    status: SetStatus
    revision: str
    source: str = Field(min_length=10)
    checked_on: date
    note: str = Field(min_length=40)
    group: tuple[_Group, ...] = Field(min_length=1)


@cache
def load_set(name: str) -> PracticeSet:
    """Return one of :data:`SETS`.

    Raises :class:`RuleError` if the file is malformed, names a practice twice, or names a control
    or check that there is none of.
    """
    path = files("riskscan.assess") / "checklists" / f"{name}.toml"
    return parse_set(path.read_text(encoding="utf-8"), where=f"{name}.toml")


def parse_set(text: str, *, where: str) -> PracticeSet:
    """Read a set from TOML; ``where`` names it in messages.

    A check may be given as a family, ``cleartext.*``. Raises :class:`RuleError`.
    """
    try:
        written = _Set.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as problem:
        raise RuleError(f"{where} cannot be read: {problem}", "Correct the file.") from problem
    listed = [(group.title, practice) for group in written.group for practice in group.practice]
    _refuse_twice(where, [practice.id for _, practice in listed])
    proposed = written.status is SetStatus.PROPOSED
    if proposed and (bare := [p.id for _, p in listed if not p.citation]):
        raise RuleError(f"{where} gives no paragraph for {', '.join(bare)}", "Add the citation.")
    return PracticeSet(
        id=written.id,
        title=written.title,
        status=written.status,
        revision=written.revision,
        source=written.source,
        checked_on=written.checked_on,
        note=written.note,
        practices=tuple(_practice(where, title, practice) for title, practice in listed),
    )


def _practice(where: str, group: str, written: _Practice) -> Practice:
    known = {control.id for control in load_checklist().controls}
    if lost := [leaf for leaf in written.rests_on if leaf not in known]:
        raise RuleError(
            f"{where}: {written.id} rests on {', '.join(lost)}, and there is no such control",
            "Name leaf controls of the Security Rule, as in A01.",
        )
    fields = dict(written)
    fields["checks"] = tuple(c for name in written.checks for c in _family(where, name))
    return Practice(group=group, **fields)


def _family(where: str, name: str) -> Iterator[str]:
    meant = [c for c in sorted(CHECKS) if c == name or _of_family(c, name)]
    if not meant:
        raise RuleError(f"{where} names the check {name}, and there is none", "Correct the name.")
    yield from meant


def _of_family(check: str, name: str) -> bool:
    return name.endswith(".*") and check.startswith(name[:-1])


def _refuse_twice(where: str, ids: list[str]) -> None:
    twice = [name for name, count in Counter(ids).items() if count > 1]
    if twice:
        raise RuleError(f"{where} names {', '.join(twice)} twice", "Remove one of them.")


def judge_sets(
    profile: Profile,
    controls: Sequence[ControlResult],
    findings: Sequence[Finding],
    estate: Estate,
) -> tuple[SetResult, ...]:
    """Return how far the practice is in each set; none of it changes a control's status.

    Practices that are meant for another size are left out: a list that a practice of this size
    is not expected to follow would only hide the one that it is.
    """
    by_id = {result.control.id: result for result in controls}
    weak = [finding for finding in findings if finding.is_open]
    medical = [
        f for f in weak if any(d.identity.device_class.is_medical for d in estate.touched(f))
    ]
    against = Against(_by_check(weak), _by_check(medical))
    return tuple(_judged(load_set(name), profile, by_id, against) for name in SETS)


def _is_medical(finding: Finding, estate: Estate) -> bool:
    return any(device.identity.device_class.is_medical for device in estate.touched(finding))


def _by_check(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    sorted_: dict[str, list[Finding]] = {}
    for finding in findings:
        sorted_.setdefault(finding.check, []).append(finding)
    return sorted_


def _judged(
    practices: PracticeSet,
    profile: Profile,
    controls: Mapping[str, ControlResult],
    against: Against,
) -> SetResult:
    proposed = practices.status is SetStatus.PROPOSED
    return SetResult(
        id=practices.id,
        title=practices.title,
        status=practices.status,
        revision=practices.revision,
        source=practices.source,
        checked_on=practices.checked_on,
        note=practices.note,
        size=profile.size,
        results=tuple(
            standing(practice, controls, against, proposed=proposed)
            for practice in practices.practices
            if is_meant_for(practice, profile)
        ),
    )


def is_meant_for(practice: Practice, profile: Profile) -> bool:
    """Say whether a practice is one for this size; about devices, for the size these call for."""
    size = profile.devices if practice.devices and profile.devices else profile.size
    return size in practice.sizes


@dataclass(frozen=True, slots=True)
class StaleSet:
    """Content that has not been held against its source for a while."""

    id: str
    title: str
    checked_on: date
    days: int
    """Since it was checked."""


def stale_sets(today: date) -> tuple[StaleSet, ...]:
    """Return the checklist in force and the sets that were last checked over 90 days ago."""
    contents: tuple[Checklist | PracticeSet, ...] = (
        load_checklist(),
        *(load_set(name) for name in SETS),
    )
    return tuple(
        StaleSet(content.id, content.title, content.checked_on, (today - content.checked_on).days)
        for content in contents
        if today - content.checked_on > FRESH
    )
