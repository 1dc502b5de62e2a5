"""How an identity came to be: what spoke for each class, and what would settle a doubt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from riskscan.identify.facts import PORT_KEYS, facts
from riskscan.identify.kinship import is_kin
from riskscan.identify.match import Seen, by_key, missing_conditions
from riskscan.identify.rule import Condition, Rule, RuleSet
from riskscan.identify.verdict import Tally, evidence_of, matches, tallies, weigh
from riskscan.model import (
    OBSERVATION_KEYS,
    Confidence,
    DeviceClass,
    Evidence,
    Host,
    Identity,
    Outcome,
)

_HINTS = 4
"""Observations that are named at most as ones that would settle it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One class that something speaks for."""

    device_class: DeviceClass
    points: int
    """Weight of its evidence: a low sign counts 1, a medium one 3, a high one 9; signs of one
    kind count once."""
    confidence: Confidence
    """What its evidence alone would give, before what speaks against it."""
    evidence: tuple[Evidence, ...]
    contradicts: bool
    """Whether it cannot be true of one box together with the class that was chosen."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that was not seen and would tell."""

    key: str
    """Of :data:`riskscan.model.OBSERVATION_KEYS`."""
    for_class: DeviceClass
    rule: str


@dataclass(frozen=True, slots=True)
class Account:
    """What one host was taken for, and why."""

    identity: Identity
    candidates: tuple[Candidate, ...]
    """Strongest first."""
    hints: tuple[Hint, ...]
    held_back: tuple[str, ...]
    """Questions that were not asked for the device's safety, and why."""


def account(host: Host, rules: RuleSet) -> Account:
    """Say how the identity of a host comes about under these rules. Pure, like ``identify``."""
    known = facts(host)
    seen = by_key(known)
    found = matches(known, rules)
    rivals = tallies(found)
    identity = weigh(found, known)
    return Account(
        identity,
        tuple(_candidate(tally, identity.device_class) for tally in rivals),
        tuple(_hints(identity, rivals, seen, rules)),
        tuple(dict.fromkeys(_held_back(host))),
    )


def _candidate(tally: Tally, chosen: DeviceClass) -> Candidate:
    return Candidate(
        tally.device_class,
        tally.score,
        tally.confidence,
        evidence_of(tally.matches),
        contradicts=not is_kin(tally.device_class, chosen),
    )


def _hints(
    identity: Identity, rivals: Sequence[Tally], seen: Seen, rules: RuleSet
) -> Iterator[Hint]:
    """Yield what better rules lack by one condition; a sure identity needs nothing."""
    if identity.confidence is Confidence.HIGH and identity.rule_id:
        return
    possible = {tally.device_class for tally in rivals}
    surest = sorted(
        _near_misses(rules.fitting(seen), seen), key=lambda near: -near[0].confidence.rank
    )
    told: set[tuple[str, DeviceClass]] = set()
    for rule, condition in surest:
        kind = rule.device_class
        if kind is None or (possible and kind not in possible) or (condition.key, kind) in told:
            continue
        told.add((condition.key, kind))
        yield Hint(condition.key, kind, rule.id)
        if len(told) == _HINTS:
            return


def _near_misses(rules: Iterable[Rule], seen: Seen) -> Iterator[tuple[Rule, Condition]]:
    """Yield rules of weight of which one condition does not hold, and that one."""
    for rule in rules:
        if rule.confidence is Confidence.LOW or rule.device_class is None:
            continue
        lacking = missing_conditions(rule, seen)
        if len(lacking) != 1 or len(rule.all) < 2:
            continue
        # What was seen and says something else has been answered already.
        if lacking[0].key not in {*seen, *PORT_KEYS} and lacking[0].key in OBSERVATION_KEYS:
            yield rule, lacking[0]


def _held_back(host: Host) -> Iterator[str]:
    for result in host.probe_results:
        if result.outcome is Outcome.SKIPPED_FOR_SAFETY:
            where = f" on port {result.port}" if result.port else ""
            yield f"{result.probe}{where}: {result.detail}"
