"""What the technician is told of a sweep, in plain words, and what of it cuts a scan short."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network

from riskscan.discover.answers import Proxy
from riskscan.model import Notice, Segment

CUT_SHORT = frozenset({"arp-inspection-suspected", "address-changed", "interface-lost"})
"""Codes of notices after which a scan ends incomplete: what was not seen may well be there."""

_NAMED = 5

IPV6_NOT_SWEPT = Notice(
    "ipv6-not-swept", "IPv6 targets are not swept yet; devices are found by their IPv4 addresses"
)
UNPRIVILEGED = Notice(
    "unprivileged-sweep",
    "without raw sockets the sweep is slower, and beyond the local network it finds only devices "
    "that accept or refuse a connection",
)


def trouble(code: str, segment: Segment) -> Notice:
    """Say why a sweep could not go on; ``code`` is what the ``arp`` job calls it."""
    name = segment.interface
    if code == "arp-inspection":
        text = (
            f"{name} fell silent as soon as the sweep began: the switch may have shut the port "
            "down (Dynamic ARP Inspection allows 15 ARP requests a second). Nothing more is sent. "
            "Have the port enabled again, then go on more slowly: riskscan scan --resume "
            "--arp-rate 10"
        )
        return Notice("arp-inspection-suspected", text)
    if code == "address-gone":
        text = (
            f"this computer no longer has the address {segment.address} on {name}: the scan ends "
            "here. What was finished is kept; when the network is steady, go on with: "
            "riskscan scan --resume"
        )
        return Notice("address-changed", text)
    if code == "link-lost":
        text = (
            f"{name} lost its link while devices were looked for: the scan ends here. What was "
            "finished is kept; plug it in and go on with: riskscan scan --resume"
        )
        return Notice("address-changed", text)
    return Notice("interface-lost", f"{name} could not be swept ({code}): the scan ends here")


def proxy(found: Proxy, real: int) -> Notice:
    """Say that one MAC answers for many addresses, of which few are devices."""
    text = (
        f"{found.mac} answers for {len(found.addresses)} addresses that are not known to be its "
        f"own ({_some(found.addresses)}): a firewall, router or VPN gateway that answers for "
        f"others (proxy ARP). {real} of them answered for themselves and are listed; the others "
        "may hold no device"
    )
    return Notice("proxy-arp-suspected", text)


def answers_for_others(subnet: IPv4Network, count: int) -> Notice:
    """Say that something answers in the name of a subnet's addresses."""
    text = (
        f"{count} addresses of {subnet} answered alike, by what stands before them: a firewall "
        "that refuses connections in their name. They are not listed, since none of them showed "
        "itself; scan from inside that network to see its devices"
    )
    return Notice("answers-for-others", text)


def not_local(silent: int) -> Notice:
    """Say what cannot be seen beyond a router."""
    text = (
        f"{silent} addresses beyond the local network answered neither ping nor TCP nor UDP; a "
        "device that keeps silent is not seen from here, and no MAC address is"
    )
    return Notice("subnet-not-local", text)


def duplicates(addresses: Collection[int]) -> Notice:
    """Say that addresses are claimed by more than one device."""
    text = (
        f"{len(addresses)} {_are('address', addresses)} claimed by more than one network card "
        f"({_some(addresses)}): two devices with the same setting, or one that stands in for "
        "another"
    )
    return Notice("duplicate-address", text)


def private_macs(count: int) -> Notice:
    """Say how many devices hide who made them."""
    who = "1 device uses" if count == 1 else f"{count} devices use"
    text = (
        f"{who} a private MAC address, as phones and tablets do: they may show up under another "
        "one in the next scan, and are no new equipment then"
    )
    return Notice("private-macs", text)


def isolation(segment: Segment, answered: int) -> Notice:
    """Say that a Wi-Fi network keeps its clients apart."""
    text = (
        f"{segment.interface} is on Wi-Fi, and of {segment.network} "
        f"{answered or 'none'} answered: the access point likely keeps its clients apart (client "
        "isolation). Use a cable, or a port that leads to the whole network"
    )
    return Notice("client-isolation-likely", text)


def mute_wifi(segment: Segment, answered: int) -> Notice:
    """Say that a Wi-Fi network lets clients learn of each other and not talk."""
    text = (
        f"{segment.interface} is on Wi-Fi; {answered} devices of {segment.network} are there, and "
        "none answers anything else: the access point likely keeps its clients apart (client "
        "isolation). Use a cable, or a port that leads to the whole network"
    )
    return Notice("client-isolation-likely", text)


def small_table(live: int, limit: int) -> Notice:
    """Say that the kernel may forget neighbours while they are asked."""
    text = (
        f"{live} devices are alive and more may be, the kernel remembers {limit} neighbours at "
        "most, and riskscan could not enter all itself: some ports and answers may be missed. "
        "Run with sudo, or raise net.ipv4.neigh.default.gc_thresh3"
    )
    return Notice("neighbour-table-small", text)


def _are(noun: str, things: Collection[object]) -> str:
    return f"{noun} is" if len(things) == 1 else f"{noun}es are"


def _some(addresses: Iterable[int]) -> str:
    named: Sequence[int] = sorted(addresses)
    shown = ", ".join(str(IPv4Address(a)) for a in named[:_NAMED])
    return shown if len(named) <= _NAMED else f"{shown} and {len(named) - _NAMED} more"
