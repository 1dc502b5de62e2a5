"""The rights that a scan needs: one capability, and nothing else."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from ordinary_user import NOBODY, environment

from riskscan.lab import CLINIC, Lab

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can give one capability alone"),
]

ONE_CAPABILITY = (
    *("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"),
    *("--inh-caps", "+net_raw", "--ambient-caps", "+net_raw"),
    *("--bounding-set", "-all,+net_raw"),
)


def _python_for_others() -> str:
    """Return a Python of this version that another user may run."""
    python = Path(sys.executable).resolve()
    if all(parent.stat().st_mode & 0o001 for parent in python.parents):
        return str(python)
    common = Path(f"/usr/bin/python3.{sys.version_info.minor}")
    if not common.exists():
        pytest.skip("no Python here that another user may run")
    return str(common)


def test_cap_net_raw_alone_is_enough_and_the_files_are_the_users_own(reachable: Path) -> None:
    hosts = [host for host in CLINIC if host.name in ("gateway", "switch")]
    os.chown(reachable, NOBODY, NOBODY)
    riskscan = [*ONE_CAPABILITY, _python_for_others(), "-B", "-m", "riskscan"]
    with Lab(hosts) as lab:
        done = lab.run(
            [*riskscan, "scan", "192.168.50.0/29", "--db", "a.db", "--json-progress"],
            cwd=reachable,
            env=environment(),
            capture_output=True,
            text=True,
        )

    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stderr.splitlines()]
    assert said[-1]["devices"] == 2
    assert not {"unprivileged-sweep", "ports-failed"} & {line.get("code") for line in said}
    assert {path.stat().st_uid for path in reachable.iterdir()} == {NOBODY}
