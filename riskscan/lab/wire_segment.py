"""A segment of emulated hosts behind a line: a frame goes in, answers come out in their time."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from ipaddress import IPv4Address
from itertools import count

from riskscan.lab import wire_frame as frames
from riskscan.lab.host import Counts
from riskscan.lab.line import Dice, Line
from riskscan.lab.wire_front import Gate
from riskscan.lab.wire_station import Key, Station
from riskscan.lab.wire_table import WireHost
from riskscan.lab.wire_trouble import Move, Second, SwitchPort

_ARP, _IPV4 = b"\x08\x06", b"\x08\0"
_REQUEST = b"\0\1"

SAID_AGAIN = (1.0, 3.0, 7.0)
"""Seconds after which an accepted connection that the other leaves half-open is accepted again,
as RFC 6298's doubling time-out has it."""

GIVEN_UP = 15.0
"""Seconds after which it is forgotten."""


class Segment:
    """Every host of a table, and the answers that are on their way.

    Times are seconds of one clock of the caller's choice, by which the wire came up at ``began``.
    Raises ValueError if a host stands behind an address that no host before it has.
    """

    def __init__(
        self,
        hosts: Iterable[WireHost],
        line: Line,
        port: SwitchPort | None = None,
        began: float = 0.0,
    ) -> None:
        self._port = port or SwitchPort()
        self._arps = Second()
        self.shut = False
        """Whether the port that the scanner is plugged into has shut."""
        self._stations: list[Station] = []
        self._by_address: dict[bytes, list[Station]] = {}
        self._by_mac: dict[bytes, Station] = {}
        self._gates: dict[bytes, Gate] = {}
        self._dice = Dice(line)
        self._broadcasts = 0
        self._later: list[tuple[float, int, Callable[[float], bytes | None]]] = []
        self._number = count()
        self.faults: list[str] = []
        for host in hosts:
            self._plug_in(host, began)

    def _plug_in(self, host: WireHost, began: float) -> None:
        gate = self._gate_at(host.behind, began) if host.behind else None
        station = Station(host, began, gate.router if gate else None)
        self._stations.append(station)
        if gate:
            gate.behind.update(dict.fromkeys(station.addresses, station))
            return
        if self._port.isolates and len(self._stations) > 1:
            return
        self._by_mac[station.mac] = station
        for address in station.addresses:
            self._by_address.setdefault(address, []).append(station)
        if host.fronts:
            self._gates.setdefault(station.mac, Gate(station, began))
        if host.moves:
            self._push(began + host.moves.at, self._moving(station, host.moves))

    def _gate_at(self, address: str, began: float) -> Gate:
        packed = IPv4Address(address).packed
        for router in self._by_address.get(packed, ()):
            return self._gates.setdefault(router.mac, Gate(router, began))
        raise ValueError(f"no host before it in the table has the address {address}")

    def hear(self, frame: bytes, at: float) -> None:
        """Take in a frame that the scanner sent at ``at``."""
        if frame[12:14] == _ARP and self._port.shuts_above is not None:
            self.shut = self.shut or self._arps.count(at) > self._port.shuts_above
        lag = None if self.shut else self._dice.lag()
        if lag is None:
            return
        try:
            self._deliver(frame, at + lag)
        except (IndexError, struct.error) as error:
            self.faults.append(f"wire: {error}"[:200])

    def _deliver(self, frame: bytes, at: float) -> None:
        asks = frame[12:14] == _ARP and frame[20:22] == _REQUEST
        if frame[0] & 1:
            self._broadcasts += 1
            if asks:
                self._arp(self._by_address.get(frame[38:42], ()), frame, at)
            return
        station = self._by_mac.get(frame[:6])
        if station is None:
            return  # a good switch sends it nowhere
        station.feel(frame, at)
        if asks:
            self._arp((station,) if frame[38:42] in station.addresses else (), frame, at)
        elif frame[12:14] == _IPV4 and len(frame) >= 34:
            self._ipv4(station, frame, at)

    def _arp(self, asked: Sequence[Station], frame: bytes, at: float) -> None:
        for station in asked:
            if station.answers_arp(at):
                later = station.host.wakes_after + station.lag
                self._send(frames.arp_reply(frame, station.mac), at + later)
        if not self._gates or frame[28:32] == frame[38:42]:
            return  # who asks for its own address announces it
        for mac, gate in self._gates.items():
            others = gate.router not in asked and gate.answers_arp_for(frame[38:42])
            if others and frame[:6] in (mac, b"\xff" * 6) and gate.router.hears(at):
                self._send(frames.arp_reply(frame, mac), at + gate.router.lag)

    def _ipv4(self, station: Station, frame: bytes, at: float) -> None:
        if frame[30:34] in station.addresses:
            self._ask(station, frame, at)
        elif (gate := self._gates.get(station.mac)) and station.hears(at):
            self._pass(gate, frame, at)

    def _pass(self, gate: Gate, frame: bytes, at: float) -> None:
        far = gate.behind.get(frame[30:34])
        if far is None:
            if answer := gate.stand_in(frame, at):
                self._send(answer, at + gate.router.lag)
        elif handed_on := gate.hand_on(frame):
            far.feel(handed_on, at)
            self._ask(far, handed_on, at)
        else:
            self._send(gate.expired(frame), at)

    def _ask(self, station: Station, frame: bytes, at: float) -> None:
        answer, half = station.answer(frame, at)
        if answer:
            self._send(answer, at + station.lag)
        if answer and half:
            for seconds in SAID_AGAIN:
                self._push(at + seconds, self._again(station, half, answer))
            self._push(at + GIVEN_UP, self._end(station, half))

    def _again(self, station: Station, half: Key, answer: bytes) -> Callable[[float], None]:
        def say(now: float) -> None:
            if station.hears(now) and half in station.halves:
                self._send(answer, now)

        return say

    def _end(self, station: Station, half: Key) -> Callable[[float], None]:
        def end(_now: float) -> None:
            if half in station.halves:
                station.forget(half)

        return end

    def _moving(self, station: Station, move: Move) -> Callable[[float], None]:
        def go(now: float) -> None:
            old, new = IPv4Address(station.host.address).packed, IPv4Address(move.to).packed
            self._by_address[old].remove(station)
            self._by_address.setdefault(new, []).append(station)
            station.move(new)
            self._send(frames.announcement(station.mac, new), now)

        return go

    def _send(self, frame: bytes, at: float) -> None:
        if (lag := self._dice.lag()) is not None:
            self._push(at + lag, lambda _now: frame)

    def _push(self, at: float, act: Callable[[float], bytes | None]) -> None:
        heappush(self._later, (at, next(self._number), act))

    @property
    def pulled(self) -> bool:
        """Whether the scanner's card sees no cable."""
        return self.shut and self._port.drops_carrier

    @property
    def next_at(self) -> float | None:
        """When something is to be done next, if anything is."""
        return self._later[0][0] if self._later else None

    def due(self, now: float) -> Iterator[bytes]:
        """Yield the frames that reach the scanner by now."""
        while self._later and self._later[0][0] <= now:
            at, _, act = heappop(self._later)
            if (frame := act(at)) and not self.shut:
                yield frame

    def counts(self) -> dict[str, Counts]:
        """Return what each host felt since the wire came up, by its first address.

        Of several with one address, those after the first stand under address, space and MAC.
        """
        felt: dict[str, Counts] = {}
        for station in self._stations:
            host = station.host
            name = f"{host.address} {host.mac}" if host.address in felt else host.address
            felt[name] = station.counts(0 if host.behind else self._broadcasts)
        return felt
