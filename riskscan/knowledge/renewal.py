"""Taking a newer feed: from the official place, or from files for a laptop that stays offline.

One rule: a feed that is broken, hostile, cut off or older changes nothing, and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urljoin

from riskscan.errors import FeedRefused
from riskscan.knowledge import advisories, held, known_exploited, scores
from riskscan.knowledge.current import in_force, wanted_scores
from riskscan.knowledge.fetch import Copy, Reply, get
from riskscan.knowledge.forms import ADVISORIES, KNOWN_EXPLOITED, SCORES, AdvisoryForm, Holding

SOURCES: Mapping[str, str] = {
    KNOWN_EXPLOITED: (
        "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
    ),
    ADVISORIES: (
        "https://raw.githubusercontent.com/cisagov/CSAF/develop/csaf_files/OT/white/changes.csv"
    ),
    SCORES: "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
}
"""The official place of each feed. The scores come last: the others say which are wanted."""

CAPS: Mapping[str, int] = {KNOWN_EXPLOITED: 16 * 2**20, ADVISORIES: 8 * 2**20, SCORES: 32 * 2**20}
"""Most bytes of each file; ten times what they have in 2026."""
DOCUMENT_CAP = 4 * 2**20
"""Most bytes of one CSAF document."""
MOST_DOCUMENTS = 1_000
"""Most CSAF documents of one update; there are about 160."""
_KEPT = 0.9
"""A feed that lost more than a tenth of its entries is taken for a cut one."""
_CLOCKS = timedelta(days=2)
"""How far ahead of this machine a feed may be dated."""

Get = Callable[..., Reply]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one feed."""

    feed: str
    text: str
    changed: bool = False
    refused: bool = False


def update(
    *, where: Path, today: date, sources: Mapping[str, str] = SOURCES, fetch: Get = get
) -> tuple[Outcome, ...]:
    """Fetch each feed that is newer at its source; what is refused leaves the others alone."""
    outcomes: list[Outcome] = []
    for feed in SOURCES:
        again = any(outcome.changed for outcome in outcomes)
        try:
            outcomes.append(_updated(feed, where, today, sources[feed], fetch, again))
        except FeedRefused as error:
            outcomes.append(Outcome(feed, error.message, refused=True))
    return tuple(outcomes)


def _updated(feed: str, where: Path, today: date, url: str, fetch: Get, again: bool) -> Outcome:
    present = in_force(where, feed)
    copy = Copy()
    if present.holding and not present.shipped and not (again and feed == SCORES):
        copy = Copy(present.holding.etag, present.holding.last_modified)
    reply = fetch(url, cap=CAPS[feed], held=copy)
    if reply.body is None:
        return Outcome(feed, "is up to date")
    if feed == ADVISORIES:
        new = _advisories(reply.body, present.holding, url, fetch)
    else:
        new = read(feed, reply.body, where)
    return take(new.model_copy(update=_tags(reply.copy)), where, today)


def _tags(of: Copy | Holding) -> dict[str, str]:
    return {"etag": of.etag, "last_modified": of.last_modified}


def read(feed: str, raw: bytes, where: Path) -> Holding:
    """Read the catalogue or the scores as they are published. Raises FeedRefused."""
    if feed == KNOWN_EXPLOITED:
        return known_exploited.parse(raw)
    return scores.parse(raw, wanted_scores(where))


def _advisories(raw: bytes, present: Holding | None, url: str, fetch: Get) -> Holding:
    """Fetch the advisories that are new or changed, by their list."""
    listed = advisories.listed(raw)
    newest = max(day for _, day in listed.values())
    if present and newest < present.as_of:
        raise FeedRefused(f"the list is of {newest}, older than what is held ({present.as_of})")
    known = {each.id: each for each in (present.advisories if present else ())}
    missing = {
        id: (path, day)
        for id, (path, day) in listed.items()
        if id not in known or (known[id].released or date.min) < day
    }
    if len(missing) > MOST_DOCUMENTS:
        raise FeedRefused(f"the list names {len(missing)} new advisories, which cannot be right")
    for id, (path, day) in missing.items():
        body = fetch(urljoin(url, path), cap=DOCUMENT_CAP).body or b""
        known[id] = _dated(advisories.parse(body), id, day)
    return advisories.collected(known.values(), newest)


def _dated(advisory: AdvisoryForm, id: str, day: date) -> AdvisoryForm:
    """Give an advisory the day of its list, by which the next update goes."""
    if advisory.id != id:
        raise FeedRefused(f"the file of {id} holds {advisory.id}")
    return advisory.model_copy(update={"released": max(day, advisory.released or day)})


def take(new: Holding, where: Path, today: date) -> Outcome:
    """Put a feed in the place of the present one, if it may. Raises FeedRefused otherwise."""
    now = in_force(where, new.feed)
    present = now.holding
    if new.as_of > today + _CLOCKS:
        raise FeedRefused(f"it is dated {new.as_of}, which is yet to come")
    if present and new.as_of < present.as_of:
        raise FeedRefused(f"it is of {new.as_of}, older than what is held ({present.as_of})")
    if present and new.rows < present.rows * _KEPT:
        raise FeedRefused(f"it has {new.rows} entries, what is held has {present.rows}")
    same = present is not None and present.model_copy(update=_tags(new)) == new
    if not same or not now.shipped:
        held.write(where, new)
    if same:
        return Outcome(new.feed, f"is up to date ({new.as_of})")
    return Outcome(new.feed, f"{new.facts} facts of {new.as_of}", changed=True)
