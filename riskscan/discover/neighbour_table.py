"""The kernel's table of neighbours, which is too small for a large segment."""

from __future__ import annotations

import threading
from collections.abc import Callable

from riskscan.discover import sweep_notices
from riskscan.discover.askers import Ports
from riskscan.discover.preflight import Preflight
from riskscan.model import Event, Host

USUAL_LIMIT = 1024
"""Entries that Linux keeps at most (gc_thresh3), unless it is told otherwise."""


class NeighbourTable:
    """Enters hosts before they are dialled; says so if it may not and the table is too small.

    ``live`` says how many neighbours have answered by now. The kernel drops neighbours that it
    asked for itself as soon as all places are taken, and half of them are soon needed again.
    """

    def __init__(
        self,
        ports: Ports | None,
        preflight: Preflight,
        live: Callable[[], int],
        notify: Callable[[Event], None],
    ) -> None:
        self._ports = ports
        self._preflight = preflight
        self._live = live
        self._notify = notify
        self._limit = preflight.neighbour_limit or USUAL_LIMIT
        self._lock = threading.Lock()
        self._warned = False

    def introduce(self, host: Host) -> None:
        """Enter a host that ARP found; others are the router's neighbours, not ours.

        Raises ``Stopped``, ``RawSocketsLost``.
        """
        segment = self._preflight.local_segment(host.address)
        if segment is None or host.mac is None or "arp" not in host.found_by:
            return
        entered = self._ports is not None and self._ports.introduce(segment, host.address, host.mac)
        if not entered:
            self._refused()

    def _refused(self) -> None:
        live = self._live()
        if live <= self._limit // 2:
            return
        with self._lock:
            first, self._warned = not self._warned, True
        if first:
            self._notify(sweep_notices.small_table(live, self._limit))
