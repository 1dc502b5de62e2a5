"""How far one part of a sweep is: what a scan that was killed in it need not ask again."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from itertools import chain

from riskscan.discover.ranges import Ranges
from riskscan.model import Stretch

SILENT_FOR = timedelta(hours=1)
"""How long a sweep may rest and go on where it was: later, others are at work."""

HEARD_FOR = timedelta(minutes=10)
"""How long an answer counts: who gave it earlier is asked again."""

Heard = tuple[str, ...]
"""The address, and what it said."""


class Trail:
    """Takes in, from the thread that sweeps, what is asked and heard; any thread may fetch it.

    ``turn`` and ``reached`` say how far the sweep was before: so many rounds were over, and in the
    next one so many addresses were asked, in order. ``heard`` is who answered, to the last word.
    """

    def __init__(
        self, kind: str, wanted: Ranges, before: Sequence[Stretch] = (), now: datetime | None = None
    ) -> None:
        """``kind`` says where from and how ``wanted`` is asked; ``before``, what was kept."""
        now = now or datetime.now(UTC)
        asked = hashlib.blake2s(repr(wanted.pairs).encode(), digest_size=8).hexdigest()
        self.part = f"{kind} {asked}"
        self._wanted = wanted
        mine = [stretch for stretch in before if stretch.part == self.part]
        last = mine[-1] if mine and timedelta() <= now - mine[-1].at <= SILENT_FOR else None
        own = [stretch for stretch in mine if last and stretch.since == last.since]
        self._since = last.since if last else now
        self.turn, self.reached = last_place(own)
        fresh = [stretch for stretch in own if now - stretch.at <= HEARD_FOR]
        self.heard: tuple[Heard, ...] = tuple(chain.from_iterable(s.heard for s in fresh))
        self._every = tuple(chain.from_iterable(s.heard for s in own))
        self._place = self.turn, self.reached
        self._new: list[Heard] = []
        self._lock = threading.Lock()
        self._is_told = True

    @property
    def goes_on(self) -> bool:
        """Whether anything was asked or heard before."""
        return bool(self._every) or self._place != (0, None)

    @property
    def first(self) -> Ranges:
        """Whom the next round asks: those not asked in it yet, and whose answer is too old."""
        if self.reached is None:
            return self._wanted
        left = self._wanted.without(Ranges([(0, int(self.reached))]))
        known = {words[0] for words in self.heard}
        old = {int(IPv4Address(words[0])) for words in self._every if words[0] not in known}
        again = (address for address in old if address in self._wanted)
        return Ranges.of(chain(left, again)) if old else left

    @property
    def answered(self) -> Ranges:
        """Who need not be asked."""
        return Ranges.of(int(IPv4Address(words[0])) for words in self.heard)

    def note_heard(self, *words: str) -> None:
        """Take in an answer."""
        with self._lock:
            self._new.append(words)
            self._is_told = False

    def note_reached(self, turn: int, address: int) -> None:
        """Take in that a round has come to an address."""
        with self._lock:
            self._place = turn, IPv4Address(address)
            self._is_told = False

    def newest(self) -> Stretch | None:
        """Return what was taken in since this was last called; None for nothing."""
        with self._lock:
            if self._is_told:
                return None
            self._is_told = True
            heard, self._new = tuple(self._new), []
            turn, reached = self._place
        return Stretch(self.part, self._since, turn, reached, heard, datetime.now(UTC))


def last_place(stretches: Sequence[Stretch]) -> tuple[int, IPv4Address | None]:
    """Return how many rounds were over, and what the next one had come to."""
    last = stretches[-1] if stretches else None
    if last is None or not isinstance(last.reached, IPv4Address):
        return 0, None
    return last.turn, last.reached
