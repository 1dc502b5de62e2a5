"""A scan begins, goes on, ends and is found again; the schema guards what stands in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from strategies import a_device, a_scan

from riskscan.errors import StoreError
from riskscan.model import (
    OBSERVATION_CAP,
    DeviceClass,
    Evidence,
    Identity,
    Notice,
    Observation,
    Scan,
    ScanState,
)
from riskscan.store import Store

SCAN = a_scan().id
LATER = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "clinic.db") as opened:
        yield opened


def finished(scan: Scan, state: ScanState = ScanState.COMPLETE) -> Scan:
    return replace(scan, state=state, ended_at=LATER, notices=(Notice("a", "b"), Notice("c", "d")))


def test_a_finished_scan_keeps_its_state_its_end_and_its_notices(store: Store) -> None:
    store.begin(a_scan(notices=(Notice("old", "gone"),)))

    store.finish(finished(a_scan()))

    assert store.load(SCAN) == finished(a_scan())


@pytest.mark.parametrize("state", [ScanState.RUNNING, ScanState.INCOMPLETE])
def test_an_unfinished_scan_goes_on_with_its_devices(store: Store, state: ScanState) -> None:
    store.begin(a_scan())
    store.record(SCAN, a_device())
    store.finish(finished(a_scan(), state))

    store.begin(replace(store.load(SCAN), rules_revision="newer", started_at=LATER))

    resumed = store.load(SCAN)
    assert resumed.state is ScanState.RUNNING
    assert resumed.ended_at is None
    assert resumed.started_at == a_scan().started_at
    assert resumed.rules_revision == "newer"
    assert store.done(SCAN) == {a_device().address}


def test_a_complete_scan_cannot_go_on(store: Store) -> None:
    store.begin(a_scan())
    store.finish(finished(a_scan()))

    with pytest.raises(StoreError, match="is complete"):
        store.begin(a_scan())


def test_an_identity_is_marked_with_the_rules_that_made_it(store: Store, tmp_path: Path) -> None:
    store.begin(a_scan(rules_revision="r1"))
    store.record(SCAN, a_device("192.168.1.1"))
    store.begin(a_scan(rules_revision="r2"))
    store.record(SCAN, a_device("192.168.1.2"))

    assert asked(tmp_path, "SELECT rules_revision FROM identity ORDER BY device_id") == [
        ("r1",),
        ("r2",),
    ]


def test_the_latest_scan_is_the_one_that_began_last(store: Store) -> None:
    assert store.latest() is None
    for n, state in enumerate([ScanState.COMPLETE, ScanState.COMPLETE, ScanState.INCOMPLETE]):
        began = a_scan().started_at + timedelta(days=n)
        store.begin(a_scan(id=f"S-{n}", started_at=began))
        store.record(f"S-{n}", a_device(f"192.168.1.{n + 1}"))
        store.finish(replace(a_scan(id=f"S-{n}"), state=state, ended_at=began))

    newest, complete = store.latest(), store.latest(complete_only=True)

    assert newest is not None and newest.id == "S-2"
    assert complete is not None and complete.id == "S-1"
    assert [str(d.address) for d in complete.devices] == ["192.168.1.2"]
    assert [scan.id for scan in store.scans()] == ["S-2", "S-1", "S-0"]


def test_the_devices_of_two_scans_are_kept_apart(store: Store) -> None:
    for scan_id in ("S-1", "S-2"):
        store.begin(a_scan(id=scan_id))
        store.record(scan_id, a_device(mac="00:00:00:00:00:0" + scan_id[-1]))

    assert [d.key for d in store.load("S-1").devices] == ["00:00:00:00:00:01"]
    assert [d.key for d in store.load("S-2").devices] == ["00:00:00:00:00:02"]


def test_devices_come_by_address_and_not_by_spelling(store: Store) -> None:
    store.begin(a_scan())
    for address in ("fd00::1", "192.168.1.100", "192.168.1.20", "10.0.0.9"):
        store.record(SCAN, a_device(address))

    assert [str(d.address) for d in store.load(SCAN).devices] == [
        "10.0.0.9",
        "192.168.1.20",
        "192.168.1.100",
        "fd00::1",
    ]


def test_text_that_utf8_cannot_hold_does_not_stop_a_scan(store: Store) -> None:
    store.begin(a_scan())

    store.record(SCAN, a_device(sightings=(Observation("ftp.greeting", "bad \udcff byte"),)))

    (device,) = store.load(SCAN).devices
    assert device.host.sightings[0].value == "bad ? byte"


def test_no_text_beyond_the_cap_is_written_whatever_a_probe_does(
    store: Store, tmp_path: Path
) -> None:
    long = Observation("http.title", "A" * 5000)
    device = replace(a_device(sightings=(long,)), identity=Identity(evidence=(Evidence(long, ""),)))
    store.begin(a_scan())

    store.record(SCAN, device)

    for table in ("observation", "evidence"):
        assert asked(tmp_path, f"SELECT max(length(value)) FROM {table}") == [(OBSERVATION_CAP,)]  # noqa: S608


def asked(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "clinic.db")) as raw:
        return raw.execute(query).fetchall()


def test_people_can_ask_with_plain_sql(store: Store, tmp_path: Path) -> None:
    store.begin(a_scan())
    store.record(SCAN, replace(a_device(), identity=Identity(DeviceClass.NAS_STORAGE)))

    rows = asked(
        tmp_path,
        """
        SELECT practice, address, device_class, service.port, probe, value
          FROM scan JOIN device ON device.scan_id = scan.id
          JOIN identity ON identity.device_id = device.id
          JOIN service ON service.device_id = device.id
          JOIN observation ON observation.device_id = device.id
         WHERE service.state = 'open' AND key = 'ssh.banner'
           AND started_at BETWEEN datetime('2026-11-21') AND datetime('2026-11-22', '+1 day')
        """,
    )

    assert rows == [
        (
            "Lakeside Family Clinic",
            "192.168.1.20",
            "nas_storage",
            22,
            "ssh",
            "SSH-2.0-OpenSSH_9.2",
        )
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE scan SET state = 'finished'",
        "UPDATE scan SET size = 'SMALL'",
        "UPDATE device SET policy = 'rough'",
        "UPDATE device SET connections = -1",
        "UPDATE device SET scan_id = 'S-nope'",
        "UPDATE service SET port = 0",
        "UPDATE service SET port = 65536",
        "UPDATE service SET port = 'abc'",
        "UPDATE service SET protocol = 'icmp'",
        "UPDATE service SET state = 'OPEN'",
        "UPDATE probe_result SET outcome = 'ok'",
        "UPDATE observation SET value = hex(zeroblob(300))",
        "UPDATE observation SET value = char(0) || hex(zeroblob(2000))",
        "UPDATE observation SET probe = NULL",
        "UPDATE observation SET probe_position = 7",
        "UPDATE identity SET device_class = 'IMAGING_MODALITY'",
        "UPDATE identity SET confidence = 'certain'",
        "INSERT INTO device SELECT NULL, scan_id, address, mac, found_by, seen_at, policy,"
        " policy_reason, connections FROM device",
        "INSERT INTO answer VALUES (1, 'A01', 'maybe', 'x', '2026-11-21', '', '', '', NULL, '', '',"
        " '2026-11-21T12:00:00.000000Z')",
    ],
)
def test_the_schema_refuses_what_no_noun_can_be(
    store: Store, tmp_path: Path, statement: str
) -> None:
    store.begin(a_scan())
    store.record(SCAN, a_device())
    with closing(sqlite3.connect(tmp_path / "clinic.db")) as raw:
        raw.execute("PRAGMA foreign_keys = ON")

        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(statement)


def test_a_thousand_devices_are_one_load(store: Store) -> None:
    store.begin(a_scan())
    devices = tuple(a_device(f"10.0.{n // 250}.{n % 250 + 1}") for n in range(1000))
    for device in devices:
        store.record(SCAN, device)

    assert store.load(SCAN).devices == devices
