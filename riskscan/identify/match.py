"""Does a rule match what was observed, with which captured fields, and what was missing?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from riskscan.identify.rule import Condition, Rule
from riskscan.model import Evidence, Observation

Seen = Mapping[str, Sequence[Observation]]
"""Observations by their key, as :func:`by_key` sorts them."""

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


def by_key(observations: Iterable[Observation]) -> Seen:
    """Sort observations by key, in their order, so that each condition reads only its own."""
    sorted_: dict[str, list[Observation]] = {}
    for observation in observations:
        sorted_.setdefault(observation.key, []).append(observation)
    return sorted_


def match(rule: Rule, seen: Seen) -> Match | None:
    """Return the match of ``rule``, or None. Of several fitting observations the first counts."""
    if not rule.same_port:
        return _on(rule, seen)
    wanted = {o.port for c in rule.all + rule.any for o in seen.get(c.key, ()) if c.fits(o)}
    tries = (_on(rule, _of_port(seen, port)) for port in sorted(wanted, key=lambda p: p or 0))
    return next((found for found in tries if found), None)


def _of_port(seen: Seen, port: int | None) -> Seen:
    return {key: [o for o in all_ if o.port == port] for key, all_ in seen.items()}


def missing(rule: Rule, seen: Seen) -> tuple[str, ...]:
    """Say which conditions of a rule do not hold, for someone who writes rules."""
    lacking = [str(c) for c in missing_conditions(rule, seen)]
    if rule.any and all(_first(c, seen) is None for c in rule.any):
        lacking.append("one of: " + "; ".join(str(c) for c in rule.any))
    lacking += [f"not: {c}" for c in rule.none if _first(c, seen) is not None]
    if not lacking and match(rule, seen) is None:
        lacking.append("all on one port")
    return tuple(lacking)


def missing_conditions(rule: Rule, seen: Seen) -> tuple[Condition, ...]:
    """Return those of the conditions that must all hold which do not."""
    return tuple(c for c in rule.all if _first(c, seen) is None)


def _on(rule: Rule, seen: Seen) -> Match | None:
    found = []
    for condition in rule.all:
        hit = _first(condition, seen)
        if hit is None:
            return None
        found.append(hit)
    if rule.any:
        hits = (_first(condition, seen) for condition in rule.any)
        hit = next((hit for hit in hits if hit is not None), None)
        if hit is None:
            return None
        found.append(hit)
    if any(_first(condition, seen) for condition in rule.none):
        return None
    fields = {name: _clean(text) for _seen, read in found for name, text in read.items()}
    held = tuple(dict.fromkeys(o for o, _read in found))
    return Match(rule, held, {name: text for name, text in fields.items() if text})


def _first(condition: Condition, seen: Seen) -> tuple[Observation, dict[str, str]] | None:
    for observation in seen.get(condition.key, ()):
        read = condition.read(observation)
        if read is not None:
            return observation, read
    return None


def _clean(text: str) -> str:
    """One line of printable text, capped."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:_FIELD_CAP]
