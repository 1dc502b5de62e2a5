"""One scenario: what is put in, and the risk that comes out with its level and its bounds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from riskscan.assess.circumstances import Initiation
from riskscan.assess.exposure import Exposure, Reach
from riskscan.assess.gap_standing import GONE, SAFEGUARDED, THERE
from riskscan.assess.library import ListedThreat
from riskscan.assess.scoring import Score, score
from riskscan.assess.worth import Valued
from riskscan.model import (
    Answer,
    ControlResult,
    DeviceClass,
    Impact,
    Level,
    Registers,
    Risk,
    VendorResult,
)

NO_NETWORK = Reach(0, 0, 0)
"""The exposure of a weakness that has nothing to do with reaching anything over a network."""

MOVES_ON = "T04"
"""The threat of an attacker inside who moves on: unlikely where a test shows the way closed."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the levels of scenarios rest on beside the findings."""

    answers: Mapping[str, Answer]
    """The newest one to each question, as long as it counts."""
    registers: Registers
    controls: Mapping[str, ControlResult]
    """By leaf id."""
    initiations: Mapping[str, Initiation]
    """By threat id."""
    exposure: Exposure
    today: date
    vendors: tuple[VendorResult, ...] = ()
    """Where the agreement with each vendor stands."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A threat, a weakness and what it concerns, with all that decides the level."""

    listed: ListedThreat
    check: str
    """Id of the check or gap."""
    severity: Level
    """V as shown; at best too, unless it is gone."""
    severity_if_true: Level
    begins: Initiation
    """Of the threat, for this group."""
    worth: Valued
    statement: str
    assets: str
    reach: Reach = NO_NETWORK
    exploited: bool = False
    """Whether attackers are known to use it: what they can reach is never less than high."""
    shown: int = THERE
    """What is left of the weakness (:data:`riskscan.assess.gap_standing.THERE`), as shown, at best,
    at worst."""
    best: int = THERE
    worst: int = THERE
    device_class: DeviceClass | None = None
    zone: str = ""
    about: str = ""
    """What tells it from others of one weakness, class and zone."""
    members: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    asks: tuple[str, ...] = field(default=())

    def risk(self) -> Risk:
        """Return the risk, without its rank and its action."""
        worth, begins = self.worth, self.begins
        now = self._scored(begins.shown, self.severity, self.reach.shown, self.shown, worth.shown)
        best = self._scored(begins.best, self.severity, self.reach.best, self.best, worth.best)
        worst = self._scored(
            begins.worst, self.severity_if_true, self.reach.worst, self.worst, worth.worst
        )
        told = (begins.because, *self.because, self.reach.because, *worth.because)
        return Risk(
            id="",
            threat=self.listed.threat,
            check=self.check,
            device_class=self.device_class,
            members=self.members,
            severity=self.severity,
            exposure=self.reach.shown,
            controls=_safeguards(self.shown),
            initiation=begins.shown,
            adverse=now.adverse,
            likelihood=now.likelihood,
            impact=worth.shown,
            level=now.level,
            best=best.level,
            worst=worst.level,
            statement=self.statement,
            findings=self.findings,
            action="",
            key=self._key(),
            zone=self.zone,
            assets=self.assets,
            because=tuple(sentence for sentence in told if sentence),
            asks=() if best.level is worst.level else self._asked(),
        )

    def _scored(
        self, initiation: Level, severity: Level, exposure: int, left: int, impact: Impact
    ) -> Score:
        reached = self.exploited and exposure > 0
        return score(
            initiation,
            severity,
            exposure,
            _safeguards(left),
            impact.level,
            removed=left == GONE,
            floor=Level.HIGH if reached else Level.VERY_LOW,
        )

    def _asked(self) -> tuple[str, ...]:
        """Return the questions that can make a difference: none about what is settled."""
        begins = self.begins
        of_threat = begins.asks if begins.best is not begins.worst else ()
        return tuple(dict.fromkeys((*self.asks, *of_threat, *self.worth.asks)))

    def _key(self) -> str:
        about = (self.listed.threat.id, self.check, self.device_class or "", self.zone, self.about)
        text = "|".join(about)
        return f"K-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _safeguards(left: int) -> int:
    """Return K: how many safeguards act on the pair, where the weakness is still there."""
    return 1 if left == SAFEGUARDED else 0


def begins_within(listed: ListedThreat, given: Given, reach: Reach) -> Initiation:
    """Return how likely the threat starts for a group that can be reached so far and no further.

    Who is inside gets on with difficulty where tests from office and guest networks found the way
    closed, and the best case supposes such tests.
    """
    begins = given.initiations[listed.threat.id]
    if listed.threat.id != MOVES_ON:
        return begins
    closed = reach.shown < 0
    told = f"It is lowered to {Level.LOW}: tests show that the way to the group is closed."
    return replace(
        begins,
        shown=min(begins.shown, Level.LOW) if closed else begins.shown,
        best=min(begins.best, Level.LOW) if reach.best < 0 else begins.best,
        worst=min(begins.worst, Level.LOW) if reach.worst < 0 else begins.worst,
        because=f"{begins.because} {told}".strip() if closed else begins.because,
    )
