"""Limits in time, as a person writes them: ``--max-duration 45m``, ``--window 20:00-06:00``."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import click

from riskscan.errors import RiskscanError

_DURATION = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?")
_WINDOW = re.compile(r"(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)")


@dataclass(frozen=True, slots=True)
class Window:
    """A part of each day, in local time; it may pass midnight."""

    opens: time
    closes: time

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"

    def holds(self, now: datetime) -> bool:
        """Say whether the window is open at a local time."""
        at = now.time()
        if self.opens < self.closes:
            return self.opens <= at < self.closes
        return at >= self.opens or at < self.closes

    def closing(self, now: datetime) -> datetime:
        """Return when the window that is open now closes, in local time."""
        day = now.date() + timedelta(days=now.time() >= self.closes)
        # Made local only here: the clocks may change before it closes.
        return datetime.combine(day, self.closes).astimezone(now.tzinfo)


@dataclass(frozen=True, slots=True)
class Limit:
    """When a scan has to end, and why."""

    seconds: float
    why: str


class DurationType(click.ParamType[timedelta]):
    """``45m``, ``1h30m``, ``90s``: a number never stands without its unit."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        match = _DURATION.fullmatch(str(value).strip())
        hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0,) * 3
        duration = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        if not duration:
            self.fail(f"{value!r} is not a duration; write 45m, 90s, 2h or 1h30m.", param, ctx)
        return duration


class WindowType(click.ParamType[Window]):
    """``20:00-06:00``: two times of the day."""

    name = "window"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Window:
        match = _WINDOW.fullmatch(str(value).strip())
        a, b, c, d = (int(part) for part in match.groups()) if match else (0,) * 4
        try:
            window = Window(time(a, b), time(c, d))
        except ValueError:
            window = Window(time(), time())
        if window.opens == window.closes:
            self.fail(
                f"{value!r} is not a part of the day; write 20:00-06:00, "
                "from 00:00 to 23:59, local time.",
                param,
                ctx,
            )
        return window


DURATION = DurationType()
WINDOW = WindowType()


def limit_of(
    now: datetime, max_duration: timedelta | None, window: Window | None, *, at_once: bool
) -> Limit | None:
    """Return the nearest limit at a local time; ``at_once`` sets the window aside.

    Raises :class:`riskscan.errors.RiskscanError` outside the window.
    """
    limits = []
    if max_duration is not None:
        limits.append(Limit(max_duration.total_seconds(), "--max-duration is reached"))
    if window is not None and not at_once:
        if not window.holds(now):
            raise RiskscanError(
                f"it is {now:%H:%M}, outside the window {window}",
                "wait, or add --now to scan all the same",
            )
        left = (window.closing(now) - now).total_seconds()
        limits.append(Limit(left, f"the window {window} closes"))
    return min(limits, key=lambda limit: limit.seconds, default=None)


class Alarm:
    """Knows whether a limit ended the scan."""

    def __init__(self) -> None:
        self.why: str | None = None


@contextmanager
def alarm(
    stop: threading.Event, limit: Limit | None, say: Callable[[str], None]
) -> Iterator[Alarm]:
    """Set ``stop`` when the limit is reached, as the first Ctrl-C would."""
    rings = Alarm()
    if limit is None:
        yield rings
        return

    def ring(limit: Limit = limit) -> None:
        if not stop.is_set():
            rings.why = limit.why
            stop.set()
            say(f"stopping: {limit.why}; finishing nothing new, keeping what is done")

    timer = threading.Timer(min(limit.seconds, threading.TIMEOUT_MAX), ring)
    timer.daemon = True
    timer.start()
    try:
        yield rings
    finally:
        timer.cancel()
