"""The rights that a scan needs: one capability, in one small process, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ordinary_user import NOBODY, ROOT, environment

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


PERSON = 12_345
"""Who calls sudo here."""

BOTH = 1 << 12 | 1 << 13
"""CAP_NET_ADMIN and CAP_NET_RAW."""

SHED = """
import json, sys
from pathlib import Path
from riskscan.discover import rights
said = [notice.code for notice in rights.shed(Path(sys.argv[1]))]
lines = Path("/proc/self/status").read_text().splitlines()
status = dict(line.split(":", 1) for line in lines)
made = Path(sys.argv[1]).with_name("made")
made.touch()
print(json.dumps({"said": said, "status": {k: v.strip() for k, v in status.items()}}))
"""


def _as_sudo_starts_it(uid: int | None = PERSON) -> dict[str, str]:
    """Return the environment of a root who finds riskscan where others find it too."""
    folders = [str(ROOT), *(f for f in sys.path if f.endswith("site-packages"))]
    sudo = {"SUDO_UID": str(uid), "SUDO_GID": str(uid)} if uid is not None else {}
    return {**os.environ, "PYTHONPATH": os.pathsep.join(folders), **sudo}


def _shed(database: Path, uid: int | None) -> dict[str, dict[str, str]]:
    done = subprocess.run(
        [_python_for_others(), "-B", "-c", SHED, str(database)],
        env=_as_sudo_starts_it(uid),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shed: dict[str, dict[str, str]] = json.loads(done.stdout)
    return shed


def _has_nothing(status: dict[str, str]) -> bool:
    kinds = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
    return not any(int(status[kind], 16) for kind in kinds) and status["NoNewPrivs"] == "1"


def test_under_sudo_it_becomes_the_person_who_called_it(reachable: Path) -> None:
    os.chown(reachable, PERSON, PERSON)
    after = _shed(reachable / "a.db", PERSON)
    assert after["said"] == []
    assert after["status"]["Uid"].split() == [str(PERSON)] * 4
    assert after["status"]["Groups"] == str(PERSON)
    assert _has_nothing(after["status"])


def test_plain_root_becomes_the_owner_of_the_folder(reachable: Path) -> None:
    os.chown(reachable, PERSON, PERSON)
    assert _shed(reachable / "a.db", None)["status"]["Uid"].split() == [str(PERSON)] * 4


def test_where_the_folder_is_its_own_root_stays_without_its_capabilities(reachable: Path) -> None:
    after = _shed(reachable / "a.db", None)
    assert after["said"] == []
    assert after["status"]["Uid"].split() == ["0"] * 4
    assert _has_nothing(after["status"])


def test_a_folder_that_the_person_cannot_reach_keeps_the_rights_and_says_so(
    reachable: Path,
) -> None:
    after = _shed(reachable / "a.db", PERSON)
    assert after["said"] == ["rights-kept"]
    assert after["status"]["Uid"].split() == ["0"] * 4


def test_a_database_that_root_left_behind_is_an_error_with_a_way_out(reachable: Path) -> None:
    os.chown(reachable, PERSON, PERSON)
    (reachable / "a.db").touch(mode=0o600)
    done = subprocess.run(
        [_python_for_others(), "-B", "-m", "riskscan", "devices", "--db", "a.db"],
        cwd=reachable,
        env=_as_sudo_starts_it(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "a.db belongs to root" in done.stderr
    assert f"sudo chown {PERSON}:{PERSON} a.db*" in done.stderr


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.strip() for key, value in (line.split(":", 1) for line in lines)}


def _children(pid: int) -> list[int]:
    return [
        int(child)
        for path in Path(f"/proc/{pid}/task").glob("*/children")
        for child in path.read_text().split()
    ]


def test_a_scan_by_sudo_is_the_persons_and_only_the_raw_sockets_are_not(reachable: Path) -> None:
    os.chown(reachable, PERSON, PERSON)
    hosts = [host for host in CLINIC if host.name in ("gateway", "switch")]
    riskscan = [_python_for_others(), "-B", "-m", "riskscan"]
    with Lab(hosts) as lab:
        scan = lab.popen(
            [*riskscan, "scan", "192.168.50.0/29", "--db", "a.db", "--json-progress"],
            cwd=reachable,
            env=_as_sudo_starts_it(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert scan.stderr
        with scan:
            said = []
            for line in scan.stderr:
                said.append(json.loads(line))
                if said[-1].get("stage") == "sweep":
                    break
            ours = _status(scan.pid)
            holders = [s for s in map(_status, _children(scan.pid)) if int(s["CapPrm"], 16)]
            said += [json.loads(line) for line in scan.stderr]
    assert scan.returncode == 0, said
    assert ours["Uid"].split() == [str(PERSON)] * 4
    assert _has_nothing(ours)
    assert [int(holder["CapPrm"], 16) for holder in holders] == [BOTH]
    assert holders[0]["Uid"].split() == [str(NOBODY)] * 4
    assert said[-1]["devices"] == 2
    assert "rights-kept" not in {line.get("code") for line in said}
    assert {path.stat().st_uid for path in reachable.iterdir()} == {PERSON}
