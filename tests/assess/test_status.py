"""A control is never met by silence, and never by words against what the scan saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest
from assess.factories import KNOWLEDGE, NOW, answer, clinic, device, registers, scan, with_telnet

from riskscan.assess import assess, load_checklist
from riskscan.discover.ports import NORMAL_TCP
from riskscan.model import (
    AddressableDecision,
    Answer,
    AnswerValue,
    Assurance,
    Choice,
    Confidence,
    Content,
    ControlResult,
    ControlStatus,
    Decision,
    Device,
    DeviceClass,
    ListedDevice,
    PortState,
    Result,
    Scan,
)

MET, PARTIAL, NOT_MET = ControlStatus.MET, ControlStatus.PARTIAL, ControlStatus.NOT_MET
OPEN, NOT_APPLICABLE = ControlStatus.NOT_ASSESSED, ControlStatus.NOT_APPLICABLE
IDS = [c.id for c in load_checklist().controls]


def judged(
    control: str,
    subject: Scan,
    answers: Sequence[Answer] = (),
    previous: Scan | None = None,
    *,
    kept: Sequence[Content] = (),
    decisions: Sequence[Decision] = (),
    now: datetime = NOW,
) -> ControlResult:
    result = assess(
        subject,
        answers=answers,
        registers=registers(*kept),
        decisions=decisions,
        knowledge=KNOWLEDGE,
        now=now,
        previous=previous,
    )
    return next(c for c in result.controls if c.control.id == control)


def quiet(count: int = 1, first: int = 100) -> list[Device]:
    """Devices on which every port that matters was closed."""
    ports = (21, 22, 23, 80, 445, 1433, 3306, 3389, 5432, 5900, 9100)
    return [
        device(f"192.168.50.{n}", DeviceClass.VOIP_PHONE, closed=ports, os=("Debian", "12"))
        for n in range(first, first + count)
    ]


def test_without_answers_nothing_is_met_and_every_question_is_asked() -> None:
    result = assess(scan(*quiet()), knowledge=KNOWLEDGE, now=NOW)
    by_status = {s: [c for c in result.controls if c.status is s] for s in ControlStatus}

    assert len(by_status[NOT_APPLICABLE]) == 7
    assert len(by_status[OPEN]) == 47
    for control in by_status[OPEN]:
        assert control.assurance is Assurance.NONE
        assert control.control.question in control.reason


def test_an_empty_scan_meets_nothing() -> None:
    result = assess(scan(), knowledge=KNOWLEDGE, now=NOW)

    assert {c.status for c in result.controls} == {OPEN, NOT_APPLICABLE}


@pytest.mark.parametrize("said", [(), tuple(answer(id, AnswerValue.UNKNOWN) for id in IDS)])
def test_silence_is_never_met(said: Sequence[Answer]) -> None:
    result = assess(clinic(), answers=said, knowledge=KNOWLEDGE, now=NOW)

    assert {c.control.id for c in result.controls if c.status is MET} == set()


def test_a_yes_needs_its_document() -> None:
    subject = scan(*quiet())
    word = judged("A03", subject, [answer("A03")])
    paper = judged("A03", subject, [answer("A03", document="Sanction policy, 2026-02-01")])

    assert (word.status, word.assurance) == (PARTIAL, Assurance.ATTESTED)
    assert (paper.status, paper.assurance) == (MET, Assurance.DOCUMENT)
    assert "Sanction policy, 2026-02-01" in paper.reason


def test_a_yes_where_no_document_is_asked_is_met_on_a_persons_word() -> None:
    result = judged("A06", scan(*quiet()), [answer("A06")])

    assert (result.status, result.assurance) == (MET, Assurance.ATTESTED)


@pytest.mark.parametrize("control", ["A13", "A17", "T04", "T07"])
def test_some_controls_need_more_than_an_answer_and_a_document(control: str) -> None:
    result = judged(control, scan(*quiet()), [answer(control, document="Report, 2026-11-01")])

    assert (result.status, result.assurance) == (PARTIAL, Assurance.DOCUMENT)


def test_an_evaluation_takes_two_scans_and_a_review() -> None:
    subject = scan(*quiet())
    said = [answer("A22", document="Review, 2026-06-01")]

    assert judged("A22", subject, said).status is PARTIAL
    assert judged("A22", subject, said, previous=subject).status is MET


def test_a_refutation_cannot_be_talked_away() -> None:
    subject = scan(with_telnet(), *quiet(20))
    said = [answer("T09", document="Encryption policy, 2026-01-01")]
    result = judged("T09", subject, said)

    assert result.status is PARTIAL
    assert result.assurance is Assurance.SCANNED
    assert "disagrees" in result.reason
    assert "unencrypted (Telnet) (192.168.50.20)" in result.reason
    assert len(result.findings) == 1


def test_a_refutation_that_nothing_supports_is_not_met() -> None:
    subject = scan(with_telnet(), *quiet(20))

    assert judged("T09", subject).status is NOT_MET
    assert judged("T09", subject, [answer("T09", AnswerValue.NO)]).status is NOT_MET
    assert judged("T09", subject, [answer("T09", AnswerValue.PARTLY)]).status is PARTIAL


def test_a_refutation_on_a_system_of_the_highest_worth_is_not_met() -> None:
    server = with_telnet(device_class=DeviceClass.EHR_PM_SERVER)
    result = judged("T09", scan(server, *quiet(20)), [answer("T09", document="Policy")])

    assert result.status is NOT_MET
    assert "highest worth" in result.reason


@pytest.mark.parametrize(("others", "status"), [(8, NOT_MET), (9, PARTIAL)])
def test_more_than_a_tenth_of_the_devices_is_not_met(others: int, status: ControlStatus) -> None:
    subject = scan(with_telnet(), *quiet(others))

    assert judged("T09", subject, [answer("T09", document="Policy")]).status is status


def test_not_applicable_takes_a_reason_and_an_approver_and_removes_no_refutation() -> None:
    subject = scan(*quiet())
    no = answer("P04", AnswerValue.NOT_APPLICABLE)
    reasoned = replace(no, note="Landlord's duty.")
    approved = replace(reasoned, approver="Dr. Amy Chen")
    against = judged(
        "T09",
        scan(with_telnet()),
        [
            replace(
                answer("T09", AnswerValue.NOT_APPLICABLE, note="We have no network."),
                approver="Dr. Amy Chen",
            )
        ],
    )

    assert judged("P04", subject, [no]).status is OPEN
    assert judged("P04", subject, [reasoned]).status is OPEN
    assert "not approved yet" in judged("P04", subject, [reasoned]).reason
    result = judged("P04", subject, [approved])
    assert (result.status, result.assurance) == (NOT_APPLICABLE, Assurance.ATTESTED)
    assert "Dana Lee" in result.reason
    assert "approved by Dr. Amy Chen" in result.reason
    assert against.status is NOT_MET


def test_a_default_reason_is_shown_until_a_named_person_approves_it() -> None:
    subject = scan(*quiet())
    unasked = judged("A09", subject)
    no = answer("A09", AnswerValue.NO)
    said = judged("A09", subject, [no])
    approved = judged("A09", subject, [replace(no, approver="Dr. Amy Chen")])

    for result in (unasked, said, approved):
        assert result.status is NOT_APPLICABLE
        assert "An ordinary practice is not a health care clearinghouse" in result.reason
    assert [r.assurance.value for r in (unasked, said, approved)] == ["A0", "A0", "A1"]
    assert "To be confirmed by the practice" in unasked.reason
    assert "Not approved yet" in said.reason


def test_a_default_reason_yields_to_a_yes_which_does_not_say_how_it_is_met() -> None:
    subject = scan(*quiet())

    assert judged("A09", subject, [answer("A09")]).status is PARTIAL
    assert judged("A09", subject, [answer("A09", document="Separation plan")]).status is MET


def test_a_no_is_not_met_and_for_an_addressable_specification_an_undocumented_decision() -> None:
    subject = scan(*quiet())
    bare = judged("P10", subject, [answer("P10", AnswerValue.NO)])
    noted = judged("P10", subject, [answer("P10", AnswerValue.NO, note="Cloud only.")])
    required = judged("T02", subject, [answer("T02", AnswerValue.NO, note="No time.")])

    for result in (bare, noted):
        assert (result.status, result.assurance) == (PARTIAL, Assurance.ATTESTED)
        assert "Decision not documented" in result.reason
    assert (required.status, required.assurance) == (NOT_MET, Assurance.ATTESTED)


COMPLETE = AddressableDecision(
    control="P10",
    decision=Choice.ALTERNATIVE,
    rationale="All data is in the cloud",
    alternative="The vendor keeps copies in two places",
    approver="Dr. Amy Chen",
    decided_on=date(2026, 11, 2),
    review_on=date(2027, 11, 2),
)


def test_an_addressable_specification_is_met_by_an_alternative_that_is_on_record() -> None:
    subject = scan(*quiet())
    no = [answer("P10", AnswerValue.NO)]
    result = judged("P10", subject, no, kept=[COMPLETE])

    assert (result.status, result.assurance) == (
        ControlStatus.MET_ALTERNATIVE,
        Assurance.ATTESTED,
    )
    assert result.decision == COMPLETE
    for words in ("two places", "Dr. Amy Chen", "2026-11-02", "2027-11-02"):
        assert words in result.reason
    assert judged("P10", subject, kept=[COMPLETE]).status is ControlStatus.MET_ALTERNATIVE


def test_an_addressable_specification_may_be_not_reasonable_for_a_reason_on_record() -> None:
    record = replace(COMPLETE, decision=Choice.NOT_REASONABLE, alternative="")
    result = judged("P10", scan(*quiet()), [answer("P10", AnswerValue.NO)], kept=[record])

    assert result.status is ControlStatus.NOT_REASONABLE
    assert "All data is in the cloud" in result.reason


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (replace(COMPLETE, rationale=""), "its rationale"),
        (replace(COMPLETE, approver=""), "who approved it"),
        (replace(COMPLETE, decided_on=None), "its date"),
        (replace(COMPLETE, decided_on=date(2026, 12, 1)), "only from 2026-12-01"),
        (replace(COMPLETE, alternative=""), "in place instead"),
        (replace(COMPLETE, review_on=date(2026, 11, 20)), "looked at again on 2026-11-20"),
        (replace(COMPLETE, decided_on=date(2025, 11, 2), review_on=None), "again on 2026-11-02"),
        (replace(COMPLETE, decision=Choice.UNDECIDED), "names no alternative"),
        (replace(COMPLETE, decision=Choice.IMPLEMENTED), "names no alternative"),
    ],
)
def test_an_incomplete_or_outdated_record_of_decision_decides_nothing(
    record: AddressableDecision, why: str
) -> None:
    result = judged("P10", scan(*quiet()), [answer("P10", AnswerValue.NO)], kept=[record])

    assert result.status is PARTIAL
    assert "Decision not documented" in result.reason
    assert why in result.reason


def test_a_required_specification_has_no_alternative() -> None:
    record = replace(COMPLETE, control="T02")
    result = judged("T02", scan(*quiet()), [answer("T02", AnswerValue.NO)], kept=[record])

    assert result.status is NOT_MET
    assert result.decision is None


def test_a_record_of_decision_removes_no_refutation() -> None:
    record = replace(COMPLETE, control="T09")
    subject = scan(with_telnet(), *quiet(20))

    assert judged("T09", subject, kept=[record]).status is PARTIAL
    assert judged("T09", scan(with_telnet()), kept=[record]).status is NOT_MET


def test_an_answer_of_last_year_is_asked_again() -> None:
    old = answer("A06", on=date(2025, 11, 20))
    fresh = answer("A06", on=date(2025, 11, 21))

    assert judged("A06", scan(*quiet()), [old]).status is OPEN
    assert judged("A06", scan(*quiet()), [fresh]).status is MET


def test_the_newest_answer_counts() -> None:
    old = answer("A06", AnswerValue.NO, on=date(2026, 1, 1))

    assert judged("A06", scan(*quiet()), [answer("A06"), old]).status is MET
    assert judged("A06", scan(*quiet()), [old, answer("A06")]).status is MET


def test_a_yes_is_not_met_while_the_scan_could_not_look_at_important_devices() -> None:
    blind = device("192.168.50.30", DeviceClass.SERVER, filtered=(5900,))
    result = judged("T01", scan(blind, *quiet(40)), [answer("T01")])

    assert result.status is PARTIAL
    assert "1 important device" in result.reason
    assert judged("T01", scan(*quiet(40)), [answer("T01")]).status is MET


def test_a_scan_that_saw_encryption_at_work_is_partial_and_never_met() -> None:
    said = [
        ("tls.version", "TLSv1.3", 443),
        ("tls.refuses", "TLSv1", 443),
        ("tls.refuses", "TLSv1.1", 443),
        ("tls.key", "EC 256", 443),
        ("tls.subject", "CN=a", 443),
        ("tls.issuer", "CN=b", 443),
        ("tls.not-before", "2025-11-20T00:00:00+00:00", 443),
        ("tls.not-after", "2027-11-20T00:00:00+00:00", 443),
        ("tls.signature", "sha256", 443),
        ("tls.weak-ciphers", "refused", 443),
        ("http.tls", "true", 443),
    ]
    server = device(
        "192.168.50.30",
        DeviceClass.SERVER,
        says=said,
        open=(443,),
        closed=sorted(NORMAL_TCP.keys() - {443}),
        udp=[(port, PortState.CLOSED) for port in (69, 161, 623, 1900, 5060, 5353, 47808)],
    )
    result = judged("T09", scan(server))

    assert (result.status, result.assurance) == (PARTIAL, Assurance.SCANNED)
    assert judged("T09", scan(*quiet())).status is OPEN


def test_a_guess_refutes_nothing_and_is_mentioned() -> None:
    unnamed = device(device_class=DeviceClass.UNKNOWN)
    subject = scan(unnamed, *quiet())
    listed = [ListedDevice(str(d.address), mac=d.host.mac or "") for d in subject.devices]
    result = judged("P09", subject, [answer("P09", document="List")], kept=listed)

    assert result.status is MET
    assert result.findings == ()
    assert "1 sign of a weakness must still be confirmed" in result.reason


def test_a_small_weakness_that_nothing_supports_is_not_met_like_any_other() -> None:
    printer = device("192.168.50.40", DeviceClass.PRINTER_MFP, open=(9100,))

    assert judged("T07", scan(printer, *quiet(20))).status is NOT_MET
    assert judged("T07", scan(printer, *quiet(20)), [answer("T07")]).status is PARTIAL


def test_a_small_weakness_makes_nothing_better_of_a_no() -> None:
    printer = device("192.168.50.40", DeviceClass.PRINTER_MFP, open=(9100,))
    result = judged("T07", scan(printer), [answer("T07", AnswerValue.NO)])

    assert result.status is NOT_MET
    assert result.findings


def test_status_speaks_of_open_findings_only() -> None:
    result = assess(clinic(), knowledge=KNOWLEDGE, now=NOW)
    results = {f.id: f for f in result.findings}
    for control in result.controls:
        for id in control.findings:
            assert results[id].result is Result.FAIL
            assert results[id].confidence is not Confidence.LOW
            assert results[id].check in control.control.checks


def test_a_scan_of_devices_in_another_order_judges_the_same() -> None:
    subject = clinic()
    turned = replace(subject, devices=tuple(reversed(subject.devices)))

    assert assess(subject, knowledge=KNOWLEDGE, now=NOW) == assess(
        turned, knowledge=KNOWLEDGE, now=NOW
    )
