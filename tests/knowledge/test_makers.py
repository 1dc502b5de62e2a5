"""The table of makers is sound: spelled as fingerprints spell, with a source for every page."""

from __future__ import annotations

import pytest

from riskscan import knowledge
from riskscan.errors import ConfigError
from riskscan.identify.rulecheck import spellings
from riskscan.knowledge.makers import load, parse
from riskscan.model import Associate, Confidence, DeviceClass, Maker

TABLE = """
as_of = 2026-11-22
source = "a list"
[[maker]]
name = "HP"
also = ["HP Inc"]
classes = ["printer_mfp"]
associate = "maybe"
associate_classes = ["printer_mfp"]
reason = "leased copiers"
security_page = "https://support.hp.com/us-en/security-bulletins"
source = "a page"
confidence = "medium"
checked_on = 2026-11-22
[[service]]
name = "TeamViewer"
associate = "maybe"
reason = "sees the screen"
source = "a page"
confidence = "low"
"""
AS_OF, MAKERS = load()


def test_every_maker_is_spelled_as_the_fingerprints_spell_it() -> None:
    assert {m.name for m in MAKERS if not m.service} <= spellings()["vendors"]


def test_another_spelling_is_never_a_maker_of_its_own_in_the_table() -> None:
    names = [name.casefold() for m in MAKERS for name in (m.name, *m.also)]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("maker", MAKERS, ids=lambda m: m.name)
def test_a_page_is_dated_and_what_others_named_is_low(maker: Maker) -> None:
    if maker.security_page or maker.contact:
        assert maker.checked_on is not None and maker.checked_on <= AS_OF
    if "public documents" in maker.source or "no page" in maker.source:
        assert maker.confidence is Confidence.LOW
    assert maker.confidence is not Confidence.HIGH
    assert maker.reason.endswith(".")


def test_all_kinds_of_makers_that_a_clinic_has_are_there() -> None:
    classes = {kind for m in MAKERS for kind in m.classes}

    assert len([m for m in MAKERS if not m.service]) >= 40
    assert {
        DeviceClass.EHR_PM_SERVER,
        DeviceClass.PACS_ARCHIVE,
        DeviceClass.IMAGING_MODALITY,
        DeviceClass.INFUSION_PUMP,
        DeviceClass.PATIENT_MONITOR,
        DeviceClass.LAB_ANALYZER,
        DeviceClass.PRINTER_MFP,
        DeviceClass.NAS_STORAGE,
        DeviceClass.ROUTER_FIREWALL,
        DeviceClass.SWITCH,
        DeviceClass.IP_CAMERA,
        DeviceClass.VOIP_PHONE,
        DeviceClass.UPS_PDU,
    } <= classes


def test_who_makes_medical_devices_is_asked_for_the_mds2() -> None:
    medical = [m for m in MAKERS if any(kind.is_medical for kind in m.classes)]

    assert medical
    assert all(m.mds2 for m in medical)
    assert all(m.associate is not Associate.NO for m in medical)


def test_a_maker_is_found_by_any_of_its_names() -> None:
    known = knowledge.load()
    found = known.maker(" ge healthcare ")

    assert found is not None and found.name == "GE HealthCare"
    assert known.maker("Hillrom") is known.maker("Baxter")
    assert known.maker("Nobody Ltd") is None
    assert known.maker(None) is None


def test_a_copier_may_hold_patient_data_where_a_computer_of_its_maker_is_a_plain_sale() -> None:
    maker = parse(TABLE)[1][0]

    assert maker.associate_for(DeviceClass.PRINTER_MFP) is Associate.MAYBE
    assert maker.associate_for(DeviceClass.WORKSTATION) is Associate.NO


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"HP Inc"', '"teamviewer"', "two firms"),
        ("https://support.hp.com", "http://support.hp.com", "security_page"),
        ("https://support.hp.com", "https://support.hp.com/ ", "security_page"),
        ("checked_on = 2026-11-22\n", "", "no day"),
        ('associate = "maybe"', 'associate = "perhaps"', "associate"),
        ('name = "TeamViewer"', 'name = "TeamViewer"\nclasses = ["server"]', "service"),
        ("reason =", "reasons =", "reason"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        parse(TABLE.replace(old, new, 1))
