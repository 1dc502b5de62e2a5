"""What ``riskscan init`` proposes to scan."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from click.testing import CliRunner

from riskscan import discover
from riskscan.cli.init import init
from riskscan.config import load_site
from riskscan.model import Segment, Zone


def _segment(interface: str, network: str, address: str) -> Segment:
    return Segment(interface, ip_network(network), ip_address(address), "02:00:00:00:00:01")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    plugged_into = (
        _segment("eth0", "192.168.1.0/24", "192.168.1.9"),
        _segment("wlan0", "192.168.1.0/24", "192.168.1.10"),
        _segment("eth0.20", "10.20.0.0/23", "10.20.0.9"),
    )
    monkeypatch.setattr(discover, "local_segments", lambda: plugged_into)
    return tmp_path / "site.toml"


def test_each_network_that_the_machine_is_plugged_into_is_proposed_once(site: Path):
    done = CliRunner().invoke(init, ["--yes", "-o", str(site)])
    assert done.exit_code == 0, done.output
    assert load_site(site).scope.include == (
        ip_network("192.168.1.0/24"),
        ip_network("10.20.0.0/23"),
    )


def test_networks_that_are_named_are_taken_alone(site: Path):
    done = CliRunner().invoke(init, ["--yes", "-o", str(site), "--network", "192.168.7.0/24"])
    assert done.exit_code == 0, done.output
    assert load_site(site).scope.include == (ip_network("192.168.7.0/24"),)


@pytest.mark.parametrize(
    ("more", "said", "zone"),
    [
        (("--zone", "guest"), None, Zone.GUEST),
        ((), "X\nsmall\n10.0.0.0/24\n\n\n\n\nlobby\nkitchen\noffice\n", Zone.OFFICE),
        ((), "X\nsmall\n10.0.0.0/24\n\n\n\n\nlobby\n\n", None),
    ],
    ids=["option", "asked", "not known"],
)
def test_the_kind_of_network_is_asked_and_may_stay_unknown(
    tmp_path: Path, more: tuple[str, ...], said: str | None, zone: Zone | None
) -> None:
    path = tmp_path / "site.toml"
    silent = () if said else ("--yes", "--practice", "X", "--network", "10.0.0.0/24")

    done = CliRunner().invoke(init, ["-o", str(path), *silent, *more], input=said)

    assert done.exit_code == 0, done.output
    assert load_site(path).zone is zone
