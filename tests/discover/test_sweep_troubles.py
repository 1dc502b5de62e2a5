"""What real networks do to a sweep, on emulated wires: it is not fooled, and says what it met."""

from __future__ import annotations

import pytest
from sweep_bench import codes, swept, text_of

from riskscan.discover.raw.arp import WAVES
from riskscan.lab import WireHost, WireLab
from riskscan.lab.wire_trouble import Sleep, SwitchPort

pytestmark = pytest.mark.lab

NETWORK = "10.20.0.0/26"
MAC = "0c:c4:7a:00:00:{:02x}"


def host(number: int, **traits: object) -> WireHost:
    given = {"address": f"10.20.0.{number}", "mac": MAC.format(number), "kind": "server"}
    return WireHost(**{**given, **traits})  # type: ignore[arg-type]


GATEWAY = host(1, ttl=255)
DESK = host(20, open_ports=frozenset({443}))
SHY = host(30, answers_ping=False, drops_closed=True)
PLAIN = (GATEWAY, DESK, SHY)
SLEEPER = host(40, sleep=Sleep(until_request=len(WAVES) + 1))
SEVERAL = host(50, also=("10.20.0.51", "10.20.0.52"))
GONE = "10.20.0.9"


@pytest.fixture(scope="module")
def ordinary() -> dict:
    """A segment on which nothing is wrong: but a heavy sleeper, and a small neighbour table."""
    with WireLab((*PLAIN, SLEEPER, SEVERAL), NETWORK) as lab:
        found = swept(
            lab,
            NETWORK,
            known={DESK.address: DESK.mac, GONE: MAC.format(9)},
            wireless=True,
            tcp=[443],
            limit=10,
            stranger=True,
        )
        return {**found, "felt": lab.counts(), "scanner": lab.scanner}


def test_every_device_is_found_and_nothing_else(ordinary: dict) -> None:
    there = {a for each in (*PLAIN, SLEEPER, SEVERAL) for a in each.addresses}
    assert set(ordinary["hosts"]) == there | {ordinary["scanner"]}


def test_a_sleeper_that_misses_the_whole_sweep_is_found_by_the_last_wave(ordinary: dict) -> None:
    assert ordinary["hosts"][SLEEPER.address]["by"] == ["arp", "late"]
    assert ordinary["hosts"][SLEEPER.address]["ports"] == {"443": "closed"}
    assert ordinary["hosts"][DESK.address]["by"] == ["arp"]


def test_devices_are_examined_while_others_are_still_looked_for(ordinary: dict) -> None:
    ports = [e for e in ordinary["events"] if e.get("stage") == "ports"]
    assert ports[0]["total"] is None
    assert ports[-1]["done"] == ports[-1]["total"] == len(ordinary["hosts"])


def test_a_server_with_several_addresses_is_listed_at_each_and_says_so(ordinary: dict) -> None:
    seen = ordinary["hosts"]["10.20.0.51"]["seen"]
    assert [v for k, v in seen if k == "arp.shares-mac"] == ["10.20.0.50", "10.20.0.52"]
    assert "proxy-arp-suspected" not in codes(ordinary)


def test_a_table_of_neighbours_that_is_too_small_loses_nobody_and_is_named(ordinary: dict) -> None:
    assert "the kernel remembers 10 neighbours" in text_of(ordinary, "neighbour-table-small")
    assert ordinary["hosts"][DESK.address]["ports"] == {"443": "open"}


def test_a_wifi_on_which_devices_talk_is_not_called_isolated(ordinary: dict) -> None:
    assert "client-isolation-likely" not in codes(ordinary)


@pytest.mark.parametrize("cuts", [False, True])
def test_a_switch_that_inspects_arp_is_named_and_nothing_more_is_sent(cuts: bool) -> None:
    with WireLab(PLAIN, NETWORK, port=SwitchPort(shuts_above=15, drops_carrier=cuts)) as lab:
        found = swept(lab, NETWORK)

    text = text_of(found, "arp-inspection-suspected")
    assert "Dynamic ARP Inspection" in text and "--arp-rate 10" in text
    assert "address-changed" not in codes(found)


def test_at_ten_a_second_an_inspecting_switch_lets_the_sweep_through() -> None:
    network = "10.20.0.0/28"
    hosts = (GATEWAY, host(5), host(9, drops_closed=True))
    with WireLab(hosts, network, port=SwitchPort(shuts_above=15)) as lab:
        found = swept(lab, "10.20.0.1", "10.20.0.4-9", arp_pps=10)

    assert set(found["hosts"]) == {each.address for each in hosts}
    assert "arp-inspection-suspected" not in codes(found)


def test_a_wifi_that_isolates_its_clients_is_said_to_do_so() -> None:
    with WireLab(PLAIN, NETWORK, port=SwitchPort(isolates=True)) as lab:
        found = swept(lab, NETWORK, wireless=True)

    assert "client-isolation-likely" in codes(found)


@pytest.mark.parametrize("words", ["addr del {}/26 dev eth0", "link set eth0 down"])
def test_an_address_or_link_that_goes_away_ends_the_scan_and_keeps_what_is_finished(
    words: str,
) -> None:
    with WireLab(PLAIN, NETWORK) as lab:
        words = words.format(lab.scanner)
        found = swept(lab, NETWORK, words=words, holds=SHY.address, tcp=[443])

    assert "riskscan scan --resume" in text_of(found, "address-changed")
    assert found["hosts"][DESK.address]["ports"] == {"443": "open"}
    assert SHY.address not in found["hosts"]
