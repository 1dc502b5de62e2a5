"""A segment of emulated hosts behind a line: a frame goes in, answers come out in their time."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush
from itertools import count

from riskscan.lab import wire_frame as frames
from riskscan.lab.host import Counts
from riskscan.lab.line import Dice, Line
from riskscan.lab.wire_station import Key, Station
from riskscan.lab.wire_table import WireHost

_ARP, _IPV4 = b"\x08\x06", b"\x08\0"
_REQUEST = b"\0\1"

SAID_AGAIN = (1.0, 3.0, 7.0)
"""Seconds after which an accepted connection that the other leaves half-open is accepted again,
as RFC 6298's doubling time-out has it."""

GIVEN_UP = 15.0
"""Seconds after which it is forgotten."""


class Segment:
    """Every host of a table, and the answers that are on their way.

    Times are seconds of one clock of the caller's choice.
    """

    def __init__(self, hosts: Iterable[WireHost], line: Line) -> None:
        stations = [Station(host) for host in hosts]
        self._by_address = {station.address: station for station in stations}
        self._by_mac = {station.mac: station for station in stations}
        self._dice = Dice(line)
        self._broadcasts = 0
        self._later: list[tuple[float, int, Callable[[float], bytes | None]]] = []
        self._number = count()
        self.faults: list[str] = []

    def hear(self, frame: bytes, at: float) -> None:
        """Take in a frame that the scanner sent at ``at``."""
        lag = self._dice.lag()
        if lag is None:
            return
        try:
            self._deliver(frame, at + lag)
        except (IndexError, struct.error) as error:
            self.faults.append(f"wire: {error}"[:200])

    def _deliver(self, frame: bytes, at: float) -> None:
        station = None
        if frame[0] & 1:
            self._broadcasts += 1
        elif (station := self._by_mac.get(frame[:6])) is None:
            return  # a good switch sends it nowhere
        else:
            station.feel(frame, at)
        if frame[12:14] == _ARP and frame[20:22] == _REQUEST:
            self._arp(frame, at)
        elif station and frame[12:14] == _IPV4 and frame[30:34] == station.address:
            self._ipv4(station, frame, at)

    def _arp(self, frame: bytes, at: float) -> None:
        station = self._by_address.get(frame[38:42])
        if station and station.answers_arp():
            self._send(frames.arp_reply(frame, station.mac), at + station.host.wakes_after)

    def _ipv4(self, station: Station, frame: bytes, at: float) -> None:
        answer, half = station.answer(frame)
        if answer:
            self._send(answer, at)
        if answer and half:
            for seconds in SAID_AGAIN:
                self._push(at + seconds, self._again(station, half, answer))
            self._push(at + GIVEN_UP, self._end(station, half))

    def _again(self, station: Station, half: Key, answer: bytes) -> Callable[[float], None]:
        def say(now: float) -> None:
            if half in station.halves:
                self._send(answer, now)

        return say

    def _end(self, station: Station, half: Key) -> Callable[[float], None]:
        def end(_now: float) -> None:
            if half in station.halves:
                station.forget(half)

        return end

    def _send(self, frame: bytes, at: float) -> None:
        if (lag := self._dice.lag()) is not None:
            self._push(at + lag, lambda _now: frame)

    def _push(self, at: float, act: Callable[[float], bytes | None]) -> None:
        heappush(self._later, (at, next(self._number), act))

    @property
    def next_at(self) -> float | None:
        """When something is to be done next, if anything is."""
        return self._later[0][0] if self._later else None

    def due(self, now: float) -> Iterator[bytes]:
        """Yield the frames that reach the scanner by now."""
        while self._later and self._later[0][0] <= now:
            at, _, act = heappop(self._later)
            if frame := act(at):
                yield frame

    def counts(self) -> dict[str, Counts]:
        """Return what each host felt since the wire came up, by its address."""
        return {s.host.address: s.counts(self._broadcasts) for s in self._by_mac.values()}
