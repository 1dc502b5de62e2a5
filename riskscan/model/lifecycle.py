"""Dated facts about the outside world."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from riskscan.model.maker import Maker

_VERSION = re.compile(r"v?(\d{1,9}(?:\.\d{1,9}){0,5})(?=$|[\s,(])", re.ASCII)
_ENDLESS = 10**9
"""Stands for every number that a version leaves open; larger than any that is read."""


@dataclass(frozen=True, slots=True)
class EndOfSupport:
    """When a release of a product stops, or stopped, getting security fixes."""

    product: str
    """Controlled spelling: ``Debian``, ``Windows``, ``OpenSSL``."""
    release: str
    """``10``, ``Server 2012 R2``."""
    ends: date
    extension_ends: date | None
    """End of paid extended support, if there is any."""
    source: str
    checked_on: date | None = None
    """When it was looked up again after the whole table was; None if it was not."""


@dataclass(frozen=True, slots=True)
class VersionRange:
    """Versions from ``first`` on: below ``before``, or up to ``last`` and with it.

    Numbers between dots are compared as numbers. None leaves that side open; of ``before`` and
    ``last`` at most one is set. With all three None it is every version.
    """

    first: str | None = None
    before: str | None = None
    """The first version that is repaired."""
    last: str | None = None

    def holds(self, version: str) -> bool | None:
        """Say whether a version lies inside; None if the version does not tell.

        ``4.4`` may stand for any 4.4.x, so whether it lies below 4.4.1 is not known. A version with
        a tail that may mean 'before' or 'repaired since' (4.4.1-beta, 4.92+deb10u6) tells nothing.
        """
        if self == VersionRange():
            return True
        numbers = _numbers(version)
        if numbers is None:
            return None
        width = max(len(numbers), *(len(_bound(b)) for b in (self.first, self.before, self.last)))
        lowest, highest = _filled(numbers, width, 0), _filled(numbers, width, _ENDLESS)
        longest = max(len(_bound(b)) for b in (self.first, self.before, self.last))
        if len(numbers) >= longest:
            highest = lowest
        starts = _filled(_bound(self.first), width, 0)
        ends = _filled(_bound(self.before or self.last), width, 0)
        below = _below(highest, ends, self), _below(lowest, ends, self)
        if lowest >= starts and below[0]:
            return True
        return None if highest >= starts and below[1] else False


def _below(version: tuple[int, ...], ends: tuple[int, ...], limits: VersionRange) -> bool:
    if limits.before is not None:
        return version < ends
    return limits.last is None or version <= ends


def _first_word(name: str) -> str:
    return next(iter(re.split(r"[-/\s]+", name.casefold().strip())))


def _numbers(version: str) -> tuple[int, ...] | None:
    found = _VERSION.match(version)
    return tuple(int(number) for number in found[1].split(".")) if found else None


def _bound(version: str | None) -> tuple[int, ...]:
    return (_numbers(version) if version else None) or ()


def _filled(numbers: tuple[int, ...], width: int, filler: int) -> tuple[int, ...]:
    return numbers + (filler,) * (width - len(numbers))


@dataclass(frozen=True, slots=True)
class KnownExploited:
    """A vulnerability that attackers are known to have used (CISA's catalogue, BOD 22-01)."""

    cve: str
    vendor: str
    product: str
    """As ``identify`` spells it where ``affected`` is set; otherwise as CISA does."""
    title: str
    added: date | None
    """When CISA listed it; None if that was not read."""
    ransomware: bool
    """CISA knows of its use by ransomware gangs."""
    affected: tuple[VersionRange, ...] = ()
    """Empty: which versions have it is not on record."""
    repaired_in_place: bool = False
    """Distributors carry the repair into old versions without a new number."""
    also_named: tuple[str, ...] = ()
    """First words of the names of devices that run this product: ``FortiGate``."""
    complete: bool = False
    """No other entry of the catalogue is about this product: to lie outside is to be free of it."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class AffectedProduct:
    """Which versions of a product an advisory says are affected, all of them."""

    product: str
    versions: tuple[VersionRange, ...]


@dataclass(frozen=True, slots=True)
class Advisory:
    """What CISA published of one medical product (an ICSMA)."""

    id: str
    title: str
    vendor: str
    products: tuple[str, ...]
    cves: tuple[str, ...]
    score: float | None
    """The highest CVSS base score in it, 0 to 10."""
    released: date | None
    source: str = ""
    affected: tuple[AffectedProduct, ...] = ()
    """A product that is not in it: which of its versions are affected is not on record."""


@dataclass(frozen=True, slots=True)
class ExploitScore:
    """How likely the use of a vulnerability within 30 days is (EPSS, FIRST)."""

    cve: str
    probability: float
    """0 to 1."""
    percentile: float
    """0 to 1: the share of all vulnerabilities that are no likelier."""


STALE_DAYS = 90
"""From this age on, in days, a feed is called old: attackers do not wait."""


def stale(as_of: date | None, today: date) -> bool:
    """Say whether a feed of that date should be renewed; without a date it should."""
    return as_of is None or (today - as_of).days > STALE_DAYS


@dataclass(frozen=True, slots=True)
class FeedState:
    """How old one part of the knowledge is."""

    name: str
    as_of: date | None
    """The date that the feed itself gives; None if nothing is held."""
    facts: int
    shipped: bool
    """True for the part that came with riskscan, False for one fetched or imported since."""
    source: str
    fault: str = ""
    """Why what is held here could not be used, so that the shipped part stands in for it."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The dated facts that an assessment may use."""

    as_of: date
    """The date of the end-of-support facts; that of each feed stands in ``feeds``."""
    lifecycles: tuple[EndOfSupport, ...]
    exploited: tuple[KnownExploited, ...] = ()
    advisories: tuple[Advisory, ...] = ()
    scores: tuple[ExploitScore, ...] = ()
    feeds: tuple[FeedState, ...] = ()
    makers: tuple[Maker, ...] = ()
    """Makers and services, with their security pages; whom a maker sold to is not known here."""
    _by_name: Mapping[str, tuple[KnownExploited, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    _by_maker: Mapping[str, tuple[Advisory, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    _by_spelling: Mapping[str, Maker] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        """Sort flaws by product, advisories by maker, once: a scan asks for a thousand devices."""
        table: dict[str, tuple[KnownExploited, ...]] = {}
        for flaw in self.exploited:
            for name in {flaw.product.casefold(), *(n.casefold() for n in flaw.also_named)}:
                table[name] = (*table.get(name, ()), flaw)
        object.__setattr__(self, "_by_name", table)
        makers: dict[str, tuple[Advisory, ...]] = {}
        for advisory in self.advisories:
            first = _first_word(advisory.vendor)
            makers[first] = (*makers.get(first, ()), advisory)
        object.__setattr__(self, "_by_maker", makers)
        spelled = {
            name.casefold(): maker for maker in self.makers for name in (maker.name, *maker.also)
        }
        object.__setattr__(self, "_by_spelling", spelled)

    def end_of_support(self, product: str, release: str) -> EndOfSupport | None:
        """Look up one release; None if nothing is known of it."""
        for entry in self.lifecycles:
            if entry.product == product and entry.release == release:
                return entry
        return None

    def exploited_in(self, product: str) -> tuple[KnownExploited, ...]:
        """Return what is known to be exploited in a product; case does not count.

        A model name is also looked up by its first word: ``FortiGate-60F`` runs what a
        ``FortiGate`` runs.
        """
        whole = product.casefold().strip()
        if whole in self._by_name:
            return self._by_name[whole]
        first = re.split(r"[-\s]", whole, maxsplit=1)[0]
        return tuple(
            flaw
            for flaw in self._by_name.get(first, ())
            if first in (name.casefold() for name in flaw.also_named)
        )

    def advisories_of(self, maker: str) -> tuple[Advisory, ...]:
        """Return the advisories whose maker's name begins with the same word; case does not count.

        ``GE`` and ``GE HealthCare`` begin alike; so may two makers that are not the same.
        """
        return self._by_maker.get(_first_word(maker), ())

    def maker(self, name: str | None) -> Maker | None:
        """Return the maker or service of that name or other spelling; case does not count."""
        return self._by_spelling.get((name or "").strip().casefold())

    def feed(self, name: str) -> FeedState | None:
        """Return how old a feed is; None if there is none of that name."""
        return next((feed for feed in self.feeds if feed.name == name), None)
