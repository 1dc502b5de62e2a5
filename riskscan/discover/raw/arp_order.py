"""What the ``arp`` job is asked to do, read as if an enemy had written it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from riskscan.discover.ranges import Ranges
from riskscan.discover.raw.contract import Message
from riskscan.discover.raw.messages import address4_of, interface_of, list_of, mac_of, number_of
from riskscan.discover.raw.session import Session
from riskscan.model import Segment

MOST_PPS = 2000
MOST_CANARIES = 10
_MOST_WAVES, _LATEST = 6, 60.0
_MOST_KNOWN = 65_536


@dataclass(frozen=True, slots=True)
class Order:
    """One sweep of one segment."""

    segment: Segment
    source: IPv4Address
    mac: str
    """Address and MAC of ours."""
    wanted: Ranges
    first: Ranges
    """Those of them whom the first wave asks."""
    heard: Ranges
    """Those of them who answered before, and are not asked again."""
    pps: int
    known: Mapping[int, bytes]
    """MACs under which addresses were seen before: asked first, and nobody else is troubled."""
    canaries: tuple[int, ...]
    """Addresses that should be alive: asked before all others, slowly."""
    waves: tuple[float, ...]
    """Earliest starts of the broadcast waves, in seconds after the first one."""


def order_of(params: Message, session: Session) -> Order:
    """Read the parameters of a sweep. Raises ``ValueError``."""
    name, source = interface_of(params.get("interface")), address4_of(params.get("source"))
    fits = (s for s in session.segments if s.interface == name and s.address == source)
    segment = next((s for s in fits if s.mac), None)
    if segment is None or segment.mac is None:
        raise ValueError(f"{name} does not do ARP as {source}")
    known = params.get("known")
    if not isinstance(known, dict) or len(known) > _MOST_KNOWN:
        raise ValueError("what is known is a dict of addresses and MACs")
    canaries = list_of(params.get("canaries"), _number, MOST_CANARIES)
    wanted = Ranges.parse(params.get("ranges")).within(segment.network)
    return Order(
        segment,
        source,
        segment.mac,
        wanted,
        _part(wanted, params.get("first", params.get("ranges"))),
        _part(wanted, params.get("heard", [])),
        number_of(params.get("pps"), 1, MOST_PPS),
        {_number(a): bytes.fromhex(mac_of(m).replace(":", "")) for a, m in known.items()},
        tuple(a for a in canaries if IPv4Address(a) in segment.network),
        list_of(params.get("waves"), _start, _MOST_WAVES),
    )


def _part(whole: Ranges, pairs: object) -> Ranges:
    return whole.without(whole.without(Ranges.parse(pairs)))


def _number(value: object) -> int:
    return int(address4_of(value))


def _start(value: object) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= _LATEST:
        raise ValueError(f"not a number of seconds from 0 to {_LATEST:.0f}")
    return float(value)
