"""The knowledge in force: what came with riskscan, and what was fetched or imported since."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from riskscan.errors import FeedRefused
from riskscan.knowledge import advisories, end_of_support, held, known_exploited, makers
from riskscan.knowledge.forms import ADVISORIES, FEEDS, KNOWN_EXPLOITED, SCORES, Holding
from riskscan.model import FeedState, Knowledge

END_OF_SUPPORT = "end-of-support"
MAKERS = "makers"


@dataclass(frozen=True, slots=True)
class InForce:
    """One feed as it is used."""

    feed: str
    holding: Holding | None
    shipped: bool
    fault: str = ""
    """Why a file that is held is not used."""

    @property
    def state(self) -> FeedState:
        """Return its age and size for a reader."""
        if self.holding is None:
            return FeedState(self.feed, None, 0, False, "", self.fault)
        return FeedState(
            self.feed,
            self.holding.as_of,
            self.holding.facts,
            self.shipped,
            self.holding.source,
            self.fault,
        )


def load() -> Knowledge:
    """Return the facts in force. A file that is damaged is not used: its feed's state says so."""
    where = held.folder()
    return _load(where, held.stamp(where))


def revision() -> str:
    """Return the date of the end-of-support facts and a hash over all: ``2026-08-22-1f2e3d4c``."""
    known = load()
    return f"{known.as_of}-{hashlib.sha256(repr(known).encode()).hexdigest()[:8]}"


def in_force(where: Path, feed: str) -> InForce:
    """Return the newer of what came with riskscan and what is held."""
    ours = _shipped(feed)
    try:
        theirs = held.read(where, feed)
    except FeedRefused as error:
        return InForce(feed, ours, ours is not None, error.message)
    if theirs is not None and (ours is None or theirs.as_of >= ours.as_of):
        return InForce(feed, theirs, False)
    return InForce(feed, ours, ours is not None)


def wanted_scores(where: Path) -> frozenset[str]:
    """Return the vulnerabilities whose scores are kept: those that another feed names."""
    named = (in_force(where, feed).holding for feed in (KNOWN_EXPLOITED, ADVISORIES))
    return frozenset().union(*(holding.cves for holding in named if holding))


def _shipped(feed: str) -> Holding | None:
    if feed == SCORES:
        return None  # they change daily: what would be shipped is out of date on arrival
    return known_exploited.shipped() if feed == KNOWN_EXPLOITED else advisories.shipped()


@lru_cache(maxsize=4)
def _load(where: Path, _stamp: object) -> Knowledge:
    parts = {feed: in_force(where, feed) for feed in FEEDS}
    table = end_of_support.load()
    catalogue = parts[KNOWN_EXPLOITED].holding
    scores, medical = parts[SCORES].holding, parts[ADVISORIES].holding
    return Knowledge(
        as_of=table.as_of,
        lifecycles=table.lifecycles,
        exploited=tuple(
            flaw.fact() for flaw in (known_exploited.with_versions(catalogue) if catalogue else ())
        ),
        advisories=tuple(each.fact() for each in (medical.advisories if medical else ())),
        scores=tuple(each.fact() for each in (scores.scores if scores else ())),
        feeds=tuple(_states(table, parts.values())),
        makers=makers.load()[1],
    )


def _states(table: Knowledge, parts: Iterable[InForce]) -> Iterator[FeedState]:
    yield FeedState(
        END_OF_SUPPORT, table.as_of, len(table.lifecycles), True, "endoflife.date and the makers"
    )
    for part in parts:
        yield part.state
    as_of, firms = makers.load()
    yield FeedState(MAKERS, as_of, len(firms), True, "makers' own pages and the CVE Program")
