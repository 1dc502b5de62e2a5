"""What is learned of hosts while they are looked for and examined, on its way to who keeps it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from riskscan.discover.brake import Brake
from riskscan.model import Address, Begun, Host, Stretch

EVERY = 0.5
"""Seconds between two writings: what a killed scan loses, at most, of each host in hand."""

Keep = Callable[[Sequence[Begun], bool, Sequence[Stretch]], None]
"""Is given what has changed, whether every device was found by then, and how far the sweep is."""


class Checkpoints:
    """Collects from the threads that examine; writes from the one thread that consumes.

    Without ``keep`` nobody is interested, and it does nothing.
    """

    def __init__(
        self, keep: Keep | None, brake: Brake, before: Mapping[Address, Begun] | None = None
    ) -> None:
        """``before`` is what was kept when this scan was interrupted."""
        self._keep = keep
        self._before = before or {}
        self._all_found = False
        self._sweep: Callable[[], Sequence[Stretch]] = tuple
        self._brake = brake
        self._lock = threading.Lock()
        self._newest: dict[Address, Begun] = {}
        self._urgent: list[threading.Event] = []
        self._next = time.monotonic() + EVERY

    def of(self, host: Host) -> Begun | None:
        """Return how far a host came before; None if it is another device at that address."""
        begun = self._before.get(host.address)
        return begun if begun and begun.host.mac == host.mac else None

    def follow(self, sweep: Callable[[], Sequence[Stretch]]) -> None:
        """Fetch from now on what the sweep asks and hears, until all are found."""
        self._sweep = sweep

    def note_found(self, host: Host) -> None:
        """Take in a host of which nothing else is known."""
        if not self.of(host):
            self.note(Begun(host))

    def all_found(self) -> None:
        """Take in that every address was asked: all that answered was noted before."""
        self._all_found = True
        self._sweep = tuple
        self._next = 0.0

    def note(self, begun: Begun) -> None:
        """Take in how far a host is; only the newest word on each is written."""
        if self._keep is not None:
            with self._lock:
                self._newest[begun.address] = begun

    def note_first(self, begun: Begun) -> None:
        """The same, and return only when it is written.

        For what must not be forgotten once it is done. Raises ``Stopped`` if the scan should end.
        """
        if self._keep is None:
            return
        written = threading.Event()
        with self._lock:
            self._newest[begun.address] = begun
            self._urgent.append(written)
        while not written.is_set():
            self._brake.wait(0.01)

    def drop(self, address: Address) -> None:
        """Forget a host that is finished."""
        with self._lock:
            self._newest.pop(address, None)

    def write(self) -> None:
        """Hand over what is due. For the consuming thread. Raises what ``keep`` raises."""
        if self._keep is None or not (self._urgent or time.monotonic() >= self._next):
            return
        with self._lock:
            newest, self._newest = list(self._newest.values()), {}
            urgent, self._urgent = self._urgent, []
        stretches = self._sweep()
        if newest or self._all_found or stretches:
            self._keep(newest, self._all_found, stretches)
        self._all_found = False
        for written in urgent:
            written.set()
        self._next = time.monotonic() + EVERY
