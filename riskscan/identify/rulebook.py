"""The rules in force: the shipped files, the tables of makers, and what a site adds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path

from riskscan.errors import RuleError
from riskscan.identify.makers import (
    Maker,
    enterprises,
    medical_prefixes,
    module_prefixes,
    name_pattern,
    other_makers,
)
from riskscan.identify.pattern import compiled
from riskscan.identify.rule import Condition, Example, Rule, RuleSet
from riskscan.identify.rule_text import read_rules
from riskscan.model import Confidence, Observation

_REGISTRY = "IEEE registration authority (identify/prefixes/source.toml says as of when)"
_NOT_LOCAL = (Condition("mac.local", frozenset({"true"})),)


def load_rules(extra: Sequence[Path] = ()) -> RuleSet:
    """Load every rule: shipped, from tables, and from ``extra`` files or folders of TOML.

    Raises RuleError for a file that cannot be read, a pattern that is unsafe, or an id used twice.
    """
    own = [path for given in extra for path in rule_files(given)]
    rules = _shipped() + tuple(rule for path in own for rule in read_rules(path))
    _refuse_twins(rules)
    return RuleSet(rules, _revision(own))


def rule_files(given: Path) -> list[Path]:
    """Return the file itself, or the TOML files of a folder in order."""
    if given.is_dir():
        return sorted(given.glob("*.toml"))
    return [given]


def shipped_files() -> list[Path]:
    """Return the rule files that come with riskscan."""
    with as_file(files("riskscan.identify").joinpath("rules")) as folder:
        return rule_files(folder)


def table_rules() -> Iterator[Rule]:
    """Make rules of the tables of makers: by medical block, by module, by name, by enterprise."""
    yield from _from_medical_prefixes()
    yield from _from_modules()
    for begins, maker in other_makers().items():
        yield _from_name(begins, maker)
    for number, maker in enterprises().items():
        yield _from_enterprise(number, maker)


@lru_cache(maxsize=1)
def _shipped() -> tuple[Rule, ...]:
    return tuple(rule for path in shipped_files() for rule in read_rules(path)) + tuple(
        table_rules()
    )


def _refuse_twins(rules: Sequence[Rule]) -> None:
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in seen:
            raise RuleError(
                f"two rules have the id {rule.id} ({seen[rule.id].file} and {rule.file})",
                "Give one of them another id.",
            )
        seen[rule.id] = rule


def _revision(own: Sequence[Path]) -> str:
    """Hash rules and tables: two scans with the same revision were identified alike."""
    digest = hashlib.sha256()
    package = files("riskscan.identify")
    for folder in ("prefixes", "rules"):
        for part in sorted(package.joinpath(folder).iterdir(), key=lambda entry: entry.name):
            if part.name.endswith((".toml", ".tsv", ".gz")):
                digest.update(part.name.encode() + b"\0" + part.read_bytes())
    for path in own:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _from_medical_prefixes() -> Iterator[Rule]:
    groups: dict[Maker, list[str]] = {}
    for prefix, maker in medical_prefixes().items():
        groups.setdefault(maker, []).append(_colons(prefix))
    for maker, blocks in groups.items():
        kind = maker.device_class.value.replace("_", "-") if maker.device_class else "any"
        yield Rule(
            f"mac-medical.{_slug(maker.vendor)}-{kind}-{maker.confidence}",
            f"the MAC prefix belongs to {maker.vendor}, a maker of medical devices",
            _REGISTRY,
            maker.confidence,
            maker.device_class,
            maker.vendor,
            all=(Condition("arp.mac", begins=tuple(blocks)),),
            none=_NOT_LOCAL,
            examples=_examples("arp.mac", _fill(blocks[0]), maker),
            file="prefixes/medical.tsv",
        )


def _from_modules() -> Iterator[Rule]:
    """A module's maker is not the device's: such a match is evidence and fills no field."""
    groups: dict[str, list[str]] = {}
    for prefix, vendor in module_prefixes().items():
        groups.setdefault(vendor, []).append(_colons(prefix))
    for vendor, blocks in groups.items():
        yield Rule(
            f"mac-module.{_slug(vendor)}",
            f"the MAC prefix belongs to {vendor}, whose modules sit inside other makers' devices",
            _REGISTRY,
            Confidence.LOW,
            all=(Condition("arp.mac", begins=tuple(blocks)),),
            none=_NOT_LOCAL,
            examples=(Example((Observation("arp.mac", _fill(blocks[0])),), {}),),
            file="prefixes/modules.tsv",
        )


def _from_name(begins: str, maker: Maker) -> Rule:
    return Rule(
        f"mac-maker.{_slug(begins)}",
        f"the MAC prefix belongs to {maker.vendor}",
        _REGISTRY,
        maker.confidence,
        maker.device_class,
        None if maker.makes_part else maker.vendor,
        all=(Condition("mac.vendor", pattern=compiled(name_pattern(begins))),),
        examples=_examples("mac.vendor", begins, maker),
        file="prefixes/makers.tsv",
    )


def _from_enterprise(number: str, maker: Maker) -> Rule:
    oid = f"1.3.6.1.4.1.{number}"
    pattern = compiled(rf"^\.?{re.escape(oid)}(?:\.|$)")
    return Rule(
        f"snmp-maker.{number}",
        f"SNMP says that {maker.vendor} made it (enterprise number {number})",
        "IANA private enterprise numbers",
        maker.confidence,
        maker.device_class,
        maker.vendor,
        any=(
            Condition("snmp.sysobjectid", pattern=pattern),
            Condition("snmp.engine-maker", frozenset({number})),
        ),
        examples=(
            *_examples("snmp.sysobjectid", f"{oid}.1", maker),
            *_examples("snmp.engine-maker", number, maker),
        ),
        file="prefixes/enterprises.tsv",
    )


def _examples(key: str, value: str, maker: Maker) -> tuple[Example, ...]:
    expect = {} if maker.makes_part else {"vendor": maker.vendor}
    if maker.device_class:
        expect["device_class"] = maker.device_class.value
    return (Example((Observation(key, value),), expect),)


def _colons(prefix: str) -> str:
    """Write ``8C1F64B77`` as the beginning of a MAC address: ``8c:1f:64:b7:7``."""
    return ":".join(prefix[n : n + 2] for n in range(0, len(prefix), 2)).lower()


def _fill(block: str) -> str:
    return block + "00:00:00:00:00:00"[len(block) :]


def _slug(name: str) -> str:
    plain = name.lower().translate(str.maketrans("äéö", "aeo"))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
