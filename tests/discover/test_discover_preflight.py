"""What is read of the scanning machine, and what is said of it before anything is sent."""

from __future__ import annotations

import json
import socket
import sys
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover import local_segments, parse_scope, preflight, surroundings
from riskscan.discover.caution import notices_of
from riskscan.discover.iproute import alive_of, near4, near6, route_to, way_out
from riskscan.discover.links import links_of
from riskscan.discover.preflight import Preflight
from riskscan.discover.surroundings import Surroundings, segments_of, used_for
from riskscan.errors import RawSocketsDenied
from riskscan.model import Vantage

RECORDED = Path(__file__).resolve().parents[2] / "fixtures" / "discover"
Entry = dict[str, Any]


def _recorded(name: str) -> list[Entry]:
    return json.loads((RECORDED / name).read_text())


def _entry(name: str, *addresses: str, kind: str = "", **more: Any) -> Entry:
    """Write an interface as ``ip -j -d addr`` does; a network card unless a kind is given."""
    info = {"linkinfo": {"info_kind": kind}} if kind else {}
    entry = {
        "ifname": name,
        "flags": ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
        "link_type": "ether",
        "address": f"00:1B:21:00:00:{len(name):02X}",
        **info,
        **more,
    }
    bound = [text.rpartition("/") for text in addresses]
    scopes = {a: "link" if a.startswith("fe80") else "global" for a, _, _ in bound}
    return entry | {
        "addr_info": [{"local": a, "prefixlen": int(n), "scope": scopes[a]} for a, _, n in bound]
    }


def _around(*entries: Entry, routes: tuple[Entry, ...] = (), **more: Any) -> Surroundings:
    wireless = more.pop("wireless", ())
    links = links_of(entries, wireless)
    return Surroundings(links, segments_of(links.values(), routes), routes, **more)


def _said(around: Surroundings, *targets: str) -> dict[str, str]:
    notices = list(notices_of(parse_scope(targets, allow_large=True), around))
    return {n.code: " | ".join(m.text for m in notices if m.code == n.code) for n in notices}


CARD = _entry("eth0", "192.168.1.9/24", "fe80::1/64")
NO_CARRIER = ["BROADCAST", "MULTICAST", "UP", "NO-CARRIER"]
TO_GATEWAY = {"dst": "default", "gateway": "192.168.1.1", "dev": "eth0", "metric": 100}


def _recorded_host() -> Surroundings:
    """A host with containers, a virtual machine's network, two VPNs and one card, eth0."""
    return _around(CARD, *_recorded("ip_addr.json"), routes=tuple(_recorded("ip_route.json")))


# interfaces


def test_segments_are_the_interfaces_that_are_up_without_loopback():
    down = _entry("eth1", "192.168.2.9/24", flags=["BROADCAST"])
    tunnel = _entry("tun0", "10.8.0.2/24", link_type="none", flags=["POINTOPOINT", "NOARP", "UP"])
    lo = _entry("lo", "127.0.0.1/8", flags=["LOOPBACK", "UP"])
    segments = _around(lo, CARD, tunnel, down, routes=(TO_GATEWAY,)).segments
    assert [(s.interface, str(s.network), s.mac) for s in segments] == [
        ("eth0", "192.168.1.0/24", "00:1b:21:00:00:04"),
        ("eth0", "fe80::/64", "00:1b:21:00:00:04"),
        ("tun0", "10.8.0.0/24", None),
    ]
    assert [s.gateway for s in segments] == [ip_address("192.168.1.1"), None, None]


def test_only_what_leads_out_of_this_machine_is_ours_to_scan():
    links = _recorded_host().links
    assert [name for name, link in links.items() if link.ours] == ["eth0"]
    assert {name for name, link in links.items() if link.tunnel} == {"tun0", "ztabcdefgh"}
    assert links["docker0"].described.startswith("a network of containers")
    assert links["ztabcdefgh"].described == "a ZeroTier tunnel"
    assert links["tun0"].mac is None


@pytest.mark.parametrize(
    ("name", "kind", "more"),
    [
        ("wg0", "wireguard", {"link_type": "none", "flags": ["POINTOPOINT", "NOARP", "UP"]}),
        ("ppp0", "ppp", {"link_type": "ppp", "flags": ["POINTOPOINT", "NOARP", "UP"]}),
        ("ppp1", "", {"link_type": "ppp", "flags": ["POINTOPOINT", "NOARP", "UP"]}),
        ("vmnet8", "", {}),
        ("vboxnet0", "", {}),
        ("dummy0", "dummy", {}),
        ("vrf7", "vrf", {}),
        ("br-3f2a", "bridge", {}),
    ],
)
def test_what_stays_inside_this_machine_or_goes_home_is_not_ours(name: str, kind: str, more: Any):
    link = links_of([CARD, _entry(name, "10.3.0.2/24", kind=kind, **more)])[name]
    assert not link.ours
    assert link.described


def test_vlans_bonds_and_a_bridge_with_a_card_in_it_are_ours():
    links = links_of(
        [
            _entry("eth0", master="bond0"),
            _entry("eth1", master="vmbr0"),
            _entry("tap100i0", kind="tun", master="vmbr0"),
            _entry("bond0", kind="bond"),
            _entry("bond0.20", "10.20.0.9/24", kind="vlan", link="bond0"),
            _entry("vmbr0", "10.30.0.9/24", kind="bridge"),
            _entry("br-vlan", "10.40.0.9/24", kind="bridge"),
            _entry("docker0", "172.17.0.1/16", kind="bridge"),
            _entry("docker0.5", "172.18.0.1/16", kind="vlan", link="docker0"),
            _entry("bond0.40", kind="vlan", link="bond0", master="br-vlan"),
        ]
    )
    ours = {name for name, link in links.items() if link.ours}
    assert ours == set(links) - {"tap100i0", "docker0", "docker0.5"}
    assert links["eth0"].bears_others and links["bond0"].bears_others
    assert not links["vmbr0"].bears_others


def test_a_radio_is_known_by_what_the_kernel_says_and_not_by_its_name():
    around = _around(_entry("lan7", "192.168.4.9/24"), wireless={"lan7"})
    found = Preflight(Vantage(segments=around.segments), "7.93", links=around.links)
    assert found.is_wireless(around.segments[0])
    assert around.links["lan7"].described == "a Wi-Fi card"


@given(
    st.lists(
        st.fixed_dictionaries(
            {"ifname": st.sampled_from(["a", "b", "c"]), "flags": st.just(["UP"])},
            optional={
                "link": st.sampled_from(["a", "b", "c", "gone"]),
                "master": st.sampled_from(["a", "b", "c"]),
                "linkinfo": st.sampled_from([{"info_kind": k} for k in ("vlan", "bridge", "x")]),
            },
        ),
        max_size=6,
    )
)
def test_no_tangle_of_interfaces_is_followed_for_ever(entries: list[Entry]):
    assert set(links_of(entries)) == {entry["ifname"] for entry in entries}


# addresses and segments


def test_arp_reaches_what_is_on_an_ethernet_segment_only():
    around = _recorded_host()
    found = Preflight(Vantage(segments=around.segments), "7.93")
    near = found.local_segment(ip_address("192.168.1.77"))
    assert near is not None and near.interface == "eth0"
    assert found.local_segment(ip_address("10.8.0.3")) is None
    assert found.local_segment(ip_address("172.31.0.1")) is None


def test_every_address_of_this_machine_is_its_own_and_no_other(monkeypatch: pytest.MonkeyPatch):
    module = sys.modules[Preflight.__module__]
    monkeypatch.setattr(module, "look_around", _recorded_host)
    monkeypatch.setattr(module, "ask_ip", lambda *_: [])
    found = preflight(parse_scope(["192.168.1.0/24"]), privileged=False)
    assert [s.interface for s in found.vantage.segments] == ["eth0"]
    for own in ("192.168.1.9", "192.168.50.10", "192.168.50.11", "172.17.0.1", "10.9.8.1"):
        assert found.own(ip_address(own)), own
    assert found.own(ip_address("192.168.1.1")) is None


def test_each_network_of_an_interface_is_a_segment_once():
    used = used_for(parse_scope(["192.168.50.0/24", "10.9.0.0/20"]), _recorded_host())
    assert [(s.interface, str(s.network), str(s.address)) for s in used] == [
        ("cable0", "192.168.50.0/23", "192.168.50.10"),
        ("cable0", "10.9.0.0/24", "10.9.0.1"),
        ("cable0", "10.9.9.0/31", "10.9.9.0"),
        ("cable0", "10.9.8.1/32", "10.9.8.1"),
        ("face0", "192.168.50.0/23", "192.168.50.12"),
    ]


def test_a_gateway_belongs_to_the_network_that_it_is_in():
    two = _entry("eth0", "192.168.1.9/24", "10.5.0.9/24")
    cloud = _entry("eth1", "10.77.0.9/32")
    routes = (TO_GATEWAY, {"dst": "default", "gateway": "10.77.0.1", "dev": "eth1", "metric": 200})
    gateways = {str(s.network): s.gateway for s in _around(two, cloud, routes=routes).segments}
    assert gateways["192.168.1.0/24"] == ip_address("192.168.1.1")
    assert gateways["10.5.0.0/24"] is None
    assert gateways["10.77.0.9/32"] == ip_address("10.77.0.1")


def test_of_two_cards_on_one_network_the_one_is_used_that_the_kernel_prefers():
    wifi, cable = _entry("wlan0", "192.168.1.5/24"), CARD
    routes = tuple(
        {"dst": "192.168.1.0/24", "dev": dev, "metric": metric}
        for dev, metric in (("wlan0", 600), ("eth0", 100))
    )
    around = _around(wifi, cable, routes=routes)
    found = Preflight(Vantage(segments=around.segments), "7.93")
    near = found.local_segment(ip_address("192.168.1.77"))
    assert near is not None and near.interface == "eth0"
    said = _said(around, "192.168.1.0/24")
    assert "eth0 is used for 192.168.1.0/24" in said["overlapping-networks"]


def test_targets_beyond_a_router_are_looked_at_from_our_own_networks():
    used = used_for(parse_scope(["10.200.0.0/24"]), _recorded_host())
    assert {s.interface for s in used} == {"eth0"}


def test_only_networks_of_the_practice_are_proposed(monkeypatch: pytest.MonkeyPatch):
    self_assigned = _entry("eth3", "169.254.7.7/16")
    unplugged = _entry("eth4", "192.168.8.1/24", flags=NO_CARRIER)
    host = _recorded("ip_addr.json")
    around = _around(CARD, self_assigned, unplugged, _entry("eth5", "10.0.0.1/32"), *host)
    monkeypatch.setattr(surroundings, "look_around", lambda: around)
    assert [str(s.network) for s in local_segments()] == ["192.168.1.0/24"]
    named = local_segments(parse_scope(["192.168.122.0/24"]))
    assert {s.interface for s in named} == {"eth0", "virbr0"}


# neighbours


def test_neighbours_count_as_known_only_by_an_answer_of_their_own():
    found = [*alive_of(_recorded("ip_neigh.json"))]
    assert near4(found) == {ip_address("192.168.50.20"): "02:00:00:00:00:20"}
    entries = [
        {"dst": "fe80::20", "dev": "e", "lladdr": "02:00:00:00:00:AA", "state": ["STALE"]},
        {"dst": "fd00::20", "dev": "e", "lladdr": "02:00:00:00:00:aa", "state": ["DELAY"]},
        {"dst": "10.0.0.7", "dev": "e", "lladdr": "00:00:00:00:00:00", "state": ["STALE"]},
        {"dst": "10.0.0.8", "dev": "e", "lladdr": "02:00:00:00:00:01", "state": ["NOARP"]},
        {"dst": "nonsense", "dev": "e", "lladdr": "02:00:00:00:00:01", "state": ["STALE"]},
    ]
    found = [*alive_of(entries)]
    assert near4(found) == {}
    both = (ip_address("fe80::20"), ip_address("fd00::20"))
    assert near6(found) == {"02:00:00:00:00:aa": both}


# what is said


def test_what_is_not_scanned_is_named_with_its_reason():
    said = _said(_recorded_host(), "192.168.1.0/24")
    skipped = said["interface-skipped"]
    assert "docker0 (172.17.0.0/16), virbr0 (192.168.122.0/24): a network of cont" in skipped
    assert "tun0 (10.8.0.0/24): a tunnel" in skipped
    assert "eth0" not in skipped and "vethc0" not in skipped
    assert "interface-used" not in said


def test_a_target_inside_a_skipped_network_is_used_and_said():
    said = _said(_recorded_host(), "192.168.122.7")
    assert "virbr0 (192.168.122.0/24) is a network of containers" in said["interface-used"]
    assert "virbr0" not in said["interface-skipped"]
    assert "192.168.1.0/24 (eth0)" in said["network-not-named"]


def test_a_plain_machine_on_a_plain_network_is_told_nothing():
    assert _said(_around(CARD, routes=(TO_GATEWAY,)), "192.168.1.0/24") == {}


@pytest.mark.parametrize(
    ("routes", "tunnel"),
    [
        ((TO_GATEWAY,), None),
        ((TO_GATEWAY, {"dst": "default", "dev": "wg0", "metric": 50}), "wg0"),
        ((TO_GATEWAY, {"dst": "default", "dev": "wg0", "metric": 700}), None),
        ((TO_GATEWAY, {"dst": "default", "dev": "wg0", "table": "51820"}), "wg0"),
        ((TO_GATEWAY, {"dst": "0.0.0.0/1", "dev": "wg0"}), None),
        (
            (
                TO_GATEWAY,
                {"dst": "0.0.0.0/1", "dev": "wg0"},
                {"dst": "128.0.0.0/1", "dev": "wg0"},
            ),
            "wg0",
        ),
        ((TO_GATEWAY, {"dst": "10.0.0.0/8", "dev": "wg0"}), None),
    ],
)
def test_a_vpn_that_takes_all_traffic_is_recognised(routes: tuple[Entry, ...], tunnel: str | None):
    wg = _entry("wg0", "10.6.0.2/32", kind="wireguard", link_type="none")
    assert way_out(routes, frozenset({"wg0"})) == tunnel
    said = _said(_around(CARD, wg, routes=routes), "192.168.1.0/24")
    assert ("vpn-active" in said) is (tunnel is not None)


def test_both_recorded_ways_of_a_vpn_are_seen():
    around = _recorded_host()
    assert way_out(around.routes, frozenset({"tun0"})) == "tun0"
    assert way_out(around.routes, frozenset({"ztabcdefgh"})) == "ztabcdefgh"
    assert "disconnect it first" in _said(around, "192.168.1.0/24")["vpn-active"]


def test_a_target_that_lies_behind_a_tunnel_is_said():
    around = _recorded_host()
    assert route_to(around.routes, ip_network("10.20.3.0/24")) == "tun0"
    assert route_to(around.routes, ip_network("10.99.0.0/24")) is None
    said = _said(around, "10.20.3.0/24")
    assert said["target-through-tunnel"].startswith("10.20.3.0/24 is reached through tun0")


def test_a_link_without_a_cable_and_one_without_an_address_are_said():
    unplugged = _entry("eth1", "192.168.2.9/24", flags=NO_CARRIER)
    assert "has no link" in _said(_around(unplugged), "192.168.1.0/24")["interface-skipped"]
    assert "eth1" in _said(_around(unplugged), "192.168.2.0/24")["no-carrier"]
    for bound in ("fe80::9/64", "169.254.3.3/16", "2001:db8::9/64"):
        said = _said(_around(CARD, _entry("eth1", bound)), "192.168.1.0/24")
        assert "eth1" in said["no-ipv4-address"]
    trunk = (_entry("eth1"), _entry("eth1.7", "192.168.1.3/24", kind="vlan", link="eth1"))
    assert "no-ipv4-address" not in _said(_around(*trunk), "192.168.1.0/24")


@pytest.mark.parametrize(
    ("target", "large"), [("10.0.0.0/19", True), ("10.0.0.0/20", False), ("10.0.1.7", False)]
)
def test_a_large_segment_is_said_with_its_time_if_much_of_it_is_asked(target: str, large: bool):
    wide = _entry("eth0", "10.0.0.9/16")
    said = _said(_around(wide, neighbour_limit=1024), target)
    assert ("large-segment" in said) is large
    assert ("neighbour-table-small" in said) is (target != "10.0.1.7")
    if large:
        assert "8,192 addresses" in said["large-segment"] and "2 minutes" in said["large-segment"]


# the machine under test


def test_the_machine_under_test_can_be_read():
    found = preflight(parse_scope(["127.0.0.1"]), privileged=False)
    assert found.nmap_version.count(".") == 1
    assert found.privileged is False


def test_a_process_without_raw_sockets_is_told_how_to_go_on(monkeypatch: pytest.MonkeyPatch):
    def denied(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(socket, "socket", denied)
    with pytest.raises(RawSocketsDenied) as caught:
        preflight(parse_scope(["127.0.0.1"]))
    assert "sudo" in (caught.value.hint or "")
