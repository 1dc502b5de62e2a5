"""When the next packet may leave: a strict clock for each host, and a cap over all."""

from __future__ import annotations

from collections import deque

WINDOW = 1.02
"""Seconds in which a host's ceiling holds: one, and a little for what the wire shifts."""

_CATCH_UP = 0.02
"""Seconds that the cap over all may make up for, when this machine was busy. A host's may not."""

_REMEMBERED = 256

_ROOMY = 20


class HostClock:
    """What one host was sent within the last second, by whatever cause.

    ``pps`` may change between two questions; what was sent before still counts.
    """

    def __init__(self) -> None:
        self.packets = 0
        self._sent: deque[float] = deque(maxlen=_REMEMBERED)

    def count(self, now: float) -> None:
        """Note a packet that left, or that our kernel sends as this is noted."""
        self.packets += 1
        is_late = bool(self._sent) and now < self._sent[-1]
        self._sent.append(now)
        if is_late:  # a RST of ours has its place after it already
            self._sent = deque(sorted(self._sent), maxlen=_REMEMBERED)

    @property
    def last(self) -> float:
        """When the newest packet left; minus infinity if none has."""
        return self._sent[-1] if self._sent else float("-inf")

    def free_at(self, pps: int) -> float:
        """Return the earliest moment for another SYN, evenly spaced and never in a burst.

        A SYN may cost a second packet, the RST that closes what it opened, so a place within
        the second is kept for it; and where there is room one more, for a SYN-ACK that is said
        twice. ``pps`` is at least 2 for that.
        """
        return self._free(pps, pps - (2 if self.is_roomy(pps) else 1))

    @staticmethod
    def is_roomy(pps: int) -> bool:
        """Say whether a pace can spare a place in each second."""
        return pps >= _ROOMY

    def place(self, pps: int, now: float) -> float:
        """Take the next place for a RST of ours, and return when it is."""
        at = max(now, self._free(pps, pps))
        self.count(at)
        return at

    def _free(self, pps: int, most: int) -> float:
        if not self._sent:
            return 0.0
        room = max(1, min(most, _REMEMBERED))
        full = self._sent[-room] + WINDOW if len(self._sent) >= room else 0.0
        return max(self._sent[-1] + 1 / pps, full)


class Cap:
    """A rate over all hosts together."""

    def __init__(self, pps: int) -> None:
        self._step = 1 / pps
        self.free_at = 0.0

    def count(self, now: float) -> None:
        self.free_at = max(self.free_at, now - _CATCH_UP) + self._step
