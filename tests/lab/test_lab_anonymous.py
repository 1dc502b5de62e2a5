"""A medical device is greeted as a stranger by leave of the site file alone, and no less gently."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from riskscan.config import render_site
from riskscan.lab import CLINIC, Counts, Lab, LabHost, demo_site
from riskscan.lab.servers.broker import Mqtt
from riskscan.lab.servers.directory import Ldap
from riskscan.lab.servers.ftp import Ftp
from riskscan.lab.servers.ntlm import Computer
from riskscan.lab.servers.smb import Smb
from riskscan.model import DeviceClass, Host, Outcome, Policy, ProbeResult, Scan
from riskscan.store import Store

pytestmark = pytest.mark.lab

_BOX = Computer(name="MODALITY", version=(6, 1, 0))
MODALITY = LabHost(
    name="modality",
    address="192.168.50.90",
    mac="00:1a:01:7c:00:90",
    device_class=DeviceClass.MEDICAL_OTHER,
    vendor="ICU Medical",
    what="a medical device that lets strangers in wherever it can, and drops what it does not know",
    drops_closed=True,
    servers=(
        Ftp(port=21, greeting="Service ready", anonymous=True),
        Ldap(root={"vendorName": ("a maker",)}),
        Mqtt(),
        Smb(newest=0x0311, signing_required=False, computer=_BOX, stranger="guest"),
    ),
)
MEDICAL = (MODALITY, *(h for h in CLINIC if h.name in ("analyzer", "pump", "monitor")))
STRANGERS = {"ftp_anonymous", "smb_guest", "ldap", "mqtt"}
MOST_PACKETS, MOST_A_SECOND, MOST_CONNECTIONS = 45, 8, 3


@dataclass(frozen=True)
class Visit:
    scan: Scan
    counts: Mapping[str, Counts]

    def host(self, name: str) -> Host:
        (address,) = (h.address for h in MEDICAL if h.name == name)
        (found,) = (d.host for d in self.scan.devices if str(d.address) == address)
        return found


def _visit(folder: Path, *allowed: str) -> Visit:
    site, database = folder / "site.toml", folder / "clinic.db"
    site.write_text(render_site(replace(demo_site(), allow_anonymous=allowed)))
    with Lab(MEDICAL) as lab:
        words = ["scan", "--site", str(site), "--db", str(database), "-q"]
        done = lab.run([sys.executable, "-m", "riskscan", *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        counts = lab.counts()
    with Store.open(database, writer=False) as store:
        (scan,) = store.scans()
        return Visit(store.load(scan.id), counts)


@pytest.fixture(scope="module")
def forbidden(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    return _visit(tmp_path_factory.mktemp("forbidden"))


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    return _visit(tmp_path_factory.mktemp("allowed"), "192.168.50.0/24")


def _results(host: Host, outcome: Outcome) -> dict[str, ProbeResult]:
    results = (r for r in host.probe_results if r.outcome is outcome)
    return {r.probe: r for r in results if r.probe in STRANGERS}


def _said(host: Host) -> set[tuple[str, str]]:
    return {(o.key, o.value) for o in host.observations}


def test_without_leave_no_medical_device_is_asked_and_the_reason_names_the_key(
    forbidden: Visit,
) -> None:
    skipped = _results(forbidden.host("modality"), Outcome.SKIPPED_FOR_SAFETY)

    assert set(skipped) == {"smb_guest"}, "445 is the only one of these ports that it was asked"
    assert "allow_anonymous" in skipped["smb_guest"].detail
    for host in MEDICAL:
        assert not _results(forbidden.host(host.name), Outcome.ANSWERED)
        assert not {21, 389, 1883} & set(forbidden.counts[host.address].syns)


def test_with_leave_each_device_is_asked_whether_it_lets_strangers_in(allowed: Visit) -> None:
    told = _said(allowed.host("modality"))

    assert ("ftp.anonymous", "accepted") in _said(allowed.host("analyzer"))
    assert {("ldap.anonymous", "true"), ("mqtt.auth", "none")} <= told
    assert ("ftp.anonymous", "accepted") in told


def test_what_the_connections_do_not_suffice_for_is_skipped_for_safety(allowed: Visit) -> None:
    skipped = _results(allowed.host("modality"), Outcome.SKIPPED_FOR_SAFETY)

    assert set(skipped) == {"smb_guest"}
    assert "3 connections" in skipped["smb_guest"].detail


@pytest.mark.parametrize("name", [host.name for host in MEDICAL])
@pytest.mark.parametrize("leave", ["forbidden", "allowed"])
def test_a_medical_device_feels_almost_nothing_either_way(
    name: str, leave: str, request: pytest.FixtureRequest
) -> None:
    visit: Visit = request.getfixturevalue(leave)
    felt = visit.counts[str(visit.host(name).address)]

    assert visit.host(name).triage.policy is Policy.FRAGILE
    assert felt.unicast <= MOST_PACKETS, felt
    assert felt.peak <= MOST_A_SECOND, felt
    assert sum(felt.connections.values()) <= MOST_CONNECTIONS, felt
    assert felt.at_once <= 1
    assert not felt.datagrams


def test_the_silent_pump_feels_no_more_for_being_allowed(forbidden: Visit, allowed: Visit) -> None:
    address = str(forbidden.host("pump").address)
    before, after = (sum(v.counts[address].syns.values()) for v in (forbidden, allowed))

    assert after <= before


def test_no_patient_name_is_read_with_leave_either(allowed: Visit) -> None:
    address = str(allowed.host("analyzer").address)

    assert set(allowed.counts[address].connections) == {21, 23}
    assert not [o for o in allowed.host("analyzer").observations if "RESULT" in o.value]
