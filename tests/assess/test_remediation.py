"""What a maker says stands beside the finding on its product, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from assess.factories import KNOWLEDGE, NOW, Said, device, scan

from riskscan.assess import CHECKS, advice_for, assess, maker_of
from riskscan.assess.remediation import Advice, for_makers, load
from riskscan.model import Associate, Confidence, Device, DeviceClass, Maker

PRINTER, ARCHIVE = DeviceClass.PRINTER_MFP, DeviceClass.PACS_ARCHIVE
OPEN: list[Said] = [
    ("http.title", "Orthanc Explorer", 8042),
    ("http.product", "Orthanc 1.12.1", 8042),
]


def made_by(
    vendor: str | None,
    product: str | None = None,
    kind: DeviceClass = PRINTER,
    address: str = "192.168.50.20",
    says: list[Said] | None = None,
) -> Device:
    plain = device(address, kind, says=says or [], open=(8042,) if says else ())
    return replace(plain, identity=replace(plain.identity, vendor=vendor, product=product))


@pytest.mark.parametrize("advice", load(), ids=lambda a: f"{a.checks[0]}-{a.subject}")
def test_each_entry_is_about_checks_that_exist_and_names_its_source(advice: Advice) -> None:
    assert set(advice.checks) <= set(CHECKS)
    assert advice.subject
    assert advice.source
    assert advice.text.endswith(".")


def test_no_entry_is_hidden_by_one_before_it() -> None:
    seen: set[tuple[object, ...]] = set()
    for each in load():
        for check in each.checks:
            key = (check, each.vendor, each.product, each.os, each.classes)
            assert key not in seen
            seen.add(key)


@pytest.mark.parametrize(
    ("check", "subject", "known"),
    [
        ("snmp.default-community", made_by("HP", "LaserJet M507"), "HP"),
        ("snmp.default-community", made_by("hp"), "HP"),
        ("snmp.default-community", made_by("HPE"), None),
        ("snmp.default-community", made_by("HP", kind=DeviceClass.SWITCH), None),
        ("snmp.default-community", made_by(None), None),
        ("cleartext.telnet", made_by("HP"), None),
        ("dicom.web-open", made_by(None, "Orthanc Explorer 2", ARCHIVE), "Orthanc"),
        ("dicom.web-open", made_by("Orthanc", "Other", ARCHIVE), None),
    ],
)
def test_advice_is_for_one_product_and_no_other(
    check: str, subject: Device, known: str | None
) -> None:
    found = advice_for(check, subject)

    assert (found.subject if found else None) == known


def test_windows_is_known_by_its_system_and_not_by_the_maker_of_the_computer() -> None:
    found = advice_for("smb.version-1", device(os=("Windows", "Server 2016")))

    assert found is not None
    assert "Set-SmbServerConfiguration -EnableSMB1Protocol $false" in found.text
    assert advice_for("smb.version-1", device(os=("Windows Embedded", "7"))) is found
    assert advice_for("smb.version-1", device(os=("Debian", "12"))) is None


def how_of(*devices: Device) -> str:
    made = assess(scan(*devices), knowledge=KNOWLEDGE, now=NOW)
    [action] = [a for a in made.actions if a.title.startswith(CHECKS["dicom.web-open"].action)]
    return action.how


def test_the_action_holds_what_the_maker_says_once() -> None:
    twin = made_by(None, "Orthanc", ARCHIVE, "192.168.50.21", OPEN)
    how = how_of(made_by(None, "Orthanc", ARCHIVE, says=OPEN), twin)

    assert CHECKS["dicom.web-open"].check.fix in how
    assert how.count(" On Orthanc: In Orthanc's configuration file") == 1


def test_an_action_on_another_product_holds_the_text_of_the_check_alone() -> None:
    how = how_of(made_by(None, "Something", ARCHIVE, says=OPEN))

    assert how.endswith(CHECKS["dicom.web-open"].check.fix)


def maker(name: str, page: str) -> Maker:
    return Maker(
        name,
        Associate.NO,
        "because.",
        "test",
        Confidence.MEDIUM,
        security_page=page,
        checked_on=date(2026, 11, 22),
    )


MAKERS = replace(
    KNOWLEDGE,
    makers=(
        maker("HP", "https://hp.example/security"),
        maker("Dell", "https://dell.example/security"),
        maker("Microsoft", "https://ms.example/security"),
        maker("Quiet", ""),
    ),
)


def test_the_maker_s_page_stands_once_for_all_its_devices_with_its_day() -> None:
    text = for_makers("exposure.unexpected", (made_by("HP"), made_by("hp"), made_by(None)), MAKERS)

    assert text == (
        " What the maker publishes on security (looked up 2026-11-22): "
        "HP, https://hp.example/security"
    )


@pytest.mark.parametrize("vendor", [None, "Nobody", "Quiet"])
def test_a_maker_without_a_page_adds_nothing(vendor: str | None) -> None:
    assert for_makers("exposure.unexpected", (made_by(vendor),), MAKERS) == ""


def test_windows_is_put_right_by_microsoft_and_a_medical_device_by_its_maker() -> None:
    office = device(os=("Windows", "11 24H2"))
    office = replace(office, identity=replace(office.identity, vendor="Dell"))
    modality = replace(
        office,
        identity=replace(office.identity, vendor="HP", device_class=DeviceClass.IMAGING_MODALITY),
    )
    found = [maker_of(each, MAKERS) for each in (office, modality)]

    assert [m.name for m in found if m] == ["Microsoft", "HP"]


def test_an_action_names_the_page_of_the_maker() -> None:
    printer = made_by("HP", "Orthanc", ARCHIVE, says=OPEN)
    made = assess(scan(printer), knowledge=MAKERS, now=NOW)
    [action] = [a for a in made.actions if a.title.startswith(CHECKS["dicom.web-open"].action)]

    assert action.how.endswith("HP, https://hp.example/security")
