"""The one thread that asks all hosts: each on its own clock, all below a common cap."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Container, Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address
from types import TracebackType
from typing import Self

from riskscan.discover.brake import Brake
from riskscan.discover.faults import AnswersEverywhere, PortsUnknown, Stopped, WentSilent
from riskscan.discover.question import Question, Standing
from riskscan.discover.raw.engine.asking import Asking, Verdict
from riskscan.discover.raw.engine.clock import Cap
from riskscan.discover.raw.engine.line import Line
from riskscan.discover.raw.engine.packets import Answer, Reply
from riskscan.discover.raw.engine.peer import ALONE_NEAR, LONGEST_WAIT, Losses, Peer
from riskscan.model import Address, Event, Notice, Scope, Service

NEAR_PPS = 2500
"""SYNs per second over all hosts on the wire (reference figure of polite scanners)."""

FAR_PPS = 500
"""The same through a router or firewall, whose table of connections is not ours to fill."""

TELL_EVERY = 0.5
"""Seconds between two words on how the ports of one question stand."""

_BEAT = 0.1
_SENDS_AT_A_TIME = 16
_ALL_AT_ONCE, _WITHIN = 3, 30.0
"""So many hosts that fall silent within so many seconds: the fault lies between them and us."""

_PAUSE = 30.0
_LINK_PATIENCE = 120.0
"""Seconds without a link after which the questions fail."""

_FRESH = 2.0

_SWALLOWED = 3
"""SYN-ACKs that came twice, before a firewall of ours is suspected and not the wire."""

Services = tuple[Service, ...]


@dataclass(slots=True)
class _Order:
    """A question on its way to the thread, and what became of it."""

    question: Question
    address: IPv4Address
    answer: Future[Services]
    asking: Asking | None = None


@dataclass(slots=True)
class _Case:
    """One question and who waits for its answer."""

    asking: Asking
    answer: Future[Services]
    address: IPv4Address
    cap: Cap


class PortEngine:
    """Answers the same questions as nmap, from any thread, for as many hosts as ask.

    ``near`` says whether an address is on a segment of ours; to those ``introduced`` our kernel
    holds no packet back; ``interfaces`` are watched for their link. To be used in a ``with``
    statement. Raises ``OSError`` where raw sockets are denied.
    """

    def __init__(
        self,
        scope: Scope,
        *,
        near: Callable[[Address], bool],
        introduced: Container[bytes] = frozenset(),
        interfaces: Collection[str] = (),
        notify: Callable[[Event], None] = lambda _event: None,
        brake: Brake,
    ) -> None:
        self._scope = scope
        self._near = near
        self._introduced = introduced
        self._notify = notify
        self._brake = brake
        self._line = Line()
        self._interfaces = [i for i in interfaces if self._line.carrier(i)]
        self._caps = {True: Cap(NEAR_PPS), False: Cap(FAR_PPS)}
        self._losses = Losses()
        self._inbox: deque[_Order] = deque()
        self._peers: dict[bytes, Peer] = {}
        self._cases: dict[bytes, _Case] = {}
        self._wheel: list[tuple[float, int, _Case]] = []
        self._turns = itertools.count()
        self._suspects: deque[tuple[float, bytes]] = deque(maxlen=_ALL_AT_ONCE)
        self._held_until = 0.0
        self._link_lost: float | None = None
        self._look_at = 0.0
        self._hang_ups: list[tuple[float, bytes, int]] = []
        self._accepted = self._twice = 0
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="ports", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed = True
        self._line.ring()
        self._thread.join()
        self._line.close()

    # for the threads that ask

    def ask(
        self,
        question: Question,
        brake: Brake | None = None,
        tell: Callable[[Mapping[int, Standing]], None] | None = None,
    ) -> Services:
        """Return the state of every TCP port that was asked.

        ``brake`` ends this question alone. ``tell`` hears every ``TELL_EVERY`` seconds, in this
        thread, how the ports stand. Raises ``AnswersEverywhere``, ``WentSilent``,
        ``PortsUnknown``, or ``Stopped`` if the scan should end. One question to a host at a time;
        IPv4 and TCP only (``ValueError``).
        """
        if not isinstance(question.address, IPv4Address) or question.udp or not question.tcp:
            raise ValueError("the port engine asks TCP ports of IPv4 addresses")
        future: Future[Services] = Future()
        order = _Order(question, question.address, future)
        self._inbox.append(order)
        self._line.ring()
        tell_at = time.monotonic() + TELL_EVERY
        try:
            while True:
                (brake or self._brake).check()
                try:
                    return future.result(timeout=_BEAT)
                except TimeoutError:
                    if not self._thread.is_alive():
                        raise PortsUnknown("the port engine has ended") from None
                if tell and order.asking and time.monotonic() >= tell_at:
                    tell(order.asking.standings)
                    tell_at = time.monotonic() + TELL_EVERY
        finally:
            future.cancel()

    def forget(self, address: Address) -> None:
        """Drop what is remembered of a host that is through."""
        self._peers.pop(address.packed, None)

    # the thread

    def _run(self) -> None:
        try:
            while not self._closed and not self._brake.pulled:
                self._admit()
                self._watch_the_link(time.monotonic())
                wait = self._hang_up_due()
                for answer in self._line.hear(min(wait, self._send_due())):
                    self._heard(answer)
        except Exception as error:
            self._fail_all(PortsUnknown(f"the port engine failed: {error!r}"[:200]))
        finally:
            self._fail_all(Stopped())

    def _admit(self) -> None:
        while self._inbox:
            order = self._inbox.popleft()
            address, answer = order.address, order.answer
            target = address.packed
            if target in self._cases and not self._cases[target].answer.done():
                with suppress(InvalidStateError):
                    answer.set_exception(ValueError(f"{address} is being asked already"))
                continue
            peer = self._peers.setdefault(target, Peer(target, self._losses))
            peer.alone_for = ALONE_NEAR if target in self._introduced else LONGEST_WAIT
            order.asking = asking = Asking(order.question, peer)
            case = _Case(asking, answer, address, self._caps[self._near(address)])
            self._cases[target] = case
            self._turn(case)

    def _turn(self, case: _Case, at: float | None = None) -> None:
        """Put a case back on the wheel, where each has one place."""
        due = case.asking.due() if at is None else at
        heapq.heappush(self._wheel, (due, next(self._turns), case))

    def _send_due(self) -> float:
        """Send what is due, a few at a time; return the seconds until there is more."""
        for _ in range(_SENDS_AT_A_TIME):
            now = time.monotonic()
            if now < self._held_until:
                return min(_BEAT, self._held_until - now)
            if not self._wheel:
                return _BEAT
            if self._wheel[0][0] > now:
                return min(_BEAT, self._wheel[0][0] - now)
            self._serve(heapq.heappop(self._wheel)[2], now)
        return 0.0

    def _serve(self, case: _Case, now: float) -> None:
        if case.answer.done():
            self._drop(case)
            return
        if now < case.cap.free_at:
            self._turn(case, case.cap.free_at)
            return
        port = self._watching(case, now, lambda: case.asking.pick(now))
        if port is None:
            self._go_on(case)
        elif not self._scope.allows(case.address):
            self._end(case, PortsUnknown(f"{case.address} is not in scope"))
        elif self._line.ask(case.asking.peer.address, port):
            now = time.monotonic()
            case.asking.sent(port, now)
            case.cap.count(now)
            self._go_on(case)
        else:
            case.asking.put_back(port)
            self._turn(case, now + _BEAT)

    def _go_on(self, case: _Case) -> None:
        if case.asking.over:
            self._conclude(case)
        else:
            self._turn(case)

    def _heard(self, answer: Answer) -> None:
        now = time.monotonic()
        peer = self._peers.get(answer.target)
        case = self._cases.get(answer.target)
        if peer and answer.reply is Reply.ACCEPTED:
            self._close(peer, answer.port, case, now)
        if case:
            hear = partial(case.asking.heard, answer.port, answer.reply, now)
            self._watching(case, now, hear)
            if case.asking.over:
                self._conclude(case)

    def _watching(self, case: _Case, now: float, step: Callable[[], int | None]) -> int | None:
        """Take a step of a case, and note if its host seems in distress by it."""
        was_well = not case.asking.resting
        outcome = step()
        if was_well and case.asking.resting:
            self._suspect(case.asking.peer, now)
        return outcome

    def _close(self, peer: Peer, port: int, case: _Case | None, now: float) -> None:
        """See to it that what a SYN-ACK opened is closed again. The kernel's RST counts too.

        A RST of ours follows it, in the pace of the host, where the kernel's may not arrive: for
        a SYN-ACK that came twice though we asked once; for every one, once most came twice,
        because a firewall of this machine swallows what the kernel says; and where packets are
        lost, for every one of a host that bears a packet more.
        """
        peer.clock.count(now)
        twice = port in peer.accepted and not (case and case.asking.asked_again(port))
        peer.accepted.add(port)
        self._accepted, self._twice = self._accepted + (not twice), self._twice + twice
        swallowed = self._twice >= _SWALLOWED and 2 * self._twice > self._accepted
        lossy = self._twice > 0 or self._losses.any
        if twice or swallowed or (lossy and peer.clock.is_roomy(peer.pps)):
            at = peer.clock.place(peer.pps, now)
            heapq.heappush(self._hang_ups, (at, peer.address, port))

    def _hang_up_due(self) -> float:
        """Send the RSTs of ours that are due; return the seconds until there is another."""
        while self._hang_ups:
            at, address, port = self._hang_ups[0]
            if (left := at - time.monotonic()) > 0:
                return left
            heapq.heappop(self._hang_ups)
            if self._scope.allows(IPv4Address(address)):
                self._line.hang_up(address, port)
        return _BEAT

    def _conclude(self, case: _Case) -> None:
        verdict = case.asking.verdict
        if verdict is Verdict.TARPIT:
            self._end(case, AnswersEverywhere(verdict.value))
        elif verdict is Verdict.SILENT:
            self._end(case, WentSilent(verdict.value, case.asking.services))
        else:
            self._end(case, None)

    def _end(self, case: _Case, error: BaseException | None) -> None:
        self._drop(case)
        with suppress(InvalidStateError):  # whoever asked walked away
            if error is None:
                case.answer.set_result(case.asking.services)
            else:
                case.answer.set_exception(error)

    def _drop(self, case: _Case) -> None:
        if self._cases.get(case.asking.peer.address) is case:
            del self._cases[case.asking.peer.address]

    def _fail_all(self, error: BaseException) -> None:
        for case in list(self._cases.values()):
            self._end(case, error)
        while self._inbox:
            with suppress(InvalidStateError):
                self._inbox.popleft().answer.set_exception(error)

    # when more than one host is in trouble

    def _suspect(self, peer: Peer, now: float) -> None:
        """Note a host that seems in distress; several at once, and everything pauses."""
        self._suspects.append((now, peer.address))
        recent = {address for at, address in self._suspects if now - at <= _WITHIN}
        if len(recent) >= _ALL_AT_ONCE:
            self._suspects.clear()
            text = f"{len(recent)} devices fell silent at once: everything pauses {_PAUSE:.0f} s"
            self._notify(Notice("many-went-silent", text))
            self._hold(now, now + _PAUSE)

    def _hold(self, now: float, until: float) -> None:
        self._held_until = until
        for case in self._cases.values():
            if not case.asking.resting:
                case.asking.undo(case.asking.in_flight(now - _FRESH))

    def _watch_the_link(self, now: float) -> None:
        if now < self._look_at:
            return
        self._look_at = now + 0.5
        gone = [i for i in self._interfaces if not self._line.carrier(i)]
        if not gone:
            self._link_lost = None
            return
        if self._link_lost is None:
            self._link_lost = now
            text = f"{', '.join(gone)} lost its link; everything pauses until it is back"
            self._notify(Notice("link-lost", text))
            self._hold(now, now)
        self._held_until = now + 1.0
        if now - self._link_lost > _LINK_PATIENCE:
            self._fail_all(PortsUnknown("the link to the network was lost"))
