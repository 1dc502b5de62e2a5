"""CISA's advisories on medical products, as CSAF 2.0 documents (OASIS), and their list."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from riskscan.errors import ConfigError, FeedRefused
from riskscan.knowledge.affected import Leaf, affected
from riskscan.knowledge.forms import (
    ADVISORIES,
    AdvisoryForm,
    AdvisoryId,
    Cve,
    Form,
    Holding,
    Line,
    cleaned,
)

_FILE = "medical_advisories.toml"
_SOURCE = "CISA ICS medical advisories (CSAF)"
_MOST_PRODUCTS = 200
_LISTED = re.compile(r"(?:^|/)(\d{4}/(icsma-\d\d-\d{3}-\d\d)\.json)$", re.ASCII)


class _Table(Form):
    as_of: date
    source: Line
    advisory: tuple[AdvisoryForm, ...]


class _Part(BaseModel):
    """A piece of a CSAF document: of its many fields, those that we read."""

    model_config = ConfigDict(extra="ignore")


class _Tracking(_Part):
    id: AdvisoryId
    current_release_date: datetime


class _Document(_Part):
    csaf_version: Literal["2.0", "2.1"]
    title: Annotated[str, Field(min_length=1)]
    tracking: _Tracking


class _Product(_Part):
    product_id: str


class _Branch(_Part):
    category: str
    name: str
    product: _Product | None = None
    branches: tuple[_Branch, ...] = ()


class _Tree(_Part):
    branches: tuple[_Branch, ...] = ()


class _Cvss(_Part):
    baseScore: Annotated[float, Field(ge=0, le=10)]


class _Score(_Part):
    cvss_v3: _Cvss | None = None
    cvss_v2: _Cvss | None = None


class _Vulnerability(_Part):
    cve: Cve | None = None
    scores: tuple[_Score, ...] = ()
    product_status: dict[str, tuple[str, ...]] = {}


class _Csaf(_Part):
    document: _Document
    product_tree: _Tree = _Tree()
    vulnerabilities: tuple[_Vulnerability, ...] = ()


@cache
def shipped() -> Holding:
    """Return the advisories that came with riskscan. Raises ConfigError if the file is broken."""
    text = files(__package__).joinpath(_FILE).read_text(encoding="utf-8")
    try:
        table = _Table.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigError(f"{_FILE} cannot be read: {error}") from error
    return collected(table.advisory, table.as_of, table.source)


def collected(advisories: Iterable[AdvisoryForm], as_of: date, source: str = _SOURCE) -> Holding:
    """Return advisories as one feed, sorted; of one id the later stands."""
    by_id = {advisory.id: advisory for advisory in advisories}
    listed = tuple(by_id[id] for id in sorted(by_id))
    return Holding(feed=ADVISORIES, as_of=as_of, source=source, rows=len(listed), advisories=listed)


def parse(raw: bytes) -> AdvisoryForm:
    """Read one CSAF document. Raises FeedRefused if it is malformed or no medical advisory."""
    try:
        csaf = _Csaf.model_validate_json(raw)
        cves = sorted({flaw.cve for flaw in csaf.vulnerabilities if flaw.cve})
        vendors = tuple(_names(csaf.product_tree.branches, "vendor"))
        return AdvisoryForm(
            id=csaf.document.tracking.id,
            title=cleaned(csaf.document.title),
            vendor=vendors[0] if vendors else cleaned(csaf.document.title),
            products=tuple(dict.fromkeys(_names(csaf.product_tree.branches, "product_name")))[
                :_MOST_PRODUCTS
            ],
            cves=tuple(cves),
            score=max(_scores(csaf), default=None),
            released=csaf.document.tracking.current_release_date.date(),
            affected=affected(_leaves(csaf.product_tree.branches), _standing(csaf)),
            source="CISA CSAF",
        )
    except (ValidationError, RecursionError) as error:
        raise FeedRefused("the file is no CSAF document on a medical product") from error


def listed(raw: bytes) -> dict[str, tuple[str, date]]:
    """Read ``changes.csv``: advisory id to its path below the list, and the day it was changed.

    Other advisories than medical ones are left out. Raises FeedRefused if it is malformed.
    """
    text = raw.decode("utf-8", errors="replace")
    if not text.endswith("\n"):
        raise FeedRefused("the list of advisories is cut off")
    found: dict[str, tuple[str, date]] = {}
    for row in csv.reader(text.splitlines()):
        try:
            path, changed = row
            day = datetime.fromisoformat(changed).date()
        except ValueError as error:
            raise FeedRefused("a line of the list of advisories is no path and day") from error
        name = _LISTED.search(path)
        if name:
            found[name[2].upper()] = (name[1], day)
    if not found:
        raise FeedRefused("the list of advisories names no medical one")
    return found


def _names(branches: Iterable[_Branch], category: str) -> Iterator[str]:
    for branch in branches:
        name = cleaned(branch.name)
        if branch.category == category and name:
            yield name
        yield from _names(branch.branches, category)


def _leaves(branches: Iterable[_Branch], product: str = "") -> Iterator[Leaf]:
    for branch in branches:
        name = cleaned(branch.name)
        if branch.product is not None and product:
            yield Leaf(product, name, branch.product.product_id)
        below = name if branch.category == "product_name" else product
        yield from _leaves(branch.branches, below)


def _standing(csaf: _Csaf) -> dict[str, frozenset[str]]:
    """Return what the flaws say of each product id: affected, fixed, still looked into."""
    found: dict[str, set[str]] = {}
    for flaw in csaf.vulnerabilities:
        for status, ids in flaw.product_status.items():
            for id in ids:
                found.setdefault(id, set()).add(status)
    return {id: frozenset(states) for id, states in found.items()}


def _scores(csaf: _Csaf) -> Iterator[float]:
    for flaw in csaf.vulnerabilities:
        for score in flaw.scores:
            for cvss in (score.cvss_v3, score.cvss_v2):
                if cvss is not None:
                    yield cvss.baseScore
