"""What an assessment is made from, and when the one on file no longer holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from assess.factories import KNOWLEDGE, NOW, answer, clinic, scan, with_telnet

from riskscan import assess, knowledge, pipeline
from riskscan.assess import MethodChange
from riskscan.model import (
    Acceptance,
    AnswerValue,
    Assessment,
    Level,
    Scan,
    ScanState,
    Scope,
    Site,
    Vendor,
    Zone,
)
from riskscan.pipeline.memory import complete_scans, from_here, is_same_place, scans_elsewhere
from riskscan.store import Store

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "load", lambda: KNOWLEDGE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "clinic.db") as opened:
        yield opened


def keep(store: Store, done: Scan) -> Scan:
    store.begin(replace(done, devices=()))
    for each in done.devices:
        store.record(done.id, each)
    store.finish(done)
    return store.load(done.id)


def looked(
    id: str, at: datetime, zone: Zone | None = None, of: Scan | None = None, **site: object
) -> Scan:
    """Make a complete scan of the clinic that began and ended at a time."""
    seen = of or clinic()
    place = replace(seen.site, zone=zone, **site)  # type: ignore[arg-type]
    return replace(seen, id=id, site=place, started_at=at, ended_at=at, state=ScanState.COMPLETE)


# -- which scans can be compared --------------------------------------------------------------


def test_a_scan_from_the_guest_network_is_no_earlier_scan_of_one_from_the_office(
    store: Store,
) -> None:
    keep(store, looked("S-1", NOW - 2 * DAY, Zone.OFFICE))
    keep(store, looked("S-2", NOW - DAY, Zone.GUEST, of=scan(with_telnet())))
    today = keep(store, looked("S-3", NOW, Zone.OFFICE))

    before = pipeline.previous_of(store, today)

    assert before is not None
    assert before.id == "S-1"
    assert pipeline.changes_since(store, today) == ()
    assert [s.id for s in scans_elsewhere(store, today, NOW)] == ["S-2"]


HERE = Site("Lakeside", Scope((ip_network("10.0.0.0/24"), ip_network("10.0.1.0/24"))))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({}, True),
        ({"scope": Scope((ip_network("10.0.1.0/24"), ip_network("10.0.0.0/24")))}, True),
        ({"scope": Scope((ip_network("10.0.0.0/24"),))}, False),
        ({"zone": Zone.GUEST}, False),
        ({"vantage": " Front  desk "}, True),
        ({"vantage": "server closet"}, False),
    ],
)
def test_a_place_is_its_networks_and_its_zone_or_else_its_name(
    other: dict[str, object], same: bool
) -> None:
    one = replace(HERE, vantage="front desk")
    two = replace(one, **other)  # type: ignore[arg-type]

    assert is_same_place(one, two) is is_same_place(two, one) is same


def test_in_one_zone_the_name_of_the_place_does_not_matter() -> None:
    one = replace(HERE, zone=Zone.OFFICE, vantage="front desk")

    assert is_same_place(one, replace(one, vantage="billing"))


def test_the_newest_look_from_each_other_place_within_a_year_counts(store: Store) -> None:
    office = keep(store, looked("S-office", NOW, Zone.OFFICE))
    for id, at, zone in (
        ("S-old-guest", NOW - 20 * DAY, Zone.GUEST),
        ("S-guest", NOW - 10 * DAY, Zone.GUEST),
        ("S-later-guest", NOW + DAY, Zone.GUEST),
        ("S-clinical", NOW - 364 * DAY, Zone.CLINICAL),
        ("S-server", NOW - 366 * DAY, Zone.SERVER),
        ("S-nameless", NOW - 3 * DAY, None),
    ):
        keep(store, looked(id, at, zone))
    keep(store, replace(looked("S-stopped", NOW - DAY, Zone.GUEST), state=ScanState.INCOMPLETE))
    keep(store, looked("S-hillside", NOW - DAY, Zone.GUEST, practice="Hillside"))

    assert [s.id for s in scans_elsewhere(store, office, NOW)] == [
        "S-nameless", "S-guest", "S-clinical",
    ]  # fmt: skip
    assert all(s.devices for s in scans_elsewhere(store, office, NOW))


def test_a_scan_is_compared_with_the_newest_that_had_ended(store: Store) -> None:
    keep(store, looked("S-1", NOW - 2 * DAY))
    keep(store, replace(looked("S-2", NOW - DAY), ended_at=NOW + DAY))
    today = keep(store, looked("S-3", NOW))

    assert [s.id for s in from_here(complete_scans(store, today), today)] == ["S-2", "S-1"]
    first = pipeline.assess_only(store, today, now=NOW)
    assert pipeline.judge_again(store, today, first) == first


# -- whether the assessment on file still holds -----------------------------------------------


@pytest.fixture
def filed(store: Store) -> Assessment:
    return pipeline.judge(store, keep(store, looked("S-1", NOW)), now=NOW)


def now_on(store: Store, at: datetime) -> datetime:
    return pipeline.current(store, store.load("S-1"), now=at).made_at


def test_nothing_new_leaves_the_assessment_on_file(store: Store, filed: Assessment) -> None:
    assert now_on(store, NOW + DAY) == NOW


def test_an_answer_makes_it_anew(store: Store, filed: Assessment) -> None:
    pipeline.record_answers(store, [answer("A05", AnswerValue.NO)], NOW + HOUR)

    assert now_on(store, NOW + DAY) == NOW + DAY


def test_a_word_about_a_register_makes_it_anew(store: Store, filed: Assessment) -> None:
    pipeline.record_entry(store, "vendors", Vendor("Northlight"), "Dana Lake", NOW + HOUR)

    assert now_on(store, NOW + DAY) == NOW + DAY


def test_a_look_from_elsewhere_makes_it_anew(store: Store, filed: Assessment) -> None:
    keep(store, looked("S-2", NOW + HOUR, Zone.GUEST))

    assert now_on(store, NOW + DAY) == NOW + DAY


def test_a_later_scan_from_here_leaves_it(store: Store, filed: Assessment) -> None:
    keep(store, looked("S-2", NOW + HOUR))

    assert now_on(store, NOW + DAY) == NOW


def test_an_acceptance_that_ran_out_makes_it_anew(store: Store, filed: Assessment) -> None:
    until = date(2026, 12, 1)
    borne = Acceptance(filed.risks[0].key, "retired in May", "Dana Lake", until)
    risks = (replace(filed.risks[0], acceptance=borne), *filed.risks[1:])
    store.file_assessment(replace(filed, risks=risks, made_at=NOW + HOUR))

    assert now_on(store, datetime(2026, 12, 1, tzinfo=NOW.tzinfo)) == NOW + HOUR
    later = datetime(2026, 12, 2, tzinfo=NOW.tzinfo)
    assert now_on(store, later) == later


def test_what_is_reported_is_on_file(store: Store, filed: Assessment) -> None:
    pipeline.record_answers(store, [answer("A05", AnswerValue.NO)], NOW + HOUR)

    pipeline.render(store, store.load("S-1"), format_="json", now=NOW + DAY)

    on_file = store.assessment("S-1")
    assert on_file is not None
    assert on_file.made_at == NOW + DAY
    again = pipeline.judge_again(store, store.load("S-1"), on_file)
    assert assess.canonical(again) == assess.canonical(on_file)


def test_the_canonical_form_is_the_same_in_memory_and_on_file(
    store: Store, filed: Assessment
) -> None:
    on_file = store.assessment("S-1")

    assert on_file is not None
    assert assess.fingerprint(on_file) == assess.fingerprint(filed)
    elsewhere = filed.made_at.astimezone().replace(microsecond=0)
    assert assess.fingerprint(replace(filed, made_at=elsewhere)) == assess.fingerprint(filed)


# -- a level that moved though nothing was seen or said -----------------------------------------


def moved(filed: Assessment, content: str = "newer") -> Assessment:
    first = next(r for r in filed.risks if r.findings and r.level is not Level.LOW)
    risks = tuple(replace(r, level=Level.LOW) if r is first else r for r in filed.risks)
    return replace(filed, risks=risks, content_revision=content)


def test_a_level_that_newer_content_moved_is_a_method_change(filed: Assessment) -> None:
    first = next(r for r in filed.risks if r.findings and r.level is not Level.LOW)

    assert assess.method_changes(filed, moved(filed)) == (
        MethodChange(first.key, first.statement, first.level, Level.LOW),
    )


def test_the_same_content_never_makes_a_method_change(filed: Assessment) -> None:
    assert assess.method_changes(filed, moved(filed, filed.content_revision)) == ()


def test_a_level_beside_new_evidence_is_no_method_change(filed: Assessment) -> None:
    after = moved(filed)
    [change] = assess.method_changes(filed, after)
    risk = next(r for r in after.risks if r.key == change.key)
    fresh = tuple(
        replace(f, evidence=f.evidence[1:]) if f.id in risk.findings else f for f in after.findings
    )

    assert assess.method_changes(filed, replace(after, findings=fresh)) == ()


def test_a_level_beside_another_answer_is_no_method_change(filed: Assessment) -> None:
    asked = next(r for r in filed.risks if "A20" in r.asks and r.level is not Level.LOW)
    risks = tuple(replace(r, level=Level.LOW) if r is asked else r for r in filed.risks)
    after = replace(filed, risks=risks, content_revision="newer")
    said = tuple(
        replace(c, answer=answer("A20")) if c.control.id == "A20" else c for c in after.controls
    )

    assert [c.key for c in assess.method_changes(filed, after)] == [asked.key]
    assert assess.method_changes(filed, replace(after, controls=said)) == ()
