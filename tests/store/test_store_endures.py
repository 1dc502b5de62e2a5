"""Whatever stops a scan, every finished device is kept and the file stays sound."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path

import pytest
from strategies import a_device, a_scan

from riskscan.errors import StoreFull
from riskscan.model import ScanState
from riskscan.store import Store
from riskscan.store.connection import pragma

TESTS = Path(__file__).parent.parent
SCAN = a_scan().id

ENDLESS = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from strategies import a_device, a_scan
from riskscan.store import Store
with Store.open(Path(sys.argv[2])) as store:
    store.begin(a_scan())
    print("begun", flush=True)
    for n in range(1, 60_000):
        device = a_device(f"10.0.{n // 250}.{n % 250 + 1}")
        if device.address not in store.done(a_scan().id):
            store.record(a_scan().id, device)
            print(device.address, flush=True)
"""

FILLING = """
import subprocess, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from strategies import a_device, a_scan
from riskscan.errors import StoreFull
from riskscan.store import Store
place = Path(sys.argv[2])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3000k", "tmpfs", place], check=True)
print("mounted", flush=True)
kept = []
path = place / "clinic.db"
try:
    with Store.open(path) as store:
        store.begin(a_scan())
        for n in range(1, 60_000):
            device = a_device(f"10.0.{n // 250}.{n % 250 + 1}")
            store.record(a_scan().id, device)
            kept.append(device)
except StoreFull as full:
    assert "clinic.db" in full.message and "resume" in full.hint, full
else:
    raise AssertionError("the disk was never full")
assert len(kept) > 20, len(kept)
with Store.open(path, writer=False) as store:
    assert list(store.load(a_scan().id).devices) == kept
subprocess.run(["mount", "-o", "remount,size=9000k", place], check=True)
with Store.open(path) as store:
    store.begin(a_scan())
    assert store.done(a_scan().id) == {d.address for d in kept}
    store.record(a_scan().id, a_device("10.9.9.9"))
    assert len(store.load(a_scan().id).devices) == len(kept) + 1
print("whole", flush=True)
"""


def _killed_after(path: Path, devices: int) -> set[str]:
    """Let a scan record some devices, kill it, and return those it said were finished."""
    argv = [sys.executable, "-c", ENDLESS, str(TESTS), str(path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as scan:
        assert scan.stdout is not None
        assert scan.stdout.readline() == "begun\n"
        said = [scan.stdout.readline() for _ in range(devices)]
        os.kill(scan.pid, signal.SIGKILL)
        said += scan.stdout.readlines()
    return {line.strip() for line in said}


def test_a_scan_that_is_killed_keeps_every_finished_device_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    finished: set[str] = set()

    for devices in (1, 17, 40):
        finished |= _killed_after(path, devices)

        with closing(sqlite3.connect(path)) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        with Store.open(path, writer=False) as reader:
            scan = reader.load(SCAN)
        assert scan.state is ScanState.RUNNING
        # One device more may be committed than was said: the kill fell between the two.
        assert len({str(d.address) for d in scan.devices} - finished) <= 1
        assert {str(d.address) for d in scan.devices} >= finished
        assert all(d == a_device(str(d.address)) for d in scan.devices)
        finished = {str(d.address) for d in scan.devices}

    assert len(finished) >= 58


def test_a_reader_sees_what_a_killed_scan_left_before_anybody_repairs_it(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    finished = _killed_after(path, 10)

    with Store.open(path, writer=False) as reader:
        assert {str(a) for a in reader.done(SCAN)} >= finished


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a small disk in a namespace")
def test_a_full_disk_keeps_every_finished_device_and_the_scan_goes_on(tmp_path: Path) -> None:
    own = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "-r", "--mount"]
    argv = [*own, sys.executable, "-W", "error", "-c", FILLING, str(TESTS), str(tmp_path)]

    done = subprocess.run(argv, capture_output=True, text=True, check=False)

    if "mounted" not in done.stdout:
        pytest.skip(f"no mount namespace here: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("whole\n")


def test_a_device_that_does_not_fit_leaves_the_one_before_it_in_place(tmp_path: Path) -> None:
    with Store.open(tmp_path / "clinic.db") as store:
        store.begin(a_scan())
        store.record(SCAN, a_device())
        pages = pragma(store._connection, "page_count")
        pragma(store._connection, f"max_page_count = {pages}")
        many = tuple(a_device().host.probe_results * 3000)

        with pytest.raises(StoreFull):
            store.record(SCAN, a_device(probe_results=many))

        assert store.load(SCAN).devices == (a_device(),)
        assert store.done(SCAN) == {ip_address("192.168.1.20")}
