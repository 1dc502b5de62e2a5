"""Threats start where answers, checks and scans put them; a view moves one step, with a reason."""

from __future__ import annotations

import pytest
from assess.factories import NOW, answer, device, registers, with_telnet
from assess.test_exposure import far, from_zone

from riskscan.assess.circumstances import Initiation, initiations
from riskscan.assess.library import threats
from riskscan.model import (
    Answer,
    AnswerValue,
    Confidence,
    DeviceClass,
    Finding,
    Known,
    Level,
    Result,
    Scan,
    ThreatView,
    Zone,
)

VL, L, M, H, VH = Level
YES, PARTLY, NO = AnswerValue.YES, AnswerValue.PARTLY, AnswerValue.NO


def chosen(question: str, choice: str) -> Answer:
    return Answer(question, AnswerValue.CHOICE, "Dana Lee", NOW.date(), choice=choice)


def failed(check: str) -> Finding:
    return Finding("F-1", check, None, None, Result.FAIL, H, Confidence.HIGH, "")


def begins(
    threat: str,
    *said: Answer,
    views: tuple[ThreatView, ...] = (),
    findings: tuple[Finding, ...] = (),
    elsewhere: tuple[Scan, ...] = (),
) -> Initiation:
    answers = {a.question: a for a in said}
    return initiations(answers, registers(*views), findings, elsewhere)[threat]


def levels(found: Initiation) -> tuple[Level, Level, Level]:
    return found.best, found.shown, found.worst


def test_without_a_word_every_threat_stands_at_its_default() -> None:
    for id, listed in threats().items():
        found = begins(id)
        assert found.shown is listed.threat.initiation
        assert found.best <= found.shown <= found.worst
        assert found.because == ""
        assert found.considered


@pytest.mark.parametrize(
    ("threat", "said", "expected"),
    [
        ("T02", answer("E03", YES), (VH, VH, VH)),
        ("T02", answer("E02", NO), (L, L, VH)),
        ("T02", answer("E02", YES), (H, H, VH)),
        ("T03", answer("E03", YES), (VH, VH, VH)),
        ("T03", answer("E03", NO), (L, L, L)),
        ("T05", chosen("E05", "open or WEP"), (H, H, H)),
        ("T05", answer("E04", NO), (H, H, H)),
        ("T06", answer("E06", YES), (H, H, H)),
        ("T06", answer("E07", YES), (H, H, H)),
        ("T06", answer("E06", NO), (M, M, H)),
        ("T07", answer("E08", PARTLY), (H, H, H)),
        ("T07", answer("E08", NO), (M, M, M)),
        ("T08", answer("E09", YES), (H, H, H)),
        ("T12", answer("E11", YES), (M, M, M)),
        ("T12", answer("E11", NO), (L, L, M)),
        ("T12", answer("W10", NO), (M, M, M)),
        ("T12", answer("W11", PARTLY), (M, M, M)),
        ("T13", chosen("E10", "none out of the ordinary"), (VL, VL, VL)),
        ("T13", chosen("E10", "storm or flood"), (M, M, M)),
        ("T13", chosen("E10", "earthquake or wildfire"), (L, L, L)),
        ("T13", chosen("E10", "several of these"), (M, M, M)),
        ("T14", answer("E13", YES), (M, M, M)),
    ],
)
def test_an_answer_moves_a_threat(
    threat: str, said: Answer, expected: tuple[Level, Level, Level]
) -> None:
    found = begins(threat, said)

    assert levels(found) == expected
    moved = found.shown is not threats()[threat].threat.initiation
    assert bool(found.because) == moved
    assert "Dana Lee" in found.because or not moved


def test_a_site_walk_that_saw_a_sound_battery_and_a_dry_room_raises_nothing() -> None:
    seen = (answer("W10"), answer("W11"))

    assert levels(begins("T12", *seen, answer("E11", NO))) == (L, L, L)
    assert begins("T12", *seen[:1], answer("E11", NO)).asks == ("W11",)
    assert "no sound battery" in begins("T12", answer("W10", NO)).because


@pytest.mark.parametrize("value", [AnswerValue.UNKNOWN, AnswerValue.LATER, None])
def test_a_question_that_nobody_answered_widens_and_is_asked(value: AnswerValue | None) -> None:
    said = [answer("E06", value)] if value else []
    found = begins("T06", *said, answer("E07", NO))

    assert levels(found) == (M, M, H)
    assert found.asks == ("E06",)
    assert begins("T06", answer("E06", NO), answer("E07", NO)).asks == ()


def test_partly_is_neither_yes_nor_no() -> None:
    assert levels(begins("T05", answer("E04", PARTLY), chosen("E05", "no Wi-Fi"))) == (L, L, H)


def test_a_no_to_remote_access_counts_only_while_the_scan_saw_none() -> None:
    both = (answer("E02", NO), answer("E03", NO))

    assert levels(begins("T02", *both)) == (L, L, L)
    assert levels(begins("T02", *both, findings=(failed("remote.support-agent"),))) == (H, H, H)
    # What is reachable from the internet is a way in, whatever was said of remote access.
    assert begins("T02", answer("E02", NO), answer("E03", YES)).shown is VH


@pytest.mark.parametrize(
    ("threat", "check", "level"),
    [("T11", "lifecycle.end-of-support", H), ("T14", "network.flat", M)],
)
def test_a_failed_check_raises_a_threat_and_is_named(threat: str, check: str, level: Level) -> None:
    found = begins(threat, findings=(failed(check),))

    assert found.shown is level
    assert check in found.because


def test_a_guest_network_that_meets_the_practice_raises_eavesdropping() -> None:
    bridged = from_zone(Zone.GUEST, far(open=(23,)))
    router = device("192.168.50.1", DeviceClass.ROUTER_FIREWALL, open=(443,), mac=None)
    clean = from_zone(Zone.GUEST, router)
    office = from_zone(Zone.OFFICE, with_telnet())

    assert levels(begins("T05", elsewhere=(bridged,))) == (H, H, H)
    assert bridged.id in begins("T05", elsewhere=(bridged,)).because
    assert begins("T05", elsewhere=(clean, office)).shown is L


def test_a_view_moves_one_step_with_its_reason_and_says_who() -> None:
    up = ThreatView("T13", likelihood=VH, reason="Two floods in five years.")
    found = begins("T13", chosen("E10", "storm or flood"), views=(up,))

    assert (found.shown, found.worst) == (H, H)
    assert "Two floods in five years." in found.because
    assert "Dana Lee" in found.because
    assert "one step is what a view can move" in found.because


def test_a_view_without_a_reason_moves_nothing_and_says_so() -> None:
    silent = begins("T13", views=(ThreatView("T13", likelihood=VL),))
    aside = begins("T13", views=(ThreatView("T13", considered=Known.NO),))

    assert silent.shown is L
    assert "does not count" in silent.because
    assert aside.considered


def test_a_threat_cannot_be_put_aside_while_the_scan_sees_what_serves_it() -> None:
    view = ThreatView("T04", considered=Known.NO, reason="We trust our staff.")

    assert begins("T04", views=(view,)).considered is False
    held = begins("T04", views=(view,), findings=(failed("cleartext.telnet"),))
    assert held.considered
    assert "cleartext.telnet failed in this scan and serves it" in held.because


def test_the_day_of_a_view_is_told() -> None:
    found = begins("T13", views=(ThreatView("T13", likelihood=M, reason="River."),))

    assert f"Dana Lee on {NOW:%Y-%m-%d} (THR-01)" in found.because
