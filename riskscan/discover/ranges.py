"""Which IPv4 addresses a sweep asks: as ranges of numbers, since a /16 holds 65,534 of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network

from riskscan.model import Network, Scope

Range = tuple[int, int]
"""First and last address, both included, as numbers."""


class Ranges:
    """A set of addresses, in order. Takes memory by ranges and not by addresses."""

    __slots__ = ("_firsts", "_ranges")

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        self._ranges = tuple(_joined(sorted(ranges)))
        self._firsts = [first for first, _ in self._ranges]

    @classmethod
    def of(cls, addresses: Iterable[int]) -> Ranges:
        return cls((address, address) for address in addresses)

    @classmethod
    def of_scope(cls, scope: Scope) -> Ranges:
        """Return the IPv4 addresses of :meth:`riskscan.model.Scope.addresses`."""
        included = Ranges(_hosts(net) for net in scope.include if isinstance(net, IPv4Network))
        return included.without(Ranges(_all(net) for net in _version_4(scope.exclude)))

    def __contains__(self, address: int) -> bool:
        at = bisect_right(self._firsts, address) - 1
        return at >= 0 and address <= self._ranges[at][1]

    def __iter__(self) -> Iterator[int]:
        for first, last in self._ranges:
            yield from range(first, last + 1)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self._ranges)

    def within(self, network: Network) -> Ranges:
        """Return those that belong to a network."""
        if not isinstance(network, IPv4Network):
            return Ranges()
        low, high = _all(network)
        cut = ((max(low, first), min(high, last)) for first, last in self._ranges)
        return Ranges((first, last) for first, last in cut if first <= last)

    def without(self, others: Ranges) -> Ranges:
        """Return those that ``others`` does not hold."""
        return Ranges(_difference(self._ranges, others._ranges))

    @property
    def pairs(self) -> list[list[str]]:
        """The ranges as text, as a job takes them."""
        return [[str(IPv4Address(first)), str(IPv4Address(last))] for first, last in self._ranges]

    @classmethod
    def parse(cls, pairs: object) -> Ranges:
        """Read what :attr:`pairs` wrote. Raises ``ValueError``."""
        if not isinstance(pairs, list):
            raise ValueError("ranges of addresses are pairs of text")
        return cls(_parsed(pair) for pair in pairs)


def _parsed(pair: object) -> Range:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise ValueError("a range has a first and a last address")
    first, last = (int(IPv4Address(str(text))) for text in pair)
    if last < first:
        raise ValueError("a range ends before it begins")
    return first, last


def _version_4(networks: Iterable[Network]) -> Iterator[IPv4Network]:
    return (net for net in networks if isinstance(net, IPv4Network))


def _all(network: IPv4Network) -> Range:
    return int(network.network_address), int(network.broadcast_address)


def _hosts(network: IPv4Network) -> Range:
    """Leave out what is the network's own: its address, and that of all. RFC 3021 has none."""
    first, last = _all(network)
    return (first + 1, last - 1) if network.prefixlen < 31 else (first, last)


def _joined(ranges: Iterable[Range]) -> Iterator[Range]:
    current: Range | None = None
    for first, last in ranges:
        if current is None:
            current = (first, last)
        elif first <= current[1] + 1:
            current = (current[0], max(current[1], last))
        else:
            yield current
            current = (first, last)
    if current is not None:
        yield current


def _difference(ranges: Iterable[Range], holes: tuple[Range, ...]) -> Iterator[Range]:
    for first, last in ranges:
        for low, high in holes:
            if high < first or low > last:
                continue
            if first < low:
                yield first, low - 1
            first = high + 1
        if first <= last:
            yield first, last
