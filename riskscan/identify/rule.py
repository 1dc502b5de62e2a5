"""A fingerprint: which observations it wants, what they say, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from riskscan.identify.facts import PORT_KEYS
from riskscan.model import OBSERVATION_CAP, Confidence, DeviceClass, Observation


@dataclass(frozen=True, slots=True)
class Condition:
    """One key and what its value must be: equal, one of several, beginning so, or matching."""

    key: str
    values: frozenset[str] = frozenset()
    """``equals`` (one value) or ``in`` (several)."""
    begins: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    anywhere: str = ""
    """Why a pattern need not begin where the value begins."""

    def read(self, observation: Observation) -> dict[str, str] | None:
        """Return what the pattern's named groups captured, or None if this does not fit."""
        if observation.key != self.key:
            return None
        value = observation.value[:OBSERVATION_CAP]
        if self.pattern is not None:
            found = self.pattern.search(value)
            return None if found is None else {k: v for k, v in found.groupdict().items() if v}
        return {} if value in self.values or value.startswith(self.begins or ("\0",)) else None

    def fits(self, observation: Observation) -> bool:
        return self.read(observation) is not None

    def __str__(self) -> str:
        if self.pattern is not None:
            return f"{self.key} matches {self.pattern.pattern}"
        if self.begins:
            return f"{self.key} begins with {' or '.join(self.begins)}"
        return f"{self.key} is {' or '.join(sorted(self.values))}"


@dataclass(frozen=True, slots=True)
class Example:
    """Observations, and what the rule must make of them; None means it must not match."""

    observations: tuple[Observation, ...]
    expect: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A fingerprint, read from a file or made from a table of makers."""

    id: str
    """``<file>.<name>`` in kebab-case."""
    says: str
    """What the match tells a reader: ``the web page names an HP LaserJet``."""
    source: str
    """Where the fact comes from."""
    confidence: Confidence
    device_class: DeviceClass | None = None
    vendor: str | None = None
    product: str | None = None
    version: str | None = None
    os_family: str | None = None
    os_version: str | None = None
    roles: tuple[DeviceClass, ...] = ()
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    none: tuple[Condition, ...] = ()
    same_port: bool = False
    """All observations must come from one port."""
    examples: tuple[Example, ...] = ()
    file: str = ""

    @property
    def first_keys(self) -> frozenset[str]:
        """Keys of which at least one must have been observed for it to match."""
        conditions = self.all[:1] or self.any
        return frozenset(condition.key for condition in conditions)

    @property
    def ports_only(self) -> bool:
        """Nothing but open ports speaks for it: the weakest evidence there is."""
        return all(condition.key in PORT_KEYS for condition in self.all + self.any)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules in force, and a short hash of everything that identification rests on."""

    rules: tuple[Rule, ...]
    revision: str
    _by_key: dict[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        filed: dict[str, list[int]] = {}
        for number, rule in enumerate(self.rules):
            for key in rule.first_keys:
                filed.setdefault(key, []).append(number)
        object.__setattr__(self, "_by_key", {key: tuple(n) for key, n in filed.items()})

    def fitting(self, keys: Iterable[str]) -> Iterator[Rule]:
        """Yield, in order, the rules that observations with these keys alone could match."""
        numbers = {n for key in keys for n in self._by_key.get(key, ())}
        return (self.rules[n] for n in sorted(numbers))
