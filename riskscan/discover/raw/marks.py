"""How far a job that asks many addresses is, as whoever goes on with it later may take it."""

from __future__ import annotations

import time
from collections import deque
from ipaddress import IPv4Address

from riskscan.discover.raw.contract import Emit, Message

_SAY_EVERY = 0.1


class Marks:
    """Emits ``{"turn": n, "reached": address}``: so many rounds are over, and how far the next is.

    The word on a ``final`` round, after which nobody is asked the same again, waits as many
    seconds as an answer may take: had it been said before, and were all killed then, the answer
    would never be heard.
    """

    def __init__(self, emit: Emit, wait: float) -> None:
        self._emit = emit
        self._wait = wait
        self._held: deque[tuple[float, Message]] = deque()
        self._say_at = 0.0

    def passed(self, turn: int, address: int, *, final: bool, last: bool) -> None:
        """Note that an address was asked; ``last`` is the last one of a round."""
        now = time.monotonic()
        if last or now >= self._say_at:
            self._say_at = now + _SAY_EVERY
            word = {"turn": turn, "reached": str(IPv4Address(address))}
            self._held.append((now + self._wait if final else now, word))
        self.tell(now)

    def tell(self, now: float) -> None:
        """Say what is due."""
        while self._held and self._held[0][0] <= now:
            self._emit(self._held.popleft()[1])
