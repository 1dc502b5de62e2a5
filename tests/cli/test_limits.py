"""Limits in time: read strictly, and reached tidily."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, time, timedelta

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.cli.limits import DURATION, WINDOW, Limit, Window, alarm, limit_of
from riskscan.errors import RiskscanError

EVENING = datetime(2026, 11, 21, 21, 30, tzinfo=UTC)
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NIGHT = Window(time(20), time(6))
times = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@pytest.mark.parametrize(
    ("text", "seconds"), [("45m", 2700), ("90s", 90), ("2h", 7200), ("1h30m", 5400), (" 5m ", 300)]
)
def test_a_duration_is_a_number_with_its_unit(text: str, seconds: int) -> None:
    assert DURATION.convert(text, None, None) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["45", "", "0m", "-5m", "1.5h", "45 minutes", "30m1h", "9" * 9])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(click.BadParameter, match="45m"):
        DURATION.convert(text, None, None)


@given(opens=times, closes=times)
def test_a_window_is_read_back_as_it_is_written(opens: time, closes: time) -> None:
    window = Window(opens, closes)
    if opens != closes:
        assert WINDOW.convert(str(window), None, None) == window


@pytest.mark.parametrize("text", ["20-6", "25:00-06:00", "20:00", "20:61-06:00", "20:00-20:00"])
def test_a_window_that_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(click.BadParameter, match="20:00-06:00"):
        WINDOW.convert(text, None, None)


@given(opens=times, closes=times, minute=st.integers(0, 1439))
def test_an_open_window_closes_within_a_day_and_is_shut_then(
    opens: time, closes: time, minute: int
) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC) + timedelta(minutes=minute)
    window = Window(opens, closes)
    if opens != closes and window.holds(now):
        end = datetime.combine(now.date() + timedelta(days=now.time() >= closes), closes, UTC)
        assert now < end <= now + timedelta(days=1)
        assert not window.holds(end)


def test_a_window_may_pass_midnight() -> None:
    assert NIGHT.holds(EVENING)
    assert not NIGHT.holds(NOON)
    assert NIGHT.closing(EVENING.astimezone()) > EVENING


def test_the_nearer_limit_counts() -> None:
    local = EVENING.astimezone()
    whole_day = Window(local.time(), (local - timedelta(minutes=1)).time())

    short = limit_of(local, timedelta(minutes=5), whole_day, at_once=False)
    long = limit_of(local, timedelta(days=3), whole_day, at_once=False)

    assert short == Limit(300, "--max-duration is reached")
    assert long is not None
    assert "window" in long.why


def test_outside_the_window_it_does_not_start_unless_told_to() -> None:
    local = NOON.astimezone()
    shut = Window((local + timedelta(hours=1)).time(), (local + timedelta(hours=2)).time())

    with pytest.raises(RiskscanError) as refused:
        limit_of(local, None, shut, at_once=False)

    assert refused.value.exit_code == 3
    assert "--now" in (refused.value.hint or "")
    assert limit_of(local, None, shut, at_once=True) is None


def test_the_alarm_stops_the_scan_and_says_why_once() -> None:
    stop, said = threading.Event(), list[str]()

    with alarm(stop, Limit(0.0, "the window closes"), said.append) as rings:
        assert stop.wait(30)

    assert rings.why == "the window closes"
    assert len(said) == 1


def test_an_alarm_that_is_not_reached_never_rings() -> None:
    stop = threading.Event()

    with alarm(stop, Limit(3600, "late"), lambda _text: None) as rings:
        pass

    assert rings.why is None
    assert not stop.is_set()


def test_ctrl_c_before_the_limit_stays_the_reason() -> None:
    stop, said = threading.Event(), list[str]()
    stop.set()

    with alarm(stop, Limit(0.0, "the window closes"), said.append) as rings:
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer):
                thread.join(30)

    assert (rings.why, said) == (None, [])
