"""Rules as a person writes them: TOML, checked field by field, and turned into :class:`Rule`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from riskscan.errors import RuleError
from riskscan.identify.pattern import compiled
from riskscan.identify.rule import Condition, Example, Rule
from riskscan.model import Confidence, DeviceClass, Observation

CAPTURES = frozenset({"product", "version", "os_version"})
"""Names that groups of a pattern may bear; what they capture fills the field of that name."""
Expected = Literal["device_class", "vendor", "product", "version", "os_family", "os_version"]
Line = Annotated[str, Field(min_length=1, max_length=300)]


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ConditionText(_Text):
    """One line of ``all``, ``any`` or ``none``: a key and exactly one way to compare."""

    key: Line
    equals: Line | None = None
    in_: tuple[Line, ...] | None = Field(default=None, alias="in", min_length=1)
    begins: tuple[Line, ...] | None = Field(default=None, min_length=1)
    matches: Line | None = None
    anywhere: str = ""

    @model_validator(mode="after")
    def _compares_once(self) -> ConditionText:
        ways = (self.equals, self.in_, self.begins, self.matches)
        if sum(way is not None for way in ways) != 1:
            raise ValueError("give exactly one of equals, in, begins, matches")
        if self.matches is not None and not set(compiled(self.matches).groupindex) <= CAPTURES:
            raise ValueError(f"groups may be named {', '.join(sorted(CAPTURES))} only")
        return self

    def made(self) -> Condition:
        values = frozenset({self.equals} if self.equals else self.in_ or ())
        pattern = compiled(self.matches) if self.matches else None
        return Condition(self.key, values, self.begins or (), pattern, self.anywhere)


class ExampleText(_Text):
    """What is observed, and what the rule makes of it. ``key@443`` says on which port."""

    observe: dict[str, str | tuple[str, ...]]
    expect: dict[Expected, str] = Field(default_factory=dict)

    def made(self, *, matches: bool) -> Example:
        seen = [
            observed(f"{key}={value}")
            for key, values in self.observe.items()
            for value in ([values] if isinstance(values, str) else values)
        ]
        return Example(
            tuple(seen), {str(k): v for k, v in self.expect.items()} if matches else None
        )


class RuleText(_Text):
    """One ``[[rule]]``."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")]
    device_class: DeviceClass | None = None
    vendor: Line | None = None
    product: Line | None = None
    version: Line | None = None
    os_family: Line | None = None
    os_version: Line | None = None
    roles: tuple[DeviceClass, ...] = ()
    confidence: Confidence
    says: Line
    source: Line
    same_port: bool = False
    all: tuple[ConditionText, ...] = ()
    any: tuple[ConditionText, ...] = ()
    none: tuple[ConditionText, ...] = ()
    examples: tuple[ExampleText, ...] = ()
    must_not_match: tuple[ExampleText, ...] = ()

    @model_validator(mode="after")
    def _asks_for_something(self) -> RuleText:
        if not self.all and not self.any:
            raise ValueError("give at least one condition in all or any")
        return self

    def made(self, file: str) -> Rule:
        plain = self.model_dump(exclude={"all", "any", "none", "examples", "must_not_match"})
        return Rule(
            **plain,
            all=tuple(c.made() for c in self.all),
            any=tuple(c.made() for c in self.any),
            none=tuple(c.made() for c in self.none),
            examples=tuple(e.made(matches=True) for e in self.examples)
            + tuple(e.made(matches=False) for e in self.must_not_match),
            file=file,
        )


class RuleFile(_Text):
    """One file of rules."""

    rule: tuple[RuleText, ...]


def observed(text: str) -> Observation:
    """Read ``key=value`` or ``key@port=value``; raises ValueError if it is neither."""
    key, equals, value = text.partition("=")
    key, _, port = key.strip().partition("@")
    if not equals or not key or (port and not port.isdecimal()):
        raise ValueError(f"{text!r} is not written as key=value or key@port=value")
    if key in ("tcp.open", "udp.open"):
        port = port or (value if value.isdecimal() else "")
    return Observation.of(key, value, int(port) if port else None)


def read_rules(path: Path) -> tuple[Rule, ...]:
    """Read one file of rules; raises RuleError with the file, the rule and what is wrong."""
    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(rule.made(path.name) for rule in RuleFile.model_validate(text).rule)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise RuleError(f"{path.name} cannot be read: {wrong}", "Correct or remove it.") from wrong
    except ValidationError as wrong:
        raise RuleError(_first(path, text, wrong), "Correct the rule.") from wrong
    except ValueError as wrong:
        raise RuleError(f"{path.name}: {wrong}", "Correct the example.") from wrong


def _first(path: Path, text: dict[str, object], wrong: ValidationError) -> str:
    """Put pydantic's first complaint into one line, with the id of the rule if it has one."""
    first = wrong.errors()[0]
    where = first["loc"]
    rules = text.get("rule")
    name = ""
    if len(where) > 1 and isinstance(where[1], int) and isinstance(rules, list):
        name = f" {rules[where[1]].get('id', f'number {where[1] + 1}')}"
    field = ".".join(str(part) for part in where[2:]) or "rule"
    return f"{path.name}: rule{name}: {field}: {first['msg']}"
