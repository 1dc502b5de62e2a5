"""The one way to stop: the caller's event, or the caller walking away from the sweep."""

from __future__ import annotations

import threading
import time

from riskscan.discover.faults import Stopped

_BEAT = 0.1
"""Longest time in seconds until a waiting thread notices that it should stop."""


class Brake:
    """Two events in one: ``stop`` belongs to the caller, ``halt`` to the sweep itself.

    A brake ``under`` another is pulled with that one; to halt it halts nothing else.
    """

    def __init__(self, stop: threading.Event | None = None, *, under: Brake | None = None) -> None:
        self._stop: threading.Event = stop or (under._stop if under else threading.Event())
        self._halt = threading.Event()
        self._under = under

    def halt(self) -> None:
        """Stop everything, without touching the caller's event."""
        self._halt.set()

    @property
    def pulled(self) -> bool:
        above = self._under is not None and self._under.pulled
        return above or self._stop.is_set() or self._halt.is_set()

    def check(self) -> None:
        """Raise ``Stopped`` if the scan should end."""
        if self.pulled:
            raise Stopped

    def wait(self, seconds: float) -> None:
        """Sleep for ``seconds``; raise ``Stopped`` as soon as the scan should end."""
        end = time.monotonic() + seconds
        self.check()
        while (left := end - time.monotonic()) > 0:
            self._stop.wait(min(left, _BEAT))
            self.check()
