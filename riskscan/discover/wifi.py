"""Whether an access point keeps its clients apart: devices are there, and none talks to us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from riskscan.discover import sweep_notices
from riskscan.discover.preflight import Preflight
from riskscan.model import Event, Host, Outcome, PortState, Segment

_ENOUGH = 3
"""Devices that keep silent, before their silence means something."""

_TALKS = frozenset({PortState.OPEN, PortState.CLOSED})


class WifiWatch:
    """Hears of each finished host, and says at the end if none on a Wi-Fi segment talked."""

    def __init__(self, preflight: Preflight, notify: Callable[[Event], None]) -> None:
        self._preflight = preflight
        self._notify = notify
        self._silent: Counter[Segment] = Counter()
        self._talking: set[Segment] = set()

    def saw(self, host: Host) -> None:
        """Note a finished host. The gateway talks to everybody, and what was not asked cannot."""
        segment = self._preflight.local_segment(host.address)
        if segment is None or host.address == segment.gateway or not host.services:
            return
        if "arp" not in host.found_by or not self._preflight.is_wireless(segment):
            return
        answered = any(r.outcome is Outcome.ANSWERED for r in host.probe_results)
        if answered or any(service.state in _TALKS for service in host.services):
            self._talking.add(segment)
        else:
            self._silent[segment] += 1

    def conclude(self) -> None:
        """Say what it means."""
        for segment, silent in self._silent.items():
            if segment not in self._talking and silent >= _ENOUGH:
                self._notify(sweep_notices.mute_wifi(segment, silent))
