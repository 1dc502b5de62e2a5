"""Check rules before they are trusted: run their examples, and hold them to the house style."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from riskscan.errors import RuleError
from riskscan.identify.facts import facts_of_mac
from riskscan.identify.makers import enterprises, medical_prefixes, other_makers
from riskscan.identify.match import Match, Seen, by_key, match, missing
from riskscan.identify.pattern import is_anchored
from riskscan.identify.rule import Condition, Example, Rule, RuleSet
from riskscan.identify.rule_text import read_rules
from riskscan.identify.rulebook import rule_files, shipped_files, table_rules
from riskscan.model import OBSERVATION_KEYS, Confidence, Observation


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a rule, and what to do about it."""

    file: str
    rule: str
    """Id of the rule; empty where the file itself is at fault."""
    text: str

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.rule}: {self.text}" if self.rule else f"{self.file}: {self.text}"
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one rule read some observations."""

    rule: Rule
    matched: bool
    fields: dict[str, str]
    """What its patterns captured."""
    missing: tuple[str, ...] = ()
    """For a near miss: the one condition that did not hold."""

    def __str__(self) -> str:
        if not self.matched:
            return f"nearly   {self.rule.id}: lacks {'; '.join(self.missing)}"
        named = [("vendor", self.rule.vendor), ("product", self.rule.product), *self.fields.items()]
        given = "".join(f", {name} {value}" for name, value in named if value)
        kind = self.rule.device_class.value if self.rule.device_class else "no class"
        return (
            f"matches  {self.rule.id}: {kind}, {self.rule.confidence}{given}: "
            f"{self.rule.says} ({self.rule.source})"
        )


def verify(paths: Sequence[Path] = ()) -> list[Problem]:
    """Check files or folders of rules; without any, all that riskscan ships, tables included."""
    given = [path for each in paths for path in rule_files(each)] if paths else shipped_files()
    rules: list[Rule] = [] if paths else list(table_rules())
    problems: list[Problem] = []
    for path in given:
        try:
            rules += read_rules(path)
        except RuleError as wrong:
            problems.append(Problem(path.name, "", wrong.message))
    problems += [Problem(r.file, r.id, text) for r in rules for text in _lint(r)]
    problems += [Problem(r.file, r.id, text) for r in rules for text in _run(r)]
    return problems + list(_twins(rules))


def explain(observations: Sequence[Observation], rules: RuleSet) -> tuple[Explanation, ...]:
    """Say which rules match some observations and, after them, which lack one condition."""
    mac = next((o.value for o in observations if o.key == "arp.mac"), None)
    seen = by_key([*observations, *facts_of_mac(mac, observations)])
    read = [_explain(rule, seen) for rule in rules.rules]
    return tuple(sorted((e for e in read if e), key=lambda e: not e.matched))


def _explain(rule: Rule, seen: Seen) -> Explanation | None:
    found = match(rule, seen)
    if found:
        return Explanation(rule, True, found.fields)
    held = any(c.fits(o) for c in rule.all + rule.any for o in seen.get(c.key, ()))
    lacking = missing(rule, seen) if held else ()
    return Explanation(rule, False, {}, lacking) if len(lacking) == 1 else None


def _run(rule: Rule) -> Iterator[str]:
    """Run a rule's examples; yield what came out otherwise than written."""
    if not any(example.expect is not None for example in rule.examples):
        yield "has no example; add one under [[rule.examples]]"
    for number, example in enumerate(rule.examples, 1):
        seen = by_key(example.observations)
        found = match(rule, seen)
        if example.expect is None:
            if found:
                yield f"example {number} must not match, and does; narrow the conditions"
        elif found is None:
            lacking = "; ".join(missing(rule, seen))
            yield f"example {number} does not match ({lacking}); correct the rule or the example"
        else:
            yield from _compare(number, example, found)


def _compare(number: int, example: Example, found: Match) -> Iterator[str]:
    for name, wanted in (example.expect or {}).items():
        got = found.field(name)
        if got != wanted:
            yield f"example {number} gives {name} = {got!r}, not {wanted!r}; correct one of them"


def _lint(rule: Rule) -> Iterator[str]:
    file = rule.file.removesuffix(".toml")
    if rule.file.endswith(".toml") and not rule.id.startswith(f"{file}."):
        yield f"its id must begin with the name of its file: {file}."
    if rule.ports_only and rule.confidence is not Confidence.LOW:
        yield "rests on open ports alone, so its confidence must be low"
    if rule.device_class is None and not any(
        (rule.vendor, rule.product, rule.os_family, rule.roles, rule.file.endswith(".tsv"))
    ):
        yield "says nothing: give a class, a vendor, a product, a system or a role"
    if rule.vendor and rule.vendor not in spellings()["vendors"]:
        yield f"the vendor {rule.vendor!r} is not in vendors.toml; spell it so, or add it there"
    if rule.os_family and rule.os_family not in spellings()["os_families"]:
        yield f"the system {rule.os_family!r} is not in vendors.toml; spell it so, or add it there"
    for condition in rule.all + rule.any + rule.none:
        yield from _lint_condition(condition)


def _lint_condition(condition: Condition) -> Iterator[str]:
    if condition.key not in OBSERVATION_KEYS:
        yield f"no probe gives {condition.key!r}; use a key of the vocabulary"
    pattern = condition.pattern
    if pattern and not condition.anywhere and not is_anchored(pattern.pattern):
        yield f"{pattern.pattern!r} is not anchored; begin it with ^, or say why in 'anywhere'"


def _twins(rules: Iterable[Rule]) -> Iterator[Problem]:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            yield Problem(rule.file, rule.id, "another rule has the same id; rename one of them")
        seen.add(rule.id)


@lru_cache(maxsize=1)
def spellings() -> dict[str, frozenset[str]]:
    """Return the vendors and systems that rules may name, spelt as they must be."""
    text = files("riskscan.identify").joinpath("vendors.toml").read_text(encoding="utf-8")
    listed = {name: frozenset(words) for name, words in tomllib.loads(text).items()}
    tables = (medical_prefixes(), other_makers(), enterprises())
    known = {maker.vendor for table in tables for maker in table.values()}
    return {**listed, "vendors": listed["vendors"] | known}
