"""Who stands on an emulated segment: as many hosts as wanted, like those of a practice.

One table of kinds and one seed make the whole truth. How common each kind is follows what stands
in small practices; MAC prefixes are those of the IEEE registry.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from riskscan.lab.line import Line
from riskscan.lab.wire_trouble import Frailty, Front, Move, Sleep, SwitchPort

RANDOM_MAC = "*"
"""In place of a prefix: a locally administered address, as phones make one up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of device, and how its network stack behaves."""

    name: str
    share: int
    """How many of a hundred hosts are of this kind."""
    prefixes: tuple[str, ...]
    ports: tuple[int, ...] = ()
    """TCP ports that each of them has open."""
    some_ports: tuple[int, ...] = ()
    """TCP ports of which each of them has some open."""
    answers_ping: bool = True
    drops_closed: bool = False
    sleeps: bool = False
    ttl: int = 64
    medical: bool = False


KINDS: tuple[Kind, ...] = (
    Kind(
        name="windows pc",
        share=40,
        prefixes=("b0:83:fe", "d4:be:d9", "f8:bc:12"),  # Dell
        some_ports=(135, 445, 3389, 5357, 7070),
        answers_ping=False,
        drops_closed=True,
        ttl=128,
    ),
    Kind(
        name="server",
        share=3,
        prefixes=("0c:c4:7a", "a0:36:9f"),  # Super Micro, Intel
        ports=(22, 443),
        some_ports=(80, 1433, 3306, 5432, 8080, 8443),
    ),
    Kind(
        name="printer",
        share=8,
        prefixes=("3c:d9:2b", "00:1b:a9", "00:26:73"),  # HP, Brother, Ricoh
        ports=(80, 443, 515, 631, 9100),
        some_ports=(21, 23),
    ),
    Kind(
        name="desk phone",
        share=10,
        prefixes=("80:5e:c0", "64:16:7f"),  # Yealink, Polycom
        ports=(80, 443),
        some_ports=(5060, 5061),
    ),
    Kind(
        name="camera",
        share=4,
        prefixes=("00:40:8c", "ac:cc:8e"),  # Axis
        ports=(80, 443, 554),
    ),
    Kind(name="sleeping phone", share=12, prefixes=(RANDOM_MAC,), sleeps=True, drops_closed=True),
    Kind(name="phone", share=6, prefixes=(RANDOM_MAC,), some_ports=(62078,), drops_closed=True),
    Kind(
        name="modality",
        share=5,
        prefixes=("00:08:fb", "00:05:b2", "00:01:85"),  # SonoSite, Samsung Medison, Hitachi Aloka
        ports=(104,),
        some_ports=(22, 23, 3389, 5900, 11112),
        medical=True,
    ),
    Kind(
        name="patient monitor",
        share=4,
        prefixes=("00:09:fb", "00:0f:14"),  # Philips, Mindray
        answers_ping=False,
        drops_closed=True,
        medical=True,
    ),
    Kind(
        name="image archive",
        share=2,
        prefixes=("0c:c4:7a",),  # Super Micro
        ports=(104, 443, 11112),
        some_ports=(22, 2762, 8042),
    ),
    Kind(
        name="network gear",
        share=6,
        prefixes=("00:1b:54", "00:11:32"),  # Cisco, Synology
        ports=(22, 443),
        some_ports=(23, 53, 80, 5000),
        ttl=255,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WireHost:
    """One host of an emulated segment: how it behaves, and so what is true of it."""

    address: str
    mac: str
    kind: str
    open_ports: frozenset[int] = frozenset()
    """TCP ports that accept a connection; nothing ever speaks on them."""
    answers_ping: bool = True
    drops_closed: bool = False
    """True: a packet to a closed port gets no answer, as behind a host firewall."""
    wakes_after: float = 0.0
    """Seconds that it takes to answer ARP. If not 0, it sleeps through the first request."""
    ttl: int = 64
    medical: bool = False
    also: tuple[str, ...] = ()
    """Further addresses of the same card."""
    behind: str | None = None
    """Address of the host of the table that it stands behind: it has no MAC for the scanner, and
    what it sends has one hop less to live."""
    refuses_datagrams: bool | None = None
    """Whether a closed UDP port is refused (ICMP port unreachable); None: unless drops_closed."""
    tarpit: bool = False
    """Accepts on every TCP port, acknowledges what it is told, and says nothing."""
    resets_per_second: int | None = None
    """Most resets that it sends within any one second."""
    icmp_per_second: int | None = None
    """Most ICMP messages that it sends within any one second, answers to ping included."""
    fronts: tuple[Front, ...] = ()
    sleep: Sleep | None = None
    frailty: Frailty | None = None
    moves: Move | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that it has from the start."""
        return (self.address, *self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the wire must be."""

    hosts: tuple[WireHost, ...]
    line: Line
    address: str
    """Of the scanner, with the length of the network's prefix: 10.20.0.10/24."""
    mac: str
    port: SwitchPort


def practice(
    network: str, hosts: int, *, seed: int = 1, leave_free: frozenset[str] = frozenset()
) -> tuple[WireHost, ...]:
    """Return that many hosts at random addresses of the network; the same seed gives the same.

    The network's first address is always the router's; those in ``leave_free`` bear none. Raises
    ValueError if there is no room for so many.
    """
    dice = random.Random(seed)
    first, last = IPv4Network(network)[1], IPv4Network(network)[-1]
    reserved = {int(IPv4Address(address)) for address in leave_free}
    room = [n for n in range(int(first) + 1, int(last)) if n not in reserved]
    chosen = [int(first), *sorted(dice.sample(room, hosts - 1))]
    kinds = _kinds(hosts, dice)
    return tuple(
        _host(str(IPv4Address(address)), number, kind, dice)
        for number, (address, kind) in enumerate(zip(chosen, kinds, strict=True))
    )


def _kinds(hosts: int, dice: random.Random) -> list[Kind]:
    """Return a kind for each host, the router first; the shares hold as nearly as they can."""
    gear = KINDS[-1]
    whole = [kind for kind in KINDS for _ in range(kind.share)]
    rest = [whole[(n * 100 // hosts) % 100] for n in range(1, hosts)]
    dice.shuffle(rest)
    return [gear, *rest]


def _host(address: str, number: int, kind: Kind, dice: random.Random) -> WireHost:
    return WireHost(
        address=address,
        mac=_mac(dice.choice(kind.prefixes), number, dice),
        kind=kind.name,
        open_ports=frozenset((*kind.ports, *_some(kind.some_ports, dice))),
        answers_ping=kind.answers_ping,
        drops_closed=kind.drops_closed,
        wakes_after=round(dice.uniform(0.06, 0.12), 3) if kind.sleeps else 0.0,
        ttl=kind.ttl,
        medical=kind.medical,
    )


def _some(ports: tuple[int, ...], dice: random.Random) -> Iterator[int]:
    return (port for port in ports if dice.random() < 0.5)


def _mac(prefix: str, number: int, dice: random.Random) -> str:
    """Return a MAC that no other host has: its last three bytes are the host's number."""
    if prefix == RANDOM_MAC:
        first = dice.randrange(256) & 0xFC | 0x02  # locally administered, not multicast
        prefix = bytes((first, dice.randrange(256), dice.randrange(256))).hex(":")
    return f"{prefix}:{number.to_bytes(3).hex(':')}"
