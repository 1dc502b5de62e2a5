"""What holds of every status, whatever was seen and said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from assess.factories import KNOWLEDGE, NOW, answer, device, registers, scan, with_telnet
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscan.assess import CHECKS, assess, load_checklist
from riskscan.assess.estate import Estate
from riskscan.assess.grounds import Grounds, newest
from riskscan.assess.rollup import WORST_FIRST
from riskscan.assess.status import judge
from riskscan.model import (
    AddressableDecision,
    Answer,
    AnswerValue,
    Choice,
    Confidence,
    Content,
    ControlStatus,
    DeviceClass,
    Finding,
    Known,
    Level,
    ListedDevice,
    PracticeSize,
    Result,
    Scan,
    System,
    Vendor,
    VendorResult,
)

CHECKLIST = load_checklist()
CONTROLS = {c.id: c for c in CHECKLIST.controls}
IDS = list(CONTROLS)
CHECKED = [c.id for c in CHECKLIST.controls if c.checks]
WALK = [f"W{n:02d}" for n in range(1, 15)]
CLASSES = (
    DeviceClass.EHR_PM_SERVER,
    DeviceClass.WORKSTATION,
    DeviceClass.VOIP_PHONE,
    DeviceClass.INFUSION_PUMP,
)
SUBJECT = scan(*(device(f"192.168.50.{20 + n}", CLASSES[n % 4]) for n in range(24)))
ADDRESSES = [str(d.address) for d in SUBJECT.devices]

days = st.dates(date(2025, 9, 1), NOW.date())
answers = st.builds(
    Answer,
    question=st.sampled_from(IDS + WALK),
    value=st.sampled_from(AnswerValue),
    person=st.just("Dana Lee"),
    on=days,
    note=st.sampled_from(["", "for a reason"]),
    document=st.sampled_from(["", "Paper"]),
    document_on=st.none() | days,
    approver=st.sampled_from(["", "Dr. Amy Chen"]),
)
known = st.sampled_from(Known)
contents = st.one_of(
    st.builds(System, name=st.just("EHR"), addresses=st.sampled_from(["", *ADDRESSES[:3]]),
              encrypted=known, restored_on=st.none() | days),
    st.builds(Vendor, name=st.just("Northlight"), clauses=known, sees_patient_data=known),
    st.builds(ListedDevice, name=st.just("PC"), address=st.sampled_from(ADDRESSES),
              encrypted=known, gone_on=st.none() | days),
    st.builds(AddressableDecision, control=st.sampled_from(IDS), decision=st.sampled_from(Choice),
              rationale=st.sampled_from(["", "small"]), alternative=st.sampled_from(["", "that"]),
              approver=st.sampled_from(["", "Dr. Amy Chen"]), decided_on=st.none() | days),
)  # fmt: skip
vendors = st.lists(
    st.builds(
        VendorResult,
        name=st.just("Northlight"),
        entry=st.sampled_from(["", "VEN-01"]),
        status=st.sampled_from(["agreement on file", "no agreement on file", "not needed"]),
        says=st.just("It supports."),
    ),
    max_size=2,
)


def finding(check: str, address: str, result: Result, confidence: Confidence) -> Finding:
    severity = CHECKS[check].check.severity if check in CHECKS else Level.MODERATE
    id = f"F-{check}-{address}"
    return Finding(id, check, address, address, result, severity, confidence, "It is so.")


@cache
def drawn_from(control: str) -> st.SearchStrategy[Finding]:
    return st.builds(
        finding,
        st.sampled_from(CONTROLS[control].checks),
        st.sampled_from(ADDRESSES),
        st.sampled_from([Result.PASS, Result.UNKNOWN, Result.FAIL]),
        st.sampled_from(Confidence),
    )


def grounds(
    findings: Sequence[Finding],
    said: Sequence[Answer],
    kept: Sequence[Content],
    previous: Scan | None = None,
    listed: Sequence[VendorResult] = (),
) -> Grounds:
    by_check: dict[str, list[Finding]] = {}
    for each in findings:
        by_check.setdefault(each.check, []).append(each)
    return Grounds(
        findings=by_check,
        titles={check: check for check in by_check},
        estate=Estate.of(SUBJECT),
        today=NOW.date(),
        answers=newest(said),
        registers=registers(*kept),
        previous=previous,
        vendors=tuple(listed),
        sufficiency=CHECKLIST.sufficiency,
        size=PracticeSize.SMALL,
    )


def status(control: str, by: Grounds) -> ControlStatus:
    return judge(CONTROLS[control], by.answers.get(control), by).status


@given(st.data(), st.sampled_from(CHECKED), st.lists(answers, max_size=6),
       st.lists(contents, max_size=4), vendors)  # fmt: skip
@settings(max_examples=200)
def test_adding_a_refutation_never_improves_a_status(
    data: st.DataObject,
    control: str,
    said: list[Answer],
    kept: list[Content],
    listed: list[VendorResult],
) -> None:
    said = [replace(a, question=control) if n % 2 else a for n, a in enumerate(said)]
    if data.draw(st.booleans()):
        paper = answer(control, data.draw(st.sampled_from(AnswerValue)), document="Paper")
        said.append(replace(paper, on=NOW.date(), document_on=NOW.date()))
    clean = [
        finding(CONTROLS[control].checks[0], address, Result.PASS, Confidence.HIGH)
        for address in ADDRESSES
    ]
    drawn = data.draw(st.lists(drawn_from(control), max_size=3, unique_by=lambda f: f.id))
    seen = list({f.id: f for f in (*clean, *drawn)}.values())
    more = data.draw(drawn_from(control))
    worse = replace(more, result=Result.FAIL, confidence=Confidence.HIGH)
    rest = [f for f in seen if f.id != worse.id]

    before = status(control, grounds(seen, said, kept, listed=listed))
    after = status(control, grounds([*rest, worse], said, kept, listed=listed))

    assert WORST_FIRST.index(after) <= WORST_FIRST.index(before)
    assert after in (ControlStatus.NOT_MET, ControlStatus.PARTIAL)


@given(st.lists(contents, max_size=8), st.lists(answers, max_size=12), vendors, st.booleans())
def test_without_a_fresh_yes_nothing_is_met(
    kept: list[Content], said: list[Answer], listed: list[VendorResult], before: bool
) -> None:
    quiet = [
        a if a.question in WALK else replace(a, value=AnswerValue.UNKNOWN)
        for a in said
        if a.question in WALK or a.value is not AnswerValue.YES
    ]
    by = grounds([], quiet, kept, SUBJECT if before else None, listed)

    assert ControlStatus.MET not in {status(id, by) for id in IDS}


@given(st.lists(answers, max_size=12), st.lists(contents, max_size=6), vendors)
def test_what_is_met_has_a_fresh_yes_and_lacks_nothing(
    said: list[Answer], kept: list[Content], listed: list[VendorResult]
) -> None:
    by = grounds([], said, kept, SUBJECT, listed)

    for id, control in CONTROLS.items():
        result = judge(control, by.answers.get(id), by)
        if result.status is ControlStatus.MET:
            assert result.answer is not None
            assert result.answer.value is AnswerValue.YES
            assert by.is_fresh(result.answer)
        assert bool(result.lacking) != (
            result.status
            not in (ControlStatus.PARTIAL, ControlStatus.NOT_MET, ControlStatus.NOT_ASSESSED)
        )


@given(st.permutations([v for v in AnswerValue if v is not AnswerValue.YES]))
def test_of_the_answers_of_a_day_only_the_last_counts(values: list[AnswerValue]) -> None:
    said = [answer("A06", value) for value in values]
    last = [answer("A06")]

    assert newest([*said, *last]) == newest([*reversed(said), *last]) == newest(last)


@given(st.data(), st.lists(answers, max_size=10))
def test_the_order_of_answers_of_different_days_changes_nothing(
    data: st.DataObject, said: list[Answer]
) -> None:
    one_a_day = list({(a.question, a.on): a for a in said}.values())

    assert newest(data.draw(st.permutations(one_a_day))) == newest(one_a_day)


def test_all_that_is_unknown_is_never_met() -> None:
    said = [answer(id, AnswerValue.UNKNOWN) for id in (*IDS, *WALK)]
    result = assess(scan(with_telnet()), answers=said, knowledge=KNOWLEDGE, now=NOW)

    assert {c.status for c in result.controls} <= {
        ControlStatus.NOT_MET,
        ControlStatus.NOT_ASSESSED,
        ControlStatus.NOT_APPLICABLE,
    }
