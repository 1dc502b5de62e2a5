"""Addresses that no ARP reaches: asks for the ``beyond`` job, and judges who speaks for itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from riskscan.discover.alike import Answer, devices
from riskscan.discover.brake import Brake
from riskscan.discover.ranges import Ranges
from riskscan.discover.raw.contract import Message, RawSockets
from riskscan.discover.raw.messages import address4_of, number_of, text_of
from riskscan.discover.trail import Trail

_SUBNET = 24
"""Length of the prefix by which far addresses are judged together: most subnets have it."""

QUESTIONS = ("echo", "syn", "ack", "datagram")


@dataclass(frozen=True, slots=True)
class Found:
    """An address that answered and speaks for itself."""

    address: int
    answer: Answer


class FarSweep:
    """Asks addresses beyond the segment, or behind a proxy. ``progress`` hears how many were."""

    def __init__(
        self,
        wanted: Ranges,
        *,
        raw: RawSockets,
        brake: Brake,
        pps: int,
        progress: Callable[[int], None] = lambda _sent: None,
        by_proxy: bool = False,
        trail: Trail | None = None,
    ) -> None:
        """``trail`` hears how far this is, and says how far it was before."""
        self.wanted = wanted
        self.answers: dict[int, Answer] = {}
        self.mute: dict[IPv4Network, int] = {}
        """Subnets in whose name something answers, and for how many addresses."""
        self._raw = raw
        self._brake = brake
        self._pps = pps
        self._progress = progress
        self._by_proxy = by_proxy
        self._trail = trail

    def run(self) -> Iterator[Found]:
        """Yield devices as soon as they are known to be some.

        Raises ``Stopped``, ``OSError``, ``RawSocketsLost``, and ``ValueError`` for garbage.
        """
        params: Message = {"ranges": self.wanted.pairs, "pps": self._pps}
        if self._trail and self._trail.goes_on:
            params |= {"turn": self._trail.turn, "first": self._trail.first.pairs}
            params |= {"heard": self._trail.answered.pairs}
            for words in self._trail.heard:
                yield from self._take(*_read(words))
        for message in self._raw.run("beyond", params, brake=self._brake):
            if "sent" in message:
                self._progress(number_of(message["sent"], 0, len(self.wanted)))
            elif "reached" in message:
                self._reached(message)
            else:
                address, answer = _answer(message)
                if self._trail:
                    self._trail.note_heard(*_words(address, answer))
                yield from self._take(address, answer)
        yield from self._judge()

    def _reached(self, message: Message) -> None:
        if self._trail:
            turn, address = number_of(message.get("turn"), 0, 99), address4_of(message["reached"])
            self._trail.note_reached(turn, int(address))

    def _take(self, address: int, answer: Answer) -> Iterator[Found]:
        if address not in self.wanted or address in self.answers:
            return
        self.answers[address] = answer
        if answer.is_echo and not self._by_proxy:
            yield Found(address, answer)

    def _judge(self) -> Iterator[Found]:
        subnets: defaultdict[IPv4Network, dict[int, Answer]] = defaultdict(dict)
        for address, answer in self.answers.items():
            subnets[IPv4Network((address, _SUBNET), strict=False)][address] = answer
        for subnet, answers in subnets.items():
            asked = len(self.wanted.within(subnet))
            real = devices(answers, asked, by_proxy=self._by_proxy)
            if mute := len(answers) - len(real):
                self.mute[subnet] = mute
            for address in sorted(real):
                if self._by_proxy or not answers[address].is_echo:
                    yield Found(address, answers[address])

    @property
    def silent(self) -> int:
        """How many addresses gave no answer; loopback does not count."""
        return sum(not IPv4Address(a).is_loopback for a in self.wanted if a not in self.answers)


def _words(address: int, answer: Answer) -> tuple[str, ...]:
    return str(IPv4Address(address)), answer.to, answer.said, str(answer.ttl)


def _read(words: tuple[str, ...]) -> tuple[int, Answer]:
    address, to, said, ttl = words
    return int(IPv4Address(address)), Answer(to, said, int(ttl))


def _answer(message: object) -> tuple[int, Answer]:
    if not isinstance(message, dict) or message.get("to") not in QUESTIONS:
        raise ValueError("not an answer from beyond")
    answer = Answer(
        str(message["to"]), text_of(message.get("said"), 20), number_of(message.get("ttl"), 0, 255)
    )
    return int(address4_of(message.get("answered"))), answer
