"""Ctrl-C once is a request, twice is an order."""

from __future__ import annotations

import os
import signal

import click
import pytest
from click.testing import CliRunner

from riskscan.cli.group import RiskscanGroup
from riskscan.cli.stopping import stoppable
from riskscan.errors import Interrupted


@pytest.fixture(autouse=True)
def _handlers_as_before() -> object:
    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_only_asks(number: signal.Signals) -> None:
    with stoppable() as stop:
        os.kill(os.getpid(), number)

        assert stop.is_set()


def test_the_second_signal_stops_at_once() -> None:
    with pytest.raises(KeyboardInterrupt), stoppable():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)


def test_without_a_signal_the_handlers_are_given_back() -> None:
    before = signal.getsignal(signal.SIGINT)

    with stoppable():
        pass

    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("error", "code"),
    [(KeyboardInterrupt(), 130), (Interrupted("stopped early", "riskscan scan --resume"), 4)],
)
def test_the_exit_code_tells_a_tidy_end_from_a_sudden_one(error: BaseException, code: int) -> None:
    class OneVerb(RiskscanGroup):
        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
            def stop() -> None:
                raise error

            return click.Command("scan", callback=stop)

    done = CliRunner().invoke(OneVerb("riskscan"), ["scan"])

    assert done.exit_code == code
