"""A small clinic looked at from the guest network and from the front desk: what that shows."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from riskscan import pipeline
from riskscan.config import render_site
from riskscan.lab import CLINIC, SCANNER, Lab, LabHost
from riskscan.model import Assessment, PortState, Risk, Scan, Scope, Site, Zone
from riskscan.store import Store

pytestmark = pytest.mark.lab

PACS, ANALYZER = "192.168.50.20", "192.168.50.23"
HOSTS = [h for h in CLINIC if h.name in {"gateway", "front-desk"} or h.address in {PACS, ANALYZER}]
GUEST_PLACE = replace(SCANNER, address="192.168.60.10", mac="3c:97:0e:5a:10:60")
"""Beyond the firewall, which lets everything through."""


def look(folder: Path, zone: Zone, scanner: LabHost) -> None:
    site = Site(
        practice="Lakeside",
        scope=Scope(tuple(ip_network(h.address) for h in HOSTS)),
        zone=zone,
        vantage=f"the {zone.value} network",
    )
    path = folder / f"{zone.value}.toml"
    path.write_text(render_site(site), encoding="utf-8")
    with Lab(HOSTS, scanner=scanner) as lab:
        done = lab.run(
            [sys.executable, "-m", "riskscan", "scan", "--site", str(path), "-q", "--db",
             str(folder / "clinic.db")],
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scan, Assessment, Assessment]:
    """The scan from the front desk, what it means alone, and what it means beside the other."""
    folder = tmp_path_factory.mktemp("places")
    look(folder, Zone.OFFICE, SCANNER)
    with Store.open(folder / "clinic.db") as store:
        first = pipeline.newest(store)
        assert first is not None
        alone = pipeline.assess_only(store, first, now=datetime.now(UTC))
    look(folder, Zone.GUEST, GUEST_PLACE)
    with Store.open(folder / "clinic.db") as store:
        scan = pipeline.newest(store)
        assert scan is not None
        assert scan.id == first.id, "a look from the guest network does not speak for the practice"
        return scan, alone, pipeline.assess_only(store, scan, now=datetime.now(UTC))


def of(assessment: Assessment, check: str) -> Risk:
    return next(r for r in assessment.risks if r.check == check)


def test_what_guests_can_reach_is_rated_by_that(
    told: tuple[Scan, Assessment, Assessment],
) -> None:
    _, alone, beside = told
    before, after = of(alone, "cleartext.telnet"), of(beside, "cleartext.telnet")

    assert (before.exposure, after.exposure) == (0, 1)
    assert after.key == before.key
    assert after.level >= before.level
    assert "guest" in " ".join(after.because)


def test_the_segmentation_matrix_names_the_guest_network_and_the_port(
    told: tuple[Scan, Assessment, Assessment],
) -> None:
    _, _, beside = told
    rows = [row for row in beside.reach if row.zone == Zone.GUEST]

    assert "23/tcp" in {port for row in rows for port in row.ports}


def test_both_places_are_named(told: tuple[Scan, Assessment, Assessment]) -> None:
    scan, alone, beside = told

    assert len(alone.coverage.vantages) == 1
    assert len(beside.coverage.vantages) == 2
    assert any(
        s.port == 23 and s.state is PortState.OPEN
        for d in scan.devices
        if str(d.address) == ANALYZER
        for s in d.host.services
    )
