"""From a scan to findings, risks and a plan: stable, complete and honest about what is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest
import strategies
from assess.factories import KNOWLEDGE, NOW, answer, clinic, device, scan, with_telnet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskscan.assess import CHECKS, assess, load_checklist
from riskscan.assess.actions import DUE_DAYS
from riskscan.assess.coverage import addresses
from riskscan.assess.findings import run
from riskscan.assess.judgement import Context, Verdict
from riskscan.assess.revision import content_revision
from riskscan.model import (
    OBSERVATION_KEYS,
    Assessment,
    Confidence,
    ControlStatus,
    Device,
    DeviceClass,
    Finding,
    Level,
    Network,
    Result,
    Risk,
    Scan,
    ScanState,
    Scope,
)


def judge(subject: Scan) -> Assessment:
    return assess(subject, knowledge=KNOWLEDGE, now=NOW)


def found(assessment: Assessment, check: str, address: str | None) -> Finding:
    return next(f for f in assessment.findings if (f.check, f.address) == (check, address))


def only(assessment: Assessment, check: str) -> Risk:
    [risk] = [r for r in assessment.risks if r.check == check]
    return risk


def test_the_same_scan_gives_the_same_assessment() -> None:
    assert judge(clinic()) == judge(clinic())
    assert repr(judge(clinic())) == repr(judge(clinic()))


def test_a_finding_keeps_its_id_when_the_address_changes() -> None:
    there = device("192.168.50.20", mac="00:1b:54:00:00:01", closed=(23,))
    here = with_telnet("192.168.50.99", mac="00:1b:54:00:00:01")
    was = found(judge(scan(there)), "cleartext.telnet", "192.168.50.20")
    now = found(judge(scan(here)), "cleartext.telnet", "192.168.50.99")

    assert re.fullmatch(r"F-[0-9a-f]{8}", was.id)
    assert (was.result, now.result) == (Result.PASS, Result.FAIL)
    assert was.id == now.id


def test_two_addresses_of_one_card_have_findings_of_their_own() -> None:
    mac = "00:1b:54:00:00:01"
    result = judge(scan(device("192.168.50.1", mac=mac), device("192.168.50.2", mac=mac)))
    ids = [f.id for f in result.findings]

    assert len(ids) == len(set(ids))


def test_passes_and_unknowns_are_kept() -> None:
    result = judge(clinic())

    assert found(result, "cleartext.telnet", "192.168.50.40").result is Result.PASS
    assert found(result, "cleartext.telnet", "192.168.50.25").result is Result.UNKNOWN


def test_a_check_that_raises_is_an_error_and_no_pass() -> None:
    def broken(subject: Device, context: Context) -> Verdict | None:
        raise ZeroDivisionError

    judgement = replace(CHECKS["cleartext.telnet"], of_device=broken)
    subject = device(closed=(23,))
    [finding] = run(
        {"cleartext.telnet": judgement}, Context(scan(subject), KNOWLEDGE, NOW, (subject,))
    )

    assert finding.result is Result.ERROR
    assert "ZeroDivisionError" in finding.summary


def test_every_failed_finding_stands_in_a_risk_and_every_risk_in_an_action() -> None:
    result = judge(clinic())
    failed = {f.id for f in result.findings if f.result is Result.FAIL}
    actions = {a.id: a for a in result.actions}

    assert failed
    assert {id for r in result.risks for id in r.findings} == failed
    for risk in result.risks:
        assert risk.id in actions[risk.action].risks
        assert set(risk.findings) <= set(actions[risk.action].findings)


def test_a_risk_says_what_could_happen_to_whom_in_one_sentence() -> None:
    pump = with_telnet("192.168.50.25", DeviceClass.INFUSION_PUMP)
    risk = only(judge(scan(pump)), "cleartext.telnet")

    assert risk.statement == (
        "Because remote logins are taken without encryption (Telnet) on the infusion pump at "
        "192.168.50.25, "
        "someone who has got into the network could cause harm to a patient through a "
        "device that stops or does the wrong thing."
    )


def test_a_pump_with_telnet_on_an_untested_network_is_a_very_high_risk() -> None:
    pump = with_telnet("192.168.50.25", DeviceClass.INFUSION_PUMP)
    risk = only(judge(scan(pump)), "cleartext.telnet")

    assert (risk.initiation, risk.severity, risk.adverse) == (Level.HIGH,) * 3
    assert risk.level is Level.VERY_HIGH
    assert (risk.exposure, risk.controls) == (0, 0)
    # Best: tests show the way closed, so that both the threat and its success are unlikely.
    assert (risk.best, risk.worst) == (Level.MODERATE, Level.VERY_HIGH)


def test_an_unconfirmed_weakness_counts_as_moderate_and_could_be_nothing() -> None:
    subject = scan(device("192.168.50.30", DeviceClass.SERVER, open=(23,)))
    risk = only(judge(subject), "cleartext.telnet")

    assert risk.severity is Level.MODERATE
    assert "(to be confirmed)" in risk.statement
    assert risk.best < risk.level <= risk.worst


def test_an_unidentified_device_could_turn_out_to_be_the_worst_kind() -> None:
    box = with_telnet(device_class=DeviceClass.UNKNOWN)
    risk = only(judge(scan(box)), "cleartext.telnet")

    assert risk.impact.level is Level.MODERATE
    assert risk.worst is Level.VERY_HIGH
    assert risk.best is Level.LOW


def test_alike_devices_with_one_weakness_are_one_risk() -> None:
    phones = [with_telnet(f"192.168.50.{n}", DeviceClass.VOIP_PHONE) for n in range(60, 65)]
    pc = with_telnet("192.168.50.11", DeviceClass.WORKSTATION)
    risks = [r for r in judge(scan(*phones, pc)).risks if r.check == "cleartext.telnet"]

    assert [len(r.members) for r in risks] == [1, 5]
    assert "5 devices of the kind “desk phone”" in risks[1].statement
    assert "and 2 more" in risks[1].statement


def test_alike_devices_in_two_segments_are_two_risks() -> None:
    near = with_telnet("192.168.50.60", DeviceClass.VOIP_PHONE)
    far = with_telnet("192.168.60.60", DeviceClass.VOIP_PHONE, mac=None)
    risks = [r for r in judge(scan(near, far)).risks if r.check == "cleartext.telnet"]

    assert {r.members for r in risks} == {("192.168.50.60",), ("192.168.60.60",)}


def test_a_flat_network_raises_the_threat_to_medical_devices() -> None:
    pump = device("192.168.50.25", DeviceClass.INFUSION_PUMP)
    desk = device("192.168.50.11", DeviceClass.WORKSTATION)
    risks = {r.threat.id: r for r in judge(scan(pump, desk)).risks if r.check == "network.flat"}

    assert set(risks) == {"T04", "T14"}
    assert risks["T14"].initiation is Level.MODERATE
    assert risks["T14"].threat.initiation is Level.LOW
    assert risks["T04"].members == ("192.168.50.25",)
    assert risks["T04"].impact.level is Level.VERY_HIGH


def test_risks_are_numbered_from_the_highest_down() -> None:
    risks = judge(clinic()).risks
    ranks = [r.level.rank for r in risks]

    assert ranks == sorted(ranks, reverse=True)
    assert [r.id for r in risks] == [f"R-{n:03d}" for n in range(1, len(risks) + 1)]


def test_inside_a_level_patient_safety_comes_first() -> None:
    pump = with_telnet("192.168.50.99", DeviceClass.INFUSION_PUMP)
    ehr = with_telnet("192.168.50.11", DeviceClass.EHR_PM_SERVER)
    risks = [r for r in judge(scan(ehr, pump)).risks if r.check == "cleartext.telnet"]

    assert {r.level for r in risks} == {Level.VERY_HIGH}
    assert risks[0].device_class is DeviceClass.INFUSION_PUMP


def test_actions_fall_due_by_level_and_say_who_and_how() -> None:
    result = judge(clinic())

    assert [a.id for a in result.actions] == [
        f"ACT-{n:02d}" for n in range(1, len(result.actions) + 1)
    ]
    for action in result.actions:
        assert action.due == NOW.date() + timedelta(days=DUE_DAYS[action.level])
        assert all((action.owner, action.how, action.criterion, action.cost))
    dues = [a.due for a in result.actions]
    assert dues == sorted(dues)


def test_a_medical_device_is_mended_by_its_maker_and_a_computer_by_the_it_provider() -> None:
    pump = with_telnet("192.168.50.25", DeviceClass.INFUSION_PUMP)
    desk = with_telnet("192.168.50.11", DeviceClass.WORKSTATION)
    actions = [a for a in judge(scan(pump, desk)).actions if a.title.startswith("Turn Telnet off")]

    assert [(a.owner, a.title) for a in actions] == [
        ("Device vendor", "Turn Telnet off (1 medical device)"),
        ("IT provider", "Turn Telnet off (1 device)"),
    ]


def test_open_questions_are_an_action_until_they_are_answered() -> None:
    def asks(assessment: Assessment) -> list[str]:
        return [a.title for a in assessment.actions if a.title.startswith("Answer the open")]

    everything = [answer(c.id, document="Seen") for c in load_checklist().controls]
    done = assess(scan(), answers=everything, knowledge=KNOWLEDGE, now=NOW)

    assert len(asks(judge(scan()))) == 2
    assert asks(done) == []


def test_important_devices_that_could_not_be_judged_are_an_action() -> None:
    titles = [a.title for a in judge(clinic()).actions]

    assert any("could not see on the most important devices" in title for title in titles)


def test_the_statement_counts_by_level_and_begins_with_the_highest_without_a_grade() -> None:
    result = judge(clinic())

    assert re.match(r"\d+ risks were found: \d+ very high, ", result.statement)
    assert str(max(risk.level for risk in result.risks)) in result.statement.split(",")[0]
    assert "%" not in result.statement
    assert "complian" not in result.statement.lower()


def test_a_scan_without_a_finding_does_not_claim_safety() -> None:
    subject = scan(device(closed=(23,)))

    assert "does not show that there is none" in judge(subject).statement


def test_no_text_of_the_package_promises_compliance() -> None:
    texts = [judge(clinic()).statement, *(c.reason for c in judge(clinic()).controls)]
    for judgement in CHECKS.values():
        check = judgement.check
        texts += [check.title, check.what, check.why, check.fix, check.verify]

    assert [t for t in texts if re.search(r"complian|certif(y|ied)|HIPAA requires", t)] == []


def test_a_scan_alone_is_no_risk_analysis() -> None:
    everything = [answer(c.id, document="Seen") for c in load_checklist().controls]

    assert judge(clinic()).complete is False
    # Threats that no scan shows (theft, fire, staff) are not in the register.
    assert not assess(clinic(), answers=everything, knowledge=KNOWLEDGE, now=NOW).complete


def test_coverage_counts_what_was_seen_and_names_what_was_not() -> None:
    result = judge(clinic())
    coverage = result.coverage

    assert (coverage.addresses_in_scope, coverage.devices, coverage.identified) == (508, 5, 4)
    assert coverage.fragile == 1
    assert coverage.checks_run == len(result.findings)
    unknown = [f for f in result.findings if f.result in (Result.UNKNOWN, Result.ERROR)]
    assert coverage.checks_unknown == len(unknown) > 0
    limits = " ".join(coverage.limits)
    assert "front desk" in limits
    assert "1 device was asked only a few ports, for safety." in limits
    assert "1 device was seen and not identified." in limits
    # The infusion pump; the PC with Telnet and the archive have one.
    assert "1 of the devices that matter most showed no service" in limits
    assert "(192.168.50.25)" in limits


def test_a_stopped_scan_and_devices_beyond_the_router_are_limits() -> None:
    far = device("192.168.60.11", mac=None)
    subject = replace(scan(far, device()), state=ScanState.INCOMPLETE)
    limits = judge(subject).coverage.limits

    assert "stopped before its end" in limits[0]
    assert any("1 device was reached through a router" in limit for limit in limits)


_SMALL = st.tuples(st.integers(0, 255), st.integers(24, 32)).map(
    lambda pair: ip_network((f"10.0.{pair[0] % 2}.{pair[0]}", pair[1]), strict=False)
)


@given(st.lists(_SMALL, max_size=4), st.lists(_SMALL, max_size=3))
def test_addresses_are_counted_as_the_scope_lists_them(
    include: list[Network], exclude: list[Network]
) -> None:
    scope = Scope(tuple(include), tuple(exclude))

    assert addresses(scope) == len(list(scope.addresses()))


def test_a_huge_scope_is_counted_without_listing_it() -> None:
    scope = Scope((ip_network("10.0.0.0/8"), ip_network("fd00::/64")), (ip_network("10.1.0.0/16"),))

    assert addresses(scope) == 2**24 - 2 - 2**16 + 2**64 - 1


def test_the_revision_follows_content_and_knowledge() -> None:
    checklist = load_checklist()
    one = content_revision(checklist, KNOWLEDGE)

    assert re.fullmatch(r"[0-9a-f]{12}", one)
    assert one == content_revision(checklist, KNOWLEDGE)
    assert one != content_revision(checklist, replace(KNOWLEDGE, lifecycles=()))
    assert one != content_revision(replace(checklist, revision="next"), KNOWLEDGE)
    assert judge(clinic()).content_revision == one


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(strategies.of(Scan))
def test_no_scan_however_hostile_breaks_the_assessment(subject: Scan) -> None:
    result = judge(subject)

    assert [f for f in result.findings if f.result is Result.ERROR] == []
    assert len({f.id for f in result.findings}) == len(result.findings)
    assert all(c.status is not ControlStatus.MET for c in result.controls)
    assert all(r.best <= r.level <= r.worst for r in result.risks)
    # An unidentified device may have said nothing at all; every other finding has its evidence.
    failed = [f for f in result.findings if f.result is Result.FAIL]
    assert all(f.evidence for f in failed if f.check != "inventory.unidentified")


def test_a_network_check_that_raises_is_an_error_too() -> None:
    def broken(context: Context) -> Iterator[Verdict]:
        raise KeyError("x")

    judgement = replace(CHECKS["network.flat"], of_network=broken)
    [finding] = run({"network.flat": judgement}, Context(scan(), KNOWLEDGE, NOW, ()))

    assert (finding.result, finding.address) == (Result.ERROR, None)
    assert finding.confidence is Confidence.LOW


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        assess(scan(), knowledge=KNOWLEDGE, now=NOW.replace(tzinfo=None))


_TELLING = st.sampled_from(
    [
        "true",
        "false",
        "accepted",
        "rejected",
        "aborted",
        "none",
        "tls",
        "rdp",
        "enabled",
        "required",
        "called-ae",
        "basic",
        "public",
        "TLSv1",
        "TLSv1.1",
        "TLSv1.3",
        "sha1",
        "RSA-512",
        "SSH-1.99-x",
        "5.7.33",
        "5.5.5-10.1-MariaDB",
        "Microsoft-IIS/7.5",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2020-01-01",
        *("missing", "offered", "refused", "world", "list", "disabled", "straight", "digest"),
        *("vnc-auth", "apple-30", "vencrypt", "tight", "diffie-hellman-group1-sha1", "ssh-rsa"),
        *("LOGINDISABLED", "AUTH=PLAIN", "AUTH LOGIN", "USER", "ANONYMOUS", "2c", "not-supported"),
        *("TLS_RSA_WITH_NULL_MD5", "-99999", "999999999999", "Elasticsearch 8", "401", "off"),
        *("https://srv.clinic.example:443/", "srv.clinic.example", "*.clinic.example", "CN=a.b,"),
    ]
) | st.sampled_from(["RSA 1024", "RSA 99999999", "EC x", "", "\ud800"])
_SAID = st.tuples(
    st.sampled_from(sorted(OBSERVATION_KEYS)), _TELLING, st.sampled_from([22, 25, 80, 443, 636])
)
_OS = st.sampled_from([None, ("Windows", "Server 2012 R2"), ("Debian", ""), ("Windows", ")(")])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(DeviceClass), st.lists(_SAID, max_size=20), _OS, st.booleans()),
        max_size=4,
    )
)
def test_no_telling_word_in_a_wrong_place_breaks_a_check(
    drawn: list[tuple[DeviceClass, list[tuple[str, str, int]], tuple[str, str] | None, bool]],
) -> None:
    devices = [
        device(f"192.168.50.{n}", kind, says=says, os=os, open=(23,), fragile=fragile)
        for n, (kind, says, os, fragile) in enumerate(drawn, start=1)
    ]
    result = judge(scan(*devices))
    failed = [f for f in result.findings if f.result is Result.FAIL]

    assert [f for f in result.findings if f.result is Result.ERROR] == []
    assert all(f.evidence for f in failed)
    assert {id for r in result.risks for id in r.findings} == {f.id for f in failed}
    assert all(r.best <= r.level <= r.worst for r in result.risks)
