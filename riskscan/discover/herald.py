"""What the caller hears while a scan goes on, one event at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable

from riskscan.model import Event, Progress, Stage


class Herald:
    """Tells the caller what happens, whichever thread it happens in.

    How many devices there are to examine is not known while they are still looked for: until
    then the totals are None.
    """

    def __init__(self, notify: Callable[[Event], None]) -> None:
        self._notify = notify
        self._lock = threading.Lock()
        self._found = 0
        self._all_found = False
        self._done = dict.fromkeys((Stage.PORTS, Stage.PROBES), 0)

    def __call__(self, event: Event) -> None:
        with self._lock:
            self._notify(event)

    def found(self) -> None:
        """Count one more device to examine. One that is found late adds to a known total."""
        with self._lock:
            self._found += 1
            if self._all_found:
                self._tell_totals()

    def all_found(self) -> None:
        """Announce how many devices there are to examine, as far as is known."""
        with self._lock:
            self._all_found = True
            self._tell_totals()

    def _tell_totals(self) -> None:
        for stage, done in self._done.items():
            self._notify(Progress(stage, done, self._found))

    def passed(self, stage: Stage, note: str = "") -> None:
        """Count one device that is through with a stage."""
        with self._lock:
            self._done[stage] += 1
            total = self._found if self._all_found else None
            self._notify(Progress(stage, self._done[stage], total, note))

    @property
    def ports_are_nearly_over(self) -> bool:
        """Whether nine in ten devices that were found are through with their ports."""
        with self._lock:
            return self._all_found and 10 * self._done[Stage.PORTS] >= 9 * self._found

    @property
    def ports_are_over(self) -> bool:
        """Whether every device that was found is through with its ports."""
        with self._lock:
            return self._all_found and self._done[Stage.PORTS] >= self._found
