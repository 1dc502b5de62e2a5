"""The story, end to end: a clinic in a private network, scanned for real, held to the truth."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ordinary_user import as_ordinary_user

from riskscan import knowledge, pipeline
from riskscan.config import render_site
from riskscan.discover.profile import PROFILES
from riskscan.lab import (
    CLINIC,
    NETWORK_WEAKNESSES,
    PATIENT_NAMES,
    SCANNER,
    Counts,
    Lab,
    LabHost,
    demo_files,
    demo_site,
)
from riskscan.model import ActionStatus, Assessment, ControlStatus, DeviceClass, Policy
from riskscan.pipeline.showing import take_in, write_answered
from riskscan.store import Store
from tests.assess.narrowing import narrowed_by_20_and_by_all

pytestmark = pytest.mark.lab

RISKSCAN = [sys.executable, "-m", "riskscan"]
FORBIDDEN = {*range(9100, 9108), 2575, 6661, 4001, 24105, 502, 47808}
FRAGILE_PACKETS = 45
FRAGILE_PEAK = 8
FRAGILE_CONNECTIONS = 3
SPOKEN_OF = {check for host in CLINIC for check in (*host.weaknesses, *host.plausible)}
"""Checks that the table judges. One that it does not know yet is neither found nor false."""
LOCAL = [host for host in CLINIC if host.address.startswith("192.168.50.")]


@dataclass(frozen=True)
class Visit:
    """One scan of the clinic: what riskscan says, and what the devices felt."""

    folder: Path
    devices: Mapping[str, dict[str, Any]]
    findings: list[dict[str, Any]]
    counts: Mapping[str, Counts]

    def failed(self, address: str | None) -> set[str]:
        return {
            f["check"] for f in self.findings if f["address"] == address and f["result"] == "fail"
        }


def _json(*words: str | Path) -> Any:
    done = subprocess.run([*RISKSCAN, *map(str, words)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    folder = tmp_path_factory.mktemp("visit")
    site, database = folder / "site.toml", folder / "clinic.db"
    site.write_text(render_site(demo_site()))
    with Lab(CLINIC) as lab:
        done = lab.run(
            [*RISKSCAN, "scan", "--site", str(site), "--db", str(database)],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        counts = lab.counts()
    for suffix in ("pdf", "html", "json", "csv"):
        subprocess.run(
            [*RISKSCAN, "report", "--db", str(database), "-o", str(folder / f"r.{suffix}")],
            check=True,
            capture_output=True,
        )
    devices = _json("devices", "--format", "json", "--db", database)
    findings = _json("findings", "--all", "--format", "json", "--db", database)
    return Visit(folder, {d["address"]: d for d in devices}, findings, counts)


def test_every_host_is_found_with_its_address_and_mac(visit: Visit) -> None:
    missing = [host.name for host in CLINIC if host.address not in visit.devices]
    wrong = [host.name for host in LOCAL if visit.devices[host.address]["mac"] != host.mac]
    known = {address for host in CLINIC for address in host.addresses}

    assert (missing, wrong) == ([], [])
    assert set(visit.devices) <= known


def test_the_scanning_machine_is_left_out_and_said_to_be(visit: Visit) -> None:
    assert SCANNER.address not in visit.devices
    assert f"{SCANNER.address} is the machine that scans" in (visit.folder / "r.html").read_text()


def test_no_class_is_wrong_and_almost_all_are_right(visit: Visit) -> None:
    said = {host.name: visit.devices[host.address]["class"] for host in CLINIC}
    wrong = {
        host.name: said[host.name]
        for host in CLINIC
        if said[host.name] not in (host.device_class.value, DeviceClass.UNKNOWN.value)
    }
    right = [host for host in CLINIC if said[host.name] == host.device_class.value]

    assert wrong == {}
    assert len(right) >= 0.95 * len(CLINIC), said


@pytest.mark.parametrize("host", CLINIC, ids=lambda host: host.name)
def test_every_planted_weakness_is_found_and_nothing_else(visit: Visit, host: LabHost) -> None:
    found = visit.failed(host.address)

    assert set(host.weaknesses) <= found
    assert found & SPOKEN_OF <= {*host.weaknesses, *host.plausible}


@pytest.mark.parametrize(
    "host", [h for h in CLINIC if h.maker or h.product], ids=lambda host: host.name
)
def test_maker_and_product_are_named_where_they_are_on_the_wire(
    visit: Visit, host: LabHost
) -> None:
    said = visit.devices[host.address]

    assert (host.maker or said["vendor"], host.product or said["product"]) == (
        said["vendor"],
        said["product"],
    )


def test_hosts_that_are_as_they_should_be_show_no_weakness_at_all(visit: Visit) -> None:
    clean = [h for h in CLINIC if h.open_ports and not h.weaknesses and not h.plausible]

    assert {h.name for h in clean} >= {"vault", "manager-pc", "billing-pc", "directory"}
    assert {h.name: visit.failed(h.address) & SPOKEN_OF for h in clean} == {
        h.name: set() for h in clean
    }


def test_the_weakness_of_the_network_as_a_whole_is_found(visit: Visit) -> None:
    assert visit.failed(None) == set(NETWORK_WEAKNESSES)


@pytest.mark.parametrize(
    "host", [h for h in CLINIC if h.fragile and not h.disguised], ids=lambda host: host.name
)
def test_a_fragile_device_feels_almost_nothing(visit: Visit, host: LabHost) -> None:
    felt = visit.counts[host.address]

    assert visit.devices[host.address]["policy"] == Policy.FRAGILE.value
    assert felt.unicast <= FRAGILE_PACKETS, felt
    assert felt.peak <= FRAGILE_PEAK, felt
    assert sum(felt.connections.values()) <= FRAGILE_CONNECTIONS, felt
    assert not felt.datagrams


@pytest.mark.parametrize("host", [h for h in CLINIC if h.disguised], ids=lambda host: host.name)
def test_a_medical_device_that_looks_like_a_computer_is_fragile_once_it_has_spoken(
    visit: Visit, host: LabHost
) -> None:
    felt = visit.counts[host.address]

    assert visit.devices[host.address]["policy"] == Policy.FRAGILE.value
    assert sum(felt.connections.values()) <= FRAGILE_CONNECTIONS, felt


def test_who_accepts_on_every_port_is_left_alone_and_said_to(visit: Visit) -> None:
    (decoy,) = (host for host in CLINIC if host.tarpit)
    felt = visit.counts[decoy.address]
    evidence = {
        seen["key"]
        for f in visit.findings
        if f["address"] == decoy.address
        for seen in f["evidence"]
    }

    assert visit.devices[decoy.address]["ports"] == []
    assert "net.tarpit" in evidence
    assert f"{decoy.address}: it accepts on every port" in (visit.folder / "r.html").read_text()
    assert sum(felt.syns.values()) <= 10
    assert felt.connections == {}


def test_no_device_feels_more_than_is_said_before_the_scan(visit: Visit) -> None:
    """The router is left out: it also carries what is meant for the network behind it."""
    beyond = {}
    for host in (host for host in CLINIC if not host.is_router):
        said, felt = visit.devices[host.address], visit.counts[host.address]
        # Until it has spoken, a device in disguise is what it looks like.
        policy = Policy.NORMAL if host.disguised else Policy(said["policy"])
        most = PROFILES["gentle"].ceiling(policy)
        packets = most.port_packets + most.open_port_packets * len(said["ports"])
        if felt.unicast > packets or felt.peak > 2 * most.per_second:
            beyond[host.name] = (felt.unicast, packets, felt.peak, most.per_second)

    print(_suffered(visit))
    assert beyond == {}, _suffered(visit)


def _suffered(visit: Visit) -> str:
    """Return what every device felt, as a table: pytest shows it with -s, or on failure."""
    form = "{:16}{:>9}{:>6}{:>6}{:>6}{:>9}{:>8}  {}"
    head = (
        "device",
        "policy",
        "all",
        "peak",
        "SYN",
        "datagrams",
        "opened",
        "frames (bytes) by kind",
    )
    lines = [form.format(*head)]
    for host in CLINIC:
        felt, policy = visit.counts[host.address], visit.devices[host.address]["policy"]
        kinds = (f"{kind} {count} ({felt.octets[kind]})" for kind, count in felt.frames.items())
        told = sum(felt.bytes_received.values())
        sums = (sum(each.values()) for each in (felt.syns, felt.datagrams, felt.connections))
        numbers = (felt.unicast, felt.peak, *sums)
        lines.append(
            form.format(host.name, policy, *numbers, f"{', '.join(kinds)}; told over TCP {told}")
        )
    return "\n".join(["", *lines])


def test_no_device_gets_two_connections_at_once_or_a_malformed_packet(visit: Visit) -> None:
    felt = {host.name: visit.counts[host.address] for host in CLINIC}

    assert {name: c.at_once for name, c in felt.items() if c.at_once > 1} == {}
    assert {name: c.malformed for name, c in felt.items() if c.malformed} == {}
    assert {name: c.faults for name, c in felt.items() if c.faults} == {}


def test_no_byte_reaches_a_port_that_acts_on_bytes(visit: Visit) -> None:
    written = {
        (host.name, port): count
        for host in CLINIC
        for port, count in visit.counts[host.address].bytes_received.items()
        if port in FORBIDDEN and count
    }

    assert written == {}


def test_no_patient_name_lands_in_the_database_or_an_export(visit: Visit) -> None:
    stored = visit.folder / "clinic.db"
    with sqlite3.connect(stored) as connection:
        dump = "\n".join(connection.iterdump()).upper()
    connection.close()
    texts = {
        p.name: p.read_bytes().decode(errors="replace").upper() for p in visit.folder.iterdir()
    }
    pieces = {piece for name in PATIENT_NAMES for piece in (name, name.partition("^")[0])}

    assert {p for p in pieces if p in dump} == set()
    assert {(f, p) for f, text in texts.items() for p in pieces if p in text} == set()


def test_every_file_is_for_its_owner_only(visit: Visit) -> None:
    modes = {
        p.name: oct(p.stat().st_mode & 0o777)
        for p in visit.folder.iterdir()
        if p.name != "site.toml"
    }

    assert set(modes.values()) == {"0o600"}, modes


def test_judging_and_rendering_again_gives_the_same_bytes(visit: Visit) -> None:
    again = visit.folder / "again.html"
    subprocess.run(
        [*RISKSCAN, "report", "--db", str(visit.folder / "clinic.db"), "-o", str(again)],
        check=True,
        capture_output=True,
    )

    assert again.read_bytes() == (visit.folder / "r.html").read_bytes()


def test_twenty_questions_settle_most_of_what_questions_can_settle(visit: Visit) -> None:
    with Store.open(visit.folder / "clinic.db", create=False, writer=False) as store:
        scan = store.latest()
    assert scan is not None
    assert scan.ended_at is not None

    for trouble in (False, True):
        twenty, all_of_them = narrowed_by_20_and_by_all(
            scan, knowledge.load(), scan.ended_at, trouble=trouble
        )
        assert twenty * 4 >= all_of_them * 3 > 0


# -- stopping ---------------------------------------------------------------------------------


@pytest.fixture
def small_lab() -> Iterator[Lab]:
    with Lab(LOCAL) as lab:
        yield lab


def _wait_for_a_device(database: Path, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if database.exists():
            found = subprocess.run(
                [*RISKSCAN, "devices", "--format", "json", "--db", str(database)],
                capture_output=True,
                check=False,
            )
            if found.returncode == 0 and json.loads(found.stdout):
                return
        time.sleep(0.2)
    raise AssertionError("no device was stored in time")


def _start(lab: Lab, database: Path) -> subprocess.Popen[str]:
    words = ["scan", "192.168.50.0/24", "--practice", "Stopped Clinic", "--db", str(database)]
    process: subprocess.Popen[str] = lab.popen(
        [*RISKSCAN, *words], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    _wait_for_a_device(database)
    return process


def test_a_scan_stopped_by_ctrl_c_is_resumed_and_repeats_nothing(
    small_lab: Lab, tmp_path: Path
) -> None:
    database = tmp_path / "stopped.db"
    process = _start(small_lab, database)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    done_before = {d["address"] for d in _json("devices", "--format", "json", "--db", database)}
    felt_before = small_lab.counts()

    resumed = small_lab.run(
        [*RISKSCAN, "scan", "--resume", "--db", str(database)], capture_output=True, text=True
    )

    assert process.returncode == 4, said
    assert "scan --resume" in said
    assert resumed.returncode == 0, resumed.stderr
    devices = _json("devices", "--format", "json", "--db", database)
    assert {d["address"] for d in devices} >= {host.address for host in LOCAL}
    felt_after = small_lab.counts()
    asked_again = [
        a for a in done_before if a in felt_after and felt_after[a].syns != felt_before[a].syns
    ]
    assert asked_again == []


def test_a_second_ctrl_c_stops_at_once_and_keeps_what_is_done(
    small_lab: Lab, tmp_path: Path
) -> None:
    database = tmp_path / "twice.db"
    process = _start(small_lab, database)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode in (130, 4), said
    assert "Traceback" not in said
    assert _json("devices", "--format", "json", "--db", database)


def test_a_killed_scan_is_resumed(small_lab: Lab, tmp_path: Path) -> None:
    database = tmp_path / "killed.db"
    process = _start(small_lab, database)
    process.kill()
    process.communicate(timeout=60)

    resumed = small_lab.run(
        [*RISKSCAN, "scan", "--resume", "-q", "--db", str(database)], capture_output=True, text=True
    )

    assert resumed.returncode == 0, resumed.stderr
    devices = _json("devices", "--format", "json", "--db", database)
    assert {d["address"] for d in devices} >= {host.address for host in LOCAL}


# -- the demo ---------------------------------------------------------------------------------


def test_the_demo_needs_no_root_where_the_kernel_allows_it(reachable: Path) -> None:
    done = as_ordinary_user(["-m", "riskscan", "demo", "-q", "-o", "demo"], reachable)

    assert done.returncode == 0, done.stderr
    out = reachable / "demo"
    assert (out / "riskscan-demo.pdf").read_bytes().startswith(b"%PDF-")
    assert json.loads((out / "riskscan-demo.json").read_text())
    assert "<html" in (out / "riskscan-demo.html").read_text()


# ---------------------------------------------------------------------- the demo's two reports


def _judged(visit: Visit, database: Path, *, answered: bool) -> Assessment:
    """Judge the scan of the clinic as ``riskscan demo`` does, in a database of its own."""
    shutil.copy(visit.folder / "clinic.db", database)
    now = datetime.now(UTC)
    with Store.open(database) as store:
        done = store.latest()
        assert done is not None
        if answered:
            filled = write_answered(database.parent / "answered", demo_files(now.date()))
            take_in(store, done, filled, now)
        return pipeline.judge(store, done, now=datetime.now(UTC))


@pytest.fixture(scope="module")
def analysed(visit: Visit, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Assessment]:
    database = tmp_path_factory.mktemp("analysed") / "riskscan.db"
    return database, _judged(visit, database, answered=True)


def test_with_its_answers_the_demo_is_a_complete_risk_analysis(
    analysed: tuple[Path, Assessment],
) -> None:
    _, assessment = analysed
    statuses = {c.control.id: c.status for c in assessment.controls}

    assert [e.lacking for e in assessment.elements if not e.present] == []
    assert assessment.complete
    assert ControlStatus.NOT_ASSESSED not in statuses.values()
    assert statuses["A14"] is ControlStatus.MET_ALTERNATIVE
    assert statuses["P04"] is ControlStatus.NOT_REASONABLE
    assert {c.control for c in assessment.conflicts if c.is_open} == {"A02", "T09"}


def test_the_demo_shows_what_becomes_of_risks_actions_exceptions_and_vendors(
    analysed: tuple[Path, Assessment],
) -> None:
    _, assessment = analysed
    states = {a.key: a.status for a in assessment.actions}
    vendors = [v.status for v in assessment.vendors if v.entry]
    estimate = assessment.coverage.estimate

    assert [r.check for r in assessment.risks if r.acceptance] == ["exposure.raw-print"]
    assert states["own.posters"] is ActionStatus.DONE_UNVERIFIED
    assert states["snmp.default-community/device"] is ActionStatus.IN_PROGRESS
    assert [e.holds for e in assessment.exceptions] == [True, False]
    assert vendors.count("no agreement on file") == vendors.count("agreement outdated") == 1
    assert estimate is not None
    assert (estimate.scanned - estimate.both, estimate.listed - estimate.both) == (2, 1)
    assert not [a.key for a in assessment.actions if "The plan has no action" in a.note]


def test_the_report_calls_itself_what_it_is(
    visit: Visit, analysed: tuple[Path, Assessment], tmp_path: Path
) -> None:
    page = tmp_path / "complete.html"
    subprocess.run(
        [*RISKSCAN, "report", "--db", str(analysed[0]), "-o", str(page)],
        check=True, capture_output=True,
    )  # fmt: skip

    assert "Technical scan report" not in page.read_text()
    assert "Technical scan report" in (visit.folder / "r.html").read_text()


def test_without_answers_every_control_that_no_scan_sees_is_not_assessed(visit: Visit) -> None:
    assessment = _judged(visit, visit.folder / "unanswered.db", answered=False)
    judged = {
        c.control.id
        for c in assessment.controls
        if c.status not in (ControlStatus.NOT_ASSESSED, ControlStatus.NOT_APPLICABLE)
    }

    assert not assessment.complete
    assert judged
    assert all(c.findings or c.evidence for c in assessment.controls if c.control.id in judged)
    assert not judged & {c.control.id for c in assessment.controls if not c.control.checks}
    assert ControlStatus.MET not in {c.status for c in assessment.controls}
