"""The port engine against devices on a wire, counted by the devices themselves."""

from __future__ import annotations

import subprocess
from typing import Any

import engine_bench as wire
import pytest

from riskscan.discover.ports import NORMAL_TCP, TELLTALE_TCP
from riskscan.discover.raw.engine.peer import ROW

pytestmark = pytest.mark.lab

SHARE = ["unshare", "--user", "--map-root-user", "--net", "true"]


@pytest.fixture(scope="module", autouse=True)
def _namespaces() -> None:
    if subprocess.run(SHARE, capture_output=True).returncode:
        pytest.skip("this kernel lets no unprivileged process make a namespace")


@pytest.fixture(scope="module")
def everything() -> dict[str, Any]:
    return wire.bench("everything")


def _open(states: dict[str, str]) -> set[int]:
    return {int(port) for port, state in states.items() if state == "open"}


def test_all_open_ports_are_found_and_every_state_is_what_nmap_says(everything: dict[str, Any]):
    states = everything["states"]
    for target in (wire.OPEN_PC, wire.FIREWALLED, *wire.MANY):
        assert _open(states[target]) == wire.LISTENING & set(NORMAL_TCP)
    for target, theirs in everything["nmap"].items():
        assert states[target] == theirs


def test_no_device_feels_more_than_its_pace_resets_included(everything: dict[str, Any]):
    felt = everything["felt"]
    assert len(felt["packets"]) == 5 + len(wire.MANY)
    assert max(felt["worst"].values()) <= 40
    assert max(felt["packets"].values()) <= 400


def test_nothing_malformed_leaves_and_nothing_stays_half_open(everything: dict[str, Any]):
    felt = everything["felt"]
    assert felt["malformed"] == []
    assert felt["half_open"] == []
    assert felt["repeated"] == 0, "the kernel's RST came before any device had to ask again"


def test_a_tarpit_is_left_alone_within_ten_syns(everything: dict[str, Any]):
    assert everything["states"][wire.TARPIT].startswith("AnswersEverywhere")
    assert everything["felt"]["syns"][wire.TARPIT] <= 10


def test_a_device_that_falls_silent_is_left_alone(everything: dict[str, Any]):
    assert everything["states"][wire.DYING].startswith("WentSilent")
    assert everything["felt"]["syns"][wire.DYING] <= wire.DYING_AFTER + ROW + 20


def test_a_routers_no_is_filtered_and_not_asked_again(everything: dict[str, Any]):
    assert set(everything["states"][wire.BARRED].values()) == {"filtered"}
    assert everything["felt"]["syns"][wire.BARRED] == len(NORMAL_TCP)


def test_a_killed_scan_leaves_no_connection_half_open():
    felt = wire.bench("killed")["felt"]
    assert sum(felt["syns"].values()) >= len(wire.MANY)
    assert felt["half_open"] == []


def test_where_a_firewall_of_ours_swallows_resets_the_engine_sends_its_own():
    result = wire.bench("eaten")
    felt = result["felt"]
    assert _open(result["states"][wire.OPEN_PC]) == wire.LISTENING
    assert felt["repeated"] > 0, "the firewall was there"
    assert felt["half_open"] == []
    assert felt["malformed"] == []
    assert felt["worst"][wire.OPEN_PC] <= 5


def test_on_a_wire_that_loses_packets_connections_are_closed_in_the_pace_of_the_host():
    result = wire.bench("lossy")
    felt = result["felt"]
    for states in result["states"].values():
        assert _open(states) == wire.LISTENING & set(NORMAL_TCP)
    assert felt["half_open"] == []
    assert felt["malformed"] == []
    assert max(felt["worst"].values()) <= 40
    assert felt["most_half_open"] <= 2, "the second until a loss was seen for the first time"
    assert felt["resets"][wire.OPEN_PC] <= 3 * len(wire.LISTENING)


def test_the_scope_is_asked_at_every_send():
    result = wire.bench("out_of_scope")
    assert "not in scope" in result["states"][wire.OPEN_PC]
    assert result["felt"]["syns"][wire.OPEN_PC] == 5


def test_a_pulled_cable_pauses_everything_and_loses_nothing():
    result = wire.bench("link")
    assert [event for event in result["events"] if "link-lost" in event]
    for states in result["states"].values():
        assert set(states) == {str(port) for port in NORMAL_TCP}
        assert _open(states) == wire.LISTENING
        assert "filtered" not in states.values()


def test_a_sweep_uses_the_engine_and_reports_what_it_left_alone():
    result = wire.bench("through_the_sweep")
    hosts, felt = result["hosts"], result["felt"]
    assert not [event for event in result["events"] if "port-engine-unavailable" in event]
    tarpit, dying = hosts[wire.TARPIT], hosts[wire.DYING]
    assert tarpit["ports"] == {}
    assert "net.tarpit" in tarpit["seen"]
    assert felt["syns"][wire.TARPIT] <= 10
    assert "net.distress" in dying["seen"]
    assert set(dying["ports"].values()) == {"closed"}
    for left_alone in (tarpit, dying):
        assert left_alone["results"] == [["all", "skipped-for-safety"]]
    assert _open(hosts[wire.OPEN_PC]["ports"]) == wire.LISTENING
    notices = " ".join(event for event in result["events"] if event.startswith("Notice"))
    assert f"{wire.TARPIT}: it accepts on every port" in notices
    assert f"{wire.DYING}: it fell silent" in notices
    assert len(TELLTALE_TCP) <= felt["syns"][wire.DYING]
