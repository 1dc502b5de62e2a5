"""What a control may be judged by, made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from assess.factories import NOW, answer, device, registers, scan

from riskscan.assess import load_checklist
from riskscan.assess.estate import Estate
from riskscan.assess.grounds import Grounds
from riskscan.assess.status import judge
from riskscan.model import (
    Answer,
    Content,
    ControlResult,
    ControlStatus,
    Device,
    DeviceClass,
    ListedDevice,
    PracticeSize,
    Scan,
    VendorResult,
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
