"""Who answers beyond the segment: the ``beyond`` job. Ping first; for the silent a last resort.

Whoever drops ping may still accept or refuse a connection (SYN to 443), refuse a segment that
belongs to none (ACK to 80, RFC 9293 section 3.10.7.1), or refuse a datagram (UDP to the port that
traceroute uses, RFC 1122 section 3.2.2.1). No byte of payload is sent to any service.

Parameters: ``ranges`` (pairs of addresses) and ``pps``. To go on with a sweep that was interrupted:
``turn`` (rounds that are over), ``first`` (ranges that the next one asks, if not all) and ``heard``
(ranges that have answered). It emits

- ``{"answered": address, "to": question, "said": answer, "ttl": n}`` for each address that answers
  itself, once; questions and answers are those of :class:`To` and :class:`Said`;
- ``{"sent": n}``: so many addresses were asked once;
- ``{"turn": n, "reached": address}``: so many rounds are over, and how far the next one has come.
"""

from __future__ import annotations

import secrets
import select
import time
from array import array
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address

from riskscan.discover.brake import Brake
from riskscan.discover.ranges import Ranges
from riskscan.discover.raw.beyond_line import BeyondLine, Heard, To
from riskscan.discover.raw.contract import Emit, Message
from riskscan.discover.raw.engine.clock import Cap
from riskscan.discover.raw.marks import Marks
from riskscan.discover.raw.messages import number_of
from riskscan.discover.raw.session import Session

MOST_PPS = 2000

ROUNDS: Sequence[tuple[To, float]] = (
    (To.ECHO, 1.0),
    (To.ECHO, 1.5),
    *2 * ((To.SYN, 0.0), (To.ACK, 0.0), (To.DATAGRAM, 1.0)),
)
"""What the silent are asked, one after the other, and the seconds of listening after it."""

_FINAL = frozenset(
    turn for turn, (question, _) in enumerate(ROUNDS) if question not in dict(ROUNDS[turn + 1 :])
)
"""Rounds whose question is not asked again."""

_BEAT = 0.1
_LAST_ANSWERS = 1.0
_SAY_EVERY = 0.1


def ask_beyond(session: Session, params: Message, emit: Emit, brake: Brake) -> None:
    """Do the job. Raises ``ValueError``, ``Stopped``, or ``OSError`` without a raw socket."""
    wanted = Ranges.parse(params.get("ranges"))
    pps = number_of(params.get("pps"), 1, MOST_PPS)
    turn = number_of(params.get("turn", 0), 0, len(ROUNDS) - 1)
    first = Ranges.parse(params.get("first", params.get("ranges")))
    heard = Ranges.parse(params.get("heard", []))
    with BeyondLine(secrets.token_bytes(16)) as line:
        rounds = _Rounds(session, wanted, line, Cap(pps), emit, brake)
        rounds.skip(a for a in wanted if a in heard)
        rounds.run(turn, wanted.without(wanted.without(first)))


class _Rounds:
    """One thread; whatever it waits for, it hears."""

    def __init__(
        self,
        session: Session,
        wanted: Ranges,
        line: BeyondLine,
        cap: Cap,
        emit: Emit,
        brake: Brake,
    ) -> None:
        self._scope = session.scope
        self._brakes = (session.brake, brake)
        self._wanted = wanted
        self._line = line
        self._cap = cap
        self._emit = emit
        self._answered: set[int] = set()
        self._say_at = 0.0
        self._marks = Marks(emit, _LAST_ANSWERS)

    def skip(self, answered: Iterable[int]) -> None:
        """Take these as having answered before."""
        self._answered.update(answered)

    def run(self, begin: int, first: Ranges) -> None:
        """Ask the rounds from ``begin`` on, the first of them only some."""
        for turn, (question, pause) in enumerate(ROUNDS[begin:], start=begin):
            wanted = first if turn == begin else self._wanted
            silent = array("I", (a for a in wanted if a not in self._answered))
            if len(self._answered) == len(self._wanted):
                return
            self._round(turn, question, silent)
            self._hear_until(time.monotonic() + pause)

    def _round(self, turn: int, question: To, silent: Sequence[int]) -> None:
        before = len(self._wanted) - len(silent)
        for sent, address in enumerate(silent, start=1):
            if address not in self._answered:
                self._ask(question, address)
            last = sent == len(silent)
            self._marks.passed(turn, address, final=turn in _FINAL, last=last)
            if turn == 0:
                self._say_sent(before + sent, last=last)

    def _ask(self, question: To, address: int) -> None:
        self._hear_until(self._cap.free_at)
        if self._scope.allows(IPv4Address(address)):
            self._cap.count(time.monotonic())
            self._line.ask(question, address)

    def _say_sent(self, sent: int, *, last: bool) -> None:
        now = time.monotonic()
        if last or now >= self._say_at:
            self._say_at = now + _SAY_EVERY
            self._emit({"sent": sent})

    def _hear_until(self, moment: float) -> None:
        while True:
            for brake in self._brakes:
                brake.check()
            now = time.monotonic()
            self._marks.tell(now)
            left = moment - now
            ready, _, _ = select.select(self._line.ears, [], [], max(0.0, min(left, _BEAT)))
            if ready:
                for heard in self._line.hear():
                    self._take(heard)
            if left <= 0:
                return

    def _take(self, heard: Heard) -> None:
        if heard.address not in self._wanted or heard.address in self._answered:
            return
        self._answered.add(heard.address)
        self._emit(
            {
                "answered": str(IPv4Address(heard.address)),
                "to": heard.to.value,
                "said": heard.said.value,
                "ttl": heard.ttl,
            }
        )
