"""UDP ports, each asked in its own protocol, and all answers waited for together.

What a probe of ours asks, nothing else asks before it: how the question ended is the state of the
port. A datagram leaves every fifth of a second and none waits for the answer to the one before,
so that many silent ports cost hardly more time than one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Lock

from riskscan.discover.brake import Brake
from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import OutOfScope, SkippedForSafety
from riskscan.discover.pace import UDP_PPS
from riskscan.discover.probes import Probe
from riskscan.model import (
    Host,
    Observation,
    Outcome,
    Pace,
    Policy,
    PortState,
    ProbeResult,
    Scope,
    Service,
)

PATIENCE = 1.5
"""Seconds to wait for the answer to one datagram. RFC 6762 (mDNS) lets a device take 0.12 seconds,
WS-Discovery 0.5; agents on slow cards take about one."""

_BEAT = 0.2
_STATES = {
    Outcome.ANSWERED: PortState.OPEN,
    Outcome.PROTOCOL_ERROR: PortState.OPEN,
    Outcome.REFUSED: PortState.CLOSED,
    Outcome.TIMED_OUT: PortState.OPEN_OR_FILTERED,
}

_AskOne = Callable[[Probe, Dialer, Host, int], ProbeResult]


class Knock:
    """Bytes sent: one datagram that is a whole question of the port's protocol, and asks nothing
    that is kept; only whether something answers.
    """

    protocol = "udp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def __init__(self, name: str, port: int, octets: bytes) -> None:
        self.name = name
        self._port = port
        self._octets = octets

    def wants(self, host: Host) -> tuple[int, ...]:
        return (self._port,)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        dialer.datagram(port, self._octets)
        yield from ()


KNOCKS: dict[int, Knock] = {
    # A server status request, opcode 2 (RFC 1035 section 4.1.1): nobody is looked up by it.
    53: Knock("dns", 53, bytes.fromhex("5253 1000 0000 0000 0000 0000")),
    # A client request of version 4 (RFC 5905 section 7.3), without a time of ours.
    123: Knock("ntp", 123, b"\x23" + bytes(47)),
}
"""What no probe asks and is worth a question."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known so far, in the order of asking."""

    results: tuple[ProbeResult, ...]
    """Of probes; a knock leaves no more than a state."""
    services: tuple[Service, ...]
    questions: int
    """Datagrams and connections that it took."""


class Line:
    """What all questions to one device share: what is sent is sent one after the other."""

    def __init__(self, brake: Brake, bears: Callable[[], bool]) -> None:
        """``bears`` says before each datagram whether the device may still be asked."""
        self.questions = 0
        self._brake = brake
        self._bears = bears
        self._lock = Lock()
        self._free_at = time.monotonic() + 1 / UDP_PPS

    @property
    def free_in(self) -> float:
        return max(0.0, self._free_at - time.monotonic())

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the line. Raises ``SkippedForSafety``, or ``Stopped`` if the scan should end."""
        while not self._lock.acquire(timeout=_BEAT):
            self._brake.check()
        try:
            self._brake.wait(self.free_in)
            if not self._bears():
                raise SkippedForSafety("what it said before shows that it is fragile")
            self.questions += 1
            yield
        finally:
            self._free_at = time.monotonic() + 1 / UDP_PPS
            self._lock.release()


class Beside(Dialer):
    """Dials for one of several questions to a device that are under way at once.

    A datagram holds the line only until it is sent; a connection holds it until it is closed, so
    there is never more than one, and nothing is sent beside it.
    """

    def __init__(self, scope: Scope, host: Host, pace: Pace, brake: Brake, line: Line) -> None:
        patient = replace(pace, read_timeout=min(pace.read_timeout, PATIENCE))
        super().__init__(scope, host.address, patient, brake)
        self._together = line

    @contextmanager
    def lease(self, port: int) -> Iterator[float]:
        with super().lease(port):
            pass
        yield max(0.1, self._end - time.monotonic())

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._together.turn():
            if not self._scope.allows(self.address):
                raise OutOfScope(f"{self.address} is not in scope")
            yield


class Datagrams:
    """Asks the UDP ports of one device. The caller judges after every answer."""

    def __init__(
        self,
        scope: Scope,
        brake: Brake,
        probes: Mapping[str, Probe],
        *,
        now: Callable[[], tuple[Host, Pace]],
        ask_one: _AskOne,
    ) -> None:
        """``now`` returns the device as it is known, and its pace, at any time."""
        self._scope = scope
        self._brake = brake
        self._probes = tuple(p for p in probes.values() if p.protocol == "udp")
        self._now = now
        self._ask_one = ask_one
        self._line = Line(brake, lambda: self._bears())
        self._order: list[tuple[Probe, int]] = []
        self._said: dict[tuple[str, int], ProbeResult] = {}

    def ask(self, ports: Iterable[int], *, silent: frozenset[int] = frozenset()) -> Iterator[Heard]:
        """Ask each port, and yield what is known so far after every answer.

        ``silent`` are those that an earlier scan heard nothing from. Nothing more is sent once the
        device is known for fragile. Raises ``Stopped`` if the scan should end.
        """
        self._order = [pair for port in ports for pair in self._questions(port, silent)]
        running: set[Future[ProbeResult]] = set()
        with ThreadPoolExecutor(max(1, len(self._order)), thread_name_prefix="udp") as pool:
            for probe, port in self._order:
                if not self._bears():
                    break
                host, pace = self._now()
                dialer = Beside(self._scope, host, pace, self._brake, self._line)
                known = _as_if(host, port, silent)
                running.add(pool.submit(self._ask_one, probe, dialer, known, port))
                yield from self._answers(running, time.monotonic() + 1 / UDP_PPS)
            while running:
                yield from self._answers(running, time.monotonic() + _BEAT)

    def _answers(self, running: set[Future[ProbeResult]], until: float) -> Iterator[Heard]:
        """Yield what is known after each answer that comes until a moment, or until none is due."""
        while (left := until - time.monotonic()) > 0:
            self._brake.check()
            done, _ = wait(running, left, return_when=FIRST_COMPLETED)
            running -= done
            yield from self._heard(done)
            if not running:
                return

    def _bears(self) -> bool:
        host, _ = self._now()
        return host.triage.policy is not Policy.FRAGILE

    def _questions(self, port: int, silent: frozenset[int]) -> Iterator[tuple[Probe, int]]:
        """Yield what fits a port and was not asked before."""
        host, _ = self._now()
        asked = {(result.probe, result.port) for result in host.probe_results}
        knocks = (KNOCKS[port],) if port in KNOCKS else ()
        for probe in (*self._probes, *knocks):
            wanted = probe.wants(_as_if(host, port, silent))
            if port in wanted and (probe.name, port) not in asked:
                yield probe, port

    def _heard(self, done: Iterable[Future[ProbeResult]]) -> Iterator[Heard]:
        for future in done:
            result = future.result()
            self._said[result.probe, result.port or 0] = result
            yield self._so_far()

    def _so_far(self) -> Heard:
        said = [self._said.get((probe.name, port)) for probe, port in self._order]
        results = [result for result in said if result is not None]
        services = (service for result in results for service in _service(result))
        names = {probe.name for probe in self._probes}
        kept = tuple(result for result in results if result.probe in names)
        return Heard(kept, tuple(services), self._line.questions)


def _as_if(host: Host, port: int, silent: frozenset[int]) -> Host:
    """Return the host with this port as if it were open, since nobody has asked it before.

    One that an earlier scan heard nothing from may be open: no probe tries as hard there.
    """
    state = PortState.OPEN_OR_FILTERED if port in silent else PortState.OPEN
    return replace(host, services=(*host.services, Service(port, "udp", state)))


def _service(result: ProbeResult) -> Iterator[Service]:
    """Yield the state of the port that a question was about; none if it was held back."""
    spoke = any((o.port, o.protocol) == (result.port, "udp") for o in result.observations)
    state = PortState.OPEN if spoke else _STATES.get(result.outcome)
    if state is not None and result.port is not None:
        yield Service(result.port, "udp", state)
