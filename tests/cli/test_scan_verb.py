"""``riskscan scan``: plans, limits and machine progress, on this machine alone."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from riskscan.cli.scan import PROFILES as OFFERED
from riskscan.discover.profile import DEFAULT_PROFILE, PROFILES


def scan(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "riskscan", "scan", *map(str, words)],
        capture_output=True,
        text=True,
        env={**os.environ, "TZ": "UTC"},
        check=False,
        timeout=120,
    )


def lines_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_command_offers_the_profiles_that_there_are() -> None:
    assert tuple(PROFILES) == OFFERED
    assert OFFERED[0] == DEFAULT_PROFILE


def test_a_plan_says_what_would_be_sent_and_leaves_no_trace(tmp_path: Path) -> None:
    database = tmp_path / "a.db"

    done = scan("192.168.1.0/24", "--exclude", "192.168.1.7", "--plan", "--db", database)

    assert done.returncode == 0, done.stderr
    assert "Addresses: 253; never touched: 192.168.1.7/32" in done.stdout
    for policy in ("fragile", "normal", "robust"):
        assert f"  {policy}" in done.stdout
    assert "Nothing was sent." in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_plan_for_machines_names_every_port(tmp_path: Path) -> None:
    words = ("192.168.1.0/24", "--profile", "thorough", "--plan", "--format", "json")

    done = scan(*words, "--db", tmp_path / "a.db")

    plan = json.loads(done.stdout)
    assert plan["profile"] == "thorough"
    assert plan["addresses"] == 254
    assert plan["policies"]["fragile"]["packets_per_second"] <= 8
    assert len(plan["policies"]["fragile"]["tcp_ports"]) <= 12
    assert plan["seconds_expected"] <= plan["seconds_at_most"]
    assert plan["packets_at_most"] > plan["sweep_packets"]


def test_a_plan_expects_as_many_devices_as_the_scan_before_found(tmp_path: Path) -> None:
    words = ("127.0.0.1", "--practice", "Lakeside", "--unprivileged", "--db", tmp_path / "a.db")
    assert scan(*words, "-q").returncode == 0

    plan = json.loads(scan(*words, "--plan", "--format", "json").stdout)

    assert plan["devices_expected"] == 1


def test_before_it_starts_it_says_what_one_device_gets_at_most(tmp_path: Path) -> None:
    done = scan("127.0.0.1", "--unprivileged", "--profile", "standard", "--db", tmp_path / "a.db")

    first, _, *rest = done.stderr.splitlines()
    assert first.startswith("Profile standard:")
    assert [line.split()[0] for line in rest[:3]] == ["fragile", "normal", "robust"]


def test_quiet_prints_nothing(tmp_path: Path) -> None:
    done = scan("127.0.0.1", "--unprivileged", "-q", "--db", tmp_path / "a.db")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_machines_read_one_object_a_line_and_a_summary_at_the_end(tmp_path: Path) -> None:
    done = scan("127.0.0.1", "--unprivileged", "--json-progress", "--db", tmp_path / "a.db")

    said = lines_of(done.stderr)
    assert done.stdout == ""
    assert said[0]["event"] == "limits"
    assert {line["stage"] for line in said if line["event"] == "progress"} == {
        "sweep",
        "ports",
        "probes",
    }
    assert {"no-consent", "unprivileged-sweep"} <= {line.get("code") for line in said}
    assert said[-1]["event"] == "summary"
    assert (said[-1]["state"], said[-1]["profile"]) == ("complete", "gentle")


def test_who_cannot_listen_says_so_and_goes_on(tmp_path: Path) -> None:
    words = ("127.0.0.1", "--unprivileged", "--listen", "600", "--db", tmp_path / "a.db")

    done = scan(*words, "--json-progress")

    said = lines_of(done.stderr)
    assert done.returncode == 0
    assert "not-listened" in {line.get("code") for line in said}
    assert "listen" not in {line.get("stage") for line in said}


def test_machines_read_an_error_as_a_line_too(tmp_path: Path) -> None:
    done = scan("--resume", "--json-progress", "--db", tmp_path / "none.db")

    (error,) = lines_of(done.stderr)
    assert done.returncode == 3
    assert (error["event"], error["code"]) == ("error", 3)
    assert error["hint"]


def test_reaching_the_limit_ends_tidily_and_can_be_resumed(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    words = ("127.0.0.0/24", "--unprivileged", "--max-duration", "1s", "--db", database)

    ended = scan(*words)
    resumed = scan("--resume", "--unprivileged", "--max-duration", "1s", "--db", database)

    assert ended.returncode == 4, ended.stderr
    assert "--max-duration is reached" in ended.stderr
    assert "scan --resume" in ended.stderr
    assert "devices are finished" in resumed.stderr
    assert "addresses left" in resumed.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--resume", "--profile", "gentle"),
        ("--resume", "--plan"),
        ("--resume", "--rescan"),
        ("10.0.0.1", "--format", "json"),
        ("10.0.0.1", "-q", "--json-progress"),
        ("10.0.0.1", "--max-duration", "45"),
        ("10.0.0.1", "--window", "20-6"),
        ("10.0.0.1", "--profile", "fast"),
        ("10.0.0.1", "--listen", "3601"),
    ],
    ids=" ".join,
)
def test_contradictions_are_wrong_usage(words: tuple[str, ...], tmp_path: Path) -> None:
    done = scan(*words, "--db", tmp_path / "a.db")

    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []


def _scans(database: Path) -> list[tuple[str, str | None]]:
    with closing(sqlite3.connect(database)) as raw:
        return raw.execute("SELECT id, rescan_of FROM scan ORDER BY started_at").fetchall()


def test_a_re_scan_builds_on_the_scan_before_or_is_a_full_one_and_says_so(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    words = ("127.0.0.1", "--unprivileged", "--db", database, "--rescan")
    plan = (*words, "--plan", "--format", "json")

    planned_full = json.loads(scan(*plan).stdout)
    full = scan(*words, "--json-progress")
    planned_again = json.loads(scan(*plan).stdout)
    again = scan(*words)
    larger = scan(*words, "--profile", "standard")

    notices = {line.get("code"): line.get("text") for line in lines_of(full.stderr)}
    assert notices["rescan-full"] == "this is a full scan: there is no complete scan to build on"
    assert "full scan" not in again.stderr
    assert "this is a full scan: the newest complete scan asked less (profile gentle)" in (
        " ".join(larger.stderr.split())
    )
    (first, none), (_, of_first), (_, of_none) = _scans(database)
    assert (none, of_first, of_none) == (None, first, None)
    assert (planned_full["rescan"], planned_again["rescan"]) == (False, True)
    assert planned_again["segments"][0]["devices_expected"] == 1
    assert planned_again["packets_expected"] < planned_full["packets_at_most"]
