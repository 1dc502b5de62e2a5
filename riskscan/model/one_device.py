"""Which devices of a scan are one, met at several addresses: pure, and only where it is proven.

Nothing is merged: each address keeps its ports and its evidence. Hosts behind a proxy, and
routers that share a MAC on purpose, carry no ``arp.shares-mac`` and so are not joined by it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from riskscan.model.device import Device, Evidence
from riskscan.model.level import Confidence
from riskscan.model.network import Host, Observation

MOST_ADDRESSES = 8
"""What more addresses than this have in common was never given to one device alone."""

_PERSONAL = ("ntlm.computer", "smb.server-guid", "snmp.serial", "snmp.engine")
"""What one device has one value of: two values are two devices, whatever else they share."""

_WEAK = ("mac", "certificate")
"""Marks that prove something only with :func:`_proof`."""

_INITIAL_TTLS = frozenset({"64", "128", "255"})
"""Times to live as systems send them. Nobody routed a packet that arrives with one of these."""

_MAC_ENGINE = re.compile(r"[89a-f][0-9a-f]{7}03(?!000000000000|ffffffffffff)[0-9a-f]{12}")
"""An SNMP engine id made of a MAC address (RFC 3411 section 5, SnmpEngineID, format 3)."""


@dataclass(frozen=True, slots=True)
class OneDevice:
    """Several devices of a scan that are one, in the order of the scan, and what proves it."""

    devices: tuple[Device, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    """Something that only one device can have."""

    rule: str
    value: tuple[str, ...]
    seen: Observation
    says: str


def same_devices(devices: Sequence[Device]) -> tuple[OneDevice, ...]:
    """Return the groups of two or more devices that are one; each device is in one at most."""
    group_of = {index: [index] for index in range(len(devices))}
    proofs: defaultdict[int, dict[Evidence, None]] = defaultdict(dict)
    for one, other, evidence in _links(devices):
        first, second = group_of[one], group_of[other]
        if first is not second:
            if any(_differ(devices[a], devices[b]) for a, b in product(first, second)):
                continue
            first += second
            group_of.update(dict.fromkeys(second, first))
        proofs[one].update(dict.fromkeys(evidence))
    joined = {id(group): sorted(group) for group in group_of.values() if len(group) > 1}
    return tuple(
        OneDevice(
            tuple(devices[i] for i in group),
            tuple(dict.fromkeys(proof for i in group for proof in proofs[i])),
        )
        for group in sorted(joined.values())
    )


def count_devices(devices: Sequence[Device]) -> int:
    """Return how many devices there are if those that are proven one count once."""
    return len(devices) - sum(len(group.devices) - 1 for group in same_devices(devices))


def _links(devices: Sequence[Device]) -> Iterator[tuple[int, int, tuple[Evidence, ...]]]:
    """Yield pairs that share a mark, by their places, each with what it shows on either side."""
    shown: defaultdict[tuple[str, tuple[str, ...]], list[tuple[int, _Mark]]] = defaultdict(list)
    for index, device in enumerate(devices):
        for mark in dict.fromkeys(_marks(device.host)):
            shown[mark.rule, mark.value].append((index, mark))
    for (rule, _), bearers in shown.items():
        if len({index for index, _ in bearers}) > MOST_ADDRESSES:
            continue
        for (one, mine), (other, its) in combinations(bearers, 2):
            if one == other:
                continue
            more = tuple(_proof(rule, devices[one], devices[other]))
            if more or rule not in _WEAK:
                yield one, other, (_evidence(mine), _evidence(its), *more)


def _evidence(mark: _Mark) -> Evidence:
    return Evidence(mark.seen, mark.says, _rule(mark.rule))


def _rule(name: str) -> str:
    return f"one-device.{name}"


def _marks(host: Host) -> Iterator[_Mark]:
    """Yield what only one device can have. Windows names count within a domain, which keeps them
    apart; a serial number with the maker's object id; a MAC and a certificate with a proof."""
    first: dict[str, Observation] = {}
    for seen in host.observations:
        first.setdefault(seen.key, seen)
        if seen.key == "snmp.engine" and _MAC_ENGINE.fullmatch(seen.value):
            yield _Mark("engine", (seen.value,), seen, "its SNMP engine has the same id")
        if seen.key == "smb.server-guid" and _is_random(seen.value):
            yield _Mark("server-guid", (seen.value,), seen, "its file server has the same GUID")
        if seen.key == "tls.sha256" and _is_self_signed(host, seen):
            yield _Mark("certificate", (seen.value,), seen, "it shows the same certificate")
        if seen.key == "arp.mac" and seen.value == host.mac:
            yield _Mark("mac", (seen.value,), seen, "the same MAC address answered for it")
    yield from _named(first)


def _named(first: dict[str, Observation]) -> Iterator[_Mark]:
    computer, domain = first.get("ntlm.computer"), first.get("ntlm.dns-domain")
    if computer and domain and _is_domain(domain.value, computer.value):
        value = (computer.value.casefold(), domain.value.casefold())
        yield _Mark("computer", value, computer, "it is the same computer of the same domain")
    serial, model = first.get("snmp.serial"), first.get("snmp.sysobjectid")
    if serial and model and _is_serial(serial.value):
        value = (serial.value, model.value)
        yield _Mark("serial", value, serial, "its maker gave it the same serial number")


def _proof(rule: str, one: Device, other: Device) -> Iterator[Evidence]:
    """Yield what proves, besides a mark that both show, that they are one; nothing: it does not."""
    for here, there in ((one, other), (other, one)):
        if rule == "certificate":
            yield from _is_far_side(here.host, there.host)
        elif rule == "mac" and not _are_of_two_kinds(one, other):
            yield from _shares_mac(here.host, there.host)


def _shares_mac(host: Host, other: Host) -> Iterator[Evidence]:
    """ARP said so on one segment, and took neither for one that answers for others."""
    for seen in host.sightings:
        if seen.key == "arp.shares-mac" and seen.value == str(other.address):
            yield Evidence(seen, "its MAC address answered for another address", _rule("mac"))


def _is_far_side(gateway: Host, far: Host) -> Iterator[Evidence]:
    """Whether ``far`` can be another address of ``gateway`` alone.

    Makers put one certificate into many devices, so it takes more: the answer came from beyond
    our segment and no router had passed it on, so it came from the first router itself.
    """
    is_gateway = any(o.key == "net.gateway" for o in gateway.sightings)
    lives = [o for o in far.sightings if o.key in ("icmp.ttl", "ip.ttl")]
    if is_gateway and far.mac is None and all(o.value in _INITIAL_TTLS for o in lives):
        for seen in lives:
            yield Evidence(seen, "no router passed its answer on to us", _rule("certificate"))


def _differ(one: Device, other: Device) -> bool:
    """Say whether something speaks against their being one."""
    for key in _PERSONAL:
        mine, its = _values(one, key), _values(other, key)
        if mine and its and mine.isdisjoint(its):
            return True
    return False


def _are_of_two_kinds(one: Device, other: Device) -> bool:
    """Say whether both were identified, and not as the same: a Wi-Fi repeater answers ARP for its
    few clients, with its own MAC."""
    sure = Confidence.LOW not in (one.identity.confidence, other.identity.confidence)
    return sure and one.identity.device_class is not other.identity.device_class


def _values(device: Device, key: str) -> set[str]:
    return {o.value.casefold() for o in device.host.observations if o.key == key}


def _is_self_signed(host: Host, certificate: Observation) -> bool:
    return any(
        o.key == "tls.self-signed" and o.port == certificate.port and o.value == "true"
        for o in host.observations
    )


def _is_random(guid: str) -> bool:
    """Whether a GUID was drawn: Samba has made its own of the computer's name."""
    try:
        octets = bytes.fromhex(guid.replace("-", ""))
    except ValueError:
        return False
    letters = sum(octet == 0 or 0x20 <= octet < 0x7F for octet in octets)
    return len(octets) == 16 and letters < 14 and len(set(octets)) >= 10


def _is_domain(domain: str, computer: str) -> bool:
    """Whether it is a domain, and not the name that a computer without one gives itself."""
    return "." in domain and domain.partition(".")[0].casefold() != computer.casefold()


def _is_serial(text: str) -> bool:
    """Whether it can be a serial number, and not what a maker left in its place."""
    return len(text) >= 6 and len(set(text.casefold())) >= 4 and text[:6] not in "0123456789"
