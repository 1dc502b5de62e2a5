"""What no scan shows stands in the register: as bad as its evidence leaves it, and no better."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from assess.factories import KNOWLEDGE, NOW, answer, clinic, device, registers, scan, with_telnet
from assess.test_exposure import far, from_zone

from riskscan.assess import CHECK_TEXTS, CHECKS, assess, check_text, load_checklist, questions
from riskscan.assess.gap_standing import GONE, SAFEGUARDED, THERE, standing
from riskscan.assess.gaps import gaps
from riskscan.assess.library import threats
from riskscan.model import (
    Answer,
    AnswerValue,
    Assessment,
    Assurance,
    Confidence,
    Content,
    ControlEvidence,
    ControlResult,
    ControlStatus,
    DeviceClass,
    EvidenceKind,
    Known,
    Level,
    Polarity,
    Risk,
    Scan,
    System,
    SystemKind,
    ThreatView,
    Vendor,
    Zone,
)

TRAINING, ENCRYPTION = gaps()["gap.training"], gaps()["gap.portable-encryption"]
LEAVES = {c.id: c for c in load_checklist().controls}
YES, PARTLY, NO = AnswerValue.YES, AnswerValue.PARTLY, AnswerValue.NO
S = ControlStatus
A = Assurance


def judge(
    subject: Scan,
    *answers: Answer,
    kept: Sequence[Content] = (),
    elsewhere: Sequence[Scan] = (),
) -> Assessment:
    return assess(
        subject,
        answers=answers,
        registers=registers(*kept),
        elsewhere=elsewhere,
        knowledge=KNOWLEDGE,
        now=NOW,
    )


def risk_of(gap: str, assessment: Assessment, threat: str = "") -> Risk:
    [found] = [r for r in assessment.risks if r.check == gap and threat in ("", r.threat.id)]
    return found


def left(
    control: str,
    status: ControlStatus,
    assurance: Assurance,
    said: Answer | None = None,
    *,
    findings: tuple[str, ...] = (),
    evidence: tuple[ControlEvidence, ...] = (),
) -> tuple[int, int]:
    """Return what is left of a gap of one control, as shown and at best."""
    gap = next(g for g in gaps().values() if g.controls == (control,))
    result = ControlResult(LEAVES[control], status, assurance, "", findings, said, evidence)
    found = standing(gap, {control: result}, {})
    assert found.because
    return found.shown, found.best


def test_every_threat_enters_the_register_of_any_practice() -> None:
    for subject in (clinic(), scan(device(closed=(23,)))):
        entered = {t.threat.id: t.risks for t in judge(subject).threats}
        assert set(entered) == set(threats())
        assert all(entered.values())


def test_a_gap_reads_like_a_check_and_stands_beside_the_checks() -> None:
    assert set(CHECK_TEXTS) == set(CHECKS) | set(gaps())
    assert not set(CHECKS) & set(gaps())
    assert list(gaps()) == sorted(gaps())
    for id, gap in gaps().items():
        text = check_text(id)
        for words in (text.what, text.why, text.fix, text.verify):
            assert words.endswith(".")
            assert max(len(s.split()) for s in re.split(r"[.;:]", words)) <= 35, words
            assert not re.search(r"complian|certif(y|ied)|HIPAA requires", words)
        assert not text.title.endswith(".")
        assert {c.control for c in text.citations} <= set(LEAVES)
        assert all(why.endswith(".") for why in gap.judgement.feeds.values())


def test_the_answers_that_close_a_gap_are_answers_that_can_be_given() -> None:
    for gap in gaps().values():
        for question, words in (*gap.good.items(), *gap.fair.items()):
            known = questions()[question].choices or tuple(v.value for v in AnswerValue)
            assert words <= set(known), (gap.id, question)


@pytest.mark.parametrize(
    ("status", "assurance", "value", "expected"),
    [
        (S.MET, A.DOCUMENT, YES, (GONE, GONE)),
        (S.MET, A.ATTESTED, YES, (THERE, GONE)),
        (S.MET_ALTERNATIVE, A.DOCUMENT, NO, (SAFEGUARDED, GONE)),
        (S.MET_ALTERNATIVE, A.ATTESTED, NO, (THERE, GONE)),
        (S.NOT_REASONABLE, A.DOCUMENT, NO, (THERE, THERE)),
        (S.PARTIAL, A.DOCUMENT, YES, (SAFEGUARDED, GONE)),
        (S.PARTIAL, A.DOCUMENT, PARTLY, (SAFEGUARDED, SAFEGUARDED)),
        (S.PARTIAL, A.ATTESTED, YES, (THERE, GONE)),
        (S.PARTIAL, A.ATTESTED, PARTLY, (THERE, SAFEGUARDED)),
        (S.NOT_MET, A.ATTESTED, NO, (THERE, THERE)),
        (S.NOT_ASSESSED, A.NONE, None, (THERE, GONE)),
        (S.NOT_APPLICABLE, A.ATTESTED, None, (GONE, GONE)),
        (S.NOT_APPLICABLE, A.NONE, None, (THERE, GONE)),
    ],
)
def test_the_status_of_the_control_says_how_much_of_the_weakness_is_left(
    status: ControlStatus,
    assurance: Assurance,
    value: AnswerValue | None,
    expected: tuple[int, int],
) -> None:
    said = answer("A12", value) if value else None

    assert left("A12", status, assurance, said) == expected


def test_a_document_is_no_safeguard_where_a_scan_could_have_looked() -> None:
    yes = answer("A13", YES)

    assert left("A13", S.PARTIAL, A.DOCUMENT, yes) == (THERE, GONE)
    assert left("A13", S.PARTIAL, A.MEASURED, yes) == (SAFEGUARDED, GONE)
    # What speaks against it is measured too, and is no safeguard.
    assert left("A13", S.PARTIAL, A.SCANNED, yes, findings=("F-1",)) == (THERE, SAFEGUARDED)
    assert left("A13", S.NOT_MET, A.SCANNED, findings=("F-1",)) == (THERE, SAFEGUARDED)
    imported = ControlEvidence(
        EvidenceKind.IMPORT, Polarity.SUPPORTS, "", "INV-01", Confidence.HIGH, date(2026, 11, 1)
    )
    assert left("A13", S.PARTIAL, A.DOCUMENT, yes, evidence=(imported,)) == (SAFEGUARDED, GONE)


def test_the_weakest_of_several_controls_decides() -> None:
    gap = gaps()["gap.access-review"]
    met = {
        id: ControlResult(LEAVES[id], S.MET, A.DOCUMENT, "", (), answer(id)) for id in gap.controls
    }
    one_open = {**met, "A07": ControlResult(LEAVES["A07"], S.NOT_ASSESSED, A.NONE, "")}

    assert standing(gap, met, {}).shown == GONE
    assert standing(gap, one_open, {}).shown == THERE
    assert standing(gap, one_open, {}).asks == ("A07",)


def test_a_question_closes_a_gap_only_with_a_document() -> None:
    gap = gaps()["gap.internet-exposure"]

    def after(*said: Answer) -> tuple[int, int]:
        found = standing(gap, {}, {a.question: a for a in said})
        return found.shown, found.best

    assert after() == (THERE, GONE)
    assert after(answer("E03", NO)) == (THERE, GONE)
    assert after(answer("E03", NO, document="Scan from outside")) == (GONE, GONE)
    assert after(answer("E03", YES)) == (THERE, THERE)


def test_a_laptop_nobody_has_shown_to_be_encrypted_is_low_to_high() -> None:
    """The worked case of the method: with all else settled, encryption alone decides."""
    laptop = scan(device("192.168.50.31", DeviceClass.LAPTOP))
    known = [
        answer("E06", NO),
        answer("E07", NO),
        Answer("E01", AnswerValue.CHOICE, "Dana Lee", NOW.date(), choice="500 to 10,000"),
    ]
    unknown = risk_of("gap.portable-encryption", judge(laptop, *known))
    refused = risk_of("gap.portable-encryption", judge(laptop, *known, answer("T04", NO)))

    assert (unknown.initiation, unknown.severity) == (Level.MODERATE, Level.VERY_HIGH)
    assert (unknown.best, unknown.level, unknown.worst) == (Level.LOW, Level.HIGH, Level.HIGH)
    assert unknown.asks == ("T04",)
    assert (refused.best, refused.level, refused.worst) == (Level.HIGH,) * 3
    assert refused.asks == ()


def test_a_gap_names_devices_of_the_scan_and_systems_of_the_list() -> None:
    own = System("Dr Lee's laptop", SystemKind.PORTABLE, encrypted=Known.NO)
    subject = scan(device("192.168.50.31", DeviceClass.LAPTOP), with_telnet("192.168.50.11"))
    risk = risk_of("gap.portable-encryption", judge(subject, kept=[own]))

    assert risk.members == ("192.168.50.31",)
    assert "Dr Lee's laptop [SYS-01], 192.168.50.31" in risk.assets
    assert "Dr Lee's laptop [SYS-01], 192.168.50.31" in risk.statement
    assert risk.impact.level is Level.HIGH


def test_a_cloud_system_is_worth_what_it_holds_though_no_scan_sees_it() -> None:
    cloud = System("Cloud EHR", SystemKind.CLOUD)
    risk = risk_of("gap.vendor-agreement", judge(scan(), kept=[cloud]))

    assert risk.impact.confidentiality is risk.impact.integrity is Level.VERY_HIGH
    assert risk.impact.availability is Level.HIGH
    assert "Cloud EHR [SYS-01]" in risk.statement


def test_a_vendor_without_an_agreement_is_named_and_one_with_it_is_not() -> None:
    signed = {"agreement_on": date(2026, 5, 2), "clauses": Known.YES}
    kept = [
        Vendor("Cedarpost Mail", sees_patient_data=Known.YES, **signed),
        Vendor("Clearford Claims", sees_patient_data=Known.YES, agreement_on=date(2023, 5, 2)),
        Vendor("Northlight", sees_patient_data=Known.YES),
        Vendor("Harborline IT", sees_patient_data=Known.YES, **{**signed, "clauses": Known.NO}),
        Vendor("Lakeshore Cleaning", sees_patient_data=Known.NO),
        System("Mail", SystemKind.CLOUD, vendor="Cedarpost Mail"),
        System("Archive", addresses="192.168.50.20", vendor="Northlight Imaging"),
    ]
    archive = device("192.168.50.20", DeviceClass.PACS_ARCHIVE)
    risk = risk_of("gap.vendor-agreement", judge(scan(archive), kept=kept))

    named = "(Northlight [VEN-03], Clearford Claims [VEN-02], Harborline IT [VEN-04])"
    assert named in risk.statement
    assert named in risk.assets
    because = " ".join(risk.because)
    assert "No agreement is on file with: Northlight [VEN-03]." in because
    assert "The agreement is outdated with: Clearford Claims [VEN-02]." in because
    assert "The agreement lacks a clause with: Harborline IT [VEN-04]." in because
    assert "Archive [SYS-07]" in because
    for word in ("Cedarpost", "Lakeshore", "SYS-06"):
        assert word not in because + risk.statement
    assert risk.impact.availability is Level.HIGH


def test_a_question_that_does_not_apply_is_no_absent_safeguard() -> None:
    no_wifi = replace(answer("E04", AnswerValue.NOT_APPLICABLE), approver="Dana Lake")
    wifi, walls = gaps()["gap.wifi"], gaps()["gap.untested-walls"]
    alone = replace(answer("E05", AnswerValue.CHOICE, document="Settings"), choice="no Wi-Fi")

    approved = standing(wifi, {}, {"E04": no_wifi, "E05": alone})
    bare = standing(wifi, {}, {"E04": replace(no_wifi, approver=""), "E05": alone})
    rest = standing(walls, {}, {"E04": no_wifi})

    assert (approved.shown, approved.best, approved.asks) == (GONE, GONE, ())
    assert (bare.shown, bare.best, bare.asks) == (THERE, GONE, ("E04",))
    # Without a guest network there is still the way from the office.
    assert (rest.shown, rest.best) == (SAFEGUARDED, SAFEGUARDED)


def test_where_several_controls_decide_it_is_said_that_the_weakest_does() -> None:
    gap = gaps()["gap.cloud-fallback"]
    met = ControlResult(LEAVES["A19"], S.MET, A.DOCUMENT, "", (), answer("A19", document="Plan"))
    lacks = ControlResult(LEAVES["A18"], S.NOT_MET, A.ATTESTED, "", (), answer("A18", NO))

    told = standing(gap, {"A18": lacks, "A19": met}, {}).because

    assert told[-1] == "The weakest of these 2 decides."
    assert "counts as absent" not in " ".join(told)


def test_a_document_that_was_sighted_is_more_than_a_word() -> None:
    said = answer("A12", PARTLY, document="Half a plan")
    result = ControlResult(LEAVES["A12"], S.PARTIAL, A.ATTESTED, "", (), said)

    assert "nothing but a word" not in standing(TRAINING, {"A12": result}, {}).because[0]


def test_the_practice_as_a_whole_is_worth_its_best_system() -> None:
    small = judge(scan(device(closed=(23,))))
    with_ehr = judge(scan(device(closed=(23,)), device("192.168.50.5", DeviceClass.EHR_PM_SERVER)))

    assert risk_of("gap.training", small).impact.level is Level.HIGH
    assert risk_of("gap.training", with_ehr).impact.level is Level.VERY_HIGH


def test_without_a_medical_device_only_the_worst_case_has_one_that_fails() -> None:
    none = risk_of("gap.medical-fallback", judge(scan(device(closed=(23,)))))
    some = risk_of("gap.medical-fallback", judge(clinic()))

    assert none.adverse is Level.VERY_LOW
    assert none.worst > none.level
    assert "saw no such device" in none.because[0]
    assert some.adverse is Level.MODERATE
    assert some.members == ("192.168.50.25",)


def test_scans_from_elsewhere_test_the_wall_and_no_paper_beats_them() -> None:
    pump = device("192.168.50.25", DeviceClass.INFUSION_PUMP, open=(23,), closed=(80,))
    papers = answer("E04", YES, document="Firewall plan")
    closed = [from_zone(zone, far(closed=(23,))) for zone in (Zone.GUEST, Zone.OFFICE)]
    opened = [from_zone(Zone.GUEST, far(open=(23,)))]

    said = risk_of("gap.untested-walls", judge(scan(pump), papers))
    tested = risk_of("gap.untested-walls", judge(scan(pump), elsewhere=closed))
    reached = risk_of("gap.untested-walls", judge(scan(pump), papers, elsewhere=opened))

    assert said.adverse is Level.VERY_LOW
    assert (tested.initiation, tested.exposure) == (Level.LOW, -1)
    assert tested.level < risk_of("gap.untested-walls", judge(scan(pump))).level
    assert (reached.exposure, reached.adverse) == (1, Level.HIGH)


def test_a_threat_that_was_put_aside_enters_no_gap() -> None:
    aside = ThreatView("T13", considered=Known.NO, reason="The cloud holds everything.")
    made = judge(clinic(), kept=[aside])
    [hazard] = [t for t in made.threats if t.threat.id == "T13"]

    assert not hazard.considered
    assert "The cloud holds everything." in hazard.reason
    assert hazard.risks == ()
    assert {r.threat.id for r in made.risks} == set(threats()) - {"T13"}


def test_what_nobody_answered_is_asked_first_and_mended_once_it_is_said_to_lack() -> None:
    def doing(assessment: Assessment) -> str:
        risk = risk_of("gap.training", assessment)
        return next((a.key for a in assessment.actions if a.id == risk.action), "")

    assert doing(judge(clinic())) == "questions/addressable"
    assert doing(judge(clinic(), answer("A12", NO))) == "gap.training/practice"
    assert doing(judge(clinic(), answer("A12", document="Reminder of May"))) == ""


def test_every_action_has_a_key_of_its_own() -> None:
    made = judge(clinic(), answer("A12", NO), answer("A05", NO))
    keys = [a.key for a in made.actions]

    assert all(keys)
    assert len(set(keys)) == len(keys)
    assert {"questions/required", "questions/addressable", "cleartext.telnet/device"} <= set(keys)


def test_a_risk_keeps_its_key_when_its_rank_and_address_change() -> None:
    before = risk_of("cleartext.telnet", judge(scan(with_telnet("192.168.50.11"))))
    after = risk_of(
        "cleartext.telnet", judge(scan(with_telnet("192.168.50.12")), answer("A12", NO))
    )
    keys = [r.key for r in judge(clinic()).risks]

    assert before.key == after.key
    assert re.fullmatch(r"K-[0-9a-f]{8}", before.key)
    assert len(set(keys)) == len(keys)


def test_what_was_found_stands_before_what_nobody_has_answered() -> None:
    high = [r for r in judge(clinic()).risks if r.level is Level.HIGH]
    open_gaps = [not r.findings and r.best is not r.level for r in high]

    assert open_gaps == sorted(open_gaps)
    assert set(open_gaps) == {False, True}


def test_an_answer_of_more_than_a_year_ago_counts_no_more() -> None:
    old = replace(answer("E06", YES), on=date(2025, 10, 1))
    fresh = answer("E06", YES)

    assert risk_of("gap.portable-encryption", judge(clinic(), fresh)).initiation is Level.HIGH
    assert risk_of("gap.portable-encryption", judge(clinic(), old)).initiation is Level.MODERATE
