"""What is recorded is what is loaded, for every noun."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from strategies import a_scan, of

from riskscan.model import Answer, Assessment, Device, Entry, Scan
from riskscan.store import Store

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

SLOW = settings(
    max_examples=40,
    deadline=None,
    # An assessment is large: to shrink one takes minutes, and the difference is plain without.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@cache
def an_empty_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        Store.open(path).close()
        return path.read_bytes()


@contextmanager
def a_store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clinic.db"
        path.write_bytes(an_empty_database())
        with Store.open(path) as store:
            yield store


@SLOW
@given(of(Scan))
def test_a_scan_is_loaded_as_it_was_recorded(scan: Scan) -> None:
    with a_store() as store:
        store.begin(scan)
        for device in scan.devices:
            store.record(scan.id, device)

        assert store.load(scan.id) == scan
        assert store.latest() == scan
        assert store.scans() == (replace(scan, devices=()),)
        assert store.done(scan.id) == {device.address for device in scan.devices}


@SLOW
@given(of(Scan), st.lists(of(Device), max_size=2))
def test_recording_a_device_again_replaces_it(scan: Scan, again: list[Device]) -> None:
    with a_store() as store:
        store.begin(scan)
        expected = {device.address: device for device in scan.devices}
        for device in (*scan.devices, *scan.devices, *again):
            expected[device.address] = device
            store.record(scan.id, device)

        loaded = {device.address: device for device in store.load(scan.id).devices}
        assert loaded == expected


@SLOW
@given(of(Assessment))
def test_an_assessment_is_loaded_as_it_was_filed(assessment: Assessment) -> None:
    with a_store() as store:
        store.begin(a_scan(id=assessment.scan_id))
        assert store.assessment(assessment.scan_id) is None

        store.file_assessment(assessment)

        assert store.assessment(assessment.scan_id) == assessment


@SLOW
@given(st.lists(of(Answer, question=st.sampled_from(["A01", "T09", "E03"])), max_size=6))
def test_the_newest_answer_to_each_question_counts(answers: list[Answer]) -> None:
    with a_store() as store:
        store.add_answers(answers, at=NOW)
        store.add_answers(answers[:1], at=NOW)

        said = [*answers, *answers[:1]]
        newest = {a.question: a for a in sorted(said, key=lambda a: a.on)}
        assert store.answers() == tuple(newest[question] for question in sorted(newest))


@SLOW
@given(st.lists(of(Entry), max_size=6))
def test_a_word_about_a_register_is_read_as_it_was_said(entries: list[Entry]) -> None:
    with a_store() as store:
        for entry in entries:
            assert store.add_entry(entry) == entry

        assert store.entry_history() == tuple(entries)
        newest = {(e.register, e.id): e for e in entries}
        assert set(store.registers().entries) == {e for e in newest.values() if not e.removed}
