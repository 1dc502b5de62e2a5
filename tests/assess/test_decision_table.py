"""The decision on a control's status as one table: which rule, what goes in, what comes out.

The rules are those of the method: 1 not applicable, 2 open refutation, 3 met, 4 partial, 5 not
assessed, 6 addressable; the worst of a standard (7) stands in test_rollup.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from assess.factories import NOW, answer, device, registers, scan

from riskscan.assess import CHECKS, load_checklist
from riskscan.assess.estate import Estate
from riskscan.assess.grounds import Grounds
from riskscan.assess.status import judge
from riskscan.model import (
    AddressableDecision,
    Answer,
    AnswerValue,
    Assurance,
    Choice,
    Confidence,
    Content,
    ControlStatus,
    Decision,
    DeviceClass,
    Disposition,
    Evidence,
    Finding,
    Known,
    Observation,
    PracticeSize,
    Result,
    System,
    SystemKind,
)

MET, PARTIAL, NOT_MET = ControlStatus.MET, ControlStatus.PARTIAL, ControlStatus.NOT_MET
OPEN, NOT_APPLICABLE = ControlStatus.NOT_ASSESSED, ControlStatus.NOT_APPLICABLE
INSTEAD, NOT_REASONABLE = ControlStatus.MET_ALTERNATIVE, ControlStatus.NOT_REASONABLE
A0, A1, A2, A3, _ = Assurance
YES, NO, PARTLY = AnswerValue.YES, AnswerValue.NO, AnswerValue.PARTLY
UNKNOWN, LATER, NA = AnswerValue.UNKNOWN, AnswerValue.LATER, AnswerValue.NOT_APPLICABLE
TODAY = NOW.date()

CHECKLIST = load_checklist()
CONTROLS = {c.id: c for c in CHECKLIST.controls}
SERVERS = tuple(f"192.168.50.{n}" for n in range(1, 11))
PHONES = tuple(f"192.168.50.{n}" for n in range(101, 141))
SERVER = SERVERS[0]
SUBJECT = scan(
    *(device(s, DeviceClass.EHR_PM_SERVER) for s in SERVERS),
    *(device(d, DeviceClass.VOIP_PHONE) for d in PHONES),
)
TELNET, DICOM = "cleartext.telnet", "cleartext.dicom"

RECORD = AddressableDecision(
    "P10", Choice.ALTERNATIVE, "All data is with the vendor", "The vendor keeps two copies",
    "Dr. Amy Chen", date(2026, 11, 2), date(2027, 11, 2),
)  # fmt: skip
AGREED = Decision("F", "", Disposition.FALSE_POSITIVE, "Dana Lee", NOW, "looked at it")
BEARABLE = replace(AGREED, disposition=Disposition.ACCEPTED)
EXCEPTED = replace(
    AGREED, disposition=Disposition.EXCEPTION, until=date(2027, 5, 1), control="a wall"
)


@dataclass(frozen=True)
class Row:
    """What goes in, beside the control."""

    said: tuple[Answer, ...] = ()
    weak: tuple[str, ...] = ()
    """Places on which the check fails; it passes on the others."""
    blind: tuple[str, ...] = ()
    """Places on which the check could not look."""
    check: str = TELNET
    sure: Confidence = Confidence.MEDIUM
    decided: Decision | None = None
    at_work: bool = False
    """Whether a pass saw the safeguard itself."""
    kept: tuple[Content, ...] = ()
    again: bool = False
    """Whether there is an earlier scan."""
    days_on: int = 0
    size: PracticeSize = PracticeSize.SMALL

    def status(self, control: str) -> tuple[ControlStatus, Assurance]:
        looked = self.check in CONTROLS[control].checks
        found = [self._finding(place) for place in (*SERVERS, *PHONES)] if looked else []
        by_id = {a.question: a for a in self.said}
        grounds = Grounds(
            findings={self.check: found},
            titles={self.check: self.check},
            estate=Estate.of(SUBJECT),
            today=TODAY + timedelta(days=self.days_on),
            answers=by_id,
            registers=registers(*self.kept),
            previous=SUBJECT if self.again else None,
            sufficiency=CHECKLIST.sufficiency,
            size=self.size,
        )
        result = judge(CONTROLS[control], by_id.get(control), grounds)
        return result.status, result.assurance

    def _finding(self, place: str) -> Finding:
        result = Result.PASS
        if place in self.weak or place in self.blind:
            result = Result.FAIL if place in self.weak else Result.UNKNOWN
        seen = Evidence(Observation("dicom.tls", "true", 2762, "tcp"), "It speaks TLS.")
        return Finding(
            f"F-{place}", self.check, place, place, result, CHECKS[self.check].check.severity,
            self.sure, "It is so.", (seen,) if self.at_work else (),
            decision=self.decided if result is Result.FAIL else None,
        )  # fmt: skip


def says(control: str, value: AnswerValue = YES, document: str = "", **more: object) -> Answer:
    return replace(answer(control, value, document=document), **more)  # type: ignore[arg-type]


def approved(
    control: str,
    value: AnswerValue = NA,
    note: str = "Because.",
    *,
    by: str = "Dr. Amy Chen",
    document: str = "",
) -> Answer:
    return says(control, value, document, note=note, approver=by)


def walk(*, locked: Answer | None = None) -> tuple[Answer, ...]:
    """A yes to P06, and to the one question of the site walk that speaks to it."""
    return (says("P06"), locked or says("W02"))


YES_T09 = (says("T09"),)
EHR = System("EHR", SystemKind.CLOUD, encrypted=Known.NO)
OLD = date(2025, 11, 20)

TABLE: list[tuple[int, str, str, Row, ControlStatus, Assurance]] = [
    # 2: what was seen stands, whatever is said
    (2, "one phone of 50, and a yes", "T09", Row(YES_T09, PHONES[:1]), PARTIAL, A3),
    (2, "a tenth of what is in scope", "T09", Row(YES_T09, PHONES[:5]), PARTIAL, A3),
    (2, "more than a tenth", "T09", Row(YES_T09, PHONES[:6]), NOT_MET, A3),
    (2, "the highest worth", "T09", Row(YES_T09, (SERVER,)), NOT_MET, A3),
    (2, "nothing supports it", "T09", Row((), PHONES[:1]), NOT_MET, A3),
    (2, "a no beside it", "T09", Row((says("T09", NO),), PHONES[:1]), NOT_MET, A3),
    (2, "partly beside it", "T09", Row((says("T09", PARTLY),), PHONES[:1]), PARTIAL, A3),
    (2, "an approved N/A beside it", "T09", Row((approved("T09"),), PHONES[:1]), NOT_MET, A3),
    (2, "a yes of last year", "T09", Row((says("T09", on=OLD),), PHONES[:1]), NOT_MET, A3),
    (2, "a record of decision beside it", "T09",
     Row((), PHONES[:1], kept=(replace(RECORD, control="T09"),)), PARTIAL, A3),
    (2, "a risk that is borne", "T09", Row(YES_T09, PHONES[:1], decided=BEARABLE), PARTIAL, A3),
    (2, "an exception without an end", "T09",
     Row(YES_T09, PHONES[:1], decided=replace(EXCEPTED, until=None)), PARTIAL, A3),
    (2, "an exception without a safeguard", "T09",
     Row(YES_T09, PHONES[:1], decided=replace(EXCEPTED, control="")), PARTIAL, A3),
    (2, "an open screen on the walk", "P06", Row(walk(locked=says("W02", NO))), PARTIAL, A2),
    (2, "a walk that says partly", "P06", Row(walk(locked=says("W02", PARTLY))), PARTIAL, A2),
    (2, "a list that admits it", "T04", Row((says("T04", document="Report"),), kept=(EHR,)),
     PARTIAL, A1),
    (2, "a list that admits it, alone", "T04", Row(kept=(EHR,)), NOT_MET, A1),
    (2, "seen long ago and not since", "T09", Row((), PHONES[:1], days_on=400), NOT_MET, A3),
    # not 2: a guess, and what a named person closed
    (3, "a guess refutes nothing", "T09", Row(YES_T09, PHONES[:6], sure=Confidence.LOW), MET, A1),
    (3, "a false positive", "T09", Row(YES_T09, PHONES[:6], decided=AGREED), MET, A1),
    (3, "an exception that holds", "T09", Row(YES_T09, PHONES[:6], decided=EXCEPTED), MET, A1),
    # 1
    (1, "a reason and an approver", "P04", Row((approved("P04"),)), NOT_APPLICABLE, A1),
    (1, "and a document", "P04", Row((approved("P04", document="Lease"),)), NOT_APPLICABLE, A2),
    (1, "no approver", "P04", Row((approved("P04", by=""),)), OPEN, A0),
    (1, "an approver of blanks", "P04", Row((approved("P04", by="  "),)), OPEN, A0),
    (1, "no reason", "P04", Row((approved("P04", note=""),)), OPEN, A0),
    (1, "a reason of blanks", "P04", Row((approved("P04", note=" "),)), OPEN, A0),
    (1, "a year ago", "P04", Row((replace(approved("P04"), on=OLD),)), OPEN, A0),
    (1, "the default, unasked", "A09", Row(), NOT_APPLICABLE, A0),
    (1, "the default, not approved", "A09", Row((says("A09", NO),)), NOT_APPLICABLE, A0),
    (1, "the default, approved", "A09", Row((approved("A09", NO, ""),)), NOT_APPLICABLE, A1),
    # 3
    (3, "a word where none else is asked", "A06", Row((says("A06"),)), MET, A1),
    (3, "a word and its document", "A03", Row((says("A03", document="Paper"),)), MET, A2),
    (3, "the walk as well", "P06", Row(walk()), MET, A2),
    (3, "two of 40 unseen", "T09", Row(YES_T09, blind=PHONES[:2]), MET, A1),
    (3, "seen at work", "T09", Row(YES_T09, check=DICOM, at_work=True), MET, A3),
    (3, "two scans and a review", "A22", Row((says("A22", document="Review"),), again=True),
     MET, A3),
    (3, "it applies, and a document says how", "A09", Row((says("A09", document="Paper"),)),
     MET, A2),
    (3, "a scan of 180 days ago", "T09", Row((says("T09"),), days_on=180), MET, A1),
    # 4
    (4, "no document", "A03", Row((says("A03"),)), PARTIAL, A1),
    (4, "an old document", "A03", Row((says("A03", document="Paper", document_on=OLD),)),
     PARTIAL, A1),
    (4, "partly", "A03", Row((says("A03", PARTLY, "Paper"),)), PARTIAL, A2),
    (4, "three of 40 unseen", "T09", Row(YES_T09, blind=PHONES[:3]), PARTIAL, A1),
    (4, "an important one unseen", "T09", Row(YES_T09, blind=(SERVER,)), PARTIAL, A1),
    (4, "seen at work, and nobody asked", "T09", Row(check=DICOM, at_work=True), PARTIAL, A3),
    (4, "one scan and a review", "A22", Row((says("A22", document="Review"),)), PARTIAL, A2),
    (4, "a backup without a restore", "A17", Row((says("A17", document="Report"),)), PARTIAL, A2),
    (4, "an old scan", "T09", Row(YES_T09, days_on=181), PARTIAL, A1),
    (4, "an old scan of a large practice", "T09",
     Row(YES_T09, days_on=91, size=PracticeSize.LARGE), PARTIAL, A1),
    (4, "no walk", "P06", Row(walk()[:1]), PARTIAL, A1),
    (4, "half a walk", "P02", Row((says("P02", document="Plan"), says("W03"))), PARTIAL, A2),
    (4, "a walk with a word that nobody approved", "P06",
     Row(walk(locked=says("W02", NA, note="None here."))), PARTIAL, A1),
    (4, "it applies, and nothing says how", "A09", Row((says("A09"),)), PARTIAL, A1),
    (3, "a walk with a word that somebody approved", "P06",
     Row(walk(locked=approved("W02"))), MET, A1),
    # 5
    (5, "nobody asked", "A03", Row(), OPEN, A0),
    (5, "not known", "A03", Row((says("A03", UNKNOWN),)), OPEN, A0),
    (5, "put off", "A03", Row((says("A03", LATER),)), OPEN, A0),
    (5, "a yes of last year", "A03", Row((says("A03", document="Paper", on=OLD),)), OPEN, A0),
    (5, "a clean scan", "T09", Row(), OPEN, A0),
    (5, "a scan that could not look", "T09", Row(blind=(*SERVERS, *PHONES)), OPEN, A0),
    (5, "seen at work where no scan counts", "T01", Row(at_work=True), OPEN, A0),
    # 6
    (6, "no record", "P10", Row((says("P10", NO),)), PARTIAL, A1),
    (6, "an alternative on record", "P10", Row((says("P10", NO),), kept=(RECORD,)), INSTEAD, A1),
    (6, "and a document", "P10", Row((says("P10", NO, "Memo"),), kept=(RECORD,)), INSTEAD, A2),
    (6, "nobody asked", "P10", Row(kept=(RECORD,)), INSTEAD, A1),
    (6, "not reasonable, on record", "P10",
     Row((says("P10", NO),), kept=(replace(RECORD, decision=Choice.NOT_REASONABLE),)),
     NOT_REASONABLE, A1),
    (6, "a record of blanks", "P10",
     Row((says("P10", NO),), kept=(replace(RECORD, rationale=" "),)), PARTIAL, A1),
    (6, "an approver of blanks", "P10",
     Row((says("P10", NO),), kept=(replace(RECORD, approver=" "),)), PARTIAL, A1),
    (6, "a review that is due", "P10",
     Row((says("P10", NO),), kept=(replace(RECORD, review_on=date(2026, 11, 20)),)), PARTIAL, A1),
    (6, "what a list admits is decided", "T04",
     Row(kept=(EHR, replace(RECORD, control="T04"))), INSTEAD, A1),
    (6, "a yes that is complete needs none", "A06",
     Row((says("A06"),), kept=(replace(RECORD, control="A06"),)), MET, A1),
    (6, "required: a no", "T02", Row((says("T02", NO),)), NOT_MET, A1),
    (6, "required: no record helps", "T02",
     Row((says("T02", NO),), kept=(replace(RECORD, control="T02"),)), NOT_MET, A1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "case", "control", "row", "status", "assurance"),
    TABLE,
    ids=[f"rule {row[0]}: {row[2]}, {row[1]}" for row in TABLE],
)
def test_each_rule_decides_as_the_method_says(
    rule: int, case: str, control: str, row: Row, status: ControlStatus, assurance: Assurance
) -> None:
    assert row.status(control) == (status, assurance)


def test_the_table_reaches_every_rule_and_every_status() -> None:
    assert {row[0] for row in TABLE} == {1, 2, 3, 4, 5, 6}
    assert {row[4] for row in TABLE} == set(ControlStatus)
