"""What the registers give a control: encryption at rest, vendors, the list of devices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from assess.factories import device, registers, scan
from assess.sufficiency_examples import (
    DESK,
    PHONE,
    TODAY,
    grounds,
    judged,
    listed,
    paper,
)

from riskscan.assess.estate import Estate
from riskscan.assess.registered import keeps_data
from riskscan.model import (
    Assurance,
    ControlStatus,
    Device,
    DeviceClass,
    EvidenceKind,
    Known,
    Level,
    ListedDevice,
    Polarity,
    System,
    SystemKind,
    Vendor,
    VendorResult,
    Worth,
)

MET, PARTIAL, NOT_MET = ControlStatus.MET, ControlStatus.PARTIAL, ControlStatus.NOT_MET
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
