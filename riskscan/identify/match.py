"""Does a rule match what was observed, with which captured fields, and what was missing?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from riskscan.identify.rule import Condition, Rule
from riskscan.model import Evidence, Observation

_FIELD_CAP = 80
"""Longest captured product or version, in characters."""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that fits, the observations that made it fit, and what its patterns captured."""

    rule: Rule
    seen: tuple[Observation, ...]
    fields: dict[str, str]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(Evidence(o, self.rule.says, self.rule.id) for o in self.seen)

    def field(self, name: str) -> str | None:
        """Return a captured field, or what the rule states for it."""
        stated: str | None = getattr(self.rule, name)
        return self.fields.get(name) or stated


def match(rule: Rule, observations: Sequence[Observation]) -> Match | None:
    """Return the match of ``rule``, or None. Of several fitting observations the first counts."""
    if not rule.same_port:
        return _on(rule, observations)
    ports = sorted({o.port for o in observations if _wanted(rule, o)}, key=lambda p: p or 0)
    tries = (_on(rule, [o for o in observations if o.port == port]) for port in ports)
    return next((found for found in tries if found), None)


def missing(rule: Rule, observations: Sequence[Observation]) -> tuple[str, ...]:
    """Say which conditions of a rule do not hold, for someone who writes rules."""
    lacking = [str(c) for c in missing_conditions(rule, observations)]
    if rule.any and all(_first(c, observations) is None for c in rule.any):
        lacking.append("one of: " + "; ".join(str(c) for c in rule.any))
    lacking += [f"not: {c}" for c in rule.none if _first(c, observations) is not None]
    if not lacking and match(rule, observations) is None:
        lacking.append("all on one port")
    return tuple(lacking)


def missing_conditions(rule: Rule, observations: Sequence[Observation]) -> tuple[Condition, ...]:
    """Return those of the conditions that must all hold which do not."""
    return tuple(c for c in rule.all if _first(c, observations) is None)


def _on(rule: Rule, observations: Sequence[Observation]) -> Match | None:
    found = [_first(condition, observations) for condition in rule.all]
    if any(_first(condition, observations) for condition in rule.none):
        return None
    if rule.any:
        hits = [_first(condition, observations) for condition in rule.any]
        found.append(next((hit for hit in hits if hit is not None), None))
    if any(hit is None for hit in found):
        return None
    held = [hit for hit in found if hit is not None]
    fields = {name: _clean(text) for _seen, read in held for name, text in read.items()}
    seen = tuple(dict.fromkeys(o for o, _read in held))
    return Match(rule, seen, {name: text for name, text in fields.items() if text})


def _first(
    condition: Condition, observations: Iterable[Observation]
) -> tuple[Observation, dict[str, str]] | None:
    for observation in observations:
        read = condition.read(observation)
        if read is not None:
            return observation, read
    return None


def _wanted(rule: Rule, observation: Observation) -> bool:
    return any(c.read(observation) is not None for c in rule.all + rule.any)


def _clean(text: str) -> str:
    """One line of printable text, capped."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:_FIELD_CAP]
