"""One question to one host while it is being answered: which port next, and when to stop.

Nothing here touches a socket or reads a clock: moments are passed in, so every rule is a test.
"""

from __future__ import annotations

import heapq
import secrets
from collections import deque
from collections.abc import Iterable
from enum import Enum

from riskscan.discover.ports import FORBIDDEN_PORTS, LIKELY_TCP, NORMAL_TCP
from riskscan.discover.question import Question, Standing
from riskscan.discover.raw.engine.packets import Reply
from riskscan.discover.raw.engine.peer import LONGEST_WAIT, Peer
from riskscan.model import PortState, Service

EXTRA_UNTIL = 340
"""Packets to one host, beyond which a port gets no more tries than its pace promises."""

REST = 10.0
"""Seconds that a host in distress is left in peace before it is asked once if it is well."""

_STRIKES = 2

_DECOYS = range(33_000, 48_000)
_STATES = {
    Reply.ACCEPTED: PortState.OPEN,
    Reply.REFUSED: PortState.CLOSED,
    Reply.UNREACHABLE: PortState.FILTERED,
}


class Verdict(Enum):
    """How a question ended, when not with the states of all its ports."""

    TARPIT = "it accepts on every port"
    SILENT = "it fell silent while it was asked"


class Asking:
    """The state of one question. ``due`` says when ``pick`` is worth a call."""

    def __init__(self, question: Question, peer: Peer) -> None:
        self.question = question
        self.peer = peer
        peer.pps = question.pps
        self.verdict: Verdict | None = None
        self.resting = False
        self._decoys = set(_random_ports(question.tcp)) if question.decoys else set()
        self._first = deque([*self._decoys, *question.tcp])
        self._left = len(self._first)
        self._again: deque[int] = deque()
        self._waiting: list[tuple[float, int]] = []
        # One more try is always left, for the answer that nobody was there to hear.
        self._tries = {t.port: min(t.times, question.tries - 1) for t in question.tried}
        self._resumed = frozenset(self._tries)
        self._once = frozenset(question.once)
        self._sent: dict[int, float] = {}
        self._states: dict[int, PortState] = {}
        self._row: list[int] = []
        self._missed: set[int] = set()
        self._excused: set[int] = set()
        self._rest_until = 0.0
        self._check_until = 0.0
        self._newest: int | None = None

    @property
    def over(self) -> bool:
        return self.verdict is not None or not self._left

    @property
    def services(self) -> tuple[Service, ...]:
        """The ports whose state is known, in the order in which they were asked."""
        states = self._states
        return tuple(Service(p, "tcp", states[p]) for p in self.question.tcp if p in states)

    @property
    def standings(self) -> dict[int, Standing]:
        """How the ports stand that were asked so far. Any thread may read it.

        Silence is not taken for an answer while it may yet turn out to be the host's distress.
        """
        states, tries = self._states.copy(), self._tries.copy()  # each whole, for one thread
        row = self._row.copy()
        doubtful = set(row) if self.resting or self.peer.talks(besides=len(row)) else ()
        return {
            port: Standing(None if port in doubtful else states.get(port), times)
            for port, times in tries.items()
            if port not in self._decoys
        }

    # what next

    def due(self) -> float:
        """Return when there is something to send or to conclude."""
        if self.resting:
            return self._check_until or self._rest_until
        outgoing = self._free_at() if self._first or self._again else float("inf")
        return min(outgoing, self._waiting[0][0] if self._waiting else float("inf"))

    def pick(self, now: float) -> int | None:
        """Conclude what is overdue, and return the port that may be asked now, if there is one."""
        if self.resting:
            return self._after_rest(now)
        if not self._goes_on(now) or now < self._free_at():
            return None
        return self._next_port()

    def sent(self, port: int, now: float) -> None:
        """Note that a port was asked."""
        self.peer.sent(now)
        if self.resting:
            return
        self._newest = port
        if port not in self._sent and port not in self._decoys:
            self.peer.asked += 1
        self._tries[port] = self._tries.get(port, 0) + 1
        self._sent[port] = now
        heapq.heappush(self._waiting, (now + self.peer.patience, port))

    def put_back(self, port: int) -> None:
        """Return a port that was picked and could not be sent."""
        self._again.appendleft(port)

    def _free_at(self) -> float:
        peer = self.peer
        free = peer.clock.free_at(max(2, self.question.pps // peer.slower))
        if self._newest is not None:
            free = max(free, self._sent[self._newest] + peer.together())
        return max(free, peer.alone_until)

    def _next_port(self) -> int | None:
        for queue in (self._first, self._again):
            while queue:
                port = queue.popleft()
                if port not in self._states:
                    return port
        return None

    def _goes_on(self, now: float) -> bool:
        """Conclude what is overdue; False if that ends the asking, or makes it rest."""
        while self._waiting and self._waiting[0][0] <= now and not self.over:
            _, port = heapq.heappop(self._waiting)
            if port in self._states:
                continue
            self._miss(port)
            if self._tries[port] < self._allowed(port):
                self._again.append(port)
            else:
                self._settle(port, PortState.FILTERED)
        if len(self._row) >= self.peer.row and self.peer.talks(besides=len(self._row)):
            self._rest(now)
        return not (self.over or self.resting)

    def _miss(self, port: int) -> None:
        if port in self._missed or port in self._decoys:
            return
        self._missed.add(port)
        self.peer.missed += 1
        if port not in self._excused and port not in self._once:
            self._row.append(port)

    def _allowed(self, port: int) -> int:
        """Return how often a port is asked: more where packets are lost, or where it matters."""
        if port in self._once:
            return 1
        least, most = self.question.tries, max(self.question.most, self.question.tries)
        if port in self._decoys or self.peer.clock.packets >= EXTRA_UNTIL:
            return least
        matters = port in LIKELY_TCP or self.peer.talks()
        return min(most, max(least, self.peer.losses.tries) + matters)

    # answers

    def heard(self, port: int, reply: Reply, now: float) -> None:
        """Take in an answer that is known to be one to us."""
        self.peer.alone_until = 0.0
        if port == self._newest:
            self._newest = None
        if self._check_until and self.resting:
            self._well_again()
        if port not in self._sent or self._states.get(port, PortState.FILTERED) in (
            PortState.OPEN,
            PortState.CLOSED,
        ):
            return
        if self._tries[port] == 1:
            self.peer.timed(now - self._sent[port])
        if reply is not Reply.UNREACHABLE:
            if port not in self._resumed:
                self.peer.noted(self._tries[port])
            self._alive(port, reply)
        self._take_back_miss(port)
        self._settle(port, _STATES[reply])
        self._judge(now)

    def _alive(self, port: int, reply: Reply) -> None:
        self._row.clear()
        if port not in self._decoys:
            self.peer.known = port
            self.peer.answered += 1
            self.peer.opened += reply is Reply.ACCEPTED

    def _take_back_miss(self, port: int) -> None:
        self.peer.missed -= port in self._missed
        self._missed.discard(port)

    def _settle(self, port: int, state: PortState) -> None:
        self._left -= port not in self._states
        self._states[port] = state

    def _judge(self, now: float) -> None:
        decoys = sum(self._states.get(p) is PortState.OPEN for p in self._decoys)
        if decoys >= 2 or self.peer.takes_all:
            self.verdict = Verdict.TARPIT
        elif self.peer.labours:
            self._rest(now)

    # distress

    def _rest(self, now: float) -> None:
        """Leave the host in peace for a while, or for good if two rests were not enough."""
        self.peer.strikes += 1
        if self.peer.strikes > _STRIKES or self.peer.known is None:
            self._give_up()
            return
        self.resting = True
        self._rest_until, self._check_until = now + REST, 0.0

    def _after_rest(self, now: float) -> int | None:
        if now < (self._check_until or self._rest_until):
            return None
        if self._check_until:
            self._give_up()
            return None
        self._check_until = now + LONGEST_WAIT
        return self.peer.known

    def _give_up(self) -> None:
        self.verdict = Verdict.SILENT
        self._forget(self._row)

    def _well_again(self) -> None:
        """Go on, at half the pace: the host answered after its rest."""
        self.peer.rested()
        self.resting = False
        self._excused |= set(self._row)
        self.undo(set(self._row) | {port for _, port in self._waiting})

    def undo(self, ports: Iterable[int]) -> None:
        """Ask these again as if their last try had never been: nobody could have answered it."""
        unheard = [
            p for p in ports if self._states.get(p, PortState.FILTERED) is PortState.FILTERED
        ]
        self._forget(unheard)
        self._waiting = [(at, port) for at, port in self._waiting if port not in unheard]
        heapq.heapify(self._waiting)
        for port in unheard:
            self._tries[port] -= 1
            self._take_back_miss(port)
            if port not in self._again:
                self._again.append(port)
        self._row.clear()

    def asked_again(self, port: int) -> bool:
        """Say whether a port was asked more than once, so that it may answer more than once."""
        return self._tries.get(port, 0) > 1 or self.resting

    def in_flight(self, since: float) -> list[int]:
        """Return the ports asked since a moment and not answered."""
        return [p for p, at in self._sent.items() if at >= since and p not in self._states]

    def _forget(self, ports: Iterable[int]) -> None:
        for port in ports:
            if self._states.pop(port, None) is not None:
                self._left += 1


def _random_ports(taken: tuple[int, ...]) -> Iterable[int]:
    """Pick three ports on which no device has a reason to listen."""
    never = {*taken, *NORMAL_TCP, *FORBIDDEN_PORTS}
    return secrets.SystemRandom().sample([p for p in _DECOYS if p not in never], 3)
