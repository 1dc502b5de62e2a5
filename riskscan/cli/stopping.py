"""Ctrl-C once ends a scan tidily; twice ends it at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click


def _aloud(text: str) -> None:
    click.echo(f"\n{text}", err=True)


@contextmanager
def stoppable(say: Callable[[str], None] = _aloud) -> Iterator[threading.Event]:
    """Give an event that the first SIGINT or SIGTERM sets; the second raises KeyboardInterrupt.

    ``say`` is told once that it stops.
    """
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        say("stopping: finishing nothing new, keeping what is done (again: at once)")

    before = {
        number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            # Once asked to stop, only the ending is left: it is not to be torn half way.
            signal.signal(number, signal.SIG_IGN if stop.is_set() else handler)
