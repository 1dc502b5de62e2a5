"""What is read of the scanning machine."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from riskscan.discover import parse_scope, preflight
from riskscan.discover.preflight import Preflight, segments_of
from riskscan.errors import RawSocketsDenied
from riskscan.model import Vantage

ADDRESSES = [
    {
        "ifname": "lo",
        "flags": ["LOOPBACK", "UP"],
        "link_type": "loopback",
        "addr_info": [{"local": "127.0.0.1", "prefixlen": 8, "scope": "host"}],
    },
    {
        "ifname": "eth0",
        "flags": ["BROADCAST", "UP"],
        "link_type": "ether",
        "address": "00:1B:21:AA:BB:CC",
        "addr_info": [
            {"local": "192.168.1.9", "prefixlen": 24, "scope": "global"},
            {"local": "fe80::1", "prefixlen": 64, "scope": "link"},
        ],
    },
    {
        "ifname": "tun0",
        "flags": ["POINTOPOINT", "NOARP", "UP"],
        "link_type": "none",
        "addr_info": [{"local": "10.8.0.2", "prefixlen": 24, "scope": "global"}],
    },
    {
        "ifname": "eth1",
        "flags": ["BROADCAST"],
        "link_type": "ether",
        "address": "00:1b:21:aa:bb:cd",
        "addr_info": [{"local": "192.168.2.9", "prefixlen": 24, "scope": "global"}],
    },
]
ROUTES = [
    {"dst": "default", "gateway": "192.168.1.1", "dev": "eth0"},
    {"dst": "192.168.1.0/24", "dev": "eth0"},
]


def _preflight() -> Preflight:
    return Preflight(Vantage(segments=segments_of(ADDRESSES, ROUTES)), "7.93")


def test_segments_are_the_interfaces_that_are_up_without_loopback():
    segments = segments_of(ADDRESSES, ROUTES)
    assert [(s.interface, str(s.network), s.mac) for s in segments] == [
        ("eth0", "192.168.1.0/24", "00:1b:21:aa:bb:cc"),
        ("eth0", "fe80::/64", "00:1b:21:aa:bb:cc"),
        ("tun0", "10.8.0.0/24", None),
    ]
    assert segments[0].gateway == ip_address("192.168.1.1")
    assert segments[2].gateway is None


def test_arp_reaches_what_is_on_an_ethernet_segment_only():
    found = _preflight()
    near = found.local_segment(ip_address("192.168.1.77"))
    assert near is not None and near.interface == "eth0"
    assert found.local_segment(ip_address("10.8.0.3")) is None
    assert found.local_segment(ip_address("172.16.0.1")) is None


def test_the_own_address_is_known():
    found = _preflight()
    assert found.own(ip_address("192.168.1.9")) is not None
    assert found.own(ip_address("192.168.1.1")) is None


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
