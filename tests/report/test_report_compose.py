"""A scan and its assessment, arranged as one document."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import report_factories as factories
from hypothesis import given
from hypothesis import strategies as st

from riskscan.assess import matrices
from riskscan.model import (
    Answer,
    AnswerValue,
    Assurance,
    ControlStatus,
    Device,
    Level,
    Result,
)
from riskscan.report import compose
from riskscan.report.method import LIKELIHOOD, RISK


def test_every_device_stands_under_one_heading() -> None:
    scan = factories.scan()

    rows = [d for group in factories.report(scan).inventory for d in group.devices]

    assert sorted(d.address for d in rows) == sorted(str(d.address) for d in scan.devices)
    assert {d.mac for d in rows} == {d.host.mac for d in scan.devices}


def test_a_product_that_repeats_its_maker_is_named_once() -> None:
    names = {d.address: d.name for g in factories.report().inventory for d in g.devices}

    assert names["10.20.0.20"] == "Orthanc"
    assert names["10.20.0.21"] == "GE HealthCare LOGIQ E9"


def test_the_map_holds_every_device_on_its_network() -> None:
    scan = factories.scan(devices=tuple(replace_last(d) for d in factories.scan().devices))

    networks = factories.report(scan).networks

    shown = [d.address for n in networks for row in n.rows for d in row.devices]
    assert sorted(shown) == sorted(str(d.address) for d in scan.devices)
    assert [n.label for n in networks] == ["10.20.0.0/24", "192.168.7.0/24"]
    assert {d.short for row in networks[1].rows for d in row.devices} == {".61"}


def replace_last(device: Device) -> Device:
    """Move the last device of the clinic to a network that the scan did not name."""
    if str(device.address) != factories.address(61):
        return device
    return replace(device, host=replace(device.host, address=IPv4Address("192.168.7.61")))


def test_only_failures_are_weaknesses() -> None:
    assessment = factories.assessment()
    failed = {f.id for f in assessment.findings if f.result is Result.FAIL}

    report = factories.report(by=assessment)

    assert {c.finding for w in report.weaknesses for c in w.cases} == failed


def test_unknown_is_counted_as_unknown_and_never_as_not_seen() -> None:
    rows = factories.report().seen.checks

    assert all(row.unknown == 1 and row.not_seen == 0 for row in rows)
    assert {row.check for row in rows} == set(factories.checks())


def test_weaknesses_are_sorted_by_severity() -> None:
    severities = [w.severity for w in factories.report().weaknesses]

    assert severities == sorted(severities, reverse=True)


def test_the_managers_page_names_five_actions_and_each_risk_once() -> None:
    top = factories.report().summary.top

    named = [risk for entry in top for risk in entry.risks]
    assert [entry.place for entry in top] == [1, 2, 3, 4, 5]
    assert len({entry.action for entry in top}) == 5
    assert len(named) == len(set(named))
    assert top[2].risks == ("R-003", "R-004")


def test_a_top_risk_says_what_to_do_who_by_when_and_what_it_costs() -> None:
    first = factories.report().summary.top[0]

    assert first.to_do == "Close the image archive to all but the devices that need it"
    assert first.owner == "Imaging vendor"
    assert first.due is not None and first.due.isoformat() == "2026-12-06"
    assert first.cost == "under $1,000"


def test_a_risk_without_action_is_still_named() -> None:
    assessment = factories.assessment(actions=())

    first = factories.report(by=assessment).summary.top[0]

    assert first.owner == "Not decided"
    assert first.due is None


def test_counts_by_level_hold_every_level_worst_first() -> None:
    counts = factories.report().summary.counts

    assert [c.level for c in counts] == sorted(Level, reverse=True)
    assert sum(c.count for c in counts) == len(factories.assessment().risks)


def test_a_draft_counts_its_open_questions() -> None:
    assessment = factories.assessment()
    open_questions = sum(c.status is ControlStatus.NOT_ASSESSED for c in assessment.controls)

    report = factories.report(by=assessment)

    assert report.cover.status == f"Draft: {open_questions} questions are not answered yet"
    assert report.cover.title == "Technical scan report"
    assert len(report.appendix.questions) == open_questions


def test_a_complete_assessment_is_a_final_risk_analysis() -> None:
    given_answers = tuple(
        replace(
            result,
            status=ControlStatus.MET,
            assurance=Assurance.DOCUMENT,
            answer=Answer(result.control.id, AnswerValue.YES, "M. Núñez", factories.KNOWN),
        )
        for result in factories.assessment().controls
    )

    report = factories.report(by=factories.assessment(complete=True, controls=given_answers))

    assert (report.cover.title, report.cover.status) == ("Security risk analysis", "Final")
    assert report.cover.final
    assert report.appendix.questions == ()


def test_an_incomplete_assessment_is_never_final_even_without_open_questions() -> None:
    report = factories.report(by=factories.assessment(controls=()))

    assert not report.cover.final
    assert report.cover.status.startswith("Draft")


def test_all_controls_stand_in_the_report_with_counts_that_add_up() -> None:
    rule = factories.report().rule

    rows = [c.id for group in rule.groups for c in group.controls]
    assert len(rows) == len(set(rows)) == 54
    assert sum(count.count for count in rule.counts) == 54
    for group in rule.groups:
        assert sum(count.count for count in group.counts) == len(group.controls)


def test_a_question_that_the_reason_asks_is_not_asked_twice() -> None:
    known = factories.assessment()
    place, first = next(
        (n, c) for n, c in enumerate(known.controls) if c.status is ControlStatus.NOT_ASSESSED
    )
    asked = replace(first, reason=f"Not answered yet. To ask: {first.control.question}")
    controls = (*known.controls[:place], asked, *known.controls[place + 1 :])

    report = factories.report(by=replace(known, controls=controls))

    rows = {c.id: c for group in report.rule.groups for c in group.controls}
    assert rows[first.control.id].question == ""
    assert first.control.question in {q.question for q in report.appendix.questions}


def test_a_check_without_words_is_shown_by_its_id() -> None:
    report = factories.report(checks={})

    assert {w.title for w in report.weaknesses} == {w.check for w in report.weaknesses}


def test_missing_consent_is_said() -> None:
    facts = {f.label: f.value for f in factories.empty().cover.facts}

    assert facts["Permission to scan"] == "Not recorded"


def test_what_changed_is_counted_and_listed() -> None:
    report = factories.report()

    assert "new on the network: 1" in report.summary.changed
    assert len(report.changes) == 3
    assert factories.report(changes=()).summary.changed == ""


def test_composing_is_pure() -> None:
    scan, assessment = factories.scan(), factories.assessment()

    one = compose(scan, assessment, checks=factories.checks(), knowledge_as_of=factories.KNOWN)
    two = compose(scan, assessment, checks=factories.checks(), knowledge_as_of=factories.KNOWN)

    assert one == two


@given(st.sampled_from(list(Level)), st.integers(0, 3))
def test_the_printed_matrices_never_fall_as_either_side_rises(row: Level, column: int) -> None:
    for table in (LIKELIHOOD, RISK):
        assert table[row][column] <= table[row][column + 1]
        assert table[row][column] <= table[Level.at(row.rank + 1)][column]


def test_the_printed_matrices_are_those_that_rated_the_risks() -> None:
    for initiation in Level:
        for adverse in Level:
            assert LIKELIHOOD[initiation][adverse.rank] is matrices.LIKELIHOOD[initiation][adverse]
            assert RISK[initiation][adverse.rank] is matrices.RISK[initiation][adverse]
