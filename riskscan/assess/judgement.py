"""The shape of a check: a function that judges, and the words that explain it, in one place."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypedDict, Unpack

from riskscan.errors import RuleError
from riskscan.model import (
    Check,
    Citation,
    Confidence,
    Device,
    Evidence,
    Knowledge,
    Level,
    Result,
    Scan,
)

SECTIONS = ("What", "Why", "Fix", "Verify")
"""The parts of a check's docstring, each opened by its name and a colon."""


class Cost(StrEnum):
    """Bands of money outside normal support hours; rough by design."""

    NONE = "none"
    SMALL = "under $1,000"
    MEDIUM = "$1,000 to $5,000"
    LARGE = "$5,000 to $20,000"


class Owner(StrEnum):
    """Who does something about it, until a person is named."""

    IT = "IT provider"
    MANAGER = "Practice manager"
    VENDOR = "Device vendor"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says of one device, or of the network."""

    result: Result
    summary: str
    """This case in one sentence; for unknown, why it is not known."""
    evidence: tuple[Evidence, ...] = ()
    """A pass with evidence saw the service behave well; one without saw only a closed port."""
    confidence: Confidence = Confidence.HIGH
    severity: Level | None = None
    """None for the check's own."""
    subject: str = ""
    """For a check of the network: the part of it that is judged."""


def unknown(reason: str, subject: str = "") -> Verdict:
    """Say that nothing is known, and why."""
    return Verdict(Result.UNKNOWN, reason, confidence=Confidence.LOW, subject=subject)


@dataclass(frozen=True, slots=True)
class Context:
    """What a check may look at beside the device itself."""

    scan: Scan
    knowledge: Knowledge
    now: datetime
    devices: tuple[Device, ...] = field(default=())
    """All devices of the scan, by address."""


DeviceJudge = Callable[[Device, Context], Verdict | None]
"""None means that the check does not apply to this device."""
NetworkJudge = Callable[[Context], Iterator[Verdict]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A check with all that follows from its failure. One of the two functions is set."""

    check: Check
    weakness: str
    """Fits in: 'Because <weakness> on <assets>, ...'."""
    feeds: Mapping[str, str]
    """Threat id to one line that says why this weakness helps that threat."""
    action: str
    """Heading of the action that answers it."""
    owner: Owner
    cost: Cost
    of_device: DeviceJudge | None = None
    of_network: NetworkJudge | None = None


class Words(TypedDict):
    """What a check states about itself beside its docstring."""

    title: str
    severity: Level
    cites: Mapping[str, str]
    """Control id to the reason in one line; at most three."""
    weakness: str
    feeds: Mapping[str, str]
    action: str
    owner: Owner
    cost: Cost


def device_check(id: str, **words: Unpack[Words]) -> Callable[[DeviceJudge], Judgement]:
    """Turn a function that judges one device into a :class:`Judgement`."""
    return lambda judge: _judgement(id, words, judge.__doc__, of_device=judge)


def network_check(id: str, **words: Unpack[Words]) -> Callable[[NetworkJudge], Judgement]:
    """Turn a function that judges the network as a whole into a :class:`Judgement`."""
    return lambda judge: _judgement(id, words, judge.__doc__, of_network=judge)


def _judgement(
    id: str,
    words: Words,
    doc: str | None,
    of_device: DeviceJudge | None = None,
    of_network: NetworkJudge | None = None,
) -> Judgement:
    parts = sections(id, doc)
    check = Check(
        id=id,
        title=words["title"],
        severity=words["severity"],
        what=parts["What"],
        why=parts["Why"],
        fix=parts["Fix"],
        verify=parts["Verify"],
        citations=tuple(Citation(control, reason) for control, reason in words["cites"].items()),
    )
    return Judgement(
        check=check,
        weakness=words["weakness"],
        feeds=words["feeds"],
        action=words["action"],
        owner=words["owner"],
        cost=words["cost"],
        of_device=of_device,
        of_network=of_network,
    )


def sections(id: str, doc: str | None) -> dict[str, str]:
    """Read the four parts of a check's docstring, each as one line of text.

    Raises :class:`RuleError` if one is missing, empty or out of order.
    """
    pieces = re.split(rf"^({'|'.join(SECTIONS)}):", inspect.cleandoc(doc or ""), flags=re.MULTILINE)
    found = {
        name: " ".join(text.split()) for name, text in zip(pieces[1::2], pieces[2::2], strict=True)
    }
    if tuple(found) != SECTIONS or not all(found.values()):
        raise RuleError(
            f"the docstring of check {id} must hold the sections {', '.join(SECTIONS)}",
            "Write each as 'Name: text', in this order.",
        )
    return found
