"""When releases stop getting security fixes: ``end_of_support.toml``, read and checked.

A product is spelled as the table spells it, and so is a release::

    Windows            XP  7  8.1  10 22H2  10 LTSC 2019  11 24H2  7 or Server 2008 R2
                       10 2004 to 22H2  (a build that several releases share)
    Windows Server     2008 R2  2012  2012 R2  2016
    Windows Embedded   Standard 7  POSReady 7
    SQL Server, Exchange Server, Office      2016  2008 R2
    Debian, CentOS, Android, iOS             10          (the major number alone)
    Red Hat Enterprise Linux, Rocky Linux, AlmaLinux     8    (the major number alone)
    Synology DSM       7.2
    macOS              10.15  11                         (from 11 the major number alone)
    Ubuntu             18.04
    MySQL, MariaDB, VMware ESXi, FortiOS, PAN-OS    5.7  10.6  6.7  7.0  10.1
    OpenSSL, PostgreSQL      1.1.1  9.6  14
"""

from __future__ import annotations

import hashlib
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from riskscan.errors import ConfigError
from riskscan.model import EndOfSupport, Knowledge

_FILE = "end_of_support.toml"

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\n]+$")]


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Release(_Text):
    release: Line
    ends: date
    extension_ends: date | None = None
    note: Line | None = None
    copied: Line | None = None
    checked_on: date | None = None


class _Product(_Text):
    name: Line
    source: Line
    releases: tuple[_Release, ...]
    copied: Line | None = None
    checked_on: date | None = None


class _Table(_Text):
    as_of: date
    source: Line
    product: tuple[_Product, ...]


@cache
def load() -> Knowledge:
    """Return the facts that were shipped with this riskscan; read once, and never changed."""
    return parse(_read())


@cache
def revision() -> str:
    """Return the date of the facts and a hash over them: ``2026-08-22-1f2e3d4c``."""
    digest = hashlib.sha256(_read().encode()).hexdigest()
    return f"{load().as_of}-{digest[:8]}"


def parse(text: str) -> Knowledge:
    """Read the table from TOML. Raises ConfigError if it is malformed or contradicts itself."""
    try:
        table = _Table.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigError(f"{_FILE} cannot be read: {error}") from error
    lifecycles = tuple(
        _fact(table.source, product, release)
        for product in table.product
        for release in product.releases
    )
    _refuse_contradictions(lifecycles)
    return Knowledge(table.as_of, lifecycles)


def _fact(origin: str, product: _Product, release: _Release) -> EndOfSupport:
    origin = release.copied or product.copied or origin
    parts = [origin, product.source, *([release.note] if release.note else [])]
    return EndOfSupport(
        product=product.name,
        release=release.release,
        ends=release.ends,
        extension_ends=release.extension_ends,
        source="; ".join(parts),
        checked_on=release.checked_on or product.checked_on,
    )


def _refuse_contradictions(lifecycles: tuple[EndOfSupport, ...]) -> None:
    seen: set[tuple[str, str]] = set()
    for fact in lifecycles:
        key = (fact.product, fact.release)
        if key in seen:
            raise ConfigError(f"{_FILE} lists {fact.product} {fact.release} twice")
        if fact.extension_ends is not None and fact.extension_ends <= fact.ends:
            raise ConfigError(
                f"{_FILE}: the extension of {fact.product} {fact.release} is over first"
            )
        seen.add(key)


def _read() -> str:
    return files(__package__).joinpath(_FILE).read_text(encoding="utf-8")


PRODUCTS: frozenset[str] = frozenset(
    {
        "AlmaLinux",
        "Android",
        "CentOS",
        "Debian",
        "Exchange Server",
        "FortiOS",
        "MariaDB",
        "MySQL",
        "Office",
        "OpenSSL",
        "PAN-OS",
        "PostgreSQL",
        "Red Hat Enterprise Linux",
        "Rocky Linux",
        "SQL Server",
        "Synology DSM",
        "Ubuntu",
        "VMware ESXi",
        "Windows",
        "Windows Embedded",
        "Windows Server",
        "iOS",
        "macOS",
    }
)
"""The spellings of products, for those who write them elsewhere."""
