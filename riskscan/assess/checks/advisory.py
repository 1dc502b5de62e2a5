"""Medical products that CISA has published an advisory about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import proof
from riskscan.model import Advisory, Confidence, Device, Evidence, Knowledge, Level, Result

FEED = "medical-advisories"
_GRAVE = 9.0
"""CVSS base score from which a flaw is called critical (CVSS 3.1, table 14)."""
_MOST_NAMED = 3
_KIND = frozenset({"firmware", "monitor", "patient", "server", "software"})
"""Words that may follow a product's name without making it another product."""


@dataclass(frozen=True, slots=True)
class _Match:
    """An advisory about the device's product, and whether this version is affected."""

    advisory: Advisory
    affected: bool | None
    """None if that cannot be told."""


@device_check(
    "lifecycle.advisory",
    title="A medical product has a published flaw",
    severity=Level.HIGH,
    cites={"A13": "Malicious software gets in through flaws that are published."},
    weakness="a medical product with a published flaw runs",
    feeds={
        "T02": "What is published about a flaw helps ransomware gangs as well.",
        "T04": "A published flaw in a medical product helps an attacker inside to go on.",
    },
    action="Get the maker's repair for medical products with a published flaw",
    owner=Owner.VENDOR,
    cost=Cost.SMALL,
)
def advisory(device: Device, context: Context) -> Verdict | None:
    """What: CISA, the United States' cybersecurity agency, has published an advisory (a number that
    begins with ICSMA) about this product, and the version that the device names is one of those
    affected. Only maker, product and version were read; the flaw itself was not tried. Some makers
    repair a product without changing its number.

    Why: An advisory tells everyone where a product is weak, attackers too. On a device that takes
    part in care or holds patient data, a flaw can expose records, change what a clinician sees, or
    stop the device.

    Fix: Read the advisory on cisa.gov under its number, and ask the maker for its statement on this
    device: which update repairs it, and what to do until it is installed. Let only the maker, or
    somebody the maker approves, change a medical device. Until then keep it in a network segment of
    its own, away from office computers and the internet.

    Verify: The next scan reads a version that is not affected, or the maker's statement about this
    device is on file.
    """
    identity, known = device.identity, context.knowledge
    medical = any(kind.is_medical for kind in (identity.device_class, *identity.roles))
    matches = _matches(device, known)
    if not matches:
        return _nothing_found(device, known) if medical else None
    hits = [each.advisory for each in matches if each.affected]
    if hits:
        return _failed(device, hits, known)
    open_ = [each.advisory for each in matches if each.affected is None]
    if open_:
        return unknown(_undecided(device, open_, known))
    return Verdict(
        Result.PASS,
        f"{_named(device)} is not a version that {_numbers([m.advisory for m in matches])} calls "
        f"affected{_state(known)}.",
        _naming(device),
        Confidence.MEDIUM,
    )


def _matches(device: Device, known: Knowledge) -> list[_Match]:
    """Return the advisories about this product, the gravest and newest first."""
    vendor, product = _words(device.identity.vendor), _words(device.identity.product)
    maker = device.identity.vendor or device.identity.product or ""
    firsts = {name[:1] for name in _with_and_without(product, vendor)}
    found = [
        _Match(each, _has(device, product, each))
        for each in known.advisories_of(maker)
        if product
        and _same_maker(vendor or product, _words(each.vendor))
        and any(
            # Most names differ in their first word: told apart before anything else is built.
            told[:1] in firsts and _same_product(product, vendor, told)
            for told in map(_words, each.products)
        )
    ]
    return sorted(found, key=lambda m: (m.advisory.score or 0.0, m.advisory.id), reverse=True)


def _has(device: Device, product: tuple[str, ...], about: Advisory) -> bool | None:
    """Say whether the version is affected; an unsure name, or one not on record, tells nothing."""
    vendor, version = _words(device.identity.vendor), device.identity.version or ""
    states = [
        versions.holds(version)
        for each in about.affected
        if _surely(product, vendor, _words(each.product))
        for versions in each.versions
    ]
    if not states or not _naming(device):
        return None
    return True if True in states else None if None in states else False


@lru_cache(maxsize=10_000)
def _words(name: str | None) -> tuple[str, ...]:
    return tuple((name or "").casefold().replace("-", " ").replace("/", " ").split())


def _same_maker(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Say whether one name begins with the other: ``GE`` and ``GE HealthCare``."""
    short = min(len(one), len(other))
    return short > 0 and one[:short] == other[:short]


def _same_product(seen: tuple[str, ...], vendor: tuple[str, ...], told: tuple[str, ...]) -> bool:
    """Say whether one name begins with the other, with or without the maker's before it."""
    return any(_same_maker(name, told) for name in _with_and_without(seen, vendor))


def _surely(seen: tuple[str, ...], vendor: tuple[str, ...], told: tuple[str, ...]) -> bool:
    """Say whether what was seen names the product whole: ``Vue`` alone may not be ``Vue PACS``."""
    return any(
        _same_maker(name, told) and _KIND.issuperset(told[len(name) :])
        for name in _with_and_without(seen, vendor)
    )


def _with_and_without(
    seen: tuple[str, ...], vendor: tuple[str, ...]
) -> tuple[tuple[str, ...], ...]:
    bare = seen[len(vendor) :] if vendor and seen[: len(vendor)] == vendor else seen
    return (seen, bare)


def _failed(device: Device, hits: list[Advisory], known: Knowledge) -> Verdict:
    first = hits[0]
    cves = f", {', '.join(first.cves[:_MOST_NAMED])}" if first.cves else ""
    grave = first.score is None or first.score >= _GRAVE
    return Verdict(
        Result.FAIL,
        f"{_named(device)} is a version that {_numbers(hits)} calls affected{_state(known)}: "
        f"{first.title}{cves}.",
        _naming(device),
        Confidence.MEDIUM,
        Level.HIGH if grave else Level.MODERATE,
    )


def _undecided(device: Device, open_: list[Advisory], known: Knowledge) -> str:
    version = device.identity.version
    if not any(each.affected for each in open_):
        why = "which versions are affected is not on record here"
    elif not version:
        why = "the version of this device was not seen"
    else:
        why = f"the version '{version}' does not tell whether it is affected"
    return (
        f"{_numbers(open_)} is about {_named(device)} ({open_[0].title}); {why}. Ask the maker for "
        f"its statement{_state(known)}."
    )


def _nothing_found(device: Device, known: Knowledge) -> Verdict:
    identity = device.identity
    if not identity.product:
        return unknown(
            "This medical device does not say which product it is, so that no advisory could be "
            "looked up."
        )
    return unknown(
        f"None of the {len(known.advisories)} advisories on record is about {_named(device)}"
        f"{_state(known)}. That does not show that there is none: the list may not be complete."
    )


def _named(device: Device) -> str:
    identity = device.identity
    vendor, product = identity.vendor or "", identity.product or ""
    if _same_maker(_words(product), _words(vendor)):
        vendor = ""
    return " ".join(part for part in (vendor, product, identity.version) if part)


def _naming(device: Device) -> tuple[Evidence, ...]:
    """Return what the version was read from, or the product where every version is affected."""
    version = device.identity.version or ""
    heard = [o for o in device.host.observations if version and version in o.value]
    return proof(heard[:_MOST_NAMED], f"names {_named(device)}") or device.identity.evidence[:1]


def _numbers(advisories: list[Advisory]) -> str:
    named = " and ".join(each.id for each in advisories[:2])
    more = len(advisories) - 2
    return f"{named} and {more} more" if more > 0 else named


def _state(known: Knowledge) -> str:
    feed = known.feed(FEED)
    return f" (CISA's list as of {feed.as_of})" if feed and feed.as_of else ""
