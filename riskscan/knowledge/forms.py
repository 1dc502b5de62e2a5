"""Facts as text: what a shipped table, a held file and a bundle may hold, and nothing else."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from riskscan.model import Advisory, AffectedProduct, ExploitScore, KnownExploited, VersionRange

KNOWN_EXPLOITED: Final = "known-exploited"
SCORES: Final = "epss"
ADVISORIES: Final = "medical-advisories"
FEEDS: tuple[str, ...] = (KNOWN_EXPLOITED, SCORES, ADVISORIES)
"""The parts that can be renewed. Names of files and of arguments: never another word."""

LONGEST = 200
"""Longest text of a fact, in characters."""

Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=LONGEST, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
Cve = Annotated[str, StringConstraints(pattern=r"^CVE-[0-9]{4}-[0-9]{4,19}$")]
AdvisoryId = Annotated[str, StringConstraints(pattern=r"^ICSMA-[0-9]{2}-[0-9]{3}-[0-9]{2}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,9}){0,5}$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Form(BaseModel):
    """Text of a fixed shape: an unknown word in it is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RangeForm(Form):
    first: Version | None = None
    before: Version | None = None
    last: Version | None = None

    @field_validator("last")
    @classmethod
    def _one_end(cls, last: str | None, info: object) -> str | None:
        if last is not None and getattr(info, "data", {}).get("before") is not None:
            raise ValueError("a range ends before a version or with one, not both")
        return last

    def fact(self) -> VersionRange:
        return VersionRange(self.first, self.before, self.last)


class FlawForm(Form):
    cve: Cve
    vendor: Line
    product: Line
    title: Line
    added: date | None = None
    ransomware: bool = False
    affected: Annotated[tuple[RangeForm, ...], Field(max_length=50)] = ()
    repaired_in_place: bool = False
    also_named: Annotated[tuple[Line, ...], Field(max_length=10)] = ()
    complete: bool = False
    source: Line

    def fact(self) -> KnownExploited:
        """Return it as the model has it."""
        return KnownExploited(
            cve=self.cve,
            vendor=self.vendor,
            product=self.product,
            title=self.title,
            added=self.added,
            ransomware=self.ransomware,
            affected=tuple(each.fact() for each in self.affected),
            repaired_in_place=self.repaired_in_place,
            also_named=self.also_named,
            complete=self.complete,
            source=self.source,
        )


class AffectedForm(Form):
    product: Line
    versions: Annotated[tuple[RangeForm, ...], Field(min_length=1, max_length=50)]

    def fact(self) -> AffectedProduct:
        return AffectedProduct(self.product, tuple(each.fact() for each in self.versions))


class AdvisoryForm(Form):
    id: AdvisoryId
    title: Line
    vendor: Line
    products: Annotated[tuple[Line, ...], Field(max_length=200)] = ()
    cves: Annotated[tuple[Cve, ...], Field(max_length=500)] = ()
    score: Annotated[float, Field(ge=0, le=10)] | None = None
    released: date | None = None
    affected: Annotated[tuple[AffectedForm, ...], Field(max_length=200)] = ()
    source: Line

    def fact(self) -> Advisory:
        """Return it as the model has it."""
        return Advisory(
            id=self.id,
            title=self.title,
            vendor=self.vendor,
            products=self.products,
            cves=self.cves,
            score=self.score,
            released=self.released,
            source=self.source,
            affected=tuple(each.fact() for each in self.affected),
        )


class ScoreForm(Form):
    cve: Cve
    probability: Share
    percentile: Share

    def fact(self) -> ExploitScore:
        return ExploitScore(self.cve, self.probability, self.percentile)


class Holding(Form):
    """One feed as it is held: its facts, where they came from, and how old they are."""

    format: Literal[1] = 1
    feed: Literal["known-exploited", "epss", "medical-advisories"]
    as_of: date
    """The date that the feed itself gives."""
    source: Line
    rows: Annotated[int, Field(ge=0)]
    """How many entries the feed had; more than are kept of it."""
    etag: Annotated[str, StringConstraints(max_length=LONGEST)] = ""
    last_modified: Annotated[str, StringConstraints(max_length=LONGEST)] = ""
    flaws: Annotated[tuple[FlawForm, ...], Field(max_length=20_000)] = ()
    scores: Annotated[tuple[ScoreForm, ...], Field(max_length=50_000)] = ()
    advisories: Annotated[tuple[AdvisoryForm, ...], Field(max_length=5_000)] = ()

    @property
    def facts(self) -> int:
        """How many facts it holds."""
        return len(self.flaws) + len(self.scores) + len(self.advisories)

    @property
    def cves(self) -> frozenset[str]:
        """Every vulnerability that it names."""
        said = {flaw.cve for flaw in self.flaws}
        return frozenset(said.union(*(advisory.cves for advisory in self.advisories)))


def cleaned(text: str) -> str:
    """Return a line of a feed without control and direction characters, at most LONGEST long."""
    seen = ("" if unicodedata.category(c)[0] == "C" and c not in "\t\r\n" else c for c in text)
    return " ".join("".join(seen).split())[:LONGEST].strip()
