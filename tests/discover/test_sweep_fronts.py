"""Routers and firewalls that answer in the name of others: they make no devices of nothing."""

from __future__ import annotations

import pytest
from sweep_bench import codes, swept, text_of
from test_sweep_troubles import DESK, GATEWAY, MAC, SHY, host

from riskscan.lab import WireLab
from riskscan.lab.wire_trouble import Front, Reply

pytestmark = pytest.mark.lab

NETWORK = "10.20.0.0/25"
UNTOUCHED = "02:00:00:00:00:02"


@pytest.fixture(scope="module")
def proxied() -> dict:
    """Two routers that answer ARP for a subnet each; the second is on the do-not-touch list."""
    fronts = [
        Front(network=net, reply=Reply.RESET, proxy_arp=True)
        for net in ("10.20.0.64/27", "10.20.0.96/27")
    ]
    router = host(1, ttl=255, fronts=fronts[:1])
    other = host(2, mac=UNTOUCHED, fronts=fronts[1:])
    real = host(70, behind=GATEWAY.address)
    with WireLab((router, other, DESK, SHY, real), NETWORK) as lab:
        found = swept(lab, NETWORK, exclude=[UNTOUCHED], tcp=[443])
        return {**found, "felt": lab.counts()}


def test_who_only_a_proxy_answers_for_is_no_device(proxied: dict) -> None:
    behind = [a for a in proxied["hosts"] if 64 <= int(a.rpartition(".")[2]) < 96]
    assert behind == ["10.20.0.70"]
    texts = [e["text"] for e in proxied["events"] if e.get("code") == "proxy-arp-suspected"]
    assert any("1 of them answered for themselves" in text for text in texts)


def test_who_answers_for_itself_behind_a_proxy_is_one_without_a_mac(proxied: dict) -> None:
    real = proxied["hosts"]["10.20.0.70"]
    assert (real["mac"], real["by"]) == (None, ["arp", "icmp"])
    assert ["arp.proxied-by", GATEWAY.mac] in real["seen"]


def test_a_proxy_on_the_do_not_touch_list_gets_nothing_but_the_arp(proxied: dict) -> None:
    felt = proxied["felt"]["10.20.0.2"]
    assert felt.syns == {} and felt.datagrams == {}
    assert proxied["hosts"][DESK.address]["ports"] == {"443": "open"}


@pytest.fixture(scope="module")
def beyond() -> dict:
    """Subnets behind the router: one of devices, one for which a firewall refuses all."""
    wall = Front(network="10.30.1.0/24", reply=Reply.RESET)
    router = host(1, ttl=255, fronts=(Front(network="10.30.0.0/24"), wall))
    mute = {"answers_ping": False, "drops_closed": True}

    def away(address: str, number: int, **traits: object):
        return host(0, address=address, mac=MAC.format(number), behind=router.address, **traits)

    devices = (
        away("10.30.0.5", 105),
        away("10.30.0.6", 106, open_ports=frozenset({443}), **mute),
        away("10.30.0.7", 107, refuses_datagrams=True, **mute),
        away("10.30.0.8", 108),
        away("10.30.1.9", 109),
    )
    with WireLab((router, DESK, *devices), NETWORK) as lab:
        found = swept(lab, "10.30.0.0/28", "10.30.1.0/27", exclude=["10.30.0.8"])
        return {**found, "felt": lab.counts()}


def test_beyond_a_router_each_device_is_found_by_what_it_answers(beyond: dict) -> None:
    by = {a: h["by"] for a, h in beyond["hosts"].items() if a.startswith("10.30.0.")}
    assert by == {"10.30.0.5": ["icmp"], "10.30.0.6": ["tcp-syn"], "10.30.0.7": ["udp"]}
    assert ["ip.ttl", "63"] in beyond["hosts"]["10.30.0.6"]["seen"]
    assert "subnet-not-local" in codes(beyond)


def test_a_firewall_that_refuses_for_all_is_one_notice_and_no_devices(beyond: dict) -> None:
    assert [a for a in beyond["hosts"] if a.startswith("10.30.1.")] == ["10.30.1.9"]
    assert "addresses of 10.30.1.0/24 answered alike" in text_of(beyond, "answers-for-others")


def test_what_is_asked_beyond_is_in_scope_well_formed_and_says_nothing(beyond: dict) -> None:
    for address, felt in beyond["felt"].items():
        assert felt.malformed == 0
        assert set(felt.syns) <= {443} and set(felt.datagrams) <= {33_434}
        assert not any(felt.bytes_received.values()), address
    assert beyond["felt"]["10.30.0.8"].unicast == 0
