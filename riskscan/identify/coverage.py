"""How many fingerprints speak for each class, and by which kind of signal: the holes show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from riskscan.identify.facts import PORT_KEYS
from riskscan.identify.rule import Rule, RuleSet
from riskscan.model import DeviceClass


@dataclass(frozen=True, slots=True)
class Coverage:
    """The rules that can give one class."""

    device_class: DeviceClass
    rules: int
    by_signal: dict[str, int]
    """Kind of signal (``mac``, ``http``, ``dicom`` ...) to rules that read it. A rule of two kinds
    counts under both."""
    by_confidence: dict[str, int]


def coverage(rules: RuleSet) -> tuple[Coverage, ...]:
    """Count the rules of every class but ``unknown``, in the order of the taxonomy."""
    return tuple(_of(kind, rules) for kind in DeviceClass if kind is not DeviceClass.UNKNOWN)


def _of(kind: DeviceClass, rules: RuleSet) -> Coverage:
    fitting = [r for r in rules.rules if r.device_class is kind or kind in r.roles]
    signals = Counter(signal for rule in fitting for signal in _signals(rule))
    levels = Counter(rule.confidence.value for rule in fitting)
    return Coverage(kind, len(fitting), dict(signals.most_common()), dict(levels))


def _signals(rule: Rule) -> frozenset[str]:
    return frozenset(_signal(c.key) for c in rule.all + rule.any)


def _signal(key: str) -> str:
    if key in PORT_KEYS:
        return "port"
    family = key.partition(".")[0]
    return "mac" if family == "arp" else family
