"""What a hostile value costs: every pattern of the rules against the worst of what can be found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from time import thread_time_ns

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskscan.identify import load_rules
from riskscan.identify.rule import Condition
from riskscan.model import OBSERVATION_CAP, Observation

RULES = load_rules()
CEILING = 4096
"""Characters of a hostile value, eight times what an observation keeps."""


def _conditions() -> Iterator[Condition]:
    for rule in RULES.rules:
        yield from (c for c in rule.all + rule.any + rule.none if c.pattern)


PATTERNS = sorted({c.pattern.pattern for c in _conditions() if c.pattern})
COMPILED = [re.compile(pattern) for pattern in PATTERNS]
BEGINNINGS = sorted(
    {o.value[:40] for rule in RULES.rules for e in rule.examples for o in e.observations}
)
UNITS = (
    "a",
    "A",
    "0",
    ".",
    " ",
    "-",
    "_",
    "/",
    "(",
    ",",
    "=",
    "0.",
    "a ",
    "A-",
    "-a",
    "é",
    "\x1b[",
)


def _cost(pattern: re.Pattern[str], value: str) -> int:
    """Return nanoseconds of this thread's own processor time; the better of two tries."""
    tries = []
    for _ in range(2):
        begun = thread_time_ns()
        pattern.search(value)
        tries.append(thread_time_ns() - begun)
    return min(tries)


def _grows_faster_than_squared(pattern: re.Pattern[str], value: str, ending: str = "") -> bool:
    """Say whether four times the length costs much more than sixteen times as much.

    Squared is what an unanchored pattern with one repetition may cost; cubed would be sixty-four.
    What is cheap in any case is not judged, and what is not is measured again before it is said.
    """
    short, long = value[: CEILING // 4] + ending, value + ending
    if _cost(pattern, long) < 5_000_000:
        return False
    return all(_cost(pattern, long) > 40 * max(_cost(pattern, short), 1_000) for _ in range(3))


def test_every_pattern_is_at_worst_squared_in_the_length_of_a_value() -> None:
    """Runs of what the patterns repeat, after beginnings that rules expect."""
    slow = [
        (pattern.pattern, beginning, unit)
        for unit in UNITS
        for beginning in ("", *BEGINNINGS[::149])
        for pattern in COMPILED
        if _grows_faster_than_squared(pattern, (beginning + unit * CEILING)[:CEILING])
    ]
    assert slow == []


@pytest.mark.parametrize("pattern", [r"^(?:a|a)*$", r"^(?:a+)+b", r"^(?:\w+ ?)*!"])
def test_the_measure_notices_a_pattern_that_explodes(pattern: str) -> None:
    """Held against values so short that the suite survives them."""
    hostile = re.compile(pattern.replace("*$", "*b") if pattern.endswith("*$") else pattern)
    assert _cost(hostile, "a" * 20) > 4 * _cost(hostile, "a" * 14)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    beginning=st.sampled_from(BEGINNINGS),
    unit=st.text(min_size=1, max_size=4),
    ending=st.text(max_size=4),
)
def test_the_worst_that_hypothesis_finds_is_no_worse(
    beginning: str, unit: str, ending: str
) -> None:
    value = (beginning + unit * CEILING)[:CEILING]
    slow = [p.pattern for p in COMPILED if _grows_faster_than_squared(p, value, ending)]
    assert slow == []


def test_a_value_is_cut_before_a_pattern_sees_it() -> None:
    """A sign behind the cap is not read, whoever made the observation."""
    long = Observation("http.title", "x" * OBSERVATION_CAP + "QNAP")
    behind = Condition("http.title", pattern=re.compile("QNAP"))

    assert not behind.fits(long)
    assert behind.fits(Observation("http.title", "x" * 40 + "QNAP"))
