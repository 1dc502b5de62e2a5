"""A sweep that was interrupted goes on where it was, and only there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweep_bench import swept
from test_sweep_troubles import DESK, GATEWAY, NETWORK, SEVERAL, SHY, host

from riskscan.discover.brake import Brake
from riskscan.discover.far_sweep import FarSweep
from riskscan.discover.ranges import Ranges
from riskscan.discover.raw.arp import WAVES
from riskscan.discover.raw.marks import Marks
from riskscan.discover.trail import HEARD_FOR, SILENT_FOR, Trail
from riskscan.lab import WireLab
from riskscan.lab.wire_trouble import Sleep

NOW = datetime.now(UTC)
FIRST = int(IPv4Address("10.0.0.1"))
WANTED = Ranges([(FIRST, FIRST + 9)])
MAC = "00:1b:54:00:00:01"


def text(number: int) -> str:
    return str(IPv4Address(FIRST + number))


def halfway(*heard: int, turn: int = 1, reached: int = 4, ago: timedelta = timedelta()) -> Any:
    """Return what is kept of a sweep of ``WANTED``, as two stretches."""
    trail = Trail("arp eth0", WANTED, now=NOW - ago)
    stretches = []
    for number in heard:
        trail.note_heard(text(number), MAC)
        stretches.append(trail.newest())
    trail.note_reached(turn, FIRST + reached)
    return [replace(each, at=NOW - ago) for each in (*stretches, trail.newest())]


def test_what_was_asked_and_heard_is_not_asked_again() -> None:
    trail = Trail("arp eth0", WANTED, halfway(2, 7), NOW)

    assert trail.goes_on
    assert (trail.turn, list(trail.first)) == (1, [FIRST + n for n in range(5, 10)])
    assert list(trail.answered) == [FIRST + 2, FIRST + 7]
    assert trail.heard == ((text(2), MAC), (text(7), MAC))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=12), st.data())
def test_nothing_that_was_heard_is_lost_wherever_it_is_cut(steps: list, data: Any) -> None:
    kept: list = []
    place = (0, -1)
    heard: set[str] = set()
    while steps:
        cut = data.draw(st.integers(1, len(steps)))
        trail = Trail("arp eth0", WANTED, kept)
        for number, turns in steps[:cut]:
            trail.note_heard(text(number), MAC)
            heard.add(text(number))
            place = (place[0] + turns, number)
            trail.note_reached(place[0], FIRST + number)
        kept.append(trail.newest())
        steps = steps[cut:]
    again = Trail("arp eth0", WANTED, kept)
    assert {words[0] for words in again.heard} == heard
    assert again.turn == place[0]
    assert list(again.first) == [FIRST + n for n in range(place[1] + 1, 10)]
    assert again.newest() is None


def test_who_answered_long_ago_is_asked_again_and_the_silent_are_not() -> None:
    trail = Trail("arp eth0", WANTED, halfway(2, 7, ago=HEARD_FOR + timedelta(seconds=1)), NOW)

    assert trail.heard == ()
    assert list(trail.first) == [FIRST + 2, *(FIRST + n for n in range(5, 10))]


@pytest.mark.parametrize("ago", [SILENT_FOR + timedelta(seconds=1), -timedelta(minutes=5)])
def test_a_sweep_that_rested_too_long_begins_anew(ago: timedelta) -> None:
    trail = Trail("arp eth0", WANTED, halfway(2, ago=ago), NOW)

    assert not trail.goes_on
    assert list(trail.first) == list(WANTED)


def test_one_that_began_anew_owes_nothing_to_the_one_before() -> None:
    old = halfway(2, turn=3, ago=2 * SILENT_FOR)
    trail = Trail("arp eth0", WANTED, old, NOW)
    trail.note_heard(text(5), MAC)

    again = Trail("arp eth0", WANTED, [*old, trail.newest()])

    assert (again.turn, again.reached, again.heard) == (0, None, ((text(5), MAC),))


@pytest.mark.parametrize(
    ("kind", "wanted"), [("arp eth1", WANTED), ("arp eth0", Ranges([(FIRST, FIRST + 10)]))]
)
def test_from_another_place_or_for_other_addresses_all_is_asked(kind: str, wanted: Ranges) -> None:
    trail = Trail(kind, wanted, halfway(2), NOW)

    assert not trail.goes_on
    assert list(trail.first) == list(wanted)


def test_a_last_question_counts_as_asked_only_when_its_answer_has_had_its_time() -> None:
    said: list[Any] = []
    marks = Marks(said.append, 3600)

    marks.passed(0, FIRST, final=False, last=True)
    marks.passed(1, FIRST + 1, final=True, last=True)

    assert said == [{"turn": 0, "reached": text(0)}]
    marks.tell(float("inf"))
    assert said[1:] == [{"turn": 1, "reached": text(1)}]


class Recorded:
    """Raw sockets that note what is asked of them, and hear nothing."""

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}

    def run(self, _job: str, params: dict[str, Any], *, brake: Brake) -> Iterator[dict[str, Any]]:
        self.params = params
        return iter(())


def test_beyond_the_segment_it_goes_on_too_and_tells_whom_it_knows() -> None:
    before = Trail("beyond", WANTED)
    before.note_heard(text(1), "echo", "reply", "63")
    before.note_heard(text(2), "syn", "refused", "127")
    before.note_reached(2, FIRST + 8)
    raw = Recorded()
    far = FarSweep(
        WANTED,
        raw=raw,
        brake=Brake(),
        pps=100,
        trail=Trail("beyond", WANTED, [before.newest()]),  # type: ignore[list-item]
    )

    found = {each.address: each.answer for each in far.run()}

    assert set(found) == {FIRST + 1, FIRST + 2}
    assert found[FIRST + 1].ttl == 63
    assert raw.params["turn"] == 2
    assert raw.params["first"] == [[text(9), text(9)]]
    assert raw.params["heard"] == [[text(1), text(2)]]


# on a wire

SLEEPER = host(40, sleep=Sleep(until_request=len(WAVES)))
THERE = (GATEWAY, DESK, SHY, SEVERAL, SLEEPER)


def _look(**options: Any) -> tuple[dict[str, Any], int]:
    """Return what a sweep found, and how many requests everybody had to look at."""
    with WireLab(THERE, NETWORK) as lab:
        found = swept(lab, NETWORK, **options)
        felt = lab.counts()[SHY.address]
    return found["hosts"], felt.packets_received - felt.unicast


@pytest.mark.lab
def test_a_sweep_that_is_stopped_midway_asks_in_all_what_one_sweep_asks() -> None:
    whole, asked = _look()
    resumed, asked_in_all = _look(halts=2)

    assert {a: (h["mac"], h["by"]) for a, h in resumed.items()} == {
        a: (h["mac"], h["by"]) for a, h in whole.items()
    }
    assert resumed[SLEEPER.address]["by"] == ["arp"]
    assert asked_in_all <= asked + 20
