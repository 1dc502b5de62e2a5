"""An explanation tells the levels that the rules give, each step of them, and all the evidence."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from assess.factories import (
    KNOWLEDGE,
    NOW,
    answer,
    clinic,
    device,
    registers,
    scan,
    with_telnet,
)
from assess.test_exposure import far, from_zone

from riskscan.assess import assess, canonical, differences, replay
from riskscan.assess.explain import Case, explain_control, explain_finding, explain_risk
from riskscan.model import (
    Answer,
    AnswerValue,
    Assessment,
    Confidence,
    ControlStatus,
    Decision,
    DeviceClass,
    Disposition,
    Level,
    Result,
    Scan,
    System,
    Worth,
    Zone,
)


def case_of(subject: Scan, answers: tuple[Answer, ...] = ()) -> Case:
    filed = assess(subject, answers=answers, knowledge=KNOWLEDGE, now=NOW)
    return Case(subject, filed, once_more(filed, subject))


def once_more(filed: Assessment, subject: Scan) -> Assessment:
    return replay(filed, subject, decisions=(), knowledge=KNOWLEDGE, previous=None)


def said(lines: tuple[str, ...], pattern: str) -> str:
    """Return the one group of a pattern that stands in exactly one line."""
    [found] = [m for line in lines if (m := re.search(pattern, line))]
    return found.group(1)


def everything() -> Scan:
    """The clinic, and beside it a box nobody knows with a weakness, and an old workstation."""
    return replace(
        clinic(),
        devices=(
            *clinic().devices,
            with_telnet("192.168.50.48", DeviceClass.UNKNOWN),
            device("192.168.50.12", os=("Windows", "7"), confidence=Confidence.LOW),
            device("192.168.50.13", DeviceClass.SERVER, open=(3389,), closed=(23,)),
        ),
    )


def test_each_level_of_a_risk_is_told_as_it_was_scored() -> None:
    case = case_of(everything())
    assert {Level.VERY_HIGH, Level.HIGH, Level.MODERATE} <= {r.level for r in case.filed.risks}

    for risk in case.filed.risks:
        lines = explain_risk(case, risk)
        assert said(lines, r"^Level: ([a-z ]+)\. NIST") == risk.level.value
        assert said(lines, r"^  Together: ([a-z ]+)\. NIST") == risk.likelihood.value
        assert said(lines, r"then does harm: ([a-z ]+)\.") == risk.adverse.value
        assert said(lines, r"it starts: ([a-z ]+)\.") == risk.initiation.value
        assert said(lines, r"^Impact: ([a-z ]+),") == risk.impact.level.value
        assert said(lines, r"^  At best ([a-z ]+):") == risk.best.value
        assert said(lines, r"^  At worst ([a-z ]+):") == risk.worst.value
        assert sum("This counts." in line for line in lines) >= 1
        assert "computed again just now, with the same outcome" in "\n".join(lines)


def test_a_risk_leads_to_each_finding_to_the_value_received_and_to_what_to_do() -> None:
    case = case_of(everything())
    by_id = {f.id: f for f in case.filed.findings}

    for risk in case.filed.risks:
        text = "\n".join(explain_risk(case, risk))
        for finding in (by_id[id] for id in risk.findings):
            assert finding.id in text
            assert all(f'"{e.observation.value}"' in text for e in finding.evidence)
        assert risk.action in text
        assert risk.threat.basis in text
        assert all(address in text for address in risk.members)


def test_an_unidentified_device_and_an_unconfirmed_weakness_say_what_widens_the_interval() -> None:
    case = case_of(everything())
    unnamed = next(r for r in case.filed.risks if r.device_class is DeviceClass.UNKNOWN)
    by_id = {f.id: f for f in case.filed.findings}
    unsure = [
        r
        for r in case.filed.risks
        if r.findings and all(by_id[f].confidence is Confidence.LOW for f in r.findings)
    ]

    assert "if the unidentified device is of the highest worth" in "\n".join(
        explain_risk(case, unnamed)
    )
    assert unsure
    for risk in unsure:
        assert "if the weakness turns out not to be there" in "\n".join(explain_risk(case, risk))


def test_a_raised_threat_names_the_check_that_raised_it() -> None:
    desk = device("192.168.50.12", closed=(23,))
    case = case_of(scan(*clinic().devices, desk))
    risk = next(r for r in case.filed.risks if (r.check, r.threat.id) == ("network.flat", "T14"))

    text = "\n".join(explain_risk(case, risk))

    assert "How likely it starts is raised to moderate: medical devices share a network" in text
    assert "network.flat failed in this scan" in text
    assert f"By itself it is {risk.threat.initiation}" in text


def test_a_gap_tells_which_answer_by_whom_leaves_it_open_and_what_would_narrow_it() -> None:
    said = answer("A12", AnswerValue.NO, note="never")
    case = case_of(clinic(), (said,))
    by_check = {r.check: r for r in case.filed.risks}

    refused = "\n".join(explain_risk(case, by_check["gap.training"]))
    silent = "\n".join(explain_risk(case, by_check["gap.leavers"]))

    assert "Dana Lee answered “no”" in refused
    assert "No scan can see this weakness" in refused
    assert "  A12: " not in refused
    assert by_check["gap.training"].asks == ("E01",)
    assert "  A08: " in silent
    assert "if what A08, E09 and E01 ask turns out well" in silent


def test_another_outcome_is_a_method_change_only_if_the_content_is_another() -> None:
    case = case_of(clinic())
    risk = case.filed.risks[0]
    lower = replace(risk, level=Level.LOW, statement=f"{risk.statement} More.")
    again = replace(case.again, risks=(lower, *case.again.risks[1:]))
    newer = replace(again, content_revision="another")

    told = "\n".join(explain_risk(replace(case, again=newer), risk))
    fault = "\n".join(explain_risk(replace(case, again=again), risk))

    assert "method change" in told
    assert "; statement." in told and told.count(risk.statement) == 1
    assert "level was very high, is low" in told
    assert "method change" not in fault
    assert "level was very high, is low; statement. See riskscan replay" in fault


def test_what_a_yes_or_a_no_would_make_of_a_control_is_what_it_then_makes_of_it() -> None:
    case = case_of(clinic())

    for result in case.filed.controls:
        control = result.control
        told = explain_control(case, result)
        for value, words in (
            (AnswerValue.YES, "it were answered yes"),
            (AnswerValue.NO, "it were answered no"),
        ):
            document = control.document if value is AnswerValue.YES else ""
            given = answer(control.id, value, document=document, on=NOW.date())
            after = assess(clinic(), answers=[given], knowledge=KNOWLEDGE, now=NOW)
            [truth] = [c for c in after.controls if c.control.id == control.id]
            assert said(told, rf"  If {words}[^:]*: ([a-z ]+)[.,]") == truth.status.value


def test_what_a_repair_would_make_of_a_control_is_what_the_next_scan_makes_of_it() -> None:
    yes = answer("A14", document="sighted")
    weak = case_of(scan(with_telnet()), (yes, answer("T09")))
    mended = case_of(scan(device(closed=(23,))), (yes, answer("T09")))
    results = {c.control.id: c for c in weak.filed.controls}
    after = {c.control.id: c for c in mended.filed.controls}
    assert results["T09"].status is ControlStatus.NOT_MET

    told = explain_control(weak, results["T09"])

    assert said(told, r"put right: ([a-z ]+)[.,]") == after["T09"].status.value


def test_a_control_tells_evidence_against_it_and_for_it_and_what_is_lacking() -> None:
    case = case_of(clinic(), (answer("T09", note="all but one"),))
    [result] = [c for c in case.filed.controls if c.control.id == "T09"]

    text = "\n".join(explain_control(case, result))

    assert result.findings
    assert all(id in text for id in result.findings)
    assert "Dana Lee answered “yes” on 2026-11-20. all but one No document was sighted." in text
    assert "Could not be checked:" in text
    assert result.control.question in text


def test_an_unanswered_control_tells_the_question_and_that_no_check_speaks_to_it() -> None:
    case = case_of(clinic())
    [result] = [c for c in case.filed.controls if c.control.id == "A05"]

    text = "\n".join(explain_control(case, result))

    assert "not assessed, A0 (no evidence)" in text
    assert "No check speaks to it" in text
    assert result.control.document in text


def test_every_finding_of_any_result_can_be_explained() -> None:
    case = case_of(everything())
    assert {Result.PASS, Result.FAIL, Result.UNKNOWN} <= {f.result for f in case.filed.findings}

    for finding in case.filed.findings:
        text = "\n".join(explain_finding(case, finding))
        assert f"severity {finding.severity}" in text
        assert f"Severity {finding.severity}: " in text
        assert finding.summary in text
        assert all(e.observation.value in text for e in finding.evidence)
        rests = [r.id for r in case.filed.risks if finding.id in r.findings]
        assert all(f"Risk {id}" in text for id in rests)


def test_a_decided_finding_tells_who_decided_why_and_until_when() -> None:
    subject = scan(with_telnet())
    [weak] = [f for f in case_of(subject).filed.findings if f.result is Result.FAIL][:1]
    last_day = NOW.date() + timedelta(days=90)
    decision = Decision(
        weak.id, weak.evidence_hash, Disposition.EXCEPTION, "Dana Lake", NOW, "no update yet",
        last_day, "only the lab PC reaches it",
    )  # fmt: skip
    filed = assess(subject, decisions=[decision], knowledge=KNOWLEDGE, now=NOW)
    again = replay(filed, subject, decisions=[decision], knowledge=KNOWLEDGE, previous=None)
    [decided] = [f for f in filed.findings if f.id == weak.id]

    text = "\n".join(explain_finding(Case(subject, filed, again), decided))

    assert f"Dana Lake called it an exception on 2026-11-21, until {last_day}" in text
    assert "Instead: only the lab PC reaches it." in text
    assert "No risk and no control rests on it" in text


def test_a_replay_is_the_same_to_the_byte_and_leaves_out_what_was_decided_later() -> None:
    case = case_of(everything(), (answer("T09"), answer("A05", document="sighted")))
    weak = next(f for f in case.filed.findings if f.is_open)
    later = Decision(
        weak.id, weak.evidence_hash, Disposition.ACCEPTED, "Dana Lake",
        NOW + timedelta(seconds=1), "retired in May",
    )  # fmt: skip

    again = replay(case.filed, case.scan, decisions=[later], knowledge=KNOWLEDGE, previous=None)

    assert canonical(again) == canonical(case.filed)
    assert differences(case.filed, again) == ()


def test_a_difference_is_named_by_what_it_is_about_and_not_by_its_rank() -> None:
    filed = case_of(clinic()).filed
    first, second, *rest = filed.risks
    swapped = replace(filed, risks=(second, replace(first, level=Level.LOW), *rest))
    fewer = replace(filed, findings=filed.findings[1:])

    named = {d.path: (d.filed, d.again) for d in differences(filed, swapped)}
    [gone] = differences(filed, fewer)

    about = f"{first.check} {first.threat.id} {first.device_class} {first.members[0]}"
    assert named[f"risks[{about}].level"] == (first.level.value, "low")
    assert "risks (order)" in named
    assert gone.path == f"findings[{filed.findings[0].id}]"
    assert gone.again == "absent"


def test_every_open_end_of_an_interval_says_what_would_settle_it() -> None:
    for case in (case_of(everything()), case_of(scan(device(closed=(23,))))):
        for risk in case.filed.risks:
            lines = explain_risk(case, risk)
            for end, level in (("best", risk.best), ("worst", risk.worst)):
                why = said(lines, rf"^  At {end} [a-z ]+: (.+)$")
                assert why.startswith("nothing that is open") == (level is risk.level)
                assert len(why) > 10


def test_the_cells_that_count_are_those_of_the_practice_and_say_who_set_them() -> None:
    lower = Worth("pacs_archive", Level.HIGH, Level.HIGH, Level.MODERATE, "Studies of a month.")
    analyzer = System("Analyzer", addresses="192.168.50.23")
    kept = registers(lower, analyzer)
    subject = scan(
        *everything().devices, device("192.168.50.23", DeviceClass.LAB_ANALYZER, closed=(23,))
    )
    filed = assess(subject, registers=kept, knowledge=KNOWLEDGE, now=NOW)
    case = Case(subject, filed, filed, registers=kept)

    for risk in filed.risks:
        lines = explain_risk(case, risk)
        impact = risk.impact
        cells = (
            f"confidentiality {impact.confidentiality}, integrity {impact.integrity}, "
            f"availability {impact.availability}: "
        )
        counting = [line for line in lines if "This counts." in line]
        assert counting
        assert all(cells in line for line in counting), risk.check
    backup = next(r for r in filed.risks if r.check == "gap.no-backup")
    text = "\n".join(explain_risk(case, backup))
    assert "image archive (PACS): confidentiality high, integrity high, availability mod" in text
    assert "as set by Dana Lee on 2026-11-21 (WOR-01): Studies of a month." in text
    assert "laboratory analyzer: " in text


def test_reach_is_told_once_and_agrees_with_the_tests() -> None:
    """What a scan from one place showed stands in the likelihood as it does below it."""
    pump = with_telnet("192.168.50.25", DeviceClass.INFUSION_PUMP)
    own = scan(pump)
    desk = replace(own, site=replace(own.site, zone=Zone.OFFICE))
    tests = {
        "no test shows from where it can be reached: no step": (own, ()),
        "the office network reaches it, and the guest network was not tried: no step": (desk, ()),
        "the guest network does not reach it, and the office network was not tried: no step": (
            own, (from_zone(Zone.GUEST, far(closed=(23,))),),
        ),
        "a test shows that the guest network reaches it: one step up": (
            own, (from_zone(Zone.GUEST, far(open=(23,))),),
        ),
        "the office network reaches it, and the guest network does not: no step": (
            desk, (from_zone(Zone.GUEST, far(closed=(23,))),),
        ),
    }  # fmt: skip
    for words, (subject, elsewhere) in tests.items():
        filed = assess(subject, elsewhere=elsewhere, knowledge=KNOWLEDGE, now=NOW)
        risk = next(r for r in filed.risks if r.check == "cleartext.telnet")
        text = "\n".join(explain_risk(Case(subject, filed, filed), risk))
        assert words in text
        assert sum(other in text for other in tests) == 1


def test_a_circumstance_is_told_with_the_answer_that_was_given() -> None:
    filed = assess(clinic(), answers=[answer("E13")], knowledge=KNOWLEDGE, now=NOW)
    risk = next(r for r in filed.risks if r.check == "gap.medical-fallback")

    text = "\n".join(explain_risk(Case(clinic(), filed, filed, answers=[answer("E13")]), risk))

    assert "It is raised to moderate: medical devices need the network" in text
    assert "to treat patients? Dana Lee answered “yes” on 2026-11-20." in text


def test_what_is_answered_in_full_is_not_asked_again_but_says_what_it_waits_for() -> None:
    records = replace(answer("E01", AnswerValue.CHOICE), choice="500 to 10,000")
    paper = answer("A22", document="Review of May")
    open_, settled = (case_of(everything(), said) for said in ((records,), (records, paper)))

    def told(case: Case) -> str:
        risk = next(r for r in case.filed.risks if r.check == "gap.change-unnoticed")
        assert risk.asks == ("A22",)
        return "\n".join(explain_risk(case, risk))

    assert "What an answer would narrow or move:\n  A22: " in told(open_)
    assert "What an answer would narrow or move:" not in told(settled)
    assert (
        "stays open until this is settled:\n  A22: There is no earlier scan: two dated scans"
    ) in told(settled)
