"""Who answered for which address on a segment, and which of it is a device: pure.

Moments are passed in, so that every rule is a test. One address may have several MACs (two
devices by mistake, or a pair that stands in for each other); one MAC may have several addresses
(a server with several, or a router that answers for others: proxy ARP, RFC 1027).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from riskscan.model import Observation

HOLD = 0.25
"""Seconds that an address is kept back after its first answer: by then a router that answers for
others has answered for another, and a second device has claimed the address."""

PROXY_ADDRESSES = 8
"""A MAC that answers for more addresses than this is taken for a router that answers for others."""

PROXY_SHARE = 0.2
_PROXY_LEAST = 4
"""Likewise a MAC that answers for so large a share of what was asked, if these are not too few."""

MOST_MACS = 8

VIRTUAL_ROUTERS = (
    "00:00:5e:00:01:",  # VRRP, RFC 9568 section 7.3; CARP has taken it over
    "00:00:0c:07:ac:",  # HSRP version 1, RFC 2281
    "00:00:0c:9f:f",  # HSRP version 2
    "00:07:b4:00:",  # GLBP
)
"""MACs that routers share on purpose, so that one can stand in for the other."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A MAC that answers for too many addresses to be the device at each."""

    mac: str
    addresses: tuple[int, ...]
    """Those for which nothing else speaks, in order."""


class Answers:
    """What one segment said. ``asked`` is how many addresses were; ``gateways`` are devices."""

    def __init__(self, asked: int, gateways: frozenset[int] = frozenset()) -> None:
        self._asked = asked
        self._gateways = gateways
        self._macs: dict[int, tuple[str, ...]] = {}
        self._by_mac: defaultdict[str, list[int]] = defaultdict(list)
        self._held: dict[int, float] = {}
        self._settled = False

    def __len__(self) -> int:
        return len(self._macs)

    def __contains__(self, address: int) -> bool:
        return address in self._macs

    def heard(self, address: int, mac: str, now: float) -> bool:
        """Note an answer; say whether it is a further MAC for an address that had one."""
        macs = self._macs.get(address, ())
        if mac in macs or len(macs) >= MOST_MACS:
            return False
        self._macs[address] = (*macs, mac)
        self._by_mac[mac].append(address)
        if not macs:
            self._held[address] = now
        return bool(macs)

    def due(self, now: float) -> Iterator[int]:
        """Yield the addresses that are devices beyond doubt, each once."""
        ripe = [a for a, since in self._held.items() if now - since >= HOLD]
        for address in ripe:
            if address in self._gateways or self._is_plain(address):
                del self._held[address]
                yield address

    def _is_plain(self, address: int) -> bool:
        shared = len(self._by_mac[self._macs[address][0]])
        return shared == 1 or (self._settled and not self._is_proxy(shared))

    def _is_proxy(self, addresses: int) -> bool:
        if addresses > PROXY_ADDRESSES:
            return True
        return addresses >= _PROXY_LEAST and addresses > PROXY_SHARE * self._asked

    def settle(self) -> tuple[Proxy, ...]:
        """Take the sweep as over, so that few addresses on one MAC are one device's own.

        Returns the proxies with the addresses that are kept back, and from then on forgotten.
        """
        self._settled = True
        proxies = [
            Proxy(mac, tuple(sorted(a for a in addresses if self._is_held_for(a, mac))))
            for mac, addresses in self._by_mac.items()
            if self._is_proxy(len(addresses))
        ]
        for proxy in proxies:
            for address in proxy.addresses:
                self._held.pop(address, None)
        return tuple(proxies)

    def _is_held_for(self, address: int, mac: str) -> bool:
        """Say whether this MAC, the first that answered, is why an address is kept back."""
        return address in self._held and self._macs[address][0] == mac

    @property
    def every_mac(self) -> Collection[str]:
        """Every MAC that answered for any address."""
        return self._by_mac.keys()

    def macs(self, address: int) -> tuple[str, ...]:
        """Return the MACs that answered for an address, in the order of their answers."""
        return self._macs.get(address, ())

    def claimants(self, address: int) -> tuple[str, ...]:
        """Return the same without what routers share on purpose, unless nothing else is left."""
        macs = self.macs(address)
        return tuple(m for m in macs if not m.startswith(VIRTUAL_ROUTERS)) or macs[:1]

    def sightings(self, address: int) -> tuple[Observation, ...]:
        """Return what ARP says of an address by now."""
        macs = self.macs(address)
        if not macs:
            return ()
        others = [mac for mac in self.claimants(address) if mac != macs[0]]
        if macs[0].startswith(VIRTUAL_ROUTERS):
            others = others[1:]
        return (
            Observation.of("arp.mac", macs[0]),
            *(Observation.of("arp.other-mac", mac) for mac in others),
            *(Observation.of("arp.shares-mac", text) for text in self._sharing(address, macs[0])),
        )

    def _sharing(self, address: int, mac: str) -> Sequence[str]:
        addresses = self._by_mac[mac]
        if self._is_proxy(len(addresses)) or mac.startswith(VIRTUAL_ROUTERS):
            return ()
        return [str(IPv4Address(a)) for a in sorted(addresses) if a != address]

    def claimed_twice(self) -> list[int]:
        """Return the addresses that more than one device claims."""
        return [a for a, macs in self._macs.items() if len(macs) > 1 < len(self.claimants(a))]

    @property
    def private_macs(self) -> int:
        """How many of the addresses answer with a locally administered MAC (IEEE 802, bit 0x02)."""
        return sum(int(macs[0][1], 16) & 2 > 0 for macs in self._macs.values())
