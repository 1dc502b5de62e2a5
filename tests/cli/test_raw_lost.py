"""A scan whose raw sockets are gone: it says so, ends, keeps what it has, and can be resumed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from riskscan.lab import CLINIC, Lab

pytestmark = pytest.mark.lab

RISKSCAN = [sys.executable, "-m", "riskscan"]


def _children(pid: int) -> list[int]:
    return [
        int(child)
        for path in Path(f"/proc/{pid}/task").glob("*/children")
        for child in path.read_text().split()
    ]


def _holder(pid: int) -> int:
    programs = ((p, Path(f"/proc/{p}/cmdline").read_bytes()) for p in _children(pid))
    return next(p for p, program in programs if b"riskscan.discover.raw" in program)


def test_a_scan_whose_raw_sockets_are_gone_ends_incomplete_with_a_way_on(tmp_path: Path) -> None:
    hosts = [host for host in CLINIC if host.name in ("gateway", "switch")]
    with Lab(hosts) as lab:
        scan = lab.popen(
            [*RISKSCAN, "scan", "192.168.50.0/29", "--db", "a.db", "--json-progress"],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert scan.stderr
        with scan:
            for line in scan.stderr:
                if json.loads(line).get("stage") == "ports":
                    break
            os.kill(_holder(scan.pid), signal.SIGKILL)
            said = [json.loads(line) for line in scan.stderr]
    assert scan.returncode == 4, said
    (error,) = [line for line in said if line["event"] == "error"]
    assert "raw sockets is gone" in error["text"]
    assert "--resume" in error["hint"]
    listed = subprocess.run(
        [*RISKSCAN, "scans", "--db", "a.db", "--format", "json"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert [s["state"] for s in json.loads(listed.stdout)] == ["incomplete"]
