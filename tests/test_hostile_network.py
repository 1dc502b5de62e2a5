"""Everything that means harm, at once: the scan ends, stays small, and believes none of it."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from riskscan.lab import Counts, Lab, LabHost
from riskscan.lab.servers.hostile import (
    DICOM_ABORT,
    DICOM_LONG,
    DICOM_TORN,
    ESCAPES,
    BrokenDicom,
    Drip,
    EndlessWeb,
    Flood,
    HangingTls,
    LyingSnmp,
    Painted,
)
from riskscan.lab.servers.http import Http
from riskscan.lab.servers.server import Server
from riskscan.lab.servers.snmp import Snmp
from riskscan.lab.servers.text import Ssh
from riskscan.lab.servers.tls import Tls
from riskscan.model import OBSERVATION_CAP, DeviceClass, Outcome, ScanState

pytestmark = pytest.mark.lab

RISKSCAN = [sys.executable, "-m", "riskscan"]
SCOPE = "192.168.50.0/26"
LIMIT = 180
"""Seconds after which the scan counts as one that never ends; it takes about a fifth of them."""
MOST_MEMORY = 400 << 20
"""Bytes that one process of the scan may hold in memory. A quiet scan holds a third of it, and one
flood that is kept in full would be 10 MiB for each question that meets it."""
MOST_STORED = 4 << 20
"""Bytes of the database."""
LONGEST_VALUE = 70_000
"""Characters of one stored value; a list of open ports or of observations is well below."""
COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a terminal obeys: every control character but tab and line feed."""


def hostile(last: int, name: str, *servers: Server, **how: Any) -> LabHost:
    return LabHost(
        name=name,
        address=f"192.168.50.{last}",
        mac=f"b0:83:fe:66:06:{last:02x}",  # a computer maker's: it is asked all that may be asked
        device_class=DeviceClass.UNKNOWN,
        vendor="Dell",
        what=name,
        servers=servers,
        ipv6=False,
        **how,
    )


PAINT = ESCAPES.encode("latin-1")
HONEST = LabHost(
    name="honest",
    address="192.168.50.40",
    mac="94:57:a5:66:06:40",
    device_class=DeviceClass.SERVER,
    vendor="Hewlett Packard",
    what="the only one here that tells the truth",
    ipv6=False,
    servers=(
        Ssh(port=22, banner="SSH-2.0-OpenSSH_10.0p2 Debian-7"),
        Http(port=443, title="Backup vault", tls=Tls(name="vault.lakeside.example")),
    ),
)
MOVER = hostile(
    29, "mover", Ssh(port=22, banner="SSH-2.0-Moving"), Http(port=80), moves_to="192.168.50.30"
)
HOSTS = (
    hostile(20, "tarpit", tarpit=True),
    hostile(21, "drip", Drip(port=21), Drip(port=80, opening=b"HTTP/1.1 200 "), Drip(port=443)),
    hostile(22, "flood", Flood(port=21), Flood(port=22, piece=b"S" * 4096), Flood(port=80)),
    hostile(
        23,
        "painted",
        Painted(port=21, greeting=b"220 " + PAINT),
        Painted(port=22, greeting=b"SSH-2.0-" + PAINT),
        Painted(port=25, greeting=b"220 " + PAINT),
        Http(port=80, title=ESCAPES, server=ESCAPES.replace("\x00", "")),
        Http(port=8080, realm=ESCAPES.replace('"', "")),
        Snmp(description=ESCAPES, object_id="1.3.6.1.4.1.99999.1", name=ESCAPES),
    ),
    hostile(24, "liar", LyingSnmp(), Ssh(port=22, banner="SSH-2.0-Liar")),
    hostile(32, "torn-liar", LyingSnmp(torn=True), Ssh(port=22, banner="SSH-2.0-Liar")),
    hostile(25, "aborter", *(BrokenDicom(port=port, answer=DICOM_ABORT) for port in (104, 11112))),
    hostile(26, "giant", BrokenDicom(port=104, answer=DICOM_LONG)),
    hostile(27, "torn", *(BrokenDicom(port=port, answer=DICOM_TORN) for port in (11112, 11113))),
    hostile(28, "hanger", HangingTls(port=443), HangingTls(port=8443, opening=b"")),
    hostile(31, "endless", EndlessWeb(port=80), EndlessWeb(port=8080, in_headers=True)),
    MOVER,
    HONEST,
)


@dataclass(frozen=True)
class Outlived:
    """What was left of the scan, and of those that it met."""

    folder: Path
    code: int
    said: str
    peak: int
    counts: Mapping[str, Counts]

    @property
    def database(self) -> Path:
        return self.folder / "hostile.db"

    def rows(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(query).fetchall()

    def told(self, *words: str) -> str:
        done = subprocess.run(
            [*RISKSCAN, *words, "--db", str(self.database)],
            capture_output=True,
            check=True,
            timeout=60,
        )
        return done.stdout.decode()


@pytest.fixture(scope="module")
def outlived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outlived]:
    folder = tmp_path_factory.mktemp("hostile")
    words = ["scan", SCOPE, "--practice", "Hostile Clinic", "--db", str(folder / "hostile.db")]
    with Lab(HOSTS) as lab:
        scan = lab.popen([*RISKSCAN, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            peak = _largest(scan, LIMIT)
            _, said = scan.communicate(timeout=10)
        finally:
            scan.kill()
        yield Outlived(folder, scan.returncode, said.decode(), peak, lab.counts())


def _largest(scan: subprocess.Popen[Any], seconds: float) -> int:
    """Wait for the scan, and return the most bytes that one of its processes ever held."""
    peak, end = 0, time.monotonic() + seconds
    while scan.poll() is None:
        assert time.monotonic() < end, "the scan did not end"
        peak = max([peak, *map(_most_held, _family(scan.pid))])
        time.sleep(0.2)
    return peak


def _family(pid: int) -> Iterator[int]:
    """Yield a process and all that descend from it."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found = children.read_text().split()
        except OSError:  # it ended between two looks
            continue
        for child in found:
            yield from _family(int(child))


def _most_held(pid: int) -> int:
    """Return VmHWM of a process in bytes (proc_pid_status(5)); 0 if it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) << 10 if found else 0


def test_the_scan_ends_and_is_complete(outlived: Outlived) -> None:
    assert outlived.code == 0, outlived.said
    assert outlived.rows("SELECT state FROM scan") == [(ScanState.COMPLETE.value,)]


def test_it_stays_small_in_memory_and_on_the_disk(outlived: Outlived) -> None:
    stored = sum(path.stat().st_size for path in outlived.folder.iterdir())

    assert 10 << 20 < outlived.peak < MOST_MEMORY
    assert stored < MOST_STORED


def test_no_probe_crashed(outlived: Outlived) -> None:
    outcomes = dict(outlived.rows("SELECT outcome, count(*) FROM probe_result GROUP BY outcome"))

    assert outcomes[Outcome.ANSWERED.value] > 0
    assert Outcome.CRASHED.value not in outcomes, outlived.rows(
        f"SELECT * FROM probe_result WHERE outcome = '{Outcome.CRASHED.value}'"  # noqa: S608
    )


def test_nobody_is_taken_for_what_he_is_not(outlived: Outlived) -> None:
    said = {d["address"]: d["class"] for d in json.loads(outlived.told("devices", "--format=json"))}
    truth = {host.address: host.device_class.value for host in HOSTS}
    medical = {h.address for h in HOSTS if any(isinstance(s, BrokenDicom) for s in h.servers)}

    assert said[HONEST.address] == HONEST.device_class.value
    assert said["192.168.50.20"] == DeviceClass.UNKNOWN.value
    assert set(truth) - {MOVER.address} <= set(said)
    for address in medical:  # it answers in DICOM, however badly
        assert said[address] in ("medical_other", "unknown"), address
    for address in set(said) - medical - {HONEST.address}:
        # A network card of a computer maker and an open port may be told as that, and no more.
        assert said[address] in ("unknown", "server", "workstation"), address


def test_a_device_that_moved_is_found_where_it_was_or_where_it_is(outlived: Outlived) -> None:
    found = {d["address"] for d in json.loads(outlived.told("devices", "--format=json"))}

    assert found & {MOVER.address, str(MOVER.moves_to)}
    assert found <= {host.address for host in HOSTS} | {str(MOVER.moves_to)}


def test_what_is_stored_is_capped_and_only_what_was_heard_is_kept_as_it_was(
    outlived: Outlived,
) -> None:
    """Text of the network is escaped where it is shown, and stands for itself in one column."""
    heard = [value for (value,) in outlived.rows("SELECT value FROM observation")]
    rest = [
        (table, value)
        for table in _tables(outlived)
        for row in outlived.rows(f"SELECT * FROM {table}")  # noqa: S608 - names of our own schema
        for value in row
        if isinstance(value, str)
    ]

    assert any(COMMANDS.search(value) for value in heard)
    assert [value for value in heard if "\0" in value or len(value) > OBSERVATION_CAP] == []
    assert [(t, v[:200]) for t, v in rest if COMMANDS.search(v) and v not in heard] == []
    assert [(t, len(v)) for t, v in rest if len(v) > LONGEST_VALUE] == []


def _tables(outlived: Outlived) -> list[str]:
    return [name for (name,) in outlived.rows("SELECT name FROM sqlite_schema WHERE type='table'")]


def test_nothing_that_is_shown_commands_a_terminal_or_a_browser(outlived: Outlived) -> None:
    shown = [outlived.told("devices"), outlived.told("findings"), outlived.said]
    shown += [outlived.told("devices", "show", f"192.168.50.{last}") for last in (23, 24)]
    page = outlived.folder / "report.html"
    outlived.told("report", "-o", str(page))
    markup = page.read_text()

    assert not [COMMANDS.search(text) for text in shown if COMMANDS.search(text)]
    assert "<script>alert" not in markup
    assert not COMMANDS.search(markup)


def test_the_hostile_are_treated_as_gently_as_anybody(outlived: Outlived) -> None:
    felt = {host.name: outlived.counts[host.address] for host in HOSTS}

    assert {name: c.at_once for name, c in felt.items() if c.at_once > 1} == {}
    assert {name: c.malformed for name, c in felt.items() if c.malformed} == {}
    assert {name: c.faults for name, c in felt.items() if c.faults} == {}
