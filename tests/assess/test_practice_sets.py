"""Recognized practices, goals and the readiness map: complete as data, and judged by evidence."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from set_examples import LARGE, SMALL, by_id, controls, finding, judged

from riskscan.assess import CHECKS, load_checklist
from riskscan.assess.practice_sets import SETS, load_set, parse_set, stale_sets
from riskscan.errors import RuleError
from riskscan.model import (
    ControlStatus,
    Level,
    Practice,
    PracticeSize,
    Profile,
    Result,
    SetStatus,
)

STATUSES = tuple(ControlStatus)
ORDER = [
    ControlStatus.NOT_MET,
    ControlStatus.NOT_ASSESSED,
    ControlStatus.PARTIAL,
    ControlStatus.NOT_REASONABLE,
    ControlStatus.MET_ALTERNATIVE,
    ControlStatus.MET,
]
ONE = """
id = "x"
title = "A set"
status = "voluntary"
revision = "1"
source = "made for this test"
checked_on = 2026-11-21
note = "A set of practices that was made for this test, and for nothing else."
[[group]]
title = "Group"
[[group.practice]]
id = "one"
title = "First"
what = "Something that a practice does."
"""


def practices(name: str, size: PracticeSize) -> list[Practice]:
    return [p for p in load_set(name).practices if size in p.sizes]


def test_hicp_counts_21_practices_for_a_small_38_for_a_medium_and_73_for_a_large_one() -> None:
    counted = {size: len(practices("hicp-2023", size)) for size in PracticeSize}

    assert counted == {PracticeSize.SMALL: 21, PracticeSize.MEDIUM: 38, PracticeSize.LARGE: 73}


def test_hicp_has_ten_practices_and_the_letter_of_an_id_is_its_size() -> None:
    sizes = {
        "S": {PracticeSize.SMALL},
        "M": {PracticeSize.MEDIUM, PracticeSize.LARGE},
        "L": {PracticeSize.LARGE},
    }
    listed = load_set("hicp-2023").practices

    assert len({p.group for p in listed}) == 10
    for practice in listed:
        number, letter, _ = practice.id.split(".")
        assert practice.group.split()[0] == number
        assert set(practice.sizes) == sizes[letter]


def test_hicp_says_which_names_were_not_held_against_the_edition_of_2023() -> None:
    note = load_set("hicp-2023").note

    assert "Not all names were held against the text of 2023" in note
    assert "9.L.B" in note


def test_the_goals_are_ten_essential_and_ten_enhanced() -> None:
    groups = Counter(p.group for p in load_set("hph-cpg").practices)

    assert groups == {"Essential goals": 10, "Enhanced goals": 10}


def test_a_small_practice_sees_the_essential_goals_a_medium_one_four_more_a_large_one_all() -> None:
    extra = {
        size: [p.title for p in practices("hph-cpg", size) if p.group == "Enhanced goals"]
        for size in PracticeSize
    }

    assert all(len(practices("hph-cpg", size)) >= 10 for size in PracticeSize)
    assert extra[PracticeSize.SMALL] == []
    assert extra[PracticeSize.MEDIUM] == [
        "Asset Inventory",
        "Cybersecurity Testing",
        "Network Segmentation",
        "Configuration Management",
    ]
    assert len(extra[PracticeSize.LARGE]) == 10


def test_the_map_has_six_pillars_three_phases_and_25_to_35_steps() -> None:
    listed = load_set("zero-trust").practices

    assert list(dict.fromkeys(p.group for p in listed)) == [
        "Identity",
        "Devices",
        "Networks",
        "Applications and workloads",
        "Data",
        "Visibility and analytics",
    ]
    assert 25 <= len(listed) <= 35
    for size in PracticeSize:
        assert {p.phase for p in practices("zero-trust", size)} == {"1", "2", "3"}


def test_sizes_differ_in_what_the_map_has_them_do() -> None:
    steps = {size: {p.id for p in practices("zero-trust", size)} for size in PracticeSize}

    for size, others in steps.items():
        for other in set(PracticeSize) - {size}:
            assert others - steps[other]


def test_each_step_of_the_map_rests_on_evidence() -> None:
    listed = load_set("zero-trust").practices

    assert [p.id for p in listed if not p.rests_on and not p.checks] == []


@pytest.mark.parametrize("status", [ControlStatus.MET, ControlStatus.NOT_MET])
def test_a_scan_is_no_penetration_test_and_reminders_are_no_simulation(
    status: ControlStatus,
) -> None:
    results = judged(LARGE, controls(status), ())
    small = judged(SMALL, controls(status), ())

    for result in (
        by_id(results, "hipaa-nprm-2025")["312.h.2.iii"],
        by_id(results, "hicp-2023")["7.L.A"],
        by_id(small, "hicp-2023")["1.S.C"],
    ):
        assert result.status is ControlStatus.NOT_ASSESSED


def test_a_network_that_looks_parted_does_not_show_that_it_is() -> None:
    found = judged(SMALL, controls(ControlStatus.MET), (finding("network.flat", Result.PASS),))
    result = by_id(found, "zero-trust")["networks.segments.small"]

    assert result.status is ControlStatus.NOT_ASSESSED
    assert result.reason == ("Nothing was seen against it, which does not show that it is done.")


@pytest.mark.parametrize("name", SETS)
def test_a_set_says_where_it_comes_from_and_names_only_what_exists(name: str) -> None:
    loaded = load_set(name)
    leaves = {c.id for c in load_checklist().controls}

    assert loaded.id == name
    assert loaded.source
    assert loaded.checked_on == date(2026, 11, 21)
    for practice in loaded.practices:
        assert set(practice.rests_on) <= leaves
        assert set(practice.checks) <= set(CHECKS)
        assert len(practice.checks) == len(set(practice.checks))


@pytest.mark.parametrize("name", SETS)
def test_sentences_are_short_plain_and_end(name: str) -> None:
    for practice in load_set(name).practices:
        for text in filter(None, (practice.what, practice.action)):
            assert text.endswith("."), practice.id
            assert max(len(s.split()) for s in re.split(r"[.;:]", text)) <= 35, practice.id


@pytest.mark.parametrize("name", [name for name in SETS if name != "hipaa-nprm-2025"])
def test_each_voluntary_practice_says_what_to_do_first(name: str) -> None:
    assert [p.id for p in load_set(name).practices if not p.action] == []
    assert load_set(name).status is SetStatus.VOLUNTARY


@pytest.mark.parametrize("name", SETS)
def test_no_set_claims_compliance_a_score_or_an_end_of_the_road(name: str) -> None:
    loaded = load_set(name)
    texts = [loaded.note, *(f"{p.what} {p.action}" for p in loaded.practices)]
    results = judged(LARGE, controls(ControlStatus.MET))
    texts += [r.reason for each in results for r in each.results]

    for text in texts:
        assert not re.search(
            r"complian|certif|HIPAA requires|safe harbou?r|%|percent|achieved|score", text, re.I
        ), text


def test_a_practice_named_twice_is_refused() -> None:
    with pytest.raises(RuleError, match="one twice"):
        parse_set(ONE + ONE[ONE.index("[[group.practice]]") :], where="x.toml")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('rests_on = ["A99"]', "A99"),
        ('checks = ["cleartext.carrier-pigeon"]', "cleartext.carrier-pigeon"),
        ('checks = ["pigeons.*"]', "pigeons"),
        ('sizes = ["tiny"]', "cannot be read"),
        ("sizes = []", "cannot be read"),
        ('phase = "4"', "cannot be read"),
        ('colour = "blue"', "cannot be read"),
    ],
)
def test_content_that_names_what_there_is_none_of_is_refused(line: str, complaint: str) -> None:
    with pytest.raises(RuleError, match=complaint):
        parse_set(ONE + line, where="x.toml")


def test_a_proposal_without_its_paragraph_is_refused() -> None:
    with pytest.raises(RuleError, match="no paragraph for one"):
        parse_set(ONE.replace("voluntary", "proposed, not law"), where="x.toml")


def test_a_family_of_checks_means_all_of_them() -> None:
    (practice,) = parse_set(ONE + 'checks = ["smb.*"]', where="x.toml").practices

    assert practice.checks == (
        "smb.guest-session",
        "smb.signing-not-required",
        "smb.version-1",
    )


def test_without_answers_and_findings_nothing_is_known_of_any_practice() -> None:
    results = judged(LARGE, controls(ControlStatus.NOT_ASSESSED), ())

    statuses = {r.status for each in results for r in each.results}
    assert statuses == {ControlStatus.NOT_ASSESSED}


def test_a_practice_is_as_far_as_the_worst_of_its_controls() -> None:
    known = controls(ControlStatus.MET, A15=ControlStatus.NOT_MET)
    result = by_id(judged(SMALL, known, ()), "hph-cpg")["essential.8"]

    assert result.status is ControlStatus.NOT_MET
    assert result.reason == "“Password management” (164.308(a)(5)(ii)(D)) is not met."


def test_what_is_not_assessed_is_never_met() -> None:
    known = controls(ControlStatus.MET, A15=ControlStatus.NOT_ASSESSED)
    result = by_id(judged(SMALL, known, ()), "hph-cpg")["essential.8"]

    assert result.status is ControlStatus.PARTIAL
    assert result.reason == (
        "“Unique user identification” (164.312(a)(2)(i)) is met, but "
        "“Password management” (164.308(a)(5)(ii)(D)) has not been assessed."
    )


def test_an_open_finding_leaves_a_practice_partial_at_best_and_is_named() -> None:
    seen = (
        finding("snmp.default-community"),
        finding("smb.guest-session", severity=Level.VERY_HIGH),
    )
    result = by_id(judged(SMALL, controls(ControlStatus.MET), seen), "hph-cpg")["essential.8"]

    assert result.status is ControlStatus.PARTIAL
    assert result.reason == (
        "2 open findings speak against it, the gravest being: "
        f"“{CHECKS['smb.guest-session'].check.title}” (192.168.50.20)."
    )
    assert set(result.findings) == {"F-snmp.default-community", "F-smb.guest-session"}


def test_an_open_finding_with_nothing_in_favor_means_not_met() -> None:
    seen = (finding("snmp.default-community"),)
    unknown = controls(ControlStatus.NOT_ASSESSED)
    result = by_id(judged(SMALL, unknown, seen), "hph-cpg")["essential.8"]

    assert result.status is ControlStatus.NOT_MET


@pytest.mark.parametrize("ended", [r for r in Result if r is not Result.FAIL])
def test_a_check_that_did_not_fail_speaks_neither_way(ended: Result) -> None:
    unknown = controls(ControlStatus.NOT_ASSESSED)
    result = judged(SMALL, unknown, (finding("snmp.default-community", ended),))

    assert by_id(result, "hph-cpg")["essential.8"].status is ControlStatus.NOT_ASSESSED


def test_a_practice_that_asks_for_more_than_the_rule_is_partial_at_best() -> None:
    result = by_id(judged(SMALL, controls(ControlStatus.MET), ()), "hph-cpg")

    assert result["essential.3"].status is ControlStatus.PARTIAL
    assert "asks for more than the rule" in result["essential.3"].reason
    assert "asks for more" in result["essential.4"].reason  # training is more than reminders
    assert result["essential.6"].status is ControlStatus.MET


def test_a_practice_that_rests_on_nothing_is_not_assessed_and_says_so() -> None:
    result = by_id(judged(LARGE, controls(ControlStatus.MET)), "hicp-2023")["10.L.A"]

    assert result.status is ControlStatus.NOT_ASSESSED
    assert result.reason == "Nothing that is asked or scanned speaks to it."


def test_controls_that_do_not_apply_leave_the_practice_out_of_scope() -> None:
    known = controls(ControlStatus.MET, A12=ControlStatus.NOT_APPLICABLE)
    result = by_id(judged(SMALL, known, ()), "hph-cpg")["essential.4"]

    assert result.status is ControlStatus.NOT_APPLICABLE


def test_practices_for_another_size_are_left_out() -> None:
    small = by_id(judged(SMALL, controls(ControlStatus.MET), ()), "hicp-2023")

    assert len(small) == 21
    assert all(practice.split(".")[1] == "S" for practice in small)


def test_a_small_practice_with_larger_devices_sees_the_medium_rows_on_devices_alone() -> None:
    raised = Profile(PracticeSize.SMALL, "for this test", 4, PracticeSize.MEDIUM)
    results = judged(raised, controls(ControlStatus.MET), ())
    hicp = by_id(results, "hicp-2023")
    goals = {r.practice.title for r in by_id(results, "hph-cpg").values()}

    assert [p for p in hicp if p.startswith("9.")] == [f"9.M.{letter}" for letter in "ABCDE"]
    assert {p.split(".")[1] for p in hicp if not p.startswith("9.")} == {"S"}
    assert goals >= {"Asset Inventory", "Network Segmentation"}
    assert "Configuration Management" not in goals
    steps = [s for s in by_id(results, "zero-trust") if s.startswith("networks.segments")]
    assert steps == ["networks.segments.medium"]


@given(
    st.lists(st.sampled_from(STATUSES), min_size=54, max_size=54),
    st.lists(st.sampled_from(sorted(CHECKS)), max_size=3),
    st.sampled_from(sorted(CHECKS)),
)
def test_one_more_finding_never_makes_a_practice_look_better(
    statuses: list[ControlStatus], failed: list[str], one_more: str
) -> None:
    ids = [c.id for c in load_checklist().controls]
    known = controls(ControlStatus.MET, **dict(zip(ids, statuses, strict=True)))
    before = judged(LARGE, known, [finding(check) for check in failed])
    after = judged(LARGE, known, [finding(check) for check in [*failed, one_more]])

    for old, new in zip(before, after, strict=True):
        for was, now in zip(old.results, new.results, strict=True):
            if was.status is ControlStatus.NOT_APPLICABLE or was.status is now.status:
                continue
            if was.status is ControlStatus.NOT_ASSESSED:
                assert now.status in (ControlStatus.NOT_MET, ControlStatus.PARTIAL)
                continue
            assert ORDER.index(now.status) <= ORDER.index(was.status)


@given(st.lists(st.sampled_from(STATUSES), min_size=54, max_size=54))
def test_a_practice_is_met_only_where_all_its_controls_in_scope_are(
    statuses: list[ControlStatus],
) -> None:
    ids = [c.id for c in load_checklist().controls]
    given_ = dict(zip(ids, statuses, strict=True))
    scope = {ControlStatus.MET, ControlStatus.NOT_APPLICABLE}

    for each in judged(LARGE, controls(ControlStatus.MET, **given_), ()):
        for result in each.results:
            if result.status is ControlStatus.MET:
                assert {given_[leaf] for leaf in result.practice.rests_on} <= scope


def test_content_is_stale_after_90_days() -> None:
    checked = date(2026, 11, 21)

    assert stale_sets(checked + timedelta(days=90)) == ()
    stale = stale_sets(checked + timedelta(days=91))
    assert {each.id for each in stale} == {"hipaa-security-rule", *SETS}
    assert {each.days for each in stale} == {91}


def test_only_findings_on_medical_devices_speak_against_practices_about_them() -> None:
    office = finding("cleartext.telnet", address="192.168.50.30")
    archive = finding("cleartext.telnet", address="192.168.50.20")
    known = controls(ControlStatus.NOT_ASSESSED)

    beside = by_id(judged(SMALL, known, (office,)), "hicp-2023")["9.S.A"]
    on_it = by_id(judged(SMALL, known, (archive,)), "hicp-2023")["9.S.A"]

    assert beside.status is ControlStatus.NOT_ASSESSED
    assert on_it.status is ControlStatus.NOT_MET
