"""What the assessment rests on, and what it could not see, in words for the manager."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date
from ipaddress import IPv4Network, IPv6Network, collapse_addresses

from riskscan.assess.answering import is_put_off, is_usable
from riskscan.assess.decided import set_aside
from riskscan.assess.estimate import estimate, in_words
from riskscan.assess.exposure import places
from riskscan.assess.library import criticality
from riskscan.assess.place import Place
from riskscan.assess.practice_sets import FRESH, stale_sets
from riskscan.model import (
    Address,
    Answer,
    Coverage,
    Device,
    DeviceClass,
    Finding,
    Level,
    Network,
    Policy,
    Registers,
    Result,
    Scan,
    ScanState,
    Scope,
    Zone,
)

_NAMED = 5
"""Devices that a sentence names."""


def coverage(
    scan: Scan,
    findings: Sequence[Finding],
    elsewhere: Sequence[Scan],
    answers: Mapping[str, Answer],
    registers: Registers,
    today: date,
) -> Coverage:
    """Count what was seen and judged, from which places, and say what was not.

    ``answers`` are the newest ones, by question.
    """
    blind = sum(f.result in (Result.UNKNOWN, Result.ERROR) for f in findings)
    tests = tuple(each for each in elsewhere if Place.of(each).counts(today))
    total = estimate(scan, registers)
    limits = [*_vantage(scan, tests), *_unasked(answers, today), *_outdated(today)]
    if total is not None:
        limits.append(in_words(total))
    return Coverage(
        addresses_in_scope=addresses(scan.site.scope),
        devices=len(scan.devices),
        identified=sum(d.identity.device_class is not DeviceClass.UNKNOWN for d in scan.devices),
        fragile=sum(d.host.triage.policy is Policy.FRAGILE for d in scan.devices),
        checks_run=len(findings),
        checks_unknown=blind,
        limits=(*limits, *_counted(scan.devices, findings, scan)),
        estimate=total,
        vantages=places(scan, tests),
    )


def addresses(scope: Scope) -> int:
    """Count the host addresses that the scope allows, without listing them."""
    exclude = _collapsed(scope.exclude)
    total = sum(
        network.num_addresses - sum(_shared(x, network) for x in exclude)
        for network in _collapsed(scope.include)
    )
    return total - sum(scope.allows(edge) for edge in _edges(scope.include))


def _collapsed(networks: Sequence[Network]) -> list[Network]:
    """Merge networks that touch or overlap, so that no address is counted twice."""
    four = collapse_addresses(n for n in networks if isinstance(n, IPv4Network))
    six = collapse_addresses(n for n in networks if isinstance(n, IPv6Network))
    return [*four, *six]


def _edges(networks: Sequence[Network]) -> set[Address]:
    """Return network and broadcast addresses, unless a wider network has a host there."""
    return {
        edge
        for network in networks
        for edge in _ends(network)
        if all(edge in _ends(n) for n in networks if edge in n)
    }


def _ends(network: Network) -> tuple[Address, ...]:
    """The addresses of a network that are no host. IPv6 has no broadcast address."""
    if network.num_addresses <= 2:
        return ()
    if isinstance(network, IPv4Network):
        return network.network_address, network.broadcast_address
    return (network.network_address,)


def _shared(one: Network, other: Network) -> int:
    """Count the addresses two networks share: one lies within the other, or they are apart."""
    nested = one.version == other.version and (
        one.network_address in other or other.network_address in one
    )
    return min(one.num_addresses, other.num_addresses) if nested else 0


_PLACES = {Zone.GUEST: "the guest Wi-Fi", Zone.OFFICE: "the office network"}


def _vantage(scan: Scan, elsewhere: Sequence[Scan]) -> Iterator[str]:
    """Yield from where nothing was tested, and what no scan sees; the most weighty first."""
    if scan.state is not ScanState.COMPLETE:
        yield "The scan was stopped before its end: some devices were not looked at."
    looked_from = {each.site.zone for each in (scan, *elsewhere)}
    untested = [words for zone, words in _PLACES.items() if zone not in looked_from]
    if elsewhere:
        number = _number(1 + len(elsewhere))
        where = "; ".join(places(scan, elsewhere))
        untested.append("the internet")
        yield (
            f"The network was looked at from {number} places: {where}. What can be reached from "
            f"{_either(untested)} was not tested."
        )
    else:
        place = f" ({scan.vantage.label})" if scan.vantage.label else ""
        guest = "" if Zone.GUEST in looked_from else "the guest Wi-Fi, from "
        yield (
            f"The scan looked from one place{place}. What can be reached from {guest}other "
            "segments or from the internet was not tested."
        )
    yield (
        "Cloud services, laptops that were away, devices that were switched off and everything on "
        "other networks were not seen."
    )


def _number(count: int) -> str:
    words = ("two", "three", "four", "five")
    return words[count - 2] if 2 <= count < 2 + len(words) else str(count)


def _either(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or from {words[-1]}"


def _unasked(answers: Mapping[str, Answer], today: date) -> Iterator[str]:
    blind = (
        "A network scan does not see whether stored data is encrypted, backups work, logins need "
        "a second factor, staff are trained or contracts exist: "
    )
    told = sum(is_usable(answer, today) for answer in answers.values())
    put_off = sum(is_put_off(answer) for answer in answers.values())
    if not told:
        yield f"{blind}these are questions to people."
        return
    people = "the person" if told == 1 else "people"
    verb = "was" if put_off == 1 else "were"
    unknown = f"; {put_off} {verb} put off or not known" if put_off else ""
    yield f"{blind}this rests on what {people} said in {told} answers{unknown}."


def _outdated(today: date) -> Iterator[str]:
    """Yield which texts of law and guidance were not held against their sources for a while."""
    old = stale_sets(today)
    if old:
        named = "; ".join(f"{s.title} ({s.checked_on}, {s.days:,} days ago)" for s in old)
        yield (
            f"What riskscan holds of law and guidance was last held against its sources over "
            f"{FRESH.days} days ago: {named}. What changed since then is missing here: use a newer "
            "riskscan."
        )


def _counted(devices: Sequence[Device], findings: Sequence[Finding], scan: Scan) -> Iterator[str]:
    fragile = sum(d.host.triage.policy is Policy.FRAGILE for d in devices)
    if fragile:
        yield f"{_were(fragile, 'device')} asked only a few ports, for safety."
    carried = [s.as_of for d in devices for s in d.host.services if s.as_of is not None]
    if carried:
        yield (
            f"The states of {len(carried):,} ports are from earlier scans, the oldest of "
            f"{min(carried).astimezone(UTC):%Y-%m-%d}: unchanged devices were asked less."
        )
    if aside := set_aside(findings):
        yield f"No risk and no action stands for what named persons have set aside: {aside}."
    unknown = sum(d.identity.device_class is DeviceClass.UNKNOWN for d in devices)
    if unknown:
        yield f"{_were(unknown, 'device')} seen and not identified."
    mute = [d for d in devices if _matters(d) and not d.host.open_ports]
    if mute:
        named = ", ".join(str(d.address) for d in mute[:_NAMED])
        more = f" and {len(mute) - _NAMED} more" if len(mute) > _NAMED else ""
        yield (
            f"{len(mute)} of the devices that matter most showed no service from which anything "
            f"could be read ({named}{more})."
        )
    beyond = sum(d.host.mac is None for d in devices)
    if beyond:
        yield (
            f"{_were(beyond, 'device')} reached through a router: there, what answers neither ping "
            "nor TCP nor UDP is not seen."
        )
    excluded = len(scan.site.scope.exclude) + len(scan.site.scope.exclude_macs)
    if excluded:
        yield f"{excluded} entries of the do-not-touch list were left out on purpose."
    faults = sum(f.result is Result.ERROR for f in findings)
    if faults:
        yield f"{_were(faults, 'check')} not finished because of a fault in riskscan."


def _matters(device: Device) -> bool:
    return criticality()[device.identity.device_class].impact.level >= Level.HIGH


def _were(number: int, noun: str) -> str:
    return f"{number} {noun}{' was' if number == 1 else 's were'}"
