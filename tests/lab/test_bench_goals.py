"""The benchmark judges by what it measured: a goal is met, missed, or not measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "scripts"))


def row(scenario: str, job: str, tool: str, seconds: float, **felt: Any) -> Any:
    from discover_bench.load import Result
    from discover_bench.table import Row

    return Row(scenario, job, tool, 1, 1, [Result(seconds, **felt)])


def goals(*rows: Any) -> dict[str, str]:
    """Return the verdict on each goal, by its text."""
    from discover_bench.goals import verdicts

    lines = (line.split(None, 1) for line in verdicts(rows))
    return {text.partition(": ")[0]: mark for mark, text in lines}


@pytest.mark.usefixtures("scripts")
def test_nothing_measured_is_nothing_met() -> None:
    assert set(goals().values()) == {"-"}


@pytest.mark.usefixtures("scripts")
@pytest.mark.parametrize(
    ("felt", "text", "verdict"),
    [
        ({}, "packets to a fragile device, in all and in one second", "yes"),
        ({"fragile_most": 46}, "packets to a fragile device, in all and in one second", "NO"),
        ({"fragile_peak": 9}, "packets to a fragile device, in all and in one second", "NO"),
        ({"malformed": 1}, "malformed packets", "NO"),
        ({"forbidden_bytes": 1}, "bytes to ports on which a byte is an act", "NO"),
        (
            {"at_once": {"fragile": 1, "normal": 1, "robust": 2}},
            "connections at once on fragile, normal, robust devices",
            "yes",
        ),
        (
            {"at_once": {"fragile": 2}},
            "connections at once on fragile, normal, robust devices",
            "NO",
        ),
        (
            {"missed": ["10.20.0.1:80"]},
            "every open port that is asked for; with loss in 19 of 20 runs",
            "NO",
        ),
    ],
)
def test_a_device_that_feels_too_much_fails_the_goal(
    felt: dict[str, Any], text: str, verdict: str
) -> None:
    judged = goals(row("clinic", "whole", "riskscan", 10, **felt))

    assert judged[text] == verdict


@pytest.mark.usefixtures("scripts")
@pytest.mark.parametrize(("seconds", "verdict"), [(10, "yes"), (30, "NO")])
def test_a_ratio_needs_both_tools(seconds: float, verdict: str) -> None:
    own, other = (
        row("clinic", "whole", "riskscan", seconds),
        row("clinic", "whole", "nmap", 120),
    )

    assert goals(own)["the clinic as a whole"] == "-"
    assert goals(own, other)["the clinic as a whole"] == verdict


@pytest.mark.usefixtures("scripts")
def test_whoever_is_faster_but_misses_somebody_has_not_won() -> None:
    other = row("20", "sweep", "arp-scan 250/s x2", 30.0)
    text = "sweep of a /20 and a /16 beside arp-scan at the same rate"

    assert goals(row("20", "sweep", "riskscan", 29.0), other)[text] == "yes"
    assert goals(row("20", "sweep", "riskscan", 31.0), other)[text] == "NO"
    missed = row("20", "sweep", "riskscan", 29.0, missed=["10.20.0.9"])
    assert goals(missed, other)[text] == "NO"


@pytest.mark.usefixtures("scripts")
def test_addresses_are_read_from_each_sweepers_lines_and_from_nothing_else() -> None:
    from discover_bench.tools import read_addresses

    said = (
        "Interface: eth0, type: EN10MB, MAC: 3c:97:0e:5a:10:10, IPv4: 10.20.0.10\n"
        "10.20.0.1\t00:1b:54:00:00:00\tCisco\n"
        "Discovered up port 0/arp on 10.20.0.27 (b0:83:fe:00:00:07)\n"
        "10.20.0.3\n"
    )
    assert set(read_addresses(said)) == {"10.20.0.1", "10.20.0.27", "10.20.0.3"}
