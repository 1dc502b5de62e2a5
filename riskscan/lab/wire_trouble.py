"""What goes wrong on real sites, as fields of the table: each host, and the scanner's own port.

All times are seconds since the wire came up. A trouble that is not named is not there.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleep:
    """A host that hears neither ARP nor IP until all of this is so."""

    until: float = 0.0
    """Seconds since the wire came up."""
    until_request: int = 0
    """Number of the ARP request for it, since ``until``, that wakes it: 3 sleeps through two."""
    again_after: float | None = None
    """Seconds that it then stays awake; after that it needs as many requests again. If it needs
    none, it never wakes again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frailty:
    """What a device cannot bear. Whatever it is, it then hears and says nothing."""

    packets_per_second: int | None = None
    """Frames addressed to it within any one second; one more and it locks up."""
    connections: int | None = None
    """TCP connections at once, half-open ones too; one more and it locks up."""
    down_for: float | None = None
    """Seconds until it is there again, as if switched on anew; None: for ever."""
    slower: float = 0.0
    """Seconds that an answer takes longer for each frame that came within the second before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A host that gets another address, and announces it (RFC 5227 section 2.3)."""

    at: float
    to: str


class Reply(Enum):
    """What a host does with a packet that is meant for nobody."""

    NOTHING = "nothing"
    RESET = "reset"
    """Refuses every TCP connection in the name of the address."""
    ACCEPT = "accept"
    """Accepts every TCP connection in the name of the address: a SYN proxy."""
    UNREACHABLE = "unreachable"
    """ICMP host unreachable (RFC 792), in its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A router or firewall that stands before a network, whether or not anybody is in there."""

    network: str
    reply: Reply = Reply.NOTHING
    """To packets for an address there at which no host of the table is."""
    proxy_arp: bool = False
    """Answers ARP for every address of the network with its own MAC (RFC 1027), also for those
    that others have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchPort:
    """What the scanner is plugged into."""

    shuts_above: int | None = None
    """ARP frames within any one second above which it shuts for good, as dynamic ARP inspection
    and port security do: no frame passes either way."""
    drops_carrier: bool = False
    """Whether the scanner's card then sees the cable pulled."""
    isolates: bool = False
    """Only the table's first host, and who is behind it, can be reached: Wi-Fi client isolation."""


class Waking:
    """Whether a sleeper is awake."""

    def __init__(self, sleep: Sleep, began: float) -> None:
        self._sleep = sleep
        self._may_wake: float | None = began + sleep.until
        self._requests = 0
        self._woke: float | None = None

    def awake(self, at: float, *, asked: bool = False) -> bool:
        """Say whether it hears what comes now; ``asked`` if that is an ARP request for it."""
        self._nod_off(at)
        if self._woke is None and self._may_wake is not None and at >= self._may_wake:
            self._requests += asked
            if self._requests >= self._sleep.until_request:
                self._woke, self._requests = at, 0
                if not self._sleep.until_request:
                    self._woke = self._may_wake
                    self._nod_off(at)
        return self._woke is not None

    def _nod_off(self, at: float) -> None:
        again_after = self._sleep.again_after
        if self._woke is None or again_after is None or at < self._woke + again_after:
            return
        self._woke = None
        if not self._sleep.until_request:
            self._may_wake = None


class Second:
    """How many of something came within the last second, and whether one more may."""

    def __init__(self, most: int = 0) -> None:
        self._most = most
        self._recent: deque[float] = deque()

    def count(self, at: float) -> int:
        """Take in one that comes now; return how many that makes."""
        self._recent.append(at)
        while self._recent[0] <= at - 1.0:
            self._recent.popleft()
        return len(self._recent)

    def allows(self, at: float) -> bool:
        """Say whether one more may be now, and if so take it in."""
        while self._recent and self._recent[0] <= at - 1.0:
            self._recent.popleft()
        if len(self._recent) >= self._most:
            return False
        self._recent.append(at)
        return True


class Strain:
    """How a frail host bears what comes."""

    def __init__(self, frailty: Frailty) -> None:
        self._frailty = frailty
        self._frames = Second()
        self._load = 0
        self._down_until: float | None = None
        self.lockups = 0

    def feel(self, at: float) -> None:
        """Bear one frame."""
        self._load = self._frames.count(at)
        most = self._frailty.packets_per_second
        if most is not None and self._load > most:
            self._lock_up(at)

    def hold(self, connections: int, at: float) -> bool:
        """Bear so many connections at once; say whether that was too much."""
        most = self._frailty.connections
        if most is None or connections <= most:
            return False
        self._lock_up(at)
        return True

    def _lock_up(self, at: float) -> None:
        if self.down(at):
            return
        self.lockups += 1
        down_for = self._frailty.down_for
        self._down_until = float("inf") if down_for is None else at + down_for

    def down(self, at: float) -> bool:
        """Say whether it is locked up."""
        return self._down_until is not None and at < self._down_until

    @property
    def lag(self) -> float:
        """Seconds that an answer takes longer now."""
        return self._frailty.slower * self._load
