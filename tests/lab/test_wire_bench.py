"""The benchmark measures: what it prints is what is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "scripts" / "bench_discover"


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCH), *words], capture_output=True, text=True, check=False
    )


def test_its_help_names_every_network() -> None:
    shown = bench("--help").stdout

    assert "bench_discover --quick" in shown
    for name in ("clinic", "24-64", "24-254", "20-lossy", "16-lossy"):
        assert name in shown


def test_a_mistyped_network_is_refused() -> None:
    refused = bench("24-65")

    assert refused.returncode == 2
    assert "24-64" in refused.stderr


@pytest.mark.lab
def test_a_sweep_finds_every_host_and_harms_none() -> None:
    done = bench("24-64", "--job", "sweep", "--tool", "riskscan", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    (row,) = said["rows"]
    (run,) = row["runs"]

    assert (row["hosts"], run["hosts"], run["missed"], run["false"]) == (64, 64, [], [])
    assert run["malformed"] == 0
    assert run["most"] <= 10  # the gateway alone, asked whether the line still stands
    assert run["median"] == 0
    assert run["sent"] >= 254  # a request for each address
    assert (run["forbidden_bytes"], run["at_once"]["fragile"]) == (0, 0)
    assert run["megabytes"] > 20  # a Python, at least
    assert "yes  malformed packets: 0: 0" in said["goals"]
    assert "clinic: not chosen" in said["left_out"]


@pytest.mark.lab
def test_a_tool_that_takes_too_long_is_stopped_and_said_to_be() -> None:
    done = bench("24-64", "--job", "ports", "--tool", "nmap", "--limit", "1", "--json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["rows"]

    assert row["runs"][0]["stopped"]
    assert row["runs"][0]["hosts"] is None
