"""Weigh the matches: one class, how sure, what spoke for it, and what spoke against it.

Each match votes for its class with a weight by its confidence. Matches that read the same kind of
observation do not add up; different kinds do, so that several weak signs make a stronger one. Open
ports alone never give more than low, and with no vote at all the class stays unknown. Of a tarpit
no open port counts. Between two classes with equal votes the one that matters more to patients is
taken, and the evidence says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from riskscan.identify.circumstances import circumstances, is_tarpit
from riskscan.identify.facts import PORT_KEYS, facts
from riskscan.identify.kinship import CO_HOSTED, clinical_weight, is_kin, refines
from riskscan.identify.match import Match, by_key, match
from riskscan.identify.rule import RuleSet
from riskscan.model import Confidence, Device, DeviceClass, Evidence, Host, Identity, Observation

_WEIGHT = {Confidence.LOW: 1, Confidence.MEDIUM: 3, Confidence.HIGH: 9}
"""Three low signs of different kinds make a medium one, three medium ones a high one."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What speaks for one class."""

    device_class: DeviceClass
    matches: tuple[Match, ...]
    score: int

    @property
    def confidence(self) -> Confidence:
        fitting = [level for level, weight in _WEIGHT.items() if self.score >= weight]
        return fitting[-1] if fitting else Confidence.LOW


def identify(host: Host, rules: RuleSet) -> Device:
    """Say what a host is, from what was observed and nothing else. Never raises, never sends."""
    known = facts(host)
    return Device(host, weigh(matches(known, rules), known))


def matches(known: Sequence[Observation], rules: RuleSet) -> list[Match]:
    """Return the matches that count, in the order of the rules."""
    seen = by_key(known)
    found = [m for rule in rules.fitting(seen) if (m := match(rule, seen)) is not None]
    if is_tarpit(seen):
        return [m for m in found if not any(o.key in PORT_KEYS for o in m.seen)]
    return found


def weigh(found: Sequence[Match], known: Sequence[Observation] = ()) -> Identity:
    """Make one identity of all matches.

    ``known`` gives the holder of the MAC prefix, and what is odd about how the host shows itself.
    """
    identity = _weighed(found, known)
    named = circumstances(by_key(known))
    return replace(identity, evidence=identity.evidence + named) if named else identity


def _weighed(found: Sequence[Match], known: Sequence[Observation]) -> Identity:
    ranked = tallies(found)
    maker = next((o.value for o in known if o.key == "mac.vendor"), None)
    if not ranked:
        supporting = [m for m in found if m.rule.device_class is None]
        return _described(Identity(mac_vendor=maker), supporting, supporting, found)
    winner = _winner(ranked)
    rivals = [t for t in ranked if not is_kin(t.device_class, winner.device_class)]
    supporting = [
        m
        for m in found
        if m.rule.device_class is None or is_kin(m.rule.device_class, winner.device_class)
    ]
    identity = Identity(
        device_class=winner.device_class,
        confidence=_tempered(winner, rivals),
        roles=_roles(winner, ranked, found),
        rule_id=winner.matches[0].rule.id,
        against=evidence_of(m for t in rivals for m in t.matches),
        mac_vendor=maker,
    )
    described = _described(identity, winner.matches, supporting, found)
    return replace(described, evidence=described.evidence + _tie(winner, rivals))


def _tie(winner: Tally, rivals: Sequence[Tally]) -> tuple[Evidence, ...]:
    """Say it where as much speaks for another class, and by what the choice fell."""
    equal = next((rival for rival in rivals if rival.score == winner.score), None)
    if equal is None:
        return ()
    own, other = (clinical_weight(t.device_class) for t in (winner, equal))
    ground = "which matters more to patients" if own > other else "which is no surer"
    says = f"as much speaks for {equal.device_class.label} as for {winner.device_class.label}"
    first = winner.matches[0]
    return (Evidence(first.seen[0], f"{says}, {ground}", first.rule.id),)


def tallies(found: Iterable[Match]) -> list[Tally]:
    """Count the votes for each class, strongest first; of equals the one that weighs more."""
    by_class: dict[DeviceClass, list[Match]] = {}
    for each in found:
        if each.rule.device_class is not None:
            by_class.setdefault(each.rule.device_class, []).append(each)
    counted = [
        Tally(kind, tuple(sorted(votes, key=_certainty, reverse=True)), _score(votes))
        for kind, votes in by_class.items()
    ]
    return sorted(counted, key=_strength, reverse=True)


def _score(votes: Iterable[Match]) -> int:
    """Add the best vote of each kind of observation."""
    best: dict[str, int] = {}
    for vote in votes:
        weight = 1 if vote.rule.ports_only else _WEIGHT[vote.rule.confidence]
        sign = _sign(vote)
        best[sign] = max(best.get(sign, 0), weight)
    return sum(best.values())


def _sign(vote: Match) -> str:
    """Name the kind of observation that a match rests on: the first that is more than a port."""
    telling = [o.key.partition(".")[0] for o in vote.seen if o.key not in PORT_KEYS]
    kind = telling[0] if telling else "port"
    return "mac" if kind == "arp" else kind


def _certainty(vote: Match) -> int:
    return 0 if vote.rule.ports_only else 1 + vote.rule.confidence.rank


def _strength(tally: Tally) -> tuple[int, int]:
    return tally.score, clinical_weight(tally.device_class)


def _winner(tallies: Sequence[Tally]) -> Tally:
    """Take the strongest; of roles on one computer, and of narrower words, the better one."""
    strongest = tallies[0]
    if strongest.device_class in CO_HOSTED:
        sure = [t for t in tallies if t.device_class in CO_HOSTED and _counts(t, strongest)]
        strongest = max(sure, key=lambda t: clinical_weight(t.device_class))
    narrower = [
        t
        for t in tallies
        if refines(t.device_class, strongest.device_class) and t.score * 3 >= strongest.score
    ]
    return narrower[0] if narrower else strongest


def _counts(tally: Tally, strongest: Tally) -> bool:
    return tally is strongest or tally.score >= _WEIGHT[Confidence.MEDIUM]


def _tempered(winner: Tally, rivals: Sequence[Tally]) -> Confidence:
    """Lower the confidence by one step where another class has at least half as much for it."""
    contested = any(rival.score * 2 >= winner.score for rival in rivals)
    rank = max(0, winner.confidence.rank - contested)
    return tuple(Confidence)[rank]


def _roles(
    winner: Tally, tallies: Sequence[Tally], found: Iterable[Match]
) -> tuple[DeviceClass, ...]:
    """Collect what else this box does: as rules say, and other roles with fair evidence."""
    own = winner.device_class
    stated = [r for m in found if m.rule.device_class in (None, own) for r in m.rule.roles]
    beside = [
        t.device_class
        for t in tallies
        if own in CO_HOSTED and t.device_class in CO_HOSTED and _counts(t, winner)
    ]
    return tuple(sorted({*stated, *beside} - {own}, key=lambda kind: list(DeviceClass).index(kind)))


def _described(
    identity: Identity,
    deciding: Sequence[Match],
    supporting: Sequence[Match],
    found: Sequence[Match],
) -> Identity:
    """Fill in maker, product, version and system, each group of fields from one match."""
    own = [m for m in supporting if _describes(m.rule.device_class, identity.device_class)]
    product = _best(deciding, "product") or _best(own, "product")
    vendor = _vendor(product, deciding, own)
    system = _best_system(found)
    return Identity(
        device_class=identity.device_class,
        confidence=identity.confidence,
        vendor=vendor.field("vendor") if vendor else None,
        product=product.field("product") if product else None,
        version=product.field("version") if product else None,
        os_family=system.field("os_family") if system else None,
        os_version=system.field("os_version") if system else None,
        roles=identity.roles,
        rule_id=identity.rule_id,
        evidence=evidence_of(supporting),
        against=identity.against,
        mac_vendor=identity.mac_vendor,
    )


def _describes(spoken: DeviceClass | None, own: DeviceClass) -> bool:
    """A product that fills another role on the same box is not the product of this device."""
    return spoken is None or spoken is own or refines(spoken, own) or refines(own, spoken)


def _vendor(
    product: Match | None, deciding: Sequence[Match], supporting: Sequence[Match]
) -> Match | None:
    """Take the maker from the match that named the product.

    Who made the network card is only asked where nothing names a product: software of one house
    often runs on the hardware of another.
    """
    if product is None:
        return _best(deciding, "vendor") or _best(supporting, "vendor")
    spoken = [m for m in deciding if _sign(m) != "mac"]
    return product if product.field("vendor") else _best(spoken, "vendor")


def _best(votes: Iterable[Match], name: str) -> Match | None:
    """Return the surest match that fills a field; a version beside it decides between equals."""
    filled = [v for v in votes if v.field(name)]
    return max(filled, key=lambda v: (_certainty(v), bool(v.field("version"))), default=None)


def _best_system(votes: Iterable[Match]) -> Match | None:
    filled = [v for v in votes if v.field("os_family")]
    return max(filled, key=lambda v: (_certainty(v), bool(v.field("os_version"))), default=None)


def evidence_of(votes: Iterable[Match]) -> tuple[Evidence, ...]:
    """Return the observations that matches rest on, the surest first."""
    surest = sorted(votes, key=_certainty, reverse=True)
    return tuple(dict.fromkeys(e for vote in surest for e in vote.evidence))
