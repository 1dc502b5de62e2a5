"""What a person and a machine see of a scan while it runs."""

from __future__ import annotations

import json

import pytest

from riskscan.cli.json_lines import JsonLines
from riskscan.cli.progress import WORDS, PlainLines, Silence, listener
from riskscan.cli.tempo import Tempo, spoken
from riskscan.model import Notice, Progress, Stage


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_rate_is_what_was_done_since_the_stage_began() -> None:
    clock = Clock()
    tempo = Tempo(clock)
    tempo(Progress(Stage.PORTS, 0, 40))
    clock.now += 5

    pulse = tempo(Progress(Stage.PORTS, 10, 40))

    assert pulse.per_second == 2
    assert pulse.seconds_left == 15
    assert pulse.words == "2.0/s, 15 s left"


def test_each_stage_has_a_tempo_of_its_own() -> None:
    clock = Clock()
    tempo = Tempo(clock)
    tempo(Progress(Stage.SWEEP, 0, 254))
    clock.now += 60
    tempo(Progress(Stage.PORTS, 0, 4))
    clock.now += 2

    assert tempo(Progress(Stage.PORTS, 1, 4)).seconds_left == 6


def test_nothing_is_promised_too_early_or_without_a_total() -> None:
    clock = Clock()
    tempo = Tempo(clock)
    tempo(Progress(Stage.SWEEP, 0, None))
    early = tempo(Progress(Stage.PORTS, 3, 9))
    clock.now += 10

    endless = tempo(Progress(Stage.SWEEP, 20, None))

    assert (early.per_second, early.seconds_left, early.words) == (None, None, "")
    assert (endless.per_second, endless.seconds_left) == (2, None)


def test_a_stage_that_is_over_says_how_long_it_took() -> None:
    clock = Clock()
    tempo = Tempo(clock)
    tempo(Progress(Stage.PORTS, 0, 9))
    clock.now += 36

    assert tempo(Progress(Stage.PORTS, 9, 9)).words == "in 36 s"


def test_a_stage_with_nothing_to_do_is_over() -> None:
    assert Tempo(Clock())(Progress(Stage.PROBES, 0, 0)).seconds_left == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (35, "35 s"),
        (99, "99 s"),
        (101, "2 min"),
        (4200, "70 min"),
        (9000, "2 h 30 min"),
    ],
)
def test_times_are_rounded_up_to_what_matters(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


def test_plain_lines_come_at_each_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    lines = PlainLines()
    for done in range(101):
        lines(Progress(Stage.SWEEP, done, 100))
    lines(Notice("subnet-not-local", "3 addresses did not answer"))

    said = capsys.readouterr().err.splitlines()

    assert len(said) == 12
    assert said[1] == "Looking for devices: 10 of 100"
    assert said[-1] == "note: 3 addresses did not answer"


def test_each_event_is_one_json_line_of_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    lines = JsonLines()
    lines(Progress(Stage.PORTS, 2, 8, "Röntgen\n\x1b[2J"))
    lines(Notice("went-silent", "10.0.0.9"))
    lines.say("summary", devices=3)

    said = capsys.readouterr().err

    assert said.isascii()
    assert "\x1b" not in said
    progress, notice, summary = (json.loads(line) for line in said.splitlines())
    assert progress == {
        "event": "progress",
        "stage": "ports",
        "done": 2,
        "total": 8,
        "per_second": None,
        "seconds_left": None,
        "note": "Röntgen\n\x1b[2J",
    }
    assert notice == {"event": "notice", "code": "went-silent", "text": "10.0.0.9"}
    assert summary == {"event": "summary", "devices": 3}


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    silence = listener(quiet=True)
    silence(Notice("a", "b"))
    silence(Progress(Stage.SWEEP, 1, 1))

    assert isinstance(silence, Silence)
    assert capsys.readouterr() == ("", "")


def test_seconds_of_listening_have_no_rate_and_an_end() -> None:
    clock = Clock()
    tempo = Tempo(clock)
    tempo(Progress(Stage.LISTEN, 0, 60))
    clock.now += 12

    pulse = tempo(Progress(Stage.LISTEN, 12, 60, "3 heard"))

    assert (pulse.per_second, pulse.words) == (None, "48 s left")
    clock.now += 48
    assert tempo(Progress(Stage.LISTEN, 60, 60)).words == "in 60 s"


def test_every_stage_has_words() -> None:
    assert set(WORDS) == set(Stage)
