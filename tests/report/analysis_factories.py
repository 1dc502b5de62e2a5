"""The small clinic again, with everything that a whole risk analysis knows beside the scan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import report_factories as factories

from riskscan.model import (
    Acceptance,
    ActionStatus,
    AddressableDecision,
    Answer,
    AnswerValue,
    Assessment,
    Choice,
    Conflict,
    Content,
    ControlStatus,
    DeviceClass,
    DeviceException,
    Element,
    Entry,
    Estimate,
    ExceptionResult,
    Flow,
    Known,
    Level,
    OpenQuestion,
    Practice,
    PracticeResult,
    PracticeSize,
    Profile,
    Question,
    Reached,
    Registers,
    Risk,
    Section,
    SetResult,
    SetStatus,
    Signature,
    StandardResult,
    System,
    ThreatResult,
    Vendor,
    VendorResult,
)
from riskscan.model.registers import FdaSubmission, SystemKind
from riskscan.report import Report

FINGERPRINT = "5e" * 32
CHECKED = date(2026, 11, 19)
_ALL = tuple(PracticeSize)

QUESTIONS: dict[str, Question] = {
    q.id: q
    for q in (
        Question("S01", Section.PRACTICE, "How many providers work here?", "", "",
                 choices=("1 to 10", "more")),
        Question("E12", Section.PRACTICE, "Was a restore tried out this year?", "", "",
                 asked_of="IT provider"),
        Question("A05", Section.ADMINISTRATIVE, "Is a security official named?", "", ""),
    )
}  # fmt: skip

ANSWERS = (
    Answer("A05", AnswerValue.YES, "Maria Núñez", date(2026, 11, 18), "Named in 2024.",
           "Security policy", "owner", date(2026, 2, 1)),
    Answer("A05", AnswerValue.NO, "Dana Lake", date(2026, 11, 2), role="practice manager"),
    Answer("S01", AnswerValue.CHOICE, "Dana Lake", date(2026, 11, 18), role="practice manager",
           choice="1 to 10"),
)  # fmt: skip


def entry(register: str, id: str, content: Content) -> Entry:
    return Entry(register, id, content, "Dana Lake", factories.END)


def registers() -> Registers:
    return Registers(
        (
            entry("systems", "SYS-01", System(
                "Chart Cloud", SystemKind.CLOUD, "charts, claims", 4200, "", "Chart Cloud Inc.",
                "Dana Lake", "", Known.YES, date(2026, 5, 2), 1)),
            entry("flows", "FLOW-01", Flow(
                "Ultrasound", "Image archive", "images with names", "DICOM", Known.NO, Known.NO)),
            entry("vendors", "VEN-01", Vendor(
                "Northlight Imaging", "supports the archive", Known.YES, None, Known.UNKNOWN,
                None, "call Kim", Known.YES)),
            entry("vendors", "VEN-02", Vendor(
                "Chart Cloud Inc.", "charts", Known.YES, date(2025, 3, 1), Known.YES,
                date(2026, 1, 15))),
            entry("exceptions", "EXC-01", DeviceException(
                factories.address(23), "Plum 360", "cleartext.telnet", "no newer firmware",
                "only the pump server reaches it", "23", Known.NO, FdaSubmission.BEFORE, Known.YES,
                "Letter, 2026-01-10", "Dr. Maria Núñez", date(2027, 5, 31))),
            entry("acceptances", "ACC-01", Acceptance(
                "K-00000002", "a new server comes in March", "Dr. Maria Núñez",
                date(2027, 3, 31), Level.HIGH)),
            entry("acceptances", "ACC-02", Acceptance(
                "K-ffffffff", "it was moved away", "Dr. Maria Núñez", date(2027, 3, 31),
                Level.LOW, "Because it stood there, it was seen.")),
            entry("addressable", "ADR-01", AddressableDecision(
                "T03", Choice.ALTERNATIVE, "a short time-out delays emergencies",
                "badges lock the screen", "Dr. Maria Núñez", date(2026, 11, 2),
                date(2027, 11, 2))),
            entry("signatures", "SIG-01", Signature(
                "security official", "Dana Lake", date(2026, 11, 22))),
        )
    )  # fmt: skip


def _risks(plain: tuple[Risk, ...]) -> tuple[Risk, ...]:
    keyed = [replace(r, key=f"K-{n:08}") for n, r in enumerate(plain, start=1)]
    keyed[1] = replace(
        keyed[1],
        acceptance=Acceptance(
            "K-00000002", "a new server comes in March", "Dr. Maria Núñez", date(2027, 3, 31)
        ),
    )
    gap = replace(
        keyed[0],
        id="R-099",
        key="K-00000099",
        check="gap.restore-untested",
        device_class=None,
        members=(),
        findings=(),
        level=Level.MODERATE,
        best=Level.LOW,
        worst=Level.HIGH,
        statement="Because no restore was tried, a failure could cause the loss of all records.",
        because=("Raised, because a power cut was named.",),
        asks=("E12",),
        action="ACT-07",
    )
    return (*keyed, gap)  # fmt: skip


def _set(id: str, status: SetStatus, *practices: Practice) -> SetResult:
    results = tuple(
        PracticeResult(p, ControlStatus.PARTIAL, "It is so in part.") for p in practices
    )
    return SetResult(id, f"Title of {id}", status, "2026.11", f"Source of {id}", CHECKED,
                     f"Note on {id}.", PracticeSize.SMALL, results)  # fmt: skip


def assessment() -> Assessment:
    plain = factories.assessment()
    risks = _risks(plain.risks)
    own = replace(plain.actions[5], id="ACT-07", key="own.phones", title="Move the phones",
                  findings=(), risks=("R-099",), status=ActionStatus.IN_PROGRESS,
                  interim="Guest Wi-Fi is off at night", vendor="Northlight Imaging")  # fmt: skip
    done = replace(plain.actions[4], key="inventory.unidentified/device",
                   status=ActionStatus.VERIFIED, verified_by="S-20261120-100000-0001")  # fmt: skip
    return replace(
        plain,
        risks=risks,
        actions=(*plain.actions[:4], done, plain.actions[5], own),
        coverage=replace(plain.coverage, estimate=Estimate(22, 20, 18, 24.4, 1.0),
                         vantages=("server closet (2026-11-21)", "guest Wi-Fi (2026-11-20)")),
        elements=(Element(1, "scope", True, ""),
                  Element(2, "data collection", False, "the register of systems is empty")),
        standards=(StandardResult("164.312(a)(1)", "Access control", ControlStatus.NOT_MET,
                                  {"not met": 2, "met": 1, "met by an alternative": 1}),),
        conflicts=(
            Conflict("T08", "Dana Lake said yes.", "Telnet answered.", ("F-1",), False,
                     "false positive, by J. W., until 2027-01-01"),
            Conflict("A13", "Sam Ortiz said yes.", "SMB 1 answered.", (), True),
        ),
        threats=(
            ThreatResult(replace(factories.THREAT, id="T13", title="Storm and flood"), False,
                         "Put aside by Dana Lake: the house stands on rock."),
            ThreatResult(replace(factories.THREAT, id="T04"), True, "Raised to high.", ("R-001",)),
        ),
        exceptions=(ExceptionResult("EXC-01", f"{factories.address(23)}, infusion pump", False,
                                    "Port 23 was reached from the guest Wi-Fi."),),
        vendors=(
            VendorResult("Northlight Imaging", "VEN-01", "no agreement on file",
                         "It sees patient data.", (factories.address(20),)),
            VendorResult("Glow Support", "", "seen, to be clarified",
                         "Its remote support answers.", (factories.address(30),)),
        ),
        open_questions=(OpenQuestion("E12", 3, ("R-099",), True),),
        profile=Profile(PracticeSize.SMALL, "One provider speaks for small.", 1),
        sets=(
            _set("hicp-2023", SetStatus.VOLUNTARY,
                 Practice("2.S.A", "Endpoint basics", "2 Endpoints", "", _ALL,
                          checks=("tls.expired",), action="Count the computers.")),
            _set("zero-trust", SetStatus.VOLUNTARY,
                 Practice("p3", "Watch", "Visibility", "", _ALL, phase="3", action="Read logs."),
                 Practice("p1", "Know", "Devices", "", _ALL, phase="1", action="Name devices.")),
            _set("hipaa-nprm-2025", SetStatus.PROPOSED,
                 Practice("n1", "Scan for weaknesses", "Technical", "", _ALL,
                          clock="every 6 months", is_new=True, citation="164.312(h)(2)(i)")),
        ),
        reach=(Reached("guest", "waiting room", DeviceClass.PRINTER_MFP, "10.20.0.0/24", 3, 1, 1,
                       1, ("9100/tcp",), date(2026, 11, 20)),),
    )  # fmt: skip


def whole(by: Assessment | None = None, **given: object) -> Report:
    arguments: dict[str, object] = {
        "registers": registers(),
        "answers": ANSWERS,
        "asked": QUESTIONS,
        "fingerprint": FINGERPRINT,
    }
    return factories.report(by=by or assessment(), **(arguments | given))
