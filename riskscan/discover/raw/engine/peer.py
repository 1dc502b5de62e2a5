"""What the engine learns of a host from one question to the next, and of the wire from all hosts.

Moments are passed in here too.
"""

from __future__ import annotations

from collections import deque

from riskscan.discover.raw.engine.clock import HostClock

SHORTEST_WAIT, LONGEST_WAIT = 0.2, 1.0
"""Seconds that a packet is given to be answered: four round trips, within these bounds."""

LOST_AT_MOST = 0.001
"""Chance at which an answering port may be missed for packets lost on the way."""

ROW = 10
"""Unanswered in a row, on a host that answered nearly everything before: it may be in distress."""

_TRIPS = 5
_SLOWED, _SLOW = 5.0, 0.25
"""So many round trips in a row, each so many times the usual and so many seconds: it labours."""

IDLE = 5.0
"""Seconds without a packet after which our kernel may have to look for a host again."""

ALONE_NEAR = 0.3
"""Longest time in seconds that the first packet to a neighbour stands alone that our kernel knows:
long enough for any that does not sleep to answer, so that its round trip is known to the next."""

_TOGETHER = 0.1
"""Longest time in seconds that a SYN is waited for, so that none is in flight beside it."""

_LATE = 6
"""Ports that answered only when asked again, by which a host that limits its answers is known."""

_SLOWEST = 4


class Losses:
    """How many of our packets come to nothing on the way, over all hosts that answer."""

    def __init__(self) -> None:
        self.lost = 0
        self.answered = 0

    def note(self, tries: int) -> None:
        """Note a port that answered, after so many tries."""
        self.lost += tries - 1
        self.answered += 1

    @property
    def any(self) -> bool:
        """Whether a packet was ever seen to be lost."""
        return self.lost > 0

    @property
    def tries(self) -> int:
        """Return the fewest tries that make a miss unlikely enough; 2 while little is known."""
        if self.answered < 40 or not self.lost:
            return 2
        share = self.lost / (self.lost + self.answered)
        return next((k for k in (2, 3) if share**k < LOST_AT_MOST), 4)


class Peer:
    """What the engine knows of a host from one question to the next."""

    def __init__(self, address: bytes, losses: Losses) -> None:
        self.address = address
        self.losses = losses
        self.clock = HostClock()
        self.asked = self.opened = self.answered = self.missed = self.strikes = 0
        self.known: int | None = None
        self.accepted: set[int] = set()
        self.pps = 2
        self.slower = 1
        self.row = ROW
        self.alone_until = 0.0
        self.alone_for = LONGEST_WAIT
        self._late = self._in_time = 0
        self._first_trips: list[float] = []
        self._last_trips: deque[float] = deque(maxlen=_TRIPS)
        self._smooth = 0.0

    @property
    def patience(self) -> float:
        """Seconds to wait for an answer, by the round trips seen."""
        if not self._first_trips:
            return LONGEST_WAIT
        return min(LONGEST_WAIT, max(SHORTEST_WAIT, 4 * self._smooth))

    def talks(self, besides: int = 0) -> bool:
        """Say whether it answers on nearly every port, so that silence means something.

        ``besides`` of the unanswered ports are left out of account.
        """
        return self.answered >= 8 and self.answered >= 4 * (self.missed - besides)

    @property
    def labours(self) -> bool:
        """Whether its round trips have grown as those of a device that cannot keep up."""
        if len(self._last_trips) < _TRIPS or len(self._first_trips) < _TRIPS:
            return False
        usual = sorted(self._first_trips)[_TRIPS // 2]
        return min(self._last_trips) > max(_SLOW, _SLOWED * usual)

    @property
    def takes_all(self) -> bool:
        """Whether it accepts where no one device would (a tarpit, or a firewall for others)."""
        early = self.opened >= 6 and self.opened >= 0.85 * self.asked
        return early or (self.asked >= 40 and self.opened > 0.6 * self.asked)

    def timed(self, seconds: float) -> None:
        """Note a round trip."""
        if len(self._first_trips) < _TRIPS:
            self._first_trips.append(seconds)
        self._last_trips.append(seconds)
        self._smooth += (seconds - self._smooth) / (8 if self._smooth else 1)

    def sent(self, now: float) -> None:
        """Note a packet to it.

        The first one after a pause stands alone until it is answered, or cannot be any more: our
        kernel may hold it back while it looks for the host, and let the next one go together with
        it. ``alone_for`` says how long at most.
        """
        if now - self.clock.last >= IDLE:
            self.alone_until = now + self.alone_for
        self.clock.count(now)

    def together(self) -> float:
        """Seconds for which the answer to a SYN is waited for before the next one is sent.

        Two that are accepted at once would be two connections. Twice the shortest round trip: a
        longer one may be that of an answer that was lost and said again. Not for a host that is
        silent on most ports, where nearly every wait would be for nothing.
        """
        if not self._first_trips or self.missed > 2 * self.answered:
            return 0.0
        return min(_TOGETHER, 2 * min(*self._first_trips, *self._last_trips))

    def noted(self, tries: int) -> None:
        """Note a port that answered after so many tries.

        A host that often answers only when asked again, while others do not, limits how many
        answers it gives in a second: it is asked more slowly, or its closed ports would seem
        filtered.
        """
        self.losses.note(tries)
        self._late += tries > 1
        self._in_time += tries == 1
        if self._late >= _LATE and self._late > 0.2 * self._in_time:
            self.slower = min(_SLOWEST, 2 * self.slower)
            self._late = self._in_time = 0

    def rested(self) -> None:
        """Go on after a pause at half the pace, and be slower to suspect it again.

        Silence on the ports before was a filter's, or is over; so are the long round trips.
        """
        self.slower, self.row = max(2, self.slower), 2 * self.row
        self._last_trips.clear()
