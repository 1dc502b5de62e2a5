"""What the holder of the raw sockets knows of a scan: told once, and not to be changed after."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from riskscan.discover.brake import Brake
from riskscan.discover.raw.engine import PortEngine
from riskscan.model import Address, Event, Scope, Segment


@dataclass
class Session:
    """The rules that every job is held to, whatever its parameters say."""

    scope: Scope
    """Asked before every packet that goes to one address."""
    segments: tuple[Segment, ...]
    """The networks that this machine is plugged into, and that are in use for this scan."""
    notify: Callable[[Event], None] = lambda _event: None
    brake: Brake = field(default_factory=Brake)
    introduced: set[bytes] = field(default_factory=set)
    """Neighbours that our kernel was told of, so that it holds no packet to them back."""
    _engine: PortEngine | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def engine(self) -> PortEngine:
        """Return the one port engine, which runs from the first call to ``close``.

        Raises ``OSError`` where raw sockets are denied.
        """
        with self._lock:
            if self._engine is None:
                made = PortEngine(
                    self.scope,
                    near=self.is_near,
                    introduced=self.introduced,
                    interfaces={segment.interface for segment in self.segments},
                    notify=self.notify,
                    brake=self.brake,
                )
                self._engine = made.__enter__()
            return self._engine

    def close(self) -> None:
        """End what runs for this session."""
        with self._lock:
            if self._engine is not None:
                self._engine.__exit__(None, None, None)
            self._engine = None

    def segment(self, interface: str) -> Segment | None:
        """Return the IPv4 segment on an interface that bears a MAC, if there is one."""
        fits = (s for s in self.segments if s.interface == interface and s.mac)
        return next((s for s in fits if s.network.version == 4), None)

    def is_near(self, address: Address) -> bool:
        """Say whether an address is on a segment of ours, so that no router carries our packets."""
        return any(s.mac and address in s.network for s in self.segments)
