"""The story's own small decisions: who is handled gently, who owns what is written."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from riskscan import discover, identify
from riskscan.identify.earlier import known_fragile
from riskscan.model import (
    Device,
    DeviceClass,
    Host,
    Identity,
    Observation,
    Policy,
    PortState,
    Scan,
    ScanState,
    Scope,
    Service,
    Site,
    Triage,
    Vantage,
)
from riskscan.pipeline import left_of, plan, scan, triage_for, write
from riskscan.pipeline.memory import earlier_scans, greeted_by_strangers
from riskscan.store import Store

WHEN = datetime(2026, 11, 14, 12, 0, tzinfo=UTC)
SITE = Site("Lakeside", Scope((IPv4Network("192.168.1.0/24"),)))
ORDINARY_MAC = "d4:be:d9:aa:04:30"
HOST = Host(IPv4Address("192.168.1.30"), ORDINARY_MAC, ("arp",), WHEN)
ORDINARY = Triage(Policy.NORMAL, "its maker makes ordinary equipment")


def device(
    host: Host = HOST,
    triage: Triage = ORDINARY,
    device_class: DeviceClass = DeviceClass.WORKSTATION,
    sightings: tuple[Observation, ...] = (),
) -> Device:
    seen = replace(host, triage=triage, sightings=sightings)
    return Device(seen, Identity(device_class=device_class))


def a_scan(*devices: Device, week: int = 0, practice: str = "Lakeside") -> Scan:
    site = replace(SITE, practice=practice)
    started = WHEN + timedelta(weeks=week)
    return Scan(f"S-{week}-{practice}", site, started, ScanState.COMPLETE, devices=devices)


def test_a_medical_device_of_an_earlier_scan_begins_fragile() -> None:
    known = known_fragile([a_scan(device(device_class=DeviceClass.IMAGING_MODALITY))])

    chosen = triage_for(SITE, known)(HOST)

    assert identify.triage(HOST).policy is Policy.NORMAL
    assert chosen.policy is Policy.FRAGILE
    assert chosen.reason.startswith("an earlier scan found a medical device: Imaging device")


def test_a_device_that_fell_silent_is_fragile_from_then_on() -> None:
    silent = device(sightings=(Observation.of("net.distress", "stopped answering"),))

    chosen = triage_for(SITE, known_fragile([a_scan(silent)]))(HOST)

    assert chosen == Triage(
        Policy.FRAGILE, "an earlier scan found that it stopped answering while it was asked"
    )


@pytest.mark.parametrize("entry", ["192.168.1.30", "192.168.1.0/27", "d4:be:d9", ORDINARY_MAC])
def test_what_the_site_file_lists_as_gentle_is_fragile(entry: str) -> None:
    chosen = triage_for(replace(SITE, gentle=(entry,)))(HOST)

    assert chosen.policy is Policy.FRAGILE
    assert entry in chosen.reason


@pytest.mark.parametrize("entry", ["192.168.1.30", "192.168.1.0/27", "d4:be:d9", ORDINARY_MAC])
def test_an_anonymous_greeting_is_allowed_to_whom_the_site_file_names(entry: str) -> None:
    assert not greeted_by_strangers(SITE)(HOST)
    assert not greeted_by_strangers(replace(SITE, gentle=(entry,)))(HOST)
    assert greeted_by_strangers(replace(SITE, allow_anonymous=(entry,)))(HOST)
    assert triage_for(replace(SITE, allow_anonymous=(entry,)))(HOST) == triage_for(SITE)(HOST)


@pytest.mark.parametrize("entry", ["192.168.1.31", "192.168.1.64/27", "d4:be:da", "fd00::/64"])
def test_the_gentle_list_names_nobody_else(entry: str) -> None:
    chosen = triage_for(replace(SITE, gentle=(entry,)))(HOST)

    assert chosen.policy is Policy.NORMAL


def test_what_was_fragile_stays_so_with_its_first_reason_week_after_week() -> None:
    first = device(triage=Triage(Policy.FRAGILE, "port 104/tcp is open, which is used for DICOM"))
    reason = known_fragile([a_scan(first)])[ORDINARY_MAC]
    second = device(triage=triage_for(SITE, {ORDINARY_MAC: reason})(HOST))

    again = known_fragile([a_scan(second, week=1), a_scan(first)])

    assert "DICOM" in reason
    assert again == {ORDINARY_MAC: reason}


def test_a_device_is_known_by_its_mac_wherever_it_moved() -> None:
    known = known_fragile([a_scan(device(device_class=DeviceClass.INFUSION_PUMP))])
    moved = replace(HOST, address=IPv4Address("192.168.1.99"))
    stranger = replace(HOST, mac="d4:be:d9:aa:04:31")

    assert triage_for(SITE, known)(moved).policy is Policy.FRAGILE
    assert triage_for(SITE, known)(stranger).policy is Policy.NORMAL


def test_a_device_that_slept_through_the_last_scan_is_still_known() -> None:
    older = a_scan(device(device_class=DeviceClass.INFUSION_PUMP))

    assert ORDINARY_MAC in known_fragile([a_scan(week=1), older])


def test_an_ordinary_device_stays_ordinary() -> None:
    assert known_fragile([a_scan(device())]) == {}


def test_a_sign_of_today_is_named_before_what_was_known() -> None:
    medical = replace(HOST, mac="00:09:fb:00:00:01")  # Philips patient monitoring
    known = {"00:09:fb:00:00:01": "an earlier scan found it fragile"}

    assert "earlier" not in triage_for(SITE, known)(medical).reason


def test_only_earlier_scans_of_the_same_practice_are_asked(tmp_path: Path) -> None:
    current = a_scan(week=9)
    with Store.open(tmp_path / "a.db") as store:
        for scan in (a_scan(week=1), a_scan(week=3, practice="Hillside"), a_scan(week=2), current):
            store.begin(scan)

        ids = [scan.id for scan in earlier_scans(store, current)]

    assert ids == ["S-2-Lakeside", "S-1-Lakeside"]


def test_a_resumed_scan_knows_how_much_is_left(tmp_path: Path) -> None:
    running = replace(a_scan(), state=ScanState.RUNNING)
    with Store.open(tmp_path / "a.db") as store:
        store.begin(running)
        store.record(running.id, device())

        assert left_of(store, running) == (1, 253)


def test_a_device_that_is_robust_for_certain_is_treated_so_unless_anything_speaks_for_care() -> (
    None
):
    key = ORDINARY_MAC
    gentle = replace(SITE, gentle=(key,))

    assert triage_for(SITE, {}, {key: "a server"})(HOST).policy is Policy.ROBUST
    assert triage_for(SITE, {key: "it fell silent"}, {key: "a server"})(HOST).policy is (
        Policy.FRAGILE
    )
    assert triage_for(gentle, {}, {key: "a server"})(HOST).policy is Policy.FRAGILE
    medical = replace(HOST, mac="00:09:fb:00:00:01")
    assert triage_for(SITE, {}, {"00:09:fb:00:00:01": "a server"})(medical).policy is (
        Policy.FRAGILE
    )


# -- re-scans ---------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the sweep is asked for, which here finds nothing."""
    kept: dict[str, Any] = {}

    def sweep(*_: object, **options: object) -> Iterator[Host]:
        kept.update(options)
        return iter(())

    monkeypatch.setattr(discover, "sweep", sweep)
    return kept


def look(
    store: Store, *, rescan: bool = False, resume: Scan | None = None
) -> tuple[Scan, set[str]]:
    """Scan, two weeks after the first; return the scan and the codes of its notices."""
    done = scan(
        SITE,
        store,
        clock=lambda: WHEN + timedelta(weeks=2),
        notify=lambda event: None,
        stop=threading.Event(),
        privileged=False,
        rescan=rescan,
        resume=resume,
    )
    return done, {notice.code for notice in done.notices}


def keep(store: Store, kept: Scan) -> Scan:
    store.begin(kept)
    for each in kept.devices:
        store.record(kept.id, each)
    store.finish(replace(kept, ended_at=kept.started_at))
    return kept


def same_place() -> Vantage:
    return discover.preflight(SITE.scope, privileged=False).vantage


def test_a_re_scan_knows_the_devices_of_the_newest_complete_scan(
    tmp_path: Path, asked: dict[str, Any]
) -> None:
    services = (Service(22, "tcp", PortState.OPEN),)
    known = device(replace(HOST, services=services))
    with Store.open(tmp_path / "a.db") as store:
        base = keep(store, replace(a_scan(known), vantage=same_place()))
        stopped = replace(a_scan(week=1), state=ScanState.INCOMPLETE, vantage=same_place())
        keep(store, stopped)

        done, notices = look(store, rescan=True)

    assert done.rescan_of == base.id
    assert "rescan-full" not in notices
    assert asked["earlier"].macs == {HOST.address: ORDINARY_MAC}
    assert asked["earlier"].of(HOST) is not None


def test_without_a_scan_to_build_on_it_is_a_full_scan_and_says_so(
    tmp_path: Path, asked: dict[str, Any]
) -> None:
    with Store.open(tmp_path / "a.db") as store:
        keep(store, replace(a_scan(device(), practice="Hillside"), vantage=same_place()))

        done, notices = look(store, rescan=True)

    assert done.rescan_of is None
    assert "rescan-full" in notices
    assert asked["earlier"] is None


@pytest.mark.parametrize("began_as_re_scan", [True, False])
def test_a_resumed_scan_goes_on_in_the_mode_it_began_with(
    tmp_path: Path, asked: dict[str, Any], began_as_re_scan: bool
) -> None:
    with Store.open(tmp_path / "a.db") as store:
        base = keep(store, replace(a_scan(device()), vantage=same_place()))
        begun = replace(
            a_scan(week=1),
            state=ScanState.INCOMPLETE,
            rescan_of=base.id if began_as_re_scan else None,
        )
        keep(store, begun)

        done, _ = look(store, resume=begun)

    assert done.id == begun.id
    assert done.rescan_of == begun.rescan_of
    assert (asked["earlier"] is not None) is began_as_re_scan


def test_a_plan_without_a_database_expects_a_usual_practice() -> None:
    assert 10 < plan(SITE).devices < 100


# -- whose files they are ---------------------------------------------------------------------

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@only_root
def test_what_sudo_writes_belongs_to_who_called_it(
    reachable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_UID", "1234")
    monkeypatch.setenv("SUDO_GID", "1235")

    report = write(reachable / "lakeside.pdf", b"%PDF-")
    with Store.open(reachable / "lakeside" / "a.db") as store:
        store.begin(a_scan())
        owners = {(p.stat().st_uid, p.stat().st_gid) for p in reachable.rglob("*")}

    assert report.stat().st_mode & 0o777 == 0o600
    assert owners == {(1234, 1235)}


@only_root
@pytest.mark.parametrize("said", ["", "root", "-1"])
def test_without_sudo_it_belongs_to_who_owns_the_folder(
    reachable: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv("SUDO_UID", said)
    monkeypatch.setenv("SUDO_GID", said)
    os.chown(reachable, 4321, 4322)

    report = write(reachable / "lakeside.pdf", b"%PDF-")

    assert (report.stat().st_uid, report.stat().st_gid) == (4321, 4322)


def test_a_report_replaces_the_one_before_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "lakeside.pdf"
    path.write_bytes(b"old")

    write(path, b"new")

    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["lakeside.pdf"]
