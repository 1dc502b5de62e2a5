"""A clinic scanned, and scanned again unchanged: less is sent, nothing is lost, nobody is hurt."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import pytest

from riskscan.lab import CLINIC, SCANNER, Counts, Lab
from riskscan.model import Policy, Scan, ScanState, compare
from riskscan.store import Store

pytestmark = pytest.mark.lab

NUMBERS = (2, 11, 12, 20, 24, 30, 33, 40, 48)
HOSTS = [host for host in CLINIC if host.address in {f"192.168.50.{n}" for n in NUMBERS}]
FORBIDDEN = {*range(9100, 9108), 2575, 6661, 4001, 24105, 502, 47808}


@dataclass(frozen=True)
class Visits:
    """Two scans, and what each device had got after the first and after both."""

    first: Scan
    again: Scan
    after_first: Mapping[str, Counts]
    after_both: Mapping[str, Counts]

    def sent(self, address: str) -> tuple[int, int]:
        """Return frames to a device in the first scan and in the second."""
        before, after = self.after_first[address].unicast, self.after_both[address].unicast
        return before, after - before


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Visits:
    database = tmp_path_factory.mktemp("visits") / "clinic.db"
    words = [sys.executable, "-m", "riskscan", "scan", *(host.address for host in HOSTS)]
    words += ["--practice", "Lakeside", "--consent", "Dr. Lake", "-q", "--db", str(database)]
    known = {host.address for host in HOSTS} | {SCANNER}
    with Lab([host for host in CLINIC if host.address in known]) as lab:
        counts = []
        for more in ([], ["--rescan"]):
            done = lab.run([*words, *more], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            counts.append(lab.counts())
    with Store.open(database, writer=False) as store:
        again, first = (store.load(scan.id) for scan in store.scans())
    return Visits(first, again, *counts)


def spared(scan: Scan) -> list[str]:
    """Return the devices of which something was carried over."""
    return [
        str(device.address)
        for device in scan.devices
        if any(service.as_of for service in device.host.services)
    ]


def test_the_re_scan_builds_on_the_scan_before_and_finds_the_same(visits: Visits) -> None:
    assert visits.again.state is ScanState.COMPLETE
    assert visits.again.rescan_of == visits.first.id
    assert compare(visits.first, visits.again) == ()
    assert [d.identity for d in visits.again.devices] == [d.identity for d in visits.first.devices]


def test_every_open_port_is_seen_afresh_and_every_other_known_one_is_still_known(
    visits: Visits,
) -> None:
    for before, after in zip(visits.first.devices, visits.again.devices, strict=True):
        assert all(s.as_of is None for s in after.host.open_ports), after.address
        known = {(s.protocol, s.port) for s in before.host.services}
        assert {(s.protocol, s.port) for s in after.host.services} == known, after.address


def test_an_unchanged_device_gets_at_most_sixty_per_cent_and_few_packets(visits: Visits) -> None:
    sent = {address: visits.sent(address) for address in spared(visits.again)}

    assert len(sent) >= 2
    for address, (before, after) in sent.items():
        assert after <= 0.6 * before, address
    assert median(after for _, after in sent.values()) <= 100


def test_a_fragile_device_feels_no_more_than_in_any_scan(visits: Visits) -> None:
    fragile = [d for d in visits.again.devices if d.host.triage.policy is Policy.FRAGILE]

    assert len(fragile) >= 2
    for device in fragile:
        before, after = visits.sent(str(device.address))
        assert max(before, after) <= 45, device.address
        assert visits.after_both[str(device.address)].peak <= 8, device.address


def test_one_connection_at_once_and_not_a_byte_where_none_may_go(visits: Visits) -> None:
    for host in HOSTS:
        counts = visits.after_both[host.address]
        assert counts.at_once <= 1, host.address
        assert counts.malformed == 0, host.address
        assert not FORBIDDEN & set(counts.bytes_received), host.address
