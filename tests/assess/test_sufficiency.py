"""Each control is met by all the evidence that its checklist asks for, fresh and complete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from assess.factories import KNOWLEDGE, NOW, answer, device, registers, scan, with_telnet

from riskscan.assess import assess, load_checklist
from riskscan.assess.estate import Estate
from riskscan.assess.grounds import Grounds
from riskscan.assess.questions import questions
from riskscan.assess.registered import keeps_data
from riskscan.assess.status import judge
from riskscan.model import (
    REGISTERS,
    Answer,
    AnswerValue,
    Assurance,
    Content,
    Control,
    ControlResult,
    ControlStatus,
    Device,
    DeviceClass,
    EvidenceKind,
    Known,
    Level,
    ListedDevice,
    Polarity,
    PracticeSize,
    Proof,
    Scan,
    ScanPower,
    System,
    SystemKind,
    Vendor,
    VendorResult,
    Worth,
)

MET, PARTIAL, NOT_MET = ControlStatus.MET, ControlStatus.PARTIAL, ControlStatus.NOT_MET
OPEN = ControlStatus.NOT_ASSESSED
CHECKLIST = load_checklist()
CONTROLS = {c.id: c for c in CHECKLIST.controls}
TODAY = NOW.date()
DESK = device("192.168.50.11")
PHONE = device("192.168.50.12", DeviceClass.VOIP_PHONE)


def grounds(
    *devices: Device,
    answers: Sequence[Answer] = (),
    kept: Sequence[Content] = (),
    previous: Scan | None = None,
    vendors: Sequence[VendorResult] = (),
    today: date = TODAY,
    size: PracticeSize = PracticeSize.SMALL,
) -> Grounds:
    """Judge without any check: what people and registers say is all there is."""
    return Grounds(
        findings={},
        titles={},
        estate=Estate.of(scan(*devices), registers(*kept)),
        today=today,
        answers={a.question: a for a in answers},
        registers=registers(*kept),
        previous=previous,
        vendors=tuple(vendors),
        sufficiency=CHECKLIST.sufficiency,
        size=size,
    )


def judged(control: str, by: Grounds) -> ControlResult:
    return judge(CONTROLS[control], by.answers.get(control), by)


def paper(control: str, on: date = date(2026, 11, 20), dated: date | None = None) -> Answer:
    return replace(answer(control, document="Paper", on=on), document_on=dated)


def listed(subject: Device, **says: object) -> ListedDevice:
    return replace(ListedDevice(str(subject.address), mac=subject.host.mac or ""), **says)


def test_the_checklist_says_of_every_control_what_it_needs() -> None:
    rules = CHECKLIST.sufficiency

    assert list(rules) == [c.id for c in CHECKLIST.controls]
    for id, rule in rules.items():
        control = CONTROLS[id]
        assert rule.needs[0] is Proof.ATTEST
        assert (Proof.DOCUMENT in rule.needs) == bool(control.document)
        assert (Proof.SCAN in rule.needs) == bool(control.checks)
        assert (Proof.IMPORT in rule.needs) == bool(rule.import_says)
        assert rule.asks_whether == bool(control.default_not_applicable)
        assert set(rule.positive) <= set(control.checks)


def test_controls_that_need_a_site_walk_have_questions_on_it() -> None:
    walked = {c for q in questions().values() if q.id.startswith("W") for c in q.controls}

    needing = {id for id, rule in CHECKLIST.sufficiency.items() if Proof.WALK in rule.needs}
    assert needing == {"P02", "P03", "P05", "P06"}
    assert needing <= walked


def test_a_passing_check_supports_only_where_a_scan_can() -> None:
    for id, rule in CHECKLIST.sufficiency.items():
        if rule.positive:
            assert CONTROLS[id].scan_power in (ScanPower.SUPPORT, ScanPower.BOTH)


@pytest.mark.parametrize("control", ["A03", "A06", "T02", "O08", "O11"])
def test_words_and_paper_suffice_where_nothing_else_is_asked(control: str) -> None:
    result = judged(control, grounds(DESK, answers=[paper(control)]))

    assert (result.status, result.assurance) == (MET, Assurance.DOCUMENT)
    assert result.lacking == ()


def test_a_document_counts_for_a_year_from_its_own_date() -> None:
    fresh = judged("A03", grounds(DESK, answers=[paper("A03", dated=date(2025, 11, 21))]))
    old = judged("A03", grounds(DESK, answers=[paper("A03", dated=date(2025, 11, 20))]))

    assert fresh.status is MET
    assert old.status is PARTIAL
    assert "more than a year old" in old.lacking[0]


def test_a_yes_counts_for_a_year() -> None:
    on = date(2025, 11, 21)

    assert judged("A06", grounds(DESK, answers=[answer("A06", on=on)])).status is MET
    late = grounds(DESK, answers=[answer("A06", on=on)], today=TODAY + timedelta(days=1))
    assert judged("A06", late).status is OPEN


def test_a_scan_counts_for_180_days_and_for_90_in_a_large_practice() -> None:
    yes = answer("T01", on=TODAY)

    def status(days: int, size: PracticeSize) -> ControlStatus:
        by = grounds(DESK, answers=[yes], today=TODAY + timedelta(days=days), size=size)
        return judged("T01", by).status

    assert status(180, PracticeSize.SMALL) is MET
    assert status(181, PracticeSize.SMALL) is PARTIAL
    assert status(90, PracticeSize.LARGE) is MET
    assert status(91, PracticeSize.LARGE) is PARTIAL


def test_an_empty_scan_helps_nothing_to_be_met() -> None:
    said = [paper(c.id) for c in CHECKLIST.controls if c.checks]

    for answer_ in said:
        assert judged(answer_.question, grounds(answers=said)).status is PARTIAL


def test_a_backup_report_was_two_days_old_at_most_when_it_was_sighted() -> None:
    server = System("EHR server", restored_on=date(2026, 5, 2))

    def result(dated: date | None) -> ControlResult:
        said = paper("A17", on=date(2026, 11, 20), dated=dated)
        return judged("A17", grounds(DESK, answers=[said], kept=[server]))

    assert result(date(2026, 11, 18)).status is MET
    assert result(date(2026, 11, 17)).status is PARTIAL
    assert result(None).status is PARTIAL


@pytest.mark.parametrize(
    ("restored", "status"),
    [(date(2025, 11, 21), MET), (date(2025, 11, 20), PARTIAL), (None, PARTIAL)],
)
def test_a_backup_takes_a_restore_test_within_twelve_months(
    restored: date | None, status: ControlStatus
) -> None:
    server = System("EHR server", restored_on=restored)
    said = paper("A17", dated=date(2026, 11, 19))

    assert judged("A17", grounds(DESK, answers=[said], kept=[server])).status is status


def test_the_answer_on_restores_counts_with_its_date() -> None:
    said = paper("A17", dated=date(2026, 11, 19))
    bare = answer("E12", document="Restore log")
    dated = replace(bare, document_on=date(2026, 9, 1))

    assert judged("A17", grounds(DESK, answers=[said, bare])).status is PARTIAL
    assert judged("A17", grounds(DESK, answers=[said, dated])).status is MET


def test_an_evaluation_takes_two_dated_scans_and_a_review() -> None:
    said = [paper("A22")]
    once = judged("A22", grounds(DESK, answers=said))
    twice = judged("A22", grounds(DESK, answers=said, previous=scan(DESK)))
    unasked = judged("A22", grounds(DESK, previous=scan(DESK)))

    assert once.status is PARTIAL
    assert "no earlier scan" in once.lacking[0]
    assert (twice.status, twice.assurance) == (MET, Assurance.SCANNED)
    assert unasked.status is PARTIAL


@pytest.mark.parametrize("control", ["A13", "T07"])
def test_what_only_a_report_of_every_computer_shows_is_never_met_without_it(control: str) -> None:
    result = judged(control, grounds(DESK, answers=[paper(control)]))

    assert result.status is PARTIAL
    assert result.lacking == (CHECKLIST.sufficiency[control].import_says,)


# ------------------------------------------------------------------------- encryption at rest


def test_encryption_takes_a_list_that_covers_every_device_that_keeps_data() -> None:
    said = [paper("T04")]
    bare = judged("T04", grounds(DESK, PHONE, answers=said))
    full = judged(
        "T04", grounds(DESK, PHONE, answers=said, kept=[listed(DESK, encrypted=Known.YES)])
    )

    assert bare.status is PARTIAL
    assert "192.168.50.11" in bare.lacking[0]
    assert (full.status, full.assurance) == (MET, Assurance.DOCUMENT)
    [made] = [e for e in full.evidence if e.kind is EvidenceKind.IMPORT]
    assert (made.polarity, made.covered, made.in_scope) == (Polarity.SUPPORTS, 1, 1)


def test_a_list_of_what_is_encrypted_counts_for_thirty_days() -> None:
    kept = [listed(DESK, encrypted=Known.YES)]

    def status(days: int) -> ControlStatus:
        day = TODAY + timedelta(days=days)
        return judged("T04", grounds(DESK, answers=[paper("T04")], kept=kept, today=day)).status

    assert status(30) is MET
    assert status(31) is PARTIAL


@pytest.mark.parametrize(("count", "status"), [(20, MET), (19, PARTIAL)])
def test_of_ordinary_devices_one_in_twenty_may_be_left_out(
    count: int, status: ControlStatus
) -> None:
    fleet = [device(f"192.168.50.{n}", DeviceClass.PRINTER_MFP) for n in range(100, 100 + count)]
    kept = [listed(d, encrypted=Known.YES) for d in fleet[1:]]

    assert judged("T04", grounds(*fleet, answers=[paper("T04")], kept=kept)).status is status


def test_of_important_devices_none_may_be_left_out() -> None:
    fleet = [device(f"192.168.50.{n}", DeviceClass.SERVER) for n in range(100, 140)]
    kept = [listed(d, encrypted=Known.YES) for d in fleet[1:]]

    assert judged("T04", grounds(*fleet, answers=[paper("T04")], kept=kept)).status is PARTIAL


def test_a_system_that_is_called_unencrypted_speaks_against_a_yes() -> None:
    disk = System("Backup disk", SystemKind.MEDIA, encrypted=Known.NO)
    kept = [listed(DESK, encrypted=Known.YES), disk]
    result = judged("T04", grounds(DESK, answers=[paper("T04")], kept=kept))

    assert result.status is PARTIAL
    assert "Backup disk: not encrypted" in result.reason
    unsupported = judged("T04", grounds(DESK, kept=[disk]))
    assert (unsupported.status, unsupported.assurance) == (NOT_MET, Assurance.ATTESTED)


def test_a_system_of_which_nobody_knows_is_lacking() -> None:
    kept = [listed(DESK, encrypted=Known.YES), System("Laptops", SystemKind.PORTABLE)]
    result = judged("T04", grounds(DESK, answers=[paper("T04")], kept=kept))

    assert result.status is PARTIAL
    assert "not known" in result.lacking[0]


def test_a_network_of_telephones_shows_no_encryption() -> None:
    assert judged("T04", grounds(PHONE, answers=[paper("T04")])).status is PARTIAL
    assert DeviceClass.VOIP_PHONE not in keeps_data()


# ------------------------------------------------------------------------------------- vendors


def vendor(status: str, name: str = "Northlight", entry: str = "VEN-01") -> VendorResult:
    return VendorResult(name, entry, status, "It supports the archive.")


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ([], PARTIAL),
        ([vendor("agreement on file")], MET),
        ([vendor("agreement on file"), vendor("not needed", "Cleaner")], MET),
        ([vendor("agreement on file"), vendor("agreement outdated", "Old")], PARTIAL),
        ([vendor("agreement on file"), vendor("no agreement on file", "New")], PARTIAL),
        ([vendor("agreement on file"), vendor("seen, to be clarified", "Seen", "")], PARTIAL),
        ([vendor("seen, to be clarified", "Seen", "")], PARTIAL),
    ],
)
def test_every_business_associate_needs_an_agreement(
    results: list[VendorResult], status: ControlStatus
) -> None:
    by = grounds(DESK, answers=[paper("A23")], vendors=results)

    assert judged("A23", by).status is status


def test_a_vendor_without_an_agreement_that_nothing_supports_is_not_met() -> None:
    by = grounds(DESK, vendors=[vendor("no agreement on file")])

    assert judged("A23", by).status is NOT_MET


@pytest.mark.parametrize(
    ("clauses", "status"), [(Known.YES, MET), (Known.NO, PARTIAL), (Known.UNKNOWN, PARTIAL)]
)
def test_each_agreement_holds_the_three_clauses(clauses: Known, status: ControlStatus) -> None:
    kept = [Vendor("Northlight", clauses=clauses), Vendor("Baker", sees_patient_data=Known.NO)]

    assert judged("O01", grounds(DESK, answers=[paper("O01")], kept=kept)).status is status


# ----------------------------------------------------------------------------------- inventory


def test_a_device_list_and_the_network_must_agree() -> None:
    fleet = [device(f"192.168.50.{n}", DeviceClass.VOIP_PHONE) for n in range(100, 120)]
    said = [paper("P09")]
    both = [listed(d) for d in fleet]
    none = judged("P09", grounds(*fleet, answers=said))
    agreed = judged("P09", grounds(*fleet, answers=said, kept=both))
    unlisted = judged("P09", grounds(*fleet, answers=said, kept=both[1:]))
    missing = judged("P09", grounds(*fleet[1:], answers=said, kept=both))

    assert none.status is PARTIAL
    assert agreed.status is MET
    assert unlisted.status is PARTIAL
    assert "not on the list: 192.168.50.100" in unlisted.reason
    assert missing.status is PARTIAL
    assert "not seen: 192.168.50.100" in missing.reason


def test_a_list_that_misses_more_than_a_tenth_or_a_vital_system_is_not_met() -> None:
    fleet = [device(f"192.168.50.{n}", DeviceClass.VOIP_PHONE) for n in range(100, 120)]
    server = device("192.168.50.30", DeviceClass.EHR_PM_SERVER)
    said = [paper("P09")]
    few = grounds(*fleet, answers=said, kept=[listed(d) for d in fleet[3:]])
    vital = grounds(*fleet, server, answers=said, kept=[listed(d) for d in fleet])

    assert judged("P09", few).status is NOT_MET
    assert judged("P09", vital).status is NOT_MET


def test_a_list_of_names_alone_agrees_and_the_scanning_machine_is_on_no_list() -> None:
    fleet = [
        device(f"192.168.50.{n}", DeviceClass.VOIP_PHONE, says=[("netbios.name", f"TEL-{n}")])
        for n in range(100, 120)
    ]
    own = device("192.168.50.10", DeviceClass.LAPTOP, found_by=("self",))
    names = [ListedDevice(f"TEL-{n}") for n in range(100, 120)]
    moved = [replace(names[0], mac="00:1b:54:00:00:ff"), *names[1:]]

    agreed = judged("P09", grounds(*fleet, own, answers=[paper("P09")], kept=names))
    another = judged("P09", grounds(*fleet, own, answers=[paper("P09")], kept=moved))

    assert agreed.status is MET
    assert not any("192.168.50.10" in e.says for e in agreed.evidence)
    assert "not on the list: 192.168.50.100." in another.reason


def test_what_the_practice_calls_vital_decides_and_only_with_a_reason() -> None:
    fleet = [device(f"192.168.50.{n}", DeviceClass.VOIP_PHONE) for n in range(100, 120)]
    old = device("192.168.50.30", DeviceClass.EHR_PM_SERVER)
    lower = Worth("ehr_pm_server", Level.HIGH, Level.HIGH, Level.MODERATE, "It is read only.")
    higher = Worth("voip_phone", None, None, Level.VERY_HIGH, "Emergencies come by telephone.")

    def after(kept: list[Device], *worth: Worth) -> ControlStatus:
        names = [*(listed(d) for d in kept), *worth]
        return judged("P09", grounds(*fleet, old, answers=[paper("P09")], kept=names)).status

    assert after(fleet) is NOT_MET
    assert after(fleet, lower) is PARTIAL
    assert after(fleet, replace(lower, reason="")) is NOT_MET
    assert after([*fleet[1:], old]) is PARTIAL
    assert after([*fleet[1:], old], higher) is NOT_MET


def test_no_word_takes_a_device_that_can_hurt_a_patient_below_high() -> None:
    pump = device("192.168.50.25", DeviceClass.INFUSION_PUMP)
    little = Worth("infusion_pump", *[Level.VERY_LOW] * 3, "It is old.")

    assert Estate.of(scan(pump)).worth("192.168.50.25") is Level.VERY_HIGH
    assert Estate.of(scan(pump), registers(little)).worth("192.168.50.25") >= Level.HIGH
    assert Estate.of(scan(pump), registers(little)).worth("192.168.50.99") is Level.VERY_LOW


def test_a_device_that_kept_data_and_is_gone_is_asked_for() -> None:
    said = [paper("P07")]
    before = scan(DESK, PHONE)
    asked = judged("P07", grounds(PHONE, answers=said, previous=before))
    gone = listed(DESK, gone_on=date(2026, 8, 1))
    bare = judged("P07", grounds(PHONE, answers=said, previous=before, kept=[gone]))
    shredded = replace(gone, disposal="Certificate of 2026-08-03")
    told = judged("P07", grounds(PHONE, answers=said, previous=before, kept=[shredded]))
    phone_gone = judged("P07", grounds(DESK, answers=said, previous=before))

    assert asked.status is PARTIAL
    assert "Where did it go?" in asked.lacking[0]
    assert bare.status is PARTIAL
    assert "without a record" in bare.reason
    assert told.status is MET
    assert phone_gone.status is MET


# ----------------------------------------------------------------------------------- site walk


def walk(control: str, value: AnswerValue = AnswerValue.YES) -> list[Answer]:
    ids = [q.id for q in questions().values() if q.id[0] == "W" and control in q.controls]
    return [answer(id, value) for id in ids]


def test_workstation_security_takes_the_site_walk() -> None:
    said = answer("P06")
    unseen = judged("P06", grounds(DESK, answers=[said]))
    seen = judged("P06", grounds(DESK, answers=[said, *walk("P06")]))

    assert (unseen.status, unseen.assurance) == (PARTIAL, Assurance.ATTESTED)
    assert "site walk" in unseen.lacking[0]
    assert (seen.status, seen.assurance) == (MET, Assurance.DOCUMENT)


@pytest.mark.parametrize("value", [AnswerValue.NO, AnswerValue.PARTLY])
def test_what_the_site_walk_saw_cannot_be_talked_away(value: AnswerValue) -> None:
    said = [answer("P06"), *walk("P06", value)]
    result = judged("P06", grounds(DESK, answers=said))

    assert result.status is PARTIAL
    assert "disagrees" in result.reason
    assert judged("P06", grounds(DESK, answers=said[1:])).status is NOT_MET


@pytest.mark.parametrize("value", [AnswerValue.UNKNOWN, AnswerValue.LATER])
def test_a_site_walk_that_did_not_look_shows_nothing(value: AnswerValue) -> None:
    said = [answer("P06"), *walk("P06", value)]

    assert judged("P06", grounds(DESK, answers=said)).status is PARTIAL
    assert judged("P06", grounds(DESK, answers=said[1:])).status is OPEN


# ------------------------------------------------------------------------------------ evidence


def test_controls_that_a_scan_says_nothing_about_reach_a_document_at_most() -> None:
    everything = [
        *(paper(c.id, dated=date(2026, 11, 20)) for c in CHECKLIST.controls),
        *(answer(id) for id in questions() if id.startswith("W")),
    ]
    kept = [listed(DESK, encrypted=Known.YES), Vendor("Northlight", clauses=Known.YES)]
    result = assess(
        scan(DESK), answers=everything, registers=registers(*kept), knowledge=KNOWLEDGE, now=NOW,
        previous=scan(DESK),
    )  # fmt: skip
    silent = [c for c in result.controls if c.control.scan_power is ScanPower.NONE]

    assert len(silent) == 29
    assert {c.assurance.value for c in silent} <= {"A0", "A1", "A2"}


def test_each_piece_of_evidence_has_a_source_a_day_and_words() -> None:
    result = assess(
        scan(with_telnet(), DESK),
        answers=[paper("T09"), *walk("P06"), paper("P09")],
        registers=registers(listed(DESK), *_one_of_each()),
        knowledge=KNOWLEDGE,
        now=NOW,
    )
    pieces = [e for c in result.controls for e in c.evidence]

    assert {e.kind for e in pieces} == set(EvidenceKind)
    for piece in pieces:
        assert piece.source
        assert piece.says.endswith((".", ")", "?"))
        assert piece.observed_on <= TODAY
        if piece.covered is not None and piece.in_scope is not None:
            assert 0 <= piece.covered <= piece.in_scope


def _one_of_each() -> list[Content]:
    return [
        System("EHR", SystemKind.CLOUD, encrypted=Known.YES, restored_on=date(2026, 5, 2)),
        Vendor("Northlight", clauses=Known.YES),
    ]


def test_every_status_but_a_settled_one_says_what_is_lacking() -> None:
    result = assess(scan(DESK), answers=[paper("A17")], knowledge=KNOWLEDGE, now=NOW)
    open_ = (ControlStatus.PARTIAL, ControlStatus.NOT_MET, ControlStatus.NOT_ASSESSED)

    for control in result.controls:
        assert bool(control.lacking) == (control.status in open_)


def test_a_control_of_an_own_checklist_without_a_rule_takes_a_yes() -> None:
    own: Control = replace(CONTROLS["A06"], id="A99")
    by = replace(grounds(DESK), sufficiency={})

    assert judge(own, answer("A99"), by).status is MET
    assert judge(own, None, by).status is OPEN
    assert set(REGISTERS) >= {"addressable", "inventory"}


def test_a_plain_no_is_supported_by_nothing_that_was_seen() -> None:
    said = [answer("P05", AnswerValue.NO), answer("W01"), answer("W07", AnswerValue.NO)]

    assert judged("P05", grounds(DESK, answers=said)).status is NOT_MET
    assert judged("P05", grounds(DESK, answers=said[1:])).status is PARTIAL
