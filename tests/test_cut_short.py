"""A scan whose network goes away under it is incomplete, whatever it has found by then."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest

from riskscan import discover, pipeline
from riskscan.discover.preflight import Preflight
from riskscan.model import Host, Notice, ScanState, Site, Stretch, Vantage
from riskscan.store import Store

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SITE = Site("Hillside Practice", discover.parse_scope(["10.0.0.0/28"]))


@pytest.mark.parametrize(
    ("code", "state"),
    [(code, ScanState.INCOMPLETE) for code in sorted(discover.CUT_SHORT)]
    + [("subnet-not-local", ScanState.COMPLETE)],
)
def test_what_cuts_a_sweep_short_leaves_the_scan_to_be_resumed(
    code: str, state: ScanState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sweep(*_: object, notify, **__: object) -> Iterator[Host]:
        yield Host(ip_address("10.0.0.3"), found_by=("arp",))
        notify(Notice(code, "the network went away"))

    monkeypatch.setattr(discover, "sweep", sweep)
    monkeypatch.setattr(discover, "preflight", lambda *_, **__: Preflight(Vantage(), "7.93"))
    with Store.open(tmp_path / "riskscan.db") as store:
        done = pipeline.scan(
            SITE, store, clock=lambda: NOW, notify=lambda _: None, stop=threading.Event()
        )
        assert done.state is state
        assert [str(device.address) for device in done.devices] == ["10.0.0.3"]
        if state is ScanState.INCOMPLETE:
            monkeypatch.setattr(discover, "sweep", lambda *_, **__: iter(()))
            again = pipeline.scan(
                SITE,
                store,
                clock=lambda: NOW,
                notify=lambda _: None,
                stop=threading.Event(),
                resume=done,
            )
            assert again.state is ScanState.COMPLETE


def test_a_scan_that_goes_on_is_told_how_far_its_sweep_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Stretch("arp eth0", NOW, 1, ip_address("10.0.0.9"), (("10.0.0.3", "00:1b"),), NOW)
    told = []

    def sweep(*_: object, notify, checkpoint, stretches, **__: object) -> Iterator[Host]:
        told.append(stretches)
        checkpoint((), False, (asked,))
        notify(Notice(min(discover.CUT_SHORT), "the network went away"))
        return iter(())

    monkeypatch.setattr(discover, "sweep", sweep)
    monkeypatch.setattr(discover, "preflight", lambda *_, **__: Preflight(Vantage(), "7.93"))
    with Store.open(tmp_path / "riskscan.db") as store:
        done = None
        for _ in range(2):
            done = pipeline.scan(
                SITE,
                store,
                clock=lambda: NOW,
                notify=lambda _: None,
                stop=threading.Event(),
                resume=done,
            )
    assert told == [(), (asked,)]
