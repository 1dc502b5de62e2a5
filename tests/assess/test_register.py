"""Levels never fall when something gets worse, and no good answer ever raises one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from assess.factories import KNOWLEDGE, NOW, answer, clinic, device, registers, scan, with_telnet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskscan.assess import assess, load_checklist
from riskscan.assess.circumstances import Initiation
from riskscan.assess.estate import Estate
from riskscan.assess.exposure import Reach
from riskscan.assess.gap_standing import GONE, SAFEGUARDED, THERE
from riskscan.assess.library import criticality, threats
from riskscan.assess.scenario import Scenario
from riskscan.assess.worth import Valued, Worths
from riskscan.model import (
    Answer,
    AnswerValue,
    Assessment,
    DeviceClass,
    Impact,
    Level,
    Risk,
    System,
    SystemKind,
    Worth,
)

VL, L, M, H, VH = Level
LEVELS = st.sampled_from(Level)
LEFT = st.sampled_from((THERE, SAFEGUARDED, GONE))
IMPACTS = st.builds(Impact, LEVELS, LEVELS, LEVELS)
IDS = [c.id for c in load_checklist().controls]
SAID = st.sampled_from([AnswerValue.YES, AnswerValue.PARTLY, AnswerValue.NO, AnswerValue.UNKNOWN])
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Make a scenario whose bounds lie as those of every rule do."""
    begins = sorted(draw(st.tuples(LEVELS, LEVELS, LEVELS)))
    reach = sorted(draw(st.tuples(*[st.integers(-2, 1)] * 3)))
    severity = sorted(draw(st.tuples(LEVELS, LEVELS)))
    worth = sorted(draw(st.tuples(IMPACTS, IMPACTS, IMPACTS)), key=lambda i: i.level)
    left = sorted(draw(st.tuples(LEFT, LEFT, LEFT)))
    return Scenario(
        listed=threats()["T04"],
        check="cleartext.telnet",
        severity=severity[0],
        severity_if_true=severity[1],
        begins=Initiation(begins[1], begins[0], begins[2]),
        worth=Valued(worth[1], worth[0], worth[2], "harm"),
        statement="",
        assets="",
        reach=Reach(reach[1], reach[0], reach[2]),
        exploited=draw(st.booleans()),
        shown=left[1],
        best=left[2],
        worst=left[0],
    )


def up(level: Level) -> Level:
    return Level.at(level.rank + 1)


@given(scenarios())
def test_what_is_shown_lies_between_the_best_and_the_worst(scenario: Scenario) -> None:
    risk = scenario.risk()

    assert risk.best <= risk.level <= risk.worst


@given(scenarios(), st.sampled_from(("confidentiality", "integrity", "availability")))
def test_a_level_never_falls_when_anything_gets_worse(scenario: Scenario, cell: str) -> None:
    now = scenario.risk().level
    begins, worth, reach = scenario.begins, scenario.worth, scenario.reach
    raised = replace(worth.shown, **{cell: up(getattr(worth.shown, cell))})

    for worse in (
        replace(scenario, severity=up(scenario.severity)),
        replace(scenario, begins=replace(begins, shown=up(begins.shown))),
        replace(scenario, reach=replace(reach, shown=reach.shown + 1)),
        replace(scenario, worth=replace(worth, shown=raised)),
        replace(scenario, shown=THERE),
        replace(scenario, exploited=True),
    ):
        assert worse.risk().level >= now
    assert replace(scenario, shown=GONE).risk().level <= now
    if scenario.shown == THERE:
        assert replace(scenario, shown=SAFEGUARDED).risk().level <= now


def rated(*answers: Answer) -> dict[str, Risk]:
    made = assess(SUBJECT, answers=answers, knowledge=KNOWLEDGE, now=NOW)
    return {r.key: r for r in made.risks}


SUBJECT = clinic()
NOTHING = rated()


@QUICK
@given(st.dictionaries(st.sampled_from(IDS), SAID, max_size=6), st.sampled_from(IDS))
def test_yes_with_a_document_never_raises_a_level_and_no_never_lowers_one(
    others: dict[str, AnswerValue], control: str
) -> None:
    said = [answer(id, value) for id, value in others.items() if id != control]
    before = rated(*said)
    yes = rated(*said, answer(control, document="Seen"))
    no = rated(*said, answer(control, AnswerValue.NO))

    assert set(before) == set(yes) == set(no)
    for key, risk in before.items():
        assert _no_worse(yes[key], risk)
        assert _no_worse(risk, no[key])
        for each in (risk, yes[key], no[key]):
            assert each.best <= each.level <= each.worst


def _no_worse(one: Risk, than: Risk) -> bool:
    return one.best <= than.best and one.level <= than.level and one.worst <= than.worst


@pytest.mark.parametrize("control", IDS)
def test_each_single_answer_moves_levels_the_way_it_should(control: str) -> None:
    yes = rated(answer(control, document="Seen"))
    no = rated(answer(control, AnswerValue.NO))

    assert all(_no_worse(yes[key], risk) for key, risk in NOTHING.items())
    assert all(_no_worse(risk, no[key]) for key, risk in NOTHING.items())


def test_an_answer_settles_what_it_was_asked_for() -> None:
    before = rated(chosen("500 to 10,000"))
    asked = [r for r in before.values() if r.asks == ("A12",)]
    after = rated(chosen("500 to 10,000"), answer("A12", document="Reminder of May"))

    assert asked
    for risk in asked:
        assert after[risk.key].best is after[risk.key].level is after[risk.key].worst
        assert after[risk.key].asks == ()


def test_ten_times_as_many_alike_devices_make_no_more_scenarios() -> None:
    def risks(many: int) -> int:
        desks = [with_telnet(f"192.168.50.{n}") for n in range(100, 100 + many)]
        return len(assess(scan(*desks), knowledge=KNOWLEDGE, now=NOW).risks)

    assert risks(30) == risks(3)


def test_every_wide_interval_says_what_would_narrow_it_or_that_it_is_untested() -> None:
    for risk in NOTHING.values():
        if risk.best is not risk.worst and not risk.findings:
            assert risk.asks, risk.statement


# --- worth


def worths(*answers: Answer, kept: tuple[Worth | System, ...] = ()) -> Worths:
    estate = Estate.of(scan(device("192.168.50.20", DeviceClass.PACS_ARCHIVE)))
    said = {a.question: a for a in answers}
    return Worths.of(said, registers(*kept), estate, NOW.date())


def chosen(choice: str) -> Answer:
    return Answer("E01", AnswerValue.CHOICE, "Dana Lee", NOW.date(), choice=choice)


@pytest.mark.parametrize(
    ("device_class", "choice", "expected"),
    [
        (DeviceClass.WORKSTATION, "under 500", M),
        (DeviceClass.WORKSTATION, "500 to 10,000", H),
        (DeviceClass.WORKSTATION, "over 10,000", VH),
        (DeviceClass.PACS_ARCHIVE, "over 10,000", VH),
        (DeviceClass.PACS_ARCHIVE, "under 500", H),
        (DeviceClass.IP_CAMERA, "over 10,000", L),
        (DeviceClass.UNKNOWN, "under 500", M),
        (DeviceClass.INFUSION_PUMP, "under 500", L),
    ],
)
def test_the_number_of_records_moves_confidentiality_of_what_holds_them(
    device_class: DeviceClass, choice: str, expected: Level
) -> None:
    valued = worths(chosen(choice)).of_class(device_class)
    default = criticality()[device_class].impact

    assert valued.shown.confidentiality is expected
    assert (valued.shown.integrity, valued.shown.availability) == (
        default.integrity, default.availability,
    )  # fmt: skip
    assert bool(valued.because) == (valued.shown != default)


def test_of_two_counts_of_records_the_higher_counts() -> None:
    big = System("PACS", patients=40_000)

    assert (
        worths(chosen("under 500"), kept=(big,)).of_class(DeviceClass.LAPTOP).shown.confidentiality
        is VH
    )
    assert "SYS-01" in worths(kept=(big,)).of_class(DeviceClass.LAPTOP).because[0]


def test_unknown_records_widen_and_are_asked() -> None:
    valued = worths().of_class(DeviceClass.LAPTOP)

    assert [i.confidentiality for i in (valued.best, valued.shown, valued.worst)] == [M, H, VH]
    assert valued.asks == ("E01",)


def test_a_tested_restore_lowers_availability_and_needs_its_document() -> None:
    def available(*said: Answer, kept: tuple[System, ...] = ()) -> tuple[Level, Level]:
        valued = worths(chosen("500 to 10,000"), *said, kept=kept).of_class(
            DeviceClass.PACS_ARCHIVE
        )
        return valued.shown.availability, valued.best.availability

    listed = System("PACS", addresses="192.168.50.20", restored_on=date(2026, 5, 2))
    assert available() == (H, M)
    assert available(answer("E12")) == (H, M)
    assert available(answer("E12", AnswerValue.NO)) == (H, H)
    assert available(answer("E12", document="Restore of May")) == (M, M)
    old = replace(answer("E12", document="Restore"), document_on=date(2025, 3, 1))
    assert available(old) == (H, M)
    assert available(kept=(listed,)) == (M, M)
    assert available(kept=(replace(listed, restored_on=date(2025, 5, 2)),)) == (H, M)


def test_the_practice_may_set_a_cell_with_a_reason_and_never_endanger_a_patient() -> None:
    reasoned = Worth("pacs_archive", None, None, L, "Images are kept in the cloud too.")
    silent = replace(reasoned, reason="")
    pump = Worth("infusion_pump", VL, L, None, "Holds no names.")
    said = chosen("500 to 10,000")

    assert worths(said, kept=(reasoned,)).of_class(DeviceClass.PACS_ARCHIVE).shown.availability is L
    kept = worths(said, kept=(silent,)).of_class(DeviceClass.PACS_ARCHIVE)
    assert kept.shown.availability is H
    assert "does not count" in kept.because[0]
    safe = worths(said, kept=(pump,)).of_class(DeviceClass.INFUSION_PUMP)
    assert (safe.shown.confidentiality, safe.shown.integrity) == (VL, VH)
    assert any("who can come to harm" in told for told in safe.because)


@given(st.sampled_from(DeviceClass), LEVELS, LEVELS, LEVELS)
def test_what_can_hurt_a_patient_is_never_below_high(
    device_class: DeviceClass, c: Level, i: Level, a: Level
) -> None:
    said = (chosen("under 500"), answer("E12", document="Restore of May"))
    valued = worths(*said, kept=(Worth(device_class, c, i, a, "Because."),)).of_class(device_class)

    if criticality()[device_class].patient_safety:
        for impact in (valued.best, valued.shown, valued.worst):
            assert min(impact.integrity, impact.availability) >= H
    assert valued.best.level <= valued.shown.level <= valued.worst.level


def test_a_system_with_a_vendor_is_worth_its_records() -> None:
    cloud = worths(chosen("500 to 10,000"), kept=(System("EHR", SystemKind.CLOUD),)).cloud()

    assert cloud.shown == Impact(VH, VH, H)


def test_a_filled_assessment_is_the_same_twice() -> None:
    def made() -> Assessment:
        said = [answer(id, document="Seen") for id in IDS]
        return assess(SUBJECT, answers=said, knowledge=KNOWLEDGE, now=NOW)

    assert made() == made()
