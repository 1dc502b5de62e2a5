"""Whether those who answer are devices, or one thing that answers for them all: pure.

A firewall may refuse connections in the name of addresses that nobody has; a router may answer
ARP for them, and pings too. Devices differ from each other; what answers for others does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

LEAST = 8
SHARE = 0.2
"""More answers than this, and a larger share of all asked: alike, they are the work of one."""

_LEAST_BEHIND_PROXY = 2

_BORN_WITH = frozenset({30, 32, 60, 64, 128, 255})
"""Times to live that packets start with: with any other, a router has carried it (RFC 791)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How an address answered."""

    to: str
    said: str
    ttl: int

    @property
    def is_echo(self) -> bool:
        return self.to == "echo"

    @property
    def was_carried(self) -> bool:
        """Whether a router has passed it on, so that its sender is not the router itself."""
        return self.ttl not in _BORN_WITH


def devices(answers: Mapping[int, Answer], asked: int, *, by_proxy: bool = False) -> set[int]:
    """Return the addresses that speak for themselves, of ``asked`` addresses of one subnet.

    Beyond a router whoever answers a ping is one, whatever others say. Behind a proxy, which may
    answer pings itself, a ping counts if a router has carried it, or if it is unlike the others.
    """
    least = _LEAST_BEHIND_PROXY if by_proxy else LEAST
    counts = Counter(answers.values())
    crowd = {a for a, count in counts.items() if count > least and count > SHARE * asked}
    return {
        address
        for address, answer in answers.items()
        if answer not in crowd or (answer.is_echo and (answer.was_carried or not by_proxy))
    }
