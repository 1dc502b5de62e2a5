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
from riskscan.discover.question import Question
from riskscan.discover.raw.engine.clock import HostClock
from riskscan.discover.raw.engine.packets import Reply
from riskscan.model import PortState, Service

SHORTEST_WAIT, LONGEST_WAIT = 0.2, 1.0
"""Seconds that a packet is given to be answered: four round trips, within these bounds."""

LOST_AT_MOST = 0.001
"""Chance at which an answering port may be missed for packets lost on the way."""

EXTRA_UNTIL = 340
"""Packets to one host, beyond which a port gets no more tries than its pace promises."""

ROW = 10
"""Unanswered in a row, on a host that answered nearly everything before: it may be in distress."""

REST = 10.0
"""Seconds that a host in distress is left in peace before it is asked once if it is well."""

_STRIKES = 2
_TRIPS = 5
_SLOWED, _SLOW = 5.0, 0.25
"""So many round trips in a row, each so many times the usual and so many seconds: it labours."""

IDLE = 5.0
"""Seconds without a packet after which our kernel may have to look for a host again."""

_TOGETHER = 0.1
"""Longest time in seconds that a SYN is waited for, so that none is in flight beside it."""

_LATE = 6
"""Ports that answered only when asked again, by which a host that limits its answers is known."""

_SLOWEST = 4

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


class Losses:
    """How many of our packets come to nothing on the way, over all hosts that answer."""

    def __init__(self) -> None:
        self.lost = 0
        self.answered = 0

    def note(self, tries: int) -> None:
        """Note a port that answered, after so many tries."""
        self.lost += tries - 1
        self.answered += 1

    @property
    def any(self) -> bool:
        """Whether a packet was ever seen to be lost."""
        return self.lost > 0

    @property
    def tries(self) -> int:
        """Return the fewest tries that make a miss unlikely enough; 2 while little is known."""
        if self.answered < 40 or not self.lost:
            return 2
        share = self.lost / (self.lost + self.answered)
        return next((k for k in (2, 3) if share**k < LOST_AT_MOST), 4)


class Peer:
    """What the engine knows of a host from one question to the next."""

    def __init__(self, address: bytes, losses: Losses) -> None:
        self.address = address
        self.losses = losses
        self.clock = HostClock()
        self.asked = self.opened = self.answered = self.missed = self.strikes = 0
        self.known: int | None = None
        self.accepted: set[int] = set()
        self.pps = 2
        self.slower = 1
        self.row = ROW
        self.alone_until = 0.0
        self._late = self._in_time = 0
        self._first_trips: list[float] = []
        self._last_trips: deque[float] = deque(maxlen=_TRIPS)
        self._smooth = 0.0

    @property
    def patience(self) -> float:
        """Seconds to wait for an answer, by the round trips seen."""
        if not self._first_trips:
            return LONGEST_WAIT
        return min(LONGEST_WAIT, max(SHORTEST_WAIT, 4 * self._smooth))

    def talks(self, besides: int = 0) -> bool:
        """Say whether it answers on nearly every port, so that silence means something.

        ``besides`` of the unanswered ports are left out of account.
        """
        return self.answered >= 8 and self.answered >= 4 * (self.missed - besides)

    @property
    def labours(self) -> bool:
        """Whether its round trips have grown as those of a device that cannot keep up."""
        if len(self._last_trips) < _TRIPS or len(self._first_trips) < _TRIPS:
            return False
        usual = sorted(self._first_trips)[_TRIPS // 2]
        return min(self._last_trips) > max(_SLOW, _SLOWED * usual)

    @property
    def takes_all(self) -> bool:
        """Whether it accepts where no one device would (a tarpit, or a firewall for others)."""
        early = self.opened >= 6 and self.opened >= 0.85 * self.asked
        return early or (self.asked >= 40 and self.opened > 0.6 * self.asked)

    def timed(self, seconds: float) -> None:
        """Note a round trip."""
        if len(self._first_trips) < _TRIPS:
            self._first_trips.append(seconds)
        self._last_trips.append(seconds)
        self._smooth += (seconds - self._smooth) / (8 if self._smooth else 1)

    def sent(self, now: float) -> None:
        """Note a packet to it.

        The first one after a pause stands alone until it is answered, or cannot be any more: our
        kernel may hold it back while it looks for the host, and let the next one go together with
        it.
        """
        if now - self.clock.last >= IDLE:
            self.alone_until = now + LONGEST_WAIT
        self.clock.count(now)

    def together(self) -> float:
        """Seconds for which the answer to a SYN is waited for before the next one is sent.

        Two that are accepted at once would be two connections. Twice the usual round trip.
        """
        return min(_TOGETHER, 2 * self._smooth)

    def noted(self, tries: int) -> None:
        """Note a port that answered after so many tries.

        A host that often answers only when asked again, while others do not, limits how many
        answers it gives in a second: it is asked more slowly, or its closed ports would seem
        filtered.
        """
        self.losses.note(tries)
        self._late += tries > 1
        self._in_time += tries == 1
        if self._late >= _LATE and self._late > 0.2 * self._in_time:
            self.slower = min(_SLOWEST, 2 * self.slower)
            self._late = self._in_time = 0

    def rested(self) -> None:
        """Go on after a pause at half the pace, and be slower to suspect it again.

        Silence on the ports before was a filter's, or is over; so are the long round trips.
        """
        self.slower, self.row = max(2, self.slower), 2 * self.row
        self._last_trips.clear()


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
        self._tries: dict[int, int] = {}
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
        if port not in self._tries and port not in self._decoys:
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
        if port not in self._excused:
            self._row.append(port)

    def _allowed(self, port: int) -> int:
        """Return how often a port is asked: more where packets are lost, or where it matters."""
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
        if port not in self._tries or self._states.get(port, PortState.FILTERED) in (
            PortState.OPEN,
            PortState.CLOSED,
        ):
            return
        if self._tries[port] == 1:
            self.peer.timed(now - self._sent[port])
        if reply is not Reply.UNREACHABLE:
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
