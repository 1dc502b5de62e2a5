"""What stops riskscan: each cause has its exit code, its message and its hint."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from riskscan.store import Store

RISKSCAN = [sys.executable, "-m", "riskscan"]


def riskscan(
    *words: str | Path, prefix: tuple[str, ...] = (), **changes: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*prefix, *RISKSCAN, *map(str, words)],
        capture_output=True,
        text=True,
        env={**os.environ, **changes},
        check=False,
        timeout=120,
    )


def assert_stopped(
    done: subprocess.CompletedProcess[str], code: int, error: str, hint: str
) -> None:
    assert done.returncode == code, done.stderr
    assert error in done.stderr.lower()
    assert hint in done.stderr.lower()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "target",
    ["192.168.1.300", "192.168.1.0/33", "192.168.1.50-20", "lakeside.example", "10.0.0.1/8x"],
)
def test_a_mistyped_target_is_wrong_usage(target: str, tmp_path: Path) -> None:
    done = riskscan("scan", target, "--db", tmp_path / "a.db")

    assert_stopped(done, 2, target.split("/")[0].split("-")[0], "hint:")
    assert not (tmp_path / "a.db").exists()


def test_a_public_range_needs_its_flag(tmp_path: Path) -> None:
    done = riskscan("scan", "8.8.8.0/24", "--db", tmp_path / "a.db")

    assert_stopped(done, 2, "public", "--allow-public")


def test_a_huge_range_needs_its_flag(tmp_path: Path) -> None:
    done = riskscan("scan", "10.0.0.0/8", "--db", tmp_path / "a.db")

    assert_stopped(done, 2, "addresses", "--allow-large")


def test_without_nmap_it_says_how_to_get_it(tmp_path: Path) -> None:
    nmap = shutil.which("nmap")
    assert nmap is not None
    hide = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
    script = f'mount --bind /dev/null "{nmap}" && exec "$@"'

    done = riskscan(
        "scan",
        "127.0.0.1",
        "--unprivileged",
        "--db",
        tmp_path / "a.db",
        prefix=(*hide, script, "sh"),
    )

    assert_stopped(done, 3, "nmap", "apt install nmap")


def test_without_the_right_to_raw_sockets_it_says_what_to_do(tmp_path: Path) -> None:
    powerless = ("setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw")
    prefix = powerless if os.geteuid() == 0 else ()

    done = riskscan("scan", "127.0.0.1", "--db", tmp_path / "a.db", prefix=prefix)

    assert_stopped(done, 3, "raw socket", "sudo")


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "newer.db"
    made = riskscan("scan", "127.0.0.1", "--unprivileged", "-q", "--db", path)
    assert made.returncode == 0, made.stderr
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = path.read_bytes()

    done = riskscan("devices", "--db", path)

    assert_stopped(done, 3, "newer", "upgrade")
    assert path.read_bytes() == before


def test_a_missing_database_names_the_command_that_makes_one(tmp_path: Path) -> None:
    done = riskscan("devices", "--db", tmp_path / "none.db")

    assert_stopped(done, 3, "none.db", "riskscan scan")


def test_something_else_than_a_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("remember the milk\n" * 100)

    done = riskscan("scan", "127.0.0.1", "--unprivileged", "--db", path)

    assert_stopped(done, 3, "notes.db", "hint:")
    assert path.read_text().startswith("remember the milk")


def _on_a_full_disk(size: str, disk: Path, *words: str) -> subprocess.CompletedProcess[str]:
    disk.mkdir()
    script = f'mount -t tmpfs -o size={size} none "{disk}" && exec "$@"'
    return subprocess.run(
        [
            "unshare",
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
            *RISKSCAN,
            *words,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_full_disk_stops_a_scan_with_a_hint(tmp_path: Path) -> None:
    disk = tmp_path / "disk"

    done = _on_a_full_disk(
        "48k", disk, "scan", "127.0.0.1", "--unprivileged", "--db", str(disk / "a.db")
    )

    assert_stopped(done, 3, "full", "space")


def test_a_full_disk_stops_a_report_with_a_hint_and_leaves_no_half_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    assert riskscan("scan", "127.0.0.1", "--unprivileged", "-q", "--db", path).returncode == 0
    disk = tmp_path / "disk"

    done = _on_a_full_disk("16k", disk, "report", "--db", str(path), "-o", str(disk / "a.html"))

    assert_stopped(done, 3, "a.html", "space")


def test_a_report_without_a_known_suffix_is_wrong_usage(tmp_path: Path) -> None:
    done = riskscan("report", "-o", tmp_path / "report.docx", "--db", tmp_path / "a.db")

    assert done.returncode == 2
    assert "pdf, html, json, csv" in done.stderr


def test_nothing_to_resume_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    assert riskscan("scan", "127.0.0.1", "--unprivileged", "-q", "--db", path).returncode == 0

    done = riskscan("scan", "--resume", "--db", path)

    assert_stopped(done, 3, "unfinished", "hint:")


def test_a_mistyped_verb_is_answered_with_the_nearest() -> None:
    done = riskscan("scna")

    assert done.returncode == 2
    assert "Did you mean" in done.stderr


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    done = riskscan("--debug", "devices", "--db", tmp_path / "none.db")

    assert done.returncode != 0
    assert "Traceback" in done.stderr


def test_a_report_can_be_made_while_another_scan_is_writing(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    assert riskscan("scan", "127.0.0.1", "--unprivileged", "-q", "--db", path).returncode == 0
    assert riskscan("assess", "-q", "--db", path).returncode == 0

    with Store.open(path):
        busy = riskscan("assess", "--db", path)
        done = riskscan("report", "--db", path, "-o", tmp_path / "a.html")

    assert_stopped(busy, 3, "being written by process", "wait until")
    assert done.returncode == 0, done.stderr
