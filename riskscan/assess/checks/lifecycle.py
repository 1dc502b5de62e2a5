"""Systems whose maker no longer repairs them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import proof, seen
from riskscan.model import (
    Confidence,
    Device,
    EndOfSupport,
    Evidence,
    Knowledge,
    Level,
    Observation,
    Result,
)

_IIS = {
    "6.0": "2003",
    "7.0": "2008",
    "7.5": "2008 R2",
    "8.0": "2012",
    "8.5": "2012 R2",
}
"""IIS version to the Windows Server release it came with; each client twin is as old."""

_SQL_SERVER = {
    "9.0": "2005",
    "10.0": "2008",
    "10.50": "2008 R2",
    "11.0": "2012",
    "12.0": "2014",
    "13.0": "2016",
    "14.0": "2017",
    "15.0": "2019",
    "16.0": "2022",
    "17.0": "2025",
}
"""First two parts of a version to the release (Microsoft: versions of SQL Server)."""

_FREE_EXTENSION = {"Debian"}
"""Products whose extension comes to everyone with ordinary updates (Debian LTS)."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A product and release that a device seems to run, and how sure that is."""

    product: str
    releases: tuple[str, ...]
    """Spellings to look up, most exact first."""
    confidence: Confidence
    cap: Level
    """The most severe that a finding from this sign may be."""
    evidence: tuple[Evidence, ...]

    @property
    def name(self) -> str:
        return f"{self.product} {self.releases[0]}"


@device_check(
    "lifecycle.end-of-support",
    title="A system no longer gets security updates",
    severity=Level.HIGH,
    cites={"A13": "Flaws found from now on stay open to malicious software."},
    weakness="software that gets no more security updates runs",
    feeds={"T02": "Ransomware uses flaws that the maker no longer repairs."},
    action="Replace or isolate systems without security updates",
    owner=Owner.IT,
    cost=Cost.MEDIUM,
)
def end_of_support(device: Device, context: Context) -> Verdict | None:
    """What: The operating system or database that this device names is past the date until which
    its maker repairs security flaws. Some makers repair longer for a fee, and some distributors
    carry repairs back into old versions; where that is possible, this finding says "low
    confidence".

    Why: Every flaw found after that date stays open. Attackers collect such flaws, because they
    never go away. On a system that keeps or shows patient data they lead to all of it.

    Fix: Plan an upgrade or a replacement. Until then take the system off the internet and off
    the office network as far as care allows. For a medical device ask the maker which version is
    supported.

    Verify: The next scan reads a version that is still supported, or the maker's or
    distributor's statement that it is still repaired has been seen.
    """
    signs = tuple(_signs(device))
    known = [(sign, fact) for sign in signs if (fact := _fact(sign, context.knowledge))]
    ended = [e for sign, fact in known if (e := _ended(sign, fact, context.now.date()))]
    if ended:
        worst = max(ended, key=lambda v: (v.severity or Level.VERY_LOW, v.confidence.rank))
        evidence = tuple(dict.fromkeys(e for verdict in ended for e in verdict.evidence))
        text = " ".join(dict.fromkeys(verdict.summary for verdict in ended))
        return replace(worst, summary=text, evidence=evidence)
    if known:
        text = " ".join(f"{s.name} is supported until {_last_day(f)}." for s, f in known)
        return Verdict(Result.PASS, text, tuple(e for s, _ in known for e in s.evidence))
    if signs:
        return unknown(f"No end of support is on record for {signs[0].name}.")
    return unknown("The device does not say which version of an operating system it runs.")


def _fact(sign: Sign, knowledge: Knowledge) -> EndOfSupport | None:
    found = (knowledge.end_of_support(sign.product, release) for release in sign.releases)
    return next((fact for fact in found if fact is not None), None)


def _last_day(fact: EndOfSupport) -> date:
    """The day until which everyone who updates gets repairs."""
    if fact.product in _FREE_EXTENSION and fact.extension_ends:
        return fact.extension_ends
    return fact.ends


def _ended(sign: Sign, fact: EndOfSupport, today: date) -> Verdict | None:
    """Judge one release; None while it is supported."""
    if _last_day(fact) >= today:
        return None
    text = f"Support for {sign.name} ended on {_last_day(fact)}."
    confidence = sign.confidence
    if fact.extension_ends and fact.extension_ends >= today:
        confidence = Confidence.LOW
        text = f"{text[:-1]}; repairs for a fee run until {fact.extension_ends}."
    cap = Level.MODERATE if confidence is Confidence.LOW else Level.HIGH
    return Verdict(Result.FAIL, text, sign.evidence, confidence, min(sign.cap, cap))


def _signs(device: Device) -> Iterator[Sign]:
    """Yield what the device seems to run, its operating system first.

    An SSH version is no sign: distributors repair old versions without changing the number.
    """
    yield from _system(device)
    for banner in seen(device, "http.server"):
        found = re.search(r"Microsoft-IIS/(\d{1,2}\.\d)", banner.value)
        if found and found[1] in _IIS:
            evidence = proof((banner,), "this web server came with that Windows")
            sure = _embedded(device, Confidence.MEDIUM)
            yield Sign("Windows Server", (_IIS[found[1]],), sure, Level.HIGH, evidence)
    for banner in seen(device, "mysql.version"):
        sign = _database(banner)
        if sign:
            yield sign
    for told in seen(device, "mssql.version") + seen(device, "mssql.instance-version"):
        sign = _sql_server(told)
        if sign:
            yield sign


def _system(device: Device) -> Iterator[Sign]:
    family, version = device.identity.os_family, device.identity.os_version
    if not family or not version:
        return
    said = [o for o in device.host.observations if family.split()[0].lower() in o.value.lower()]
    if family.startswith("Windows"):
        # Samba answers with a build of its own, and is not identified as Windows.
        said = [*seen(device, "ntlm.build"), *said]
    evidence = proof(said[:3], f"names {family}") or device.identity.evidence[:3]
    if not evidence:
        return
    sure = Confidence.MEDIUM if said else Confidence.LOW
    if family.startswith("Windows"):
        sure = _embedded(device, sure)
    yield Sign(family, _spellings(version), sure, Level.HIGH, evidence)
    if family == "Windows" and version.startswith("Server "):
        rest = _spellings(version.removeprefix("Server "))
        yield Sign("Windows Server", rest, sure, Level.HIGH, evidence)


def _embedded(device: Device, confidence: Confidence) -> Confidence:
    """Medical devices often run a Windows edition that is repaired for years longer."""
    return Confidence.LOW if device.identity.device_class.is_medical else confidence


def _database(banner: Observation) -> Sign | None:
    """Read a MySQL or MariaDB greeting. MariaDB 10 puts '5.5.5-' before its own version.

    A build by a distributor is repaired by the distributor, so it is a weak sign.
    """
    text = banner.value.removeprefix("5.5.5-") if "MariaDB" in banner.value else banner.value
    found = re.match(r"\d{1,2}\.\d{1,2}", text)
    if found is None:
        return None
    packaged = re.search(r"ubuntu|deb|\.el\d|suse", text, re.IGNORECASE)
    sure = Confidence.LOW if packaged else Confidence.MEDIUM
    product = "MariaDB" if "MariaDB" in text else "MySQL"
    evidence = proof((banner,), f"the greeting names {product} {found[0]}")
    return Sign(product, (found[0],), sure, Level.MODERATE, evidence)


def _sql_server(told: Observation) -> Sign | None:
    numbers = re.match(r"(\d{1,2})\.(\d{1,2})\b", told.value)
    if numbers is None:
        return None
    # 10.50 is a release of its own; of the others the second part is 0 or 00.
    minor = "50" if numbers[1] == "10" and numbers[2] == "50" else "0"
    release = _SQL_SERVER.get(f"{numbers[1]}.{minor}")
    if release is None:
        return None
    evidence = proof((told,), f"the version of SQL Server {release}")
    return Sign("SQL Server", (release,), Confidence.MEDIUM, Level.MODERATE, evidence)


def _spellings(version: str) -> tuple[str, ...]:
    """Return a version and its shorter forms: '10.4' is a '10' where only that is on record."""
    numbers = re.match(r"(\d{1,6})(\.\d{1,6})?", version)
    shorter = (f"{numbers[1]}{numbers[2] or ''}", numbers[1]) if numbers else ()
    return tuple(dict.fromkeys((version, *shorter)))
