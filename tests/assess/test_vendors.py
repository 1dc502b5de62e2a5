"""Firms that may be business associates are named with where they were seen, and no others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from assess.factories import Said, device, scan

from riskscan.assess import SeenVendor, seen_vendors
from riskscan.model import Associate, Confidence, Device, DeviceClass, Knowledge, Maker

PRINTER, MONITOR = DeviceClass.PRINTER_MFP, DeviceClass.PATIENT_MONITOR


def firm(name: str, associate: Associate, **more: object) -> Maker:
    made = Maker(name, associate, "because.", "test", Confidence.MEDIUM)
    return replace(made, **more)  # type: ignore[arg-type]


KNOWN = Knowledge(
    as_of=date(2026, 8, 22),
    lifecycles=(),
    makers=(
        firm("Philips", Associate.MAYBE, classes=(MONITOR,)),
        firm("HP", Associate.MAYBE, associate_classes=(PRINTER,)),
        firm("Dell", Associate.NO),
        firm("Datto", Associate.YES, service=True, also=("Siris",)),
        firm("TeamViewer", Associate.MAYBE, service=True),
    ),
)


def made_by(vendor: str | None, address: str, kind: DeviceClass, says: list[Said]) -> Device:
    plain = device(address, kind, says=says)
    return replace(plain, identity=replace(plain.identity, vendor=vendor))


def names(*devices: Device) -> dict[str, SeenVendor]:
    return {v.name: v for v in seen_vendors(scan(*devices), KNOWN)}


def test_makers_are_named_with_every_address_and_the_sure_need_comes_first() -> None:
    first = made_by("Philips", "192.168.50.20", MONITOR, [])
    second = made_by("philips", "192.168.50.21", MONITOR, [])
    box = made_by(None, "192.168.50.9", DeviceClass.SERVER, [("http.title", "Datto SIRIS", 80)])
    found = seen_vendors(scan(first, second, box), KNOWN)

    assert [(v.name, v.associate) for v in found] == [
        ("Datto", Associate.YES),
        ("Philips", Associate.MAYBE),
    ]
    assert [str(a) for a in found[1].addresses] == ["192.168.50.20", "192.168.50.21"]


def test_a_plain_sale_is_left_out_by_firm_and_by_kind_of_device() -> None:
    found = names(
        made_by("Dell", "192.168.50.20", DeviceClass.WORKSTATION, []),
        made_by("HP", "192.168.50.21", DeviceClass.WORKSTATION, []),
        made_by("Nobody Ltd", "192.168.50.22", PRINTER, []),
        made_by(None, "192.168.50.23", DeviceClass.UNKNOWN, []),
    )

    assert found == {}


def test_only_the_copier_of_a_maker_counts_and_not_its_computers() -> None:
    found = names(
        made_by("HP", "192.168.50.20", DeviceClass.WORKSTATION, []),
        made_by("HP", "192.168.50.21", PRINTER, []),
    )

    assert [str(a) for a in found["HP"].addresses] == ["192.168.50.21"]


def test_a_service_is_known_by_what_a_program_says_and_keeps_the_words_as_evidence() -> None:
    says: list[Said] = [("tls.subject", "CN=host,O=TeamViewer", 5938)]
    found = names(made_by("Dell", "192.168.50.20", DeviceClass.WORKSTATION, says))

    assert list(found) == ["TeamViewer"]
    [evidence] = found["TeamViewer"].evidence
    assert evidence.observation.value == "CN=host,O=TeamViewer"
    assert evidence.says == "names TeamViewer"


def test_another_name_of_a_service_is_the_service_and_half_a_word_is_nothing() -> None:
    own = made_by(None, "192.168.50.20", DeviceClass.SERVER, [("http.title", "SIRIS", 80)])
    half = made_by(None, "192.168.50.21", DeviceClass.SERVER, [("http.title", "Dattoria", 80)])
    host = made_by(None, "192.168.50.22", DeviceClass.SERVER, [("mdns.host", "datto", 5353)])

    assert [str(a) for a in names(own, half, host)["Datto"].addresses] == ["192.168.50.20"]


def test_nothing_is_seen_where_nothing_is_known() -> None:
    empty = Knowledge(as_of=date(2026, 8, 22), lifecycles=())

    assert seen_vendors(scan(made_by("Philips", "192.168.50.20", MONITOR, [])), empty) == ()
