"""Who is on this segment: the ``arp`` job, which asks each address and hears to the very end.

Parameters: ``interface``, ``source`` (our address there), ``ranges`` (pairs of addresses),
``pps``, ``known`` (address to MAC, of earlier scans and of the kernel), ``canaries`` (addresses
that should be alive), ``waves`` (seconds). To go on with a sweep that was interrupted: ``first``
(ranges that the first wave asks, if not all) and ``heard`` (ranges that have answered). It emits

- ``{"heard": address, "mac": mac}``, once for each pair, as soon as it answers, however late;
- ``{"sent": n}``: so many addresses were asked once;
- ``{"turn": n, "reached": address}``: so many waves are over, and how far the next one has come;
- ``{"swept": true}``: everything was asked; from then on it only listens, until its caller leaves;
- ``{"trouble": code}``, and then it ends: ``arp-inspection``, ``link-lost`` or ``address-gone``.
"""

from __future__ import annotations

import errno
import select
import socket
import time
from array import array
from collections.abc import Iterator
from ipaddress import IPv4Address

from riskscan.discover.brake import Brake
from riskscan.discover.raw import bpf, link
from riskscan.discover.raw.arp_frame import EVERYBODY, address_to, parse_reply, request_frame
from riskscan.discover.raw.arp_order import Order, order_of
from riskscan.discover.raw.arp_watch import WINDOW, SilenceWatch
from riskscan.discover.raw.contract import Emit, Message
from riskscan.discover.raw.engine.clock import Cap
from riskscan.discover.raw.marks import Marks
from riskscan.discover.raw.session import Session

WAVES = (0.0, 0.25, 1.25, 2.25)
"""When each wave begins at the earliest, in seconds: phones wake on the first request and answer
the next. A wave goes to the silent alone, and begins _APART after the one before has ended."""

WAVES_LARGE = (0.0, 0.25)
"""The same on a large segment, where one wave takes long enough for everybody to wake."""

MOST_MACS = 8
"""MACs that are kept of one address."""

_RAMP_PPS = 10
"""Requests per second to the canaries: fewer than any switch counts as too many."""

_APART = 0.25
_LAST_ANSWERS = 0.5
_BEAT = 0.1
_LOOK_EVERY = 0.25
_SAY_EVERY = 0.1
_AT_ONCE = 64
_BUFFER = 4 << 20
_BUSY = frozenset({errno.ENOBUFS, errno.EAGAIN, errno.ENOMEM})


class _Trouble(Exception):
    """The sweep cannot go on; ``str()`` of it is a code."""


def sweep_segment(session: Session, params: Message, emit: Emit, brake: Brake) -> None:
    """Do the job. Raises ``ValueError``, ``Stopped``, or ``OSError`` without a raw socket."""
    order = order_of(params, session)
    with _open(order.segment.interface) as sock:
        try:
            _Sweep(session, order, sock, emit, brake).run()
        except _Trouble as trouble:
            emit({"trouble": str(trouble)})


def _open(interface: str) -> socket.socket:
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        bpf.attach(sock, bpf.ARP_REPLIES)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        sock.bind((interface, 0x0806))
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


class _Sweep:
    """One thread, one socket: whatever it waits for, it hears."""

    def __init__(
        self, session: Session, order: Order, sock: socket.socket, emit: Emit, brake: Brake
    ) -> None:
        self._scope = session.scope
        self._brakes = (session.brake, brake)
        self._order = order
        self._sock = sock
        self._emit = emit
        self._frame = request_frame(order.mac, order.source)
        self._heard: dict[int, bytes] = dict.fromkeys(order.heard, b"")
        """MACs by address, six bytes each, one after the other; none where it answered before."""
        self._marks = Marks(emit, _LAST_ANSWERS)
        self._cap = Cap(order.pps)
        self._watch: SilenceWatch | None = None
        self._canary: tuple[int, bytes] | None = None
        self._linked = link.has_link(order.segment.interface)
        self._look_at = self._say_at = 0.0

    def run(self) -> None:
        self._ramp()
        self._watch = SilenceWatch(time.monotonic())
        self._ask_known()
        begun = time.monotonic()
        for wave, start in enumerate(self._order.waves):
            pause = begun + start if wave == 0 else max(begun + start, time.monotonic() + _APART)
            self._hear_until(pause)
            self._ask_silent(wave)
        self._hear_until(time.monotonic() + _LAST_ANSWERS)
        self._emit({"swept": True})
        while True:
            self._hear_until(time.monotonic() + WINDOW)

    def _ramp(self) -> None:
        """Ask those that should be alive, slowly, until one answers: that one is the canary."""
        fast, self._cap = self._cap, Cap(min(_RAMP_PPS, self._order.pps))
        for address in self._order.canaries:
            self._ask(address, self._order.known.get(address, EVERYBODY))
            self._hear_until(self._cap.free_at)
            if (first := self._alive()) is not None:
                self._canary = first, self._heard[first][:6]
                break
        self._cap = fast

    def _alive(self) -> int | None:
        return next((a for a in self._order.canaries if self._heard.get(a)), None)

    def _ask_known(self) -> None:
        for address, mac in self._order.known.items():
            if address in self._order.wanted and address not in self._heard:
                self._ask(address, mac)
        if self._order.known:
            self._hear_until(time.monotonic() + _APART)

    def _ask_silent(self, wave: int) -> None:
        order = self._order
        wanted = order.wanted if wave else order.first
        silent = array("I", (a for a in wanted if a not in self._heard))
        before = len(order.wanted) - len(silent)
        final = wave == len(order.waves) - 1
        for sent, address in enumerate(silent, start=1):
            if address not in self._heard:
                self._ask(address)
            last = sent == len(silent)
            self._marks.passed(wave, address, final=final, last=last)
            if wave == 0:
                self._say_sent(before + sent, last=last)

    def _say_sent(self, sent: int, *, last: bool) -> None:
        now = time.monotonic()
        if last or now >= self._say_at:
            self._say_at = now + _SAY_EVERY
            self._emit({"sent": sent})

    def _ask(self, address: int, receiver: bytes = EVERYBODY) -> None:
        """Send one request when its turn has come: on a schedule that does not drift."""
        self._hear_until(self._cap.free_at)
        self._cap.count(time.monotonic())
        self._send(address, receiver)

    def _send(self, address: int, receiver: bytes) -> None:
        if not self._scope.allows(IPv4Address(address)):
            return
        address_to(self._frame, address, receiver)
        try:
            self._sock.send(self._frame)
        except OSError as error:
            if error.errno not in _BUSY:
                raise _Trouble("link-lost") from error

    # hearing

    def _hear_until(self, moment: float) -> None:
        """Take in replies up to a moment of the clock, and at least those that are there."""
        while True:
            now = time.monotonic()
            self._look(now)
            self._marks.tell(now)
            left = moment - now
            ready, _, _ = select.select([self._sock], [], [], max(0.0, min(left, _BEAT)))
            if ready:
                for address, mac in self._replies():
                    self._take(address, mac)
            if left <= 0:
                return

    def _replies(self) -> Iterator[tuple[int, bytes]]:
        for _ in range(_AT_ONCE):
            try:
                reply = parse_reply(self._sock.recv(64))
            except BlockingIOError:
                return
            except OSError as error:
                raise _Trouble("link-lost") from error
            if reply:
                yield reply

    def _take(self, address: int, mac: bytes) -> None:
        if address not in self._order.wanted and address not in self._order.canaries:
            return
        if self._watch:
            self._watch.heard()
        macs = self._heard.get(address, b"")
        known = {macs[i : i + 6] for i in range(0, len(macs), 6)}
        if mac in known or len(known) >= MOST_MACS:
            return
        self._heard[address] = macs + mac
        if address in self._order.wanted:
            self._emit({"heard": str(IPv4Address(address)), "mac": mac.hex(":")})

    # watching

    def _look(self, now: float) -> None:
        for brake in self._brakes:
            brake.check()
        if now >= self._look_at:
            self._look_at = now + _LOOK_EVERY
            self._look_at_link()
        if self._watch and self._canary:
            self._ask_canary(self._watch, self._canary, now)

    def _ask_canary(self, watch: SilenceWatch, canary: tuple[int, bytes], now: float) -> None:
        if watch.is_silent(now):
            raise _Trouble("arp-inspection")
        if watch.is_due(now):
            watch.asked(now)
            self._cap.count(now)
            self._send(*canary)

    def _look_at_link(self) -> None:
        if self._linked and not link.has_link(self._order.segment.interface):
            young = self._watch is not None and self._watch.is_young(time.monotonic())
            raise _Trouble("arp-inspection" if young else "link-lost")
        if not link.is_ours(self._order.source):
            raise _Trouble("address-gone")
