"""How far a weakness reaches is what a scan from there showed, and untested is never closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from ipaddress import ip_network

import pytest
from assess.factories import KNOWLEDGE, NOW, SEGMENT, device, scan, with_telnet

from riskscan.assess import assess
from riskscan.assess.checks import CHECKS
from riskscan.assess.exposure import Exposure, Reach, places
from riskscan.assess.findings import run
from riskscan.assess.judgement import Context
from riskscan.assess.segmentation import reachability
from riskscan.model import (
    Device,
    DeviceClass,
    Finding,
    Notice,
    PortState,
    Reached,
    Risk,
    Scan,
    ScanState,
    Scope,
    Vantage,
    Zone,
)

PUMP = "192.168.50.25"
UNTESTED = Reach(0, -1, 1, "")


def pump(address: str = PUMP) -> Device:
    return with_telnet(address, DeviceClass.INFUSION_PUMP)


def far(*, open: Sequence[int] = (), closed: Sequence[int] = (), filtered: Sequence[int] = (),
        address: str = PUMP, fragile: bool = False) -> Device:  # fmt: skip
    """What a scan from beyond a router sees of a device: no MAC address."""
    return device(address, open=open, closed=closed, filtered=filtered, mac=None, fragile=fragile)


def from_zone(zone: Zone | None, *devices: Device, days_ago: int = 1, label: str = "") -> Scan:
    seen = scan(*devices, segment=None)
    began = NOW - timedelta(days=days_ago)
    return replace(
        seen,
        id=f"S-{zone}-{days_ago}",
        site=replace(seen.site, zone=zone),
        vantage=Vantage(label or f"{zone} socket"),
        started_at=began,
        ended_at=began,
    )


def telnet(of: Scan) -> list[Finding]:
    found = run(CHECKS, Context(of, KNOWLEDGE, NOW, of.devices))
    return [f for f in found if f.check == "cleartext.telnet" and f.is_open]


def reach(own: Scan, *elsewhere: Scan) -> Reach:
    return Exposure.of(own, elsewhere, NOW.date()).reach(own.devices, telnet(own))


def test_without_a_scan_from_elsewhere_nothing_is_known() -> None:
    assert reach(scan(pump())) == UNTESTED


def test_what_the_guest_network_reaches_goes_one_step_up() -> None:
    found = reach(scan(pump()), from_zone(Zone.GUEST, far(open=(23,)), label="waiting room"))

    assert (found.shown, found.best, found.worst) == (1, 1, 1)
    assert found.because == (
        f"Reachable from the guest network: 23/tcp on {PUMP} (waiting room, 2026-11-20)."
    )


@pytest.mark.parametrize("seen", [far(closed=(23,)), far(filtered=(23,)), None])
def test_what_neither_guest_nor_office_reached_goes_one_step_down(seen: Device | None) -> None:
    there = (seen,) if seen else ()
    found = reach(
        scan(pump()),
        from_zone(Zone.GUEST, *there, days_ago=3),
        from_zone(Zone.OFFICE, *there, days_ago=2),
    )

    assert (found.shown, found.best, found.worst) == (-1, -1, -1)
    assert "guest socket, 2026-11-18" in found.because
    assert "office socket, 2026-11-19" in found.because


def test_one_test_alone_lowers_nothing_and_narrows_the_bounds() -> None:
    guest = reach(scan(pump()), from_zone(Zone.GUEST))
    office = reach(scan(pump()), from_zone(Zone.OFFICE))

    assert (guest.shown, guest.best, guest.worst) == (0, -1, 0)
    assert "From the office network it was not tested." in guest.because
    assert (office.shown, office.best, office.worst) == (0, -1, 1)
    assert "From the guest network it was not tested." in office.because


def test_what_the_office_reaches_can_no_longer_turn_out_closed() -> None:
    found = reach(scan(pump()), from_zone(Zone.OFFICE, far(open=(23,))), from_zone(Zone.GUEST))

    assert (found.shown, found.best, found.worst) == (0, 0, 0)


def test_this_scan_is_itself_a_test_if_it_looked_from_office_or_guest() -> None:
    own = scan(pump())
    office = replace(own, site=replace(own.site, zone=Zone.OFFICE))
    guest = replace(own, site=replace(own.site, zone=Zone.GUEST))

    assert reach(office, from_zone(Zone.GUEST)).best == 0
    assert reach(guest).shown == 1


@pytest.mark.parametrize("zone", [Zone.CLINICAL, Zone.SERVER, None])
def test_the_inner_networks_are_no_test_from_elsewhere(zone: Zone | None) -> None:
    assert reach(scan(pump()), from_zone(zone), from_zone(zone, far(open=(23,)))) == UNTESTED


def stopped(zone: Zone) -> Scan:
    return replace(from_zone(zone), state=ScanState.INCOMPLETE)


def old(zone: Zone) -> Scan:
    return from_zone(zone, days_ago=366)


def out_of_scope(zone: Zone) -> Scan:
    made = from_zone(zone)
    return replace(made, site=replace(made.site, scope=Scope((ip_network("10.0.0.0/24"),))))


def excluded(zone: Zone) -> Scan:
    made = from_zone(zone)
    scope = Scope((ip_network(SEGMENT),), (ip_network(f"{PUMP}/32"),))
    return replace(made, site=replace(made.site, scope=scope))


def not_asked(zone: Zone) -> Scan:
    return from_zone(zone, far(closed=(80,), fragile=True))


def another_device(zone: Zone) -> Scan:
    return from_zone(zone, device(PUMP, mac="00:1b:54:00:00:99", closed=(23,)))


def without_raw_sockets(zone: Zone) -> Scan:
    return replace(from_zone(zone), notices=(Notice("unprivileged-sweep", "slower"),))


@pytest.mark.parametrize(
    "made",
    [stopped, old, out_of_scope, excluded, not_asked, another_device, without_raw_sockets],
)
def test_what_was_not_tested_is_never_unreachable(made) -> None:  # type: ignore[no-untyped-def]
    assert reach(scan(pump()), made(Zone.GUEST), made(Zone.OFFICE)) == UNTESTED


def test_one_device_of_the_group_that_was_not_tested_keeps_the_group_where_it_is() -> None:
    own = scan(pump(), pump("192.168.50.26"))
    half = [from_zone(zone, far(closed=(80,), fragile=True)) for zone in (Zone.GUEST, Zone.OFFICE)]

    assert reach(own, *half) == UNTESTED


def test_one_device_that_guests_reach_is_enough() -> None:
    own = scan(pump(), pump("192.168.50.26"))
    found = reach(own, from_zone(Zone.GUEST, far(open=(23,), address="192.168.50.26")))

    assert found.shown == 1
    assert PUMP not in found.because


def test_a_port_that_may_be_open_or_filtered_is_untested() -> None:
    agent = device(PUMP, says=[("snmp.community", "public", 161)], udp=[(161, PortState.OPEN)])
    unsure = device(PUMP, udp=[(161, PortState.OPEN_OR_FILTERED)], mac=None)
    own = scan(agent)
    exposure = Exposure.of(own, [from_zone(Zone.GUEST, unsure), from_zone(Zone.OFFICE, unsure)])

    assert exposure.reach(own.devices, ()) == UNTESTED


def test_a_device_is_followed_by_its_mac_address_when_it_moved() -> None:
    moved = device("192.168.50.90", mac=pump().host.mac, open=(23,))

    assert reach(scan(pump()), from_zone(Zone.GUEST, moved)).shown == 1


def test_a_weakness_without_a_port_is_reached_through_any_open_one() -> None:
    own = scan(device(PUMP, open=(80, 443)))
    both = Exposure.of(own, [from_zone(Zone.GUEST, far(open=(443,), closed=(80,)))])

    assert both.reach(own.devices, ()).shown == 1


def test_the_places_are_named_with_their_day() -> None:
    assert places(scan(), [from_zone(Zone.GUEST, label="waiting room")]) == (
        "front desk (2026-11-21)",
        "waiting room (2026-11-20)",
    )


def test_the_matrix_counts_what_each_place_reached_class_by_class() -> None:
    own = scan(pump(), pump("192.168.50.26"), device("192.168.50.40", DeviceClass.PRINTER_MFP))
    guest = from_zone(
        Zone.GUEST, far(open=(23,), closed=(80,)), far(address="192.168.50.40", closed=(9100,))
    )
    rows = reachability(own, [guest, stopped(Zone.OFFICE)], NOW.date())

    assert Reached("", "front desk", DeviceClass.INFUSION_PUMP, SEGMENT, 2, 2, 0, 0, ("23/tcp",),
                   date(2026, 11, 21)) in rows  # fmt: skip
    assert Reached("guest", "guest socket", DeviceClass.INFUSION_PUMP, SEGMENT, 2, 1, 1, 0,
                   ("23/tcp",), date(2026, 11, 20)) in rows  # fmt: skip
    assert all(row.devices == row.reached + row.unreached + row.untested for row in rows)
    assert {row.zone for row in rows} == {"", "guest"}
    printer = next(r for r in rows if r.zone and r.device_class is DeviceClass.PRINTER_MFP)
    assert (printer.reached, printer.unreached, printer.ports) == (0, 1, ())


def test_a_delicate_device_of_which_the_open_port_was_not_asked_is_untested_in_the_matrix() -> None:
    rows = reachability(scan(pump()), [from_zone(Zone.GUEST, far(closed=(80,), fragile=True))])

    assert [(r.reached, r.unreached, r.untested) for r in rows] == [(1, 0, 0), (0, 0, 1)]


def test_what_guests_reach_raises_the_risk_and_says_where_that_was_seen() -> None:
    own = scan(pump())
    guest = from_zone(Zone.GUEST, far(open=(23,)), label="waiting room")

    def telnet_risk(*elsewhere: Scan) -> Risk:
        made = assess(own, knowledge=KNOWLEDGE, now=NOW, elsewhere=elsewhere)
        return next(r for r in made.risks if r.check == "cleartext.telnet")

    before, after = telnet_risk(), telnet_risk(guest)

    assert (before.exposure, after.exposure) == (0, 1)
    assert after.level >= before.level and after.adverse > before.adverse
    assert any("waiting room, 2026-11-20" in reason for reason in after.because)
