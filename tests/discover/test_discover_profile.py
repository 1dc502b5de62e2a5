"""The three profiles: how they differ, and what none of them may change."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from riskscan.discover.forecast import forecast
from riskscan.discover.pace import FRAGILE_CONNECTIONS, PACES, UDP_PPS
from riskscan.discover.ports import FORBIDDEN_PORTS, MLLP_PORTS, NORMAL_TCP, TELLTALE_TCP, UDP_EMPTY
from riskscan.discover.ports_rarer import RARER_TCP
from riskscan.discover.profile import CONVERSATION, PROFILES, RESETS
from riskscan.model import Pace, Policy, Scope, Segment

GENTLE, STANDARD, THOROUGH = PROFILES["gentle"], PROFILES["standard"], PROFILES["thorough"]


@pytest.mark.parametrize("name", PROFILES)
def test_a_fragile_device_feels_the_same_in_every_profile(name: str) -> None:
    profile = PROFILES[name]

    assert profile.paces[Policy.FRAGILE] == PACES[Policy.FRAGILE]
    assert profile.ceiling(Policy.FRAGILE).port_packets <= 45
    assert profile.ceiling(Policy.FRAGILE).per_second <= 8


@pytest.mark.parametrize("name", PROFILES)
def test_every_device_can_be_asked_the_telltale_ports_and_every_policy_has_a_pace(
    name: str,
) -> None:
    paces = PROFILES[name].paces

    assert set(paces) == set(Policy)
    assert all(set(TELLTALE_TCP) <= set(pace.tcp_ports) for pace in paces.values())


def test_each_profile_asks_what_the_gentler_one_asks_and_more() -> None:
    gentle, standard, thorough = (
        set(p.paces[Policy.NORMAL].tcp_ports) for p in (GENTLE, STANDARD, THOROUGH)
    )

    assert gentle < standard < thorough
    assert 95 <= len(gentle) <= 110
    assert standard == set(NORMAL_TCP)
    assert 300 <= len(thorough) <= 400


def test_only_a_robust_device_in_a_thorough_scan_is_asked_faster_than_forty_a_second() -> None:
    faster = [
        (name, policy)
        for name, profile in PROFILES.items()
        for policy, pace in profile.paces.items()
        if pace.host_pps > 40
    ]

    assert faster == [("thorough", Policy.ROBUST)]
    assert THOROUGH.paces[Policy.ROBUST].host_pps <= 100


def test_a_gentle_scan_sends_no_empty_datagram() -> None:
    assert all(not set(pace.udp_ports) & set(UDP_EMPTY) for pace in GENTLE.paces.values())


def test_an_open_port_of_a_fragile_device_is_asked_no_more_than_its_connections() -> None:
    fragile, other = (STANDARD.ceiling(policy) for policy in (Policy.FRAGILE, Policy.NORMAL))

    assert fragile.open_port_packets == FRAGILE_CONNECTIONS * CONVERSATION + RESETS
    assert other.open_port_packets >= (3 + 4) * CONVERSATION + RESETS, "TLS and web pages"


def test_a_udp_port_counts_each_datagram_that_its_probe_may_send() -> None:
    pace = STANDARD.paces[Policy.NORMAL]
    without = replace(STANDARD, paces={**STANDARD.paces, Policy.NORMAL: _no_snmp(pace)})

    with_it, less = (p.ceiling(Policy.NORMAL).port_packets for p in (STANDARD, without))

    assert with_it - less == 3, "versions 2c, 3 and 1"


def _no_snmp(pace: Pace) -> Pace:
    return replace(pace, udp_ports=tuple(port for port in pace.udp_ports if port != 161))


def test_the_rarer_ports_are_new_and_have_their_reasons() -> None:
    assert not set(RARER_TCP) & set(NORMAL_TCP)
    assert all(0 < port < 65536 and len(reason) > 3 for port, reason in RARER_TCP.items())
    assert not set(RARER_TCP) & (FORBIDDEN_PORTS | MLLP_PORTS)


def _rule_ports() -> Iterator[int]:
    """Yield the TCP ports that shipped fingerprints name."""

    def walk(node: object, key: str = "") -> Iterator[int]:
        if isinstance(node, dict):
            for name, value in node.items():
                yield from walk(value, name)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value, key)
        elif isinstance(node, str) and key == "tcp.open" and node.isdigit():
            yield int(node)

    for file in (files("riskscan") / "identify" / "rules").iterdir():
        if file.name.endswith(".toml"):
            yield from walk(tomllib.loads(file.read_text()))


def test_gentle_leaves_out_no_port_that_a_fingerprint_reads() -> None:
    named = set(_rule_ports())

    assert {445, 3050, 9100} <= named
    assert named & set(NORMAL_TCP) <= set(GENTLE.paces[Policy.NORMAL].tcp_ports)
    assert named <= set(THOROUGH.paces[Policy.NORMAL].tcp_ports)


def test_the_ceiling_counts_every_try_and_the_reset_that_closes_an_open_port() -> None:
    most = STANDARD.ceiling(Policy.NORMAL)
    pace = PACES[Policy.NORMAL]

    assert most.port_packets >= pace.tries * (len(pace.tcp_ports) + len(pace.udp_ports))
    assert most.per_second == pace.host_pps
    assert most.seconds >= pace.tries * len(pace.udp_ports) / UDP_PPS


def _segment() -> Segment:
    network = IPv4Network("192.168.1.0/24")
    return Segment("eth0", network, IPv4Address("192.168.1.9"), "02:00:00:00:00:01")


def test_a_forecast_counts_what_may_be_touched() -> None:
    scope = Scope((IPv4Network("192.168.1.0/24"),), (IPv4Network("192.168.1.0/28"),))
    known = {IPv4Address("192.168.1.7"), *(IPv4Address(f"192.168.1.{n}") for n in range(20, 32))}

    seen = forecast(scope, GENTLE, [_segment()], known=known)

    assert (seen.addresses, seen.devices) == (239, 12)
    assert seen.seconds < seen.seconds_at_most
    assert seen.packets < seen.packets_at_most
    assert seen.packets_at_most > seen.sweep_packets > seen.addresses


def test_a_larger_profile_is_forecast_to_take_longer() -> None:
    scope = Scope((IPv4Network("192.168.1.0/24"),))

    gentle, thorough = (forecast(scope, p, [_segment()]) for p in (GENTLE, THOROUGH))

    assert gentle.seconds < thorough.seconds
    assert gentle.packets_at_most < thorough.packets_at_most


def test_each_network_is_forecast_by_itself_with_its_stages() -> None:
    scope = Scope((IPv4Network("192.168.1.0/24"), IPv4Network("10.0.0.0/25")))

    near, far = forecast(scope, THOROUGH, [_segment()]).parts

    assert (near.network, near.addresses) == ("eth0 192.168.1.0/24", 254)
    assert far.addresses == 126
    assert near.stages[0] == "ARP sweep"
    assert far.stages[0] != near.stages[0]
    assert near.stages[1:] == far.stages[1:] == THOROUGH.stages[1:]


def test_the_sweep_and_the_ports_are_forecast_side_by_side() -> None:
    scope = Scope((IPv4Network("192.168.1.0/24"),))

    slow = forecast(scope, GENTLE, [_segment()], arp_pps=10)
    usual = forecast(scope, GENTLE, [_segment()])

    assert slow.sweep_packets / 10 < slow.seconds < slow.sweep_packets / 10 + usual.seconds
    assert slow.packets == usual.packets


def test_a_re_scan_is_forecast_to_send_less_and_take_no_longer() -> None:
    scope = Scope((IPv4Network("192.168.1.0/24"),))
    known = {IPv4Address(f"192.168.1.{n}") for n in range(20, 90)}

    full, again = (
        forecast(scope, STANDARD, [_segment()], known=known, rescan=rescan)
        for rescan in (False, True)
    )

    assert again.packets < 0.6 * full.packets
    assert again.seconds <= full.seconds
    assert again.packets_at_most == full.packets_at_most


def test_an_empty_scope_is_forecast_too() -> None:
    everything = IPv4Network("192.168.1.0/30")

    assert forecast(Scope((everything,), (everything,)), GENTLE, []).devices == 0


def test_the_readme_has_the_numbers_of_each_profile() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text()
    ports, most = (
        next(line for line in text.splitlines() if line.startswith(start))
        for start in ("| other devices |", "| to find open ports, at most |")
    )
    for profile, cell, count in zip(
        PROFILES.values(), ports.split("|")[2:], most.split("|")[2:], strict=False
    ):
        pace = profile.paces[Policy.NORMAL]
        assert f"{len(pace.tcp_ports)} TCP ports, {len(pace.udp_ports)} UDP" in cell
        assert f"{profile.ceiling(Policy.NORMAL).port_packets}" in count
        assert f"{profile.ceiling(Policy.FRAGILE).port_packets}" in count
