"""The nouns keep their promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.model import (
    CLASS_GROUPS,
    OBSERVATION_CAP,
    ChangeKind,
    Device,
    DeviceClass,
    Host,
    Identity,
    Level,
    Observation,
    PortState,
    Scan,
    Scope,
    Service,
    Site,
    compare,
)


def test_levels_are_ordered_as_nist_orders_them() -> None:
    assert [level.value for level in sorted(Level)] == [
        "very low",
        "low",
        "moderate",
        "high",
        "very high",
    ]


@given(st.integers(-100, 100))
def test_a_rank_beyond_the_scale_is_clamped(rank: int) -> None:
    assert Level.at(rank).rank == max(0, min(4, rank))


def test_every_class_stands_under_exactly_one_heading() -> None:
    listed = [kind for members in CLASS_GROUPS.values() for kind in members]

    assert sorted(listed) == sorted(DeviceClass)


def test_the_do_not_touch_list_outranks_the_scope() -> None:
    scope = Scope((ip_network("10.0.0.0/29"),), exclude=(ip_network("10.0.0.4/30"),))

    assert [str(a) for a in scope.addresses()] == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    assert not scope.allows(ip_address("10.0.0.5"))
    assert not scope.allows(ip_address("10.0.1.1"))


def test_overlapping_networks_yield_each_address_once() -> None:
    scope = Scope((ip_network("10.0.0.0/30"), ip_network("10.0.0.0/29")))

    addresses = list(scope.addresses())

    assert len(addresses) == len(set(addresses)) == 6


def test_an_excluded_mac_prefix_is_left_alone_and_an_unknown_mac_is_not() -> None:
    scope = Scope((ip_network("10.0.0.0/29"),), exclude_macs=("00:03:b1",))

    assert not scope.allows_mac("00:03:B1:00:00:01")
    assert scope.allows_mac("00:11:22:33:44:55")
    assert scope.allows_mac(None)


@given(st.text())
def test_observations_are_capped_and_hold_no_nul(text: str) -> None:
    value = Observation.of("http.title", text * 40).value

    assert len(value) <= OBSERVATION_CAP
    assert "\0" not in value


@pytest.mark.parametrize(
    ("mac", "key"),
    [
        ("00:11:22:33:44:55", "00:11:22:33:44:55"),
        ("da:a1:19:00:00:01", "10.0.0.1"),
        (None, "10.0.0.1"),
    ],
)
def test_a_randomised_mac_does_not_identify_a_device(mac: str | None, key: str) -> None:
    assert Device(Host(ip_address("10.0.0.1"), mac=mac), Identity()).key == key


def _scan(*devices: Device) -> Scan:
    site = Site("Clinic", Scope((ip_network("10.0.0.0/24"),)))
    return Scan("S-1", site, datetime(2026, 1, 1, tzinfo=UTC), devices=devices)


def _device(address: str, mac: str, **ports: PortState) -> Device:
    services = tuple(Service(int(p[1:]), "tcp", state) for p, state in ports.items())
    return Device(Host(ip_address(address), mac=mac, services=services), Identity())


def test_comparing_two_scans_names_each_kind_of_change() -> None:
    first = "00:11:22:00:00:01"
    second = "00:11:22:00:00:02"
    third = "00:11:22:00:00:03"
    earlier = _scan(
        _device("10.0.0.1", first, p80=PortState.OPEN, p23=PortState.CLOSED),
        _device("10.0.0.2", second),
    )
    later = _scan(
        _device("10.0.0.9", first, p80=PortState.CLOSED, p23=PortState.OPEN),
        _device("10.0.0.3", third),
    )

    kinds = sorted((change.kind, change.key) for change in compare(earlier, later))

    assert kinds == sorted(
        [
            (ChangeKind.READDRESSED, first),
            (ChangeKind.PORT_OPENED, first),
            (ChangeKind.PORT_CLOSED, first),
            (ChangeKind.VANISHED, second),
            (ChangeKind.APPEARED, third),
        ]
    )


def test_a_port_that_was_not_asked_before_or_is_filtered_now_is_no_change() -> None:
    mac = "00:11:22:00:00:01"
    earlier = _scan(_device("10.0.0.1", mac, p80=PortState.OPEN))
    later = _scan(_device("10.0.0.1", mac, p80=PortState.FILTERED, p443=PortState.OPEN))

    assert compare(earlier, later) == ()


def test_what_a_scan_carried_over_is_no_change_and_what_it_asked_is() -> None:
    mac = "00:11:22:00:00:01"
    before = datetime(2025, 12, 31, tzinfo=UTC)
    ports = {"p22": PortState.CLOSED, "p80": PortState.OPEN, "p443": PortState.OPEN}
    earlier, later = (_scan(_device("10.0.0.1", mac, **ports)) for _ in range(2))
    carried = tuple(
        replace(s, as_of=before, state=PortState.OPEN if s.port == 22 else PortState.CLOSED)
        for s in later.devices[0].host.services
    )
    device = later.devices[0]
    rescan = _scan(replace(device, host=replace(device.host, services=carried)))

    assert compare(earlier, rescan) == ()
    assert {c.detail for c in compare(rescan, earlier)} == {"22/tcp", "80/tcp", "443/tcp"}
