"""The rules of the port engine in a time of their own: pace, tries, tarpits, distress."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscan.discover.pace import PACES
from riskscan.discover.ports import FORBIDDEN_PORTS, LIKELY_TCP, NORMAL_TCP, TELLTALE_TCP
from riskscan.discover.question import Question
from riskscan.discover.raw.engine.asking import REST, Asking, Verdict
from riskscan.discover.raw.engine.clock import Cap, HostClock
from riskscan.discover.raw.engine.packets import Reply
from riskscan.discover.raw.engine.peer import ALONE_NEAR, IDLE, LONGEST_WAIT, ROW, Losses, Peer
from riskscan.model import Policy, PortState

TARGET = IPv4Address("10.0.0.5")
TRIP = 0.004
TELLTALE = tuple(TELLTALE_TCP)
OTHERS = tuple(p for p in NORMAL_TCP if p not in TELLTALE_TCP)

Device = Callable[[int, float], Reply | None]
"""What a device answers to a SYN for a port at a moment."""


def _peer() -> Peer:
    return Peer(TARGET.packed, Losses())


def _question(ports: tuple[int, ...], pps: int = 40, **options: int) -> Question:
    return Question(TARGET, ports, (), pps, 2, **options)


class Run:
    """One question asked of a device that exists on paper, from ``now`` on."""

    def __init__(
        self,
        question: Question,
        device: Device,
        peer: Peer,
        now: float = 0.0,
        trip: float = TRIP,
    ) -> None:
        self.asking = asking = Asking(question, peer)
        self.asked: list[tuple[float, int]] = []
        self.felt: list[float] = []
        answers: list[tuple[float, int, Reply]] = []
        self.now = now
        while not asking.over:
            moment = min([asking.due(), *(at for at, _, _ in answers)])
            assert moment < float("inf"), "it waits for nothing"
            self.now = max(self.now, moment)
            for answer in [a for a in answers if a[0] <= self.now]:
                answers.remove(answer)
                if answer[2] is Reply.ACCEPTED:
                    peer.clock.count(self.now)
                    self.felt.append(self.now)
                asking.heard(answer[1], answer[2], self.now)
            if asking.over or asking.due() > self.now:
                continue
            port = asking.pick(self.now)
            if port is not None:
                asking.sent(port, self.now)
                self.asked.append((self.now, port))
                self.felt.append(self.now)
                if reply := device(port, self.now):
                    answers.append((self.now + trip, port, reply))

    def times(self, port: int) -> int:
        return sum(p == port for _, p in self.asked)

    @property
    def states(self) -> dict[int, PortState]:
        return {s.port: s.state for s in self.asking.services}


def _opens(*open_ports: int, closed: Reply | None = Reply.REFUSED) -> Device:
    return lambda port, _now: Reply.ACCEPTED if port in open_ports else closed


def test_every_asked_port_gets_its_state_in_the_order_of_the_question():
    run = Run(_question((80, 443, 23)), _opens(443), _peer())
    assert [(s.port, s.state) for s in run.asking.services] == [
        (80, PortState.CLOSED),
        (443, PortState.OPEN),
        (23, PortState.CLOSED),
    ]
    assert len(run.asked) == 3


@settings(max_examples=40, deadline=None)
@given(
    st.sets(st.sampled_from(OTHERS), max_size=30),
    st.booleans(),
    st.integers(2, 100),
)
def test_no_second_holds_more_packets_than_the_pace(opened: set[int], drops: bool, pps: int):
    device = _opens(*opened, closed=None if drops else Reply.REFUSED)
    run = Run(_question(OTHERS, pps, most=4), device, _peer())
    worst = max(sum(start <= at < start + 1 for at in run.felt) for start in run.felt)
    assert worst <= pps
    gaps = [b - a for (a, _), (b, _) in pairwise(run.asked)]
    assert min(gaps) >= 1 / pps - 1e-9


def test_the_pace_of_one_question_counts_in_the_next():
    peer = _peer()
    first = Run(_question(TELLTALE, 5), _opens(), peer)
    second = Run(_question(OTHERS, 5), _opens(), peer, first.now)
    felt = first.felt + second.felt
    assert max(sum(start <= at < start + 1 for at in felt) for start in felt) <= 5


def test_a_silent_fragile_device_hears_each_telltale_port_twice():
    run = Run(_question(TELLTALE, 5, most=2), _opens(closed=None), _peer())
    assert len(run.asked) == 2 * len(TELLTALE)
    assert set(run.states.values()) == {PortState.FILTERED}


def test_an_ordinary_silent_device_is_asked_once_more_only_where_it_matters():
    run = Run(_question(OTHERS, most=4), _opens(closed=None), _peer())
    assert {run.times(p) for p in OTHERS if p in LIKELY_TCP} == {3}
    assert {run.times(p) for p in OTHERS if p not in LIKELY_TCP} == {2}


def test_lost_packets_are_measured_and_answered_by_more_tries_within_the_budget():
    peer, seen = _peer(), dict.fromkeys(OTHERS, 0)

    def lossy(port: int, _now: float) -> Reply | None:
        seen[port] += 1
        if seen[port] == 1 and OTHERS.index(port) % 4 == 0:
            return None
        return None if port in (8291, 9200) else Reply.REFUSED

    run = Run(_question(OTHERS, most=4), lossy, peer)
    assert peer.losses.tries > 2
    assert run.times(8291) == run.times(9200) == 4
    assert {p for p, s in run.states.items() if s is PortState.FILTERED} == {8291, 9200}
    assert len(run.asked) < 340


def test_a_tarpit_is_known_within_ten_syns_and_told_from_a_busy_server():
    run = Run(_question(TELLTALE, 5), _opens(*range(65_536)), _peer())
    assert run.asking.verdict is Verdict.TARPIT
    assert len(run.asked) <= 10
    archive = (80, 443, 104, 11112, 2762, 3389, 22, 445, 5900)
    for closed in (None, Reply.REFUSED):
        assert Run(_question(TELLTALE, 5), _opens(*archive, closed=closed), _peer()).states


def test_a_firewall_that_accepts_for_others_is_known_by_ports_that_nobody_uses():
    run = Run(_question(OTHERS, decoys=True), _opens(*range(65_536)), _peer())
    assert run.asking.verdict is Verdict.TARPIT
    decoys = {port for _, port in run.asked[:3]}
    assert not decoys & ({*NORMAL_TCP} | FORBIDDEN_PORTS)
    assert len(run.asked) <= 4


def test_decoys_are_never_reported():
    run = Run(_question((80,), decoys=True), _opens(80), _peer())
    assert run.states == {80: PortState.OPEN}


def _dies(at: float, until: float = float("inf")) -> Device:
    return lambda _port, now: None if at <= now < until else Reply.REFUSED


def test_a_device_that_falls_silent_is_left_in_peace_asked_once_and_then_never():
    run = Run(_question(OTHERS, most=4), _dies(1.0), _peer())
    assert run.asking.verdict is Verdict.SILENT
    after = [at for at, _ in run.asked if at >= 1.0]
    rest = max(b - a for a, b in pairwise(after))
    assert rest >= REST
    assert len([at for at in after if at > after[0] + REST]) == 1
    assert len(after) <= ROW + 15
    assert set(run.states.values()) == {PortState.CLOSED}, "what it did not say is not stored"


def test_a_device_that_recovers_is_asked_the_rest_at_half_the_pace():
    run = Run(_question(OTHERS, most=4), _dies(1.0, 8.0), _peer())
    assert run.asking.verdict is None
    assert set(run.states) == set(OTHERS)
    assert set(run.states.values()) == {PortState.CLOSED}
    late = [at for at, _ in run.asked if at > 8]
    assert max(sum(start <= at < start + 1 for at in late) for start in late) <= 20


def test_ports_behind_a_filter_are_not_taken_for_distress():
    hidden = OTHERS[20:50]
    run = Run(
        _question(OTHERS, most=4),
        lambda port, _now: None if port in hidden else Reply.REFUSED,
        _peer(),
    )
    assert run.asking.verdict is None
    assert {p for p, s in run.states.items() if s is PortState.FILTERED} == set(hidden)


def test_a_device_whose_answers_take_ever_longer_gets_a_rest():
    peer = _peer()
    asking = Asking(_question(OTHERS), peer)
    for number, port in enumerate(OTHERS[:60]):
        now = number * 2.0
        if asking.resting:
            return
        assert asking.pick(now) == port
        asking.sent(port, now)
        asking.heard(port, Reply.REFUSED, now + (0.01 if number < 6 else 0.9))
    pytest.fail("it was never given a rest")


@given(st.lists(st.sampled_from([1, 1, 1, 2, 3]), min_size=40, max_size=400))
def test_tries_stay_between_two_and_four(tries: list[int]):
    losses = Losses()
    for number in tries:
        losses.note(number)
    assert 2 <= losses.tries <= 4


def test_the_cap_over_all_hosts_is_kept_with_hardly_a_burst():
    cap, now, sent = Cap(500), 0.0, []
    while now < 4:
        if now >= cap.free_at:
            cap.count(now)
            sent.append(now)
        now += 0.0005 if not 1 < now < 1.01 else 0.5
    assert max(sum(s <= at < s + 1 for at in sent) for s in sent) <= 500 + 12


def test_a_host_clock_never_makes_up_for_lost_time():
    clock = HostClock()
    clock.count(0.0)
    assert clock.free_at(10) == pytest.approx(0.1)
    clock.count(50.0)
    assert clock.free_at(10) == pytest.approx(50.1)


@given(st.lists(st.tuples(st.floats(0, 0.3), st.booleans()), max_size=200), st.integers(2, 60))
def test_a_reset_of_ours_keeps_the_pace_too(steps: list[tuple[float, bool]], pps: int):
    clock, now, felt = HostClock(), 0.0, []
    for wait, accepted in steps:
        now = max(now + wait, clock.free_at(pps))
        clock.count(now)
        felt.append(now)
        if accepted:
            clock.count(now + 0.001)
            felt += [now + 0.001, clock.place(pps, now + 0.001)]
    felt.sort()
    worst = max((sum(start <= at < start + 1 for at in felt) for start in felt), default=0)
    assert worst <= pps


def test_a_neighbour_that_our_kernel_knows_is_waited_for_less_long():
    peer = _peer()
    peer.alone_for = ALONE_NEAR

    (first, _), (second, _), *_ = Run(_question((443, 444)), lambda *_: None, peer).asked

    assert second - first == pytest.approx(ALONE_NEAR)


@pytest.mark.parametrize("pause", [0.0, IDLE, 300.0])
def test_the_first_packet_after_a_pause_stands_alone_until_it_is_answered(pause: float):
    peer = _peer()
    before = Run(_question((21,)), _opens(), peer)
    silent = Run(_question(OTHERS[:5]), _opens(closed=None), peer, before.now + pause)
    gap = silent.asked[1][0] - silent.asked[0][0]
    assert (gap >= LONGEST_WAIT) == (pause > 0)
    assert all(b[0] - a[0] < 0.5 for a, b in pairwise(silent.asked[1:5]))
    answers = Run(_question(OTHERS[:5]), _opens(), peer, silent.now + pause)
    assert all(b[0] - a[0] < 0.2 for a, b in pairwise(answers.asked))


def test_a_silent_device_that_was_never_spoken_to_gets_its_first_packet_alone():
    run = Run(_question(TELLTALE, 5), _opens(closed=None), _peer())
    assert run.asked[1][0] - run.asked[0][0] >= LONGEST_WAIT


def test_far_away_too_no_two_connections_are_opened_at_once():
    run = Run(_question(OTHERS), _opens(*OTHERS[::9]), _peer(), trip=0.08)
    assert min(b - a for (a, _), (b, _) in pairwise(run.asked)) >= 0.08 - 1e-9


def test_a_device_that_limits_its_refusals_is_asked_more_slowly_and_not_taken_for_filtered():
    told: list[float] = []

    def limited(_port: int, now: float) -> Reply | None:
        if sum(at > now - 1 for at in told) >= 10:
            return None
        told.append(now)
        return Reply.REFUSED

    run = Run(_question(OTHERS, most=4), limited, _peer())
    assert run.asking.verdict is None
    filtered = [p for p, s in run.states.items() if s is PortState.FILTERED]
    assert len(filtered) <= len(OTHERS) // 10
    assert len(run.asked) <= 400


def test_no_policy_is_slower_than_a_clock_can_keep():
    assert min(PACES[p].host_pps for p in Policy) >= 2
