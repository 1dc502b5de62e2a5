"""The worked cases of the method, end to end: from devices and scans to the level of the risk."""

from __future__ import annotations

from dataclasses import replace

import pytest
from assess.factories import KNOWLEDGE, NOW, answer, device, registers, scan
from assess.test_exposure import far, from_zone

from riskscan.assess import CHECKS
from riskscan.assess.circumstances import initiations
from riskscan.assess.estate import Estate
from riskscan.assess.exposure import Exposure
from riskscan.assess.findings import run
from riskscan.assess.judgement import Context
from riskscan.assess.register import KNOWN_EXPLOITED, register
from riskscan.assess.scenario import Given
from riskscan.assess.scoring import score
from riskscan.model import (
    Answer,
    AnswerValue,
    Confidence,
    Device,
    DeviceClass,
    Finding,
    Level,
    Result,
    Risk,
    Scan,
    Worth,
    Zone,
)

VL, L, M, H, VH = Level
MIDDLING = Answer("E01", AnswerValue.CHOICE, "Dana Lee", NOW.date(), choice="500 to 10,000")


def rated(
    subject: Scan,
    check: str,
    threat: str,
    *said: Answer,
    elsewhere: tuple[Scan, ...] = (),
    findings: tuple[Finding, ...] | None = None,
) -> Risk:
    """Return the one risk of a check and a threat; ``findings`` stand in for those of a scan."""
    estate = Estate.of(subject)
    context = Context(subject, KNOWLEDGE, NOW, tuple(estate.devices.values()))
    found = run(CHECKS, context) if findings is None else findings
    answers = {a.question: a for a in (MIDDLING, *said)}
    given = Given(
        answers,
        registers(),
        {},
        initiations(answers, registers(), found, elsewhere),
        Exposure.of(subject, elsewhere, NOW.date()),
        NOW.date(),
    )
    risks = register(CHECKS, found, estate, given)
    [risk] = [r for r in risks if (r.check, r.threat.id) == (check, threat)]
    return risk


def steps(risk: Risk) -> tuple[Level, ...]:
    return risk.initiation, risk.adverse, risk.likelihood, risk.impact.level, risk.level


def archive() -> Device:
    talks = [("dicom.association", "accepted", 11112), ("dicom.tls", "false", 11112)]
    return device("192.168.50.20", DeviceClass.PACS_ARCHIVE, says=talks, open=(11112,))


def seen_from(zone: Zone, port: int, address: str, *, open: bool) -> Scan:
    ports = {"open": (port,)} if open else {"closed": (port,)}
    return from_zone(zone, far(address=address, **ports))


def telnet_pump() -> Device:
    says = [("telnet.greeting", "login:", 23)]
    return device("192.168.50.25", DeviceClass.INFUSION_PUMP, says=says, open=(23,))


def fail(check: str, on: Device, severity: Level) -> Finding:
    return Finding(
        "F-00000001", check, str(on.address), on.key, Result.FAIL, severity, Confidence.HIGH, ""
    )


def test_an_open_archive_that_guests_can_reach_is_very_high() -> None:
    guest = seen_from(Zone.GUEST, 11112, "192.168.50.20", open=True)
    risk = rated(scan(archive()), "dicom.any-ae", "T04", elsewhere=(guest,))

    assert (risk.severity, risk.exposure) == (H, 1)
    assert steps(risk) == (H, VH, VH, VH, VH)
    assert any("Reachable from the guest network" in told for told in risk.because)


def test_the_same_archive_tested_closed_from_two_places_is_moderate() -> None:
    tests = tuple(
        seen_from(zone, 11112, "192.168.50.20", open=False) for zone in (Zone.GUEST, Zone.OFFICE)
    )
    risk = rated(scan(archive()), "dicom.any-ae", "T04", elsewhere=tests)

    # With callers listed too, the check would pass; K = 1 on top stands in test_scoring.
    assert (risk.severity, risk.exposure) == (H, -1)
    assert steps(risk) == (L, M, L, VH, M)
    assert score(L, H, -1, 1, VH).level is M


def test_remote_desktop_on_the_internet_is_very_high() -> None:
    ehr = device("192.168.50.5", DeviceClass.EHR_PM_SERVER, open=(3389,))
    finding = fail("remote.rdp-without-nla", ehr, H)
    guest = seen_from(Zone.GUEST, 3389, "192.168.50.5", open=True)
    facing = answer("E03", AnswerValue.YES)
    risk = rated(scan(ehr), finding.check, "T02", facing, elsewhere=(guest,), findings=(finding,))

    assert steps(risk) == (VH, VH, VH, VH, VH)
    assert any("reached from the internet" in told for told in risk.because)


def test_an_old_front_desk_pc_is_high() -> None:
    says = [("ntlm.build", "6.1.7601", 445)]
    pc = device("192.168.50.11", says=says, open=(445,), os=("Windows", "7"))
    risk = rated(scan(pc), "lifecycle.end-of-support", "T02")

    assert (risk.severity, risk.exposure, risk.controls) == (H, 0, 0)
    assert steps(risk) == (H, H, H, H, H)


def test_a_pump_with_telnet_on_a_flat_network_is_very_high() -> None:
    risk = rated(scan(telnet_pump()), "cleartext.telnet", "T04")

    assert steps(risk) == (H, H, H, VH, VH)


def test_the_same_pump_behind_a_tested_wall_is_moderate() -> None:
    tests = tuple(
        seen_from(zone, 23, "192.168.50.25", open=False) for zone in (Zone.GUEST, Zone.OFFICE)
    )
    risk = rated(scan(telnet_pump()), "cleartext.telnet", "T04", elsewhere=tests)

    assert (risk.severity, risk.exposure) == (H, -1)
    assert steps(risk) == (L, M, L, VH, M)


def test_the_preamble_of_the_proposed_rule_code_execution_networked_and_not() -> None:
    """90 FR 940: high or critical on a connected device, low or moderate on another."""
    ehr = device("192.168.50.5", DeviceClass.EHR_PM_SERVER, open=(443,))
    risk = rated(
        scan(ehr), "lifecycle.advisory", "T02", findings=(fail("lifecycle.advisory", ehr, VH),)
    )

    assert steps(risk) == (H, VH, VH, VH, VH)
    # A device without a network path is in no scan: only the rule itself can say it.
    unconnected = score(L, VH, -2, 0, VH)
    assert (unconnected.adverse, unconnected.likelihood, unconnected.level) == (M, L, M)


@pytest.mark.parametrize("severity", [L, M, H])
def test_what_attackers_use_and_reach_does_harm_at_least_likely(severity: Level) -> None:
    ehr = device("192.168.50.5", DeviceClass.EHR_PM_SERVER, open=(443,))
    found = (replace(fail(KNOWN_EXPLOITED, ehr, severity), confidence=Confidence.LOW),)
    guest = seen_from(Zone.GUEST, 443, "192.168.50.5", open=True)

    exposed = rated(scan(ehr), KNOWN_EXPLOITED, "T02", elsewhere=(guest,), findings=found)
    inside = rated(scan(ehr), KNOWN_EXPLOITED, "T02", findings=found)

    assert exposed.adverse >= H
    assert inside.adverse is min(severity, M)
    assert exposed.level >= inside.level


def test_known_exploits_come_before_all_else_of_their_level() -> None:
    ehr = device("192.168.50.5", DeviceClass.EHR_PM_SERVER, open=(443,))
    pump = telnet_pump()
    found = (
        fail("cleartext.telnet", pump, VH),
        replace(fail(KNOWN_EXPLOITED, ehr, VH), id="F-00000002"),
    )
    subject = scan(ehr, pump)
    estate = Estate.of(subject)
    begins = initiations({}, registers(), found, ())
    given = Given({}, registers(), {}, begins, Exposure.of(subject, ()), NOW.date())

    first, *rest = register(CHECKS, found, estate, given)

    assert first.check == KNOWN_EXPLOITED
    assert rest[0].level is first.level is VH


def test_a_worth_of_the_practice_reaches_the_level() -> None:
    cameras = device("192.168.50.60", DeviceClass.IP_CAMERA, open=(23,))
    found = (fail("cleartext.telnet", cameras, H),)
    subject = scan(cameras)
    own = Worth("ip_camera", H, None, None, "It films the treatment room.")
    begins = initiations({}, registers(), found, ())

    def level(*kept: Worth) -> Risk:
        given = Given({}, registers(*kept), {}, begins, Exposure.of(subject, ()), NOW.date())
        risks = register(CHECKS, found, Estate.of(subject), given)
        return next(r for r in risks if r.findings)

    assert level().level is L
    assert level(own).level is H
    assert any("It films the treatment room." in told for told in level(own).because)
