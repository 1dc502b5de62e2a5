"""What is kept of devices that are not finished, and that nobody takes it for more."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import a_device, a_scan, of

from riskscan.errors import ScanNotFound
from riskscan.model import (
    OBSERVATION_CAP,
    Begun,
    Host,
    Observation,
    ScanState,
    Stretch,
    Tried,
)
from riskscan.store import Store

SCAN = a_scan().id
NOW = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
HALFWAY = Begun(a_device().host, (Tried(443, 1),))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "clinic.db") as opened:
        opened.begin(a_scan())
        yield opened


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(of(Begun), max_size=3))
def test_what_is_kept_of_a_begun_device_is_what_comes_back(begun: list[Begun]) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "a.db") as store:
        store.begin(a_scan())
        store.keep(SCAN, begun)

        assert store.begun(SCAN) == {each.address: each for each in begun}


def test_a_begun_device_is_no_device_of_the_scan(store: Store) -> None:
    store.keep(SCAN, [HALFWAY], swept_at=NOW)

    assert store.load(SCAN).devices == ()
    assert store.done(SCAN) == frozenset()
    assert store.load(SCAN) == store.latest() == a_scan()


def test_a_later_word_on_a_device_replaces_the_earlier(store: Store) -> None:
    store.keep(SCAN, [Begun(Host(HALFWAY.address))])
    store.keep(SCAN, [HALFWAY])

    assert list(store.begun(SCAN).values()) == [HALFWAY]


def test_a_device_that_is_finished_is_begun_no_more(store: Store) -> None:
    other = Begun(Host(ip_address("192.168.1.21")))
    store.keep(SCAN, [HALFWAY, other])

    store.record(SCAN, a_device())

    assert list(store.begun(SCAN)) == [other.address]


@pytest.mark.parametrize(("state", "left"), [(ScanState.INCOMPLETE, 1), (ScanState.COMPLETE, 0)])
def test_only_a_complete_scan_forgets_what_was_begun(
    store: Store, state: ScanState, left: int
) -> None:
    store.keep(SCAN, [HALFWAY])

    store.finish(replace(a_scan(), state=state, ended_at=NOW))

    assert len(store.begun(SCAN)) == left


def test_when_every_address_was_asked_is_kept_once_it_is_said(store: Store) -> None:
    assert store.swept_at(SCAN) is None

    store.keep(SCAN, [], swept_at=NOW)
    store.keep(SCAN, [HALFWAY])

    assert store.swept_at(SCAN) == NOW


def test_no_longer_text_is_kept_than_of_a_finished_device(store: Store) -> None:
    long = Observation("ssh.banner", "\ud800" + "x" * 5000, 22, "tcp")
    store.keep(SCAN, [Begun(Host(HALFWAY.address, sightings=(long,)))])

    ((seen,),) = (begun.host.sightings for begun in store.begun(SCAN).values())

    assert seen.value == "?" + "x" * (OBSERVATION_CAP - 1)


def test_nothing_is_kept_for_a_scan_that_never_began(store: Store) -> None:
    with pytest.raises(ScanNotFound):
        store.keep("S-0", [HALFWAY])


ASKED = Stretch(
    "arp eth0", NOW, 1, ip_address("10.0.0.9"), (("10.0.0.3", "00:1b:54:00:00:01"),), NOW
)
BEGINS = Stretch("beyond", NOW, 0, None, (), NOW)


def test_how_far_a_sweep_is_comes_back_as_it_was_said(store: Store) -> None:
    store.keep(SCAN, [], stretches=[BEGINS, ASKED])
    store.keep(SCAN, [HALFWAY], stretches=[ASKED])

    assert store.stretches(SCAN) == (BEGINS, ASKED, ASKED)


def test_a_sweep_that_is_over_is_no_more_to_go_on_with(store: Store) -> None:
    store.keep(SCAN, [], stretches=[ASKED])

    store.keep(SCAN, [], swept_at=NOW, stretches=[ASKED])

    assert store.stretches(SCAN) == ()


@pytest.mark.parametrize(("state", "left"), [(ScanState.INCOMPLETE, 1), (ScanState.COMPLETE, 0)])
def test_only_a_complete_scan_forgets_how_far_its_sweep_was(
    store: Store, state: ScanState, left: int
) -> None:
    store.keep(SCAN, [], stretches=[ASKED])

    store.finish(replace(a_scan(), state=state, ended_at=NOW))

    assert len(store.stretches(SCAN)) == left
