"""One local segment while it is swept: asks for the ``arp`` job, and keeps what is heard."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Address

from riskscan.discover.answers import Answers, Proxy
from riskscan.discover.brake import Brake
from riskscan.discover.faults import Stopped
from riskscan.discover.ranges import Ranges
from riskscan.discover.raw.arp import WAVES, WAVES_LARGE
from riskscan.discover.raw.contract import Message, RawSockets
from riskscan.discover.raw.messages import address4_of, mac_of, number_of
from riskscan.discover.trail import Trail
from riskscan.model import Segment

LARGE = 1024
"""A segment of more addresses than this is asked less often, and not a last time."""

_MOST_CANARIES = 10


class SegmentSweep:
    """Runs in a thread of its own from ``start`` to ``stop``; its state may be read meanwhile.

    ``known`` are MACs under which addresses were seen before. ``progress`` hears how many
    addresses were asked.
    """

    def __init__(
        self,
        segment: Segment,
        wanted: Ranges,
        *,
        raw: RawSockets,
        brake: Brake,
        pps: int,
        known: Mapping[int, str],
        progress: Callable[[int], None],
        first: Ranges | None = None,
        trail: Trail | None = None,
    ) -> None:
        """``first`` is whom ``start`` asks, if not all who are ``wanted``.

        ``trail`` hears how far ``start`` is, and says how far it was before.
        """
        self.segment = segment
        self.wanted = wanted
        gateway = segment.gateway
        self.gateways = frozenset({int(gateway)} if isinstance(gateway, IPv4Address) else ())
        self.answers = Answers(len(wanted), self.gateways)
        self.trouble: str | None = None
        """A code of the ``arp`` job, if it could not go on."""
        self.failure: BaseException | None = None
        self._known = {a: mac for a, mac in known.items() if a in wanted}
        self._trail = trail
        self._follow(trail)
        self._first = wanted if first is None else wanted.without(wanted.without(first))
        self._raw = raw
        self._scan_brake = brake
        self._pps = pps
        self._progress = progress
        self._lock = threading.Lock()
        self._swept = threading.Event()
        self._turn = 0
        self._thread: threading.Thread | None = None
        self._brake = Brake(under=brake)

    @property
    def is_large(self) -> bool:
        return len(self.wanted) > LARGE

    @property
    def is_swept(self) -> bool:
        """Whether every address was asked as often as it should be, or cannot be."""
        return self._swept.is_set()

    def start(self) -> None:
        """Ask for every address; those known first, and of them alone."""
        known = {a: mac for a, mac in self._known.items() if a in self._first}
        near = [*dict.fromkeys((*self.gateways, *known))][:_MOST_CANARIES]
        waves = WAVES_LARGE if self.is_large else WAVES
        if self._trail and self._trail.goes_on:
            self._go_on(self._trail, known, near, waves)
        else:
            self._begin(self._first, known, near, waves)

    def _follow(self, trail: Trail | None) -> None:
        """Take what was heard before as heard now."""
        for where, mac in trail.heard if trail else ():
            address = int(address4_of(where))
            self.answers.heard(address, mac_of(mac), time.monotonic())
            self._known[address] = mac

    def _go_on(
        self,
        trail: Trail,
        known: Mapping[int, str],
        canaries: Sequence[int],
        waves: Sequence[float],
    ) -> None:
        """Ask what is left: the rest of the wave that was interrupted, and those after it."""
        self._turn = min(trail.turn, len(waves) - 1)
        left = [start - waves[self._turn] for start in waves[self._turn :]]
        more: Message = {"first": trail.first.pairs, "heard": trail.answered.pairs}
        self._begin(self._first, known, canaries, left, more)

    def start_again(self) -> None:
        """Ask once more for the silent: all of a small segment, those known of a large one."""
        self.stop()
        self._trail = None
        known = {a: mac for a, mac in self._known.items() if a not in self.answers}
        if self.is_large:
            silent = Ranges.of(known)
        else:
            silent = self.wanted.without(Ranges.of(a for a in self.wanted if a in self.answers))
        self._begin(silent, known, (), (0.0,))

    def stop(self) -> None:
        """Ask and listen no more."""
        self._brake.halt()
        if self._thread is not None:
            self._thread.join()

    def due(self) -> list[int]:
        """Return the addresses that turned out to be devices since this was last called."""
        with self._lock:
            return list(self.answers.due(time.monotonic()))

    def settle(self) -> tuple[Proxy, ...]:
        """See :meth:`Answers.settle`."""
        with self._lock:
            return self.answers.settle()

    # the thread

    def _begin(
        self,
        wanted: Ranges,
        known: Mapping[int, str],
        canaries: Sequence[int],
        waves: Sequence[float],
        more: Message | None = None,
    ) -> None:
        params: Message = {
            "interface": self.segment.interface,
            "source": str(self.segment.address),
            "ranges": wanted.pairs,
            "pps": self._pps,
            "known": {str(IPv4Address(a)): mac for a, mac in known.items()},
            "canaries": [str(IPv4Address(a)) for a in canaries],
            "waves": list(waves),
            **(more or {}),
        }
        self._brake = Brake(under=self._scan_brake)
        self._swept.clear()
        name = f"sweep-{self.segment.interface}"
        self._thread = threading.Thread(target=self._run, args=(params,), name=name, daemon=True)
        self._thread.start()

    def _run(self, params: Message) -> None:
        try:
            for message in self._raw.run("arp", params, brake=self._brake):
                self._take(message)
        except Stopped:
            return
        except OSError as error:
            self.trouble = error.strerror or str(error)
        except BaseException as error:
            self.failure = error
        finally:
            self._swept.set()

    def _take(self, message: Message) -> None:
        if "heard" in message:
            address, mac = int(address4_of(message["heard"])), mac_of(message.get("mac"))
            if address in self.wanted:
                if self._trail:
                    self._trail.note_heard(str(IPv4Address(address)), mac)
                with self._lock:
                    self.answers.heard(address, mac, time.monotonic())
        elif "reached" in message:
            self._reached(message)
        elif "sent" in message:
            self._progress(number_of(message["sent"], 0, len(self.wanted)))
        elif "swept" in message:
            self._swept.set()
        elif "trouble" in message:
            self.trouble = str(message["trouble"])[:40]

    def _reached(self, message: Message) -> None:
        turn = number_of(message.get("turn"), 0, len(WAVES))
        if self._trail:
            self._trail.note_reached(self._turn + turn, int(address4_of(message["reached"])))
