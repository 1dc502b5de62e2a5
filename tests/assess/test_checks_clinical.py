"""Medical systems, inventory and network: what is found, what passes, and what nobody can tell."""

from __future__ import annotations

import pytest
from assess.clinical_examples import (
    BOX,
    CONTROLLER,
    DESK,
    EXAMPLES,
    LEFT_OUT,
    ORTHANC,
    PUMP,
    ROUTER,
    TABLET,
    Example,
)
from assess.factories import KNOWLEDGE, NOW, Said, device, network_verdicts, scan, verdict

from riskscan.assess import CHECKS, assess
from riskscan.assess.checks.baseline import EXPECTED
from riskscan.discover.ports import NORMAL_TCP
from riskscan.discover.ports_rarer import RARER_TCP
from riskscan.model import OBSERVATION_KEYS, Confidence, DeviceClass, Level, Result


@pytest.mark.parametrize("check", EXAMPLES)
def test_a_weakness_that_shows_is_found_with_its_evidence(check: str) -> None:
    found = EXAMPLES[check][0].verdict(check)

    assert found is not None
    assert found.result is Result.FAIL
    assert found.evidence
    assert all(e.observation.key in OBSERVATION_KEYS for e in found.evidence)
    assert found.summary.endswith(".")


@pytest.mark.parametrize("check", EXAMPLES)
def test_a_device_that_was_seen_to_behave_passes(check: str) -> None:
    found = EXAMPLES[check][1].verdict(check)

    assert (found is None) == (check in LEFT_OUT)
    assert found is None or found.result is Result.PASS


@pytest.mark.parametrize("check", EXAMPLES)
def test_what_could_not_be_seen_is_unknown_and_says_why(check: str) -> None:
    found = EXAMPLES[check][2].verdict(check)

    assert found is not None
    assert found.result is Result.UNKNOWN
    assert len(found.summary) > 25
    assert found.evidence == ()


@pytest.mark.parametrize("check", EXAMPLES)
@pytest.mark.parametrize("kind", [DeviceClass.UNKNOWN, DeviceClass.PATIENT_MONITOR])
def test_a_device_of_which_nothing_was_seen_never_passes(check: str, kind: DeviceClass) -> None:
    silent = device(device_class=kind, fragile=True, mac=None)
    found = Example(silent, (PUMP, DESK)).verdict(check)

    assert found is None or found.result is Result.UNKNOWN


def test_a_router_keeps_its_ids_when_a_second_address_of_it_is_met() -> None:
    mac = "00:1b:54:00:00:01"
    near, far = (device(f"192.168.{n}.1", mac=mac, closed=(23,)) for n in (50, 60))
    alone, both = (
        [f.id for f in assess(scan(*seen), knowledge=KNOWLEDGE, now=NOW).findings]
        for seen in ((near,), (near, far))
    )

    assert set(alone) < set(both)
    assert len(set(both)) == len(both)


def test_an_open_support_port_is_a_guess_and_a_name_is_more() -> None:
    port = verdict("remote.support-agent", device(open=(5938,)))
    named = verdict(
        "remote.support-agent", device(says=[("http.server", "ScreenConnect/23.9", 8040)])
    )

    assert port is not None
    assert port.confidence is Confidence.LOW
    assert named is not None
    assert named.confidence is Confidence.MEDIUM


def test_a_web_page_on_a_support_port_is_no_support_program() -> None:
    page: list[Said] = [("http.status", "200", 7070), ("http.title", "Tomcat", 7070)]

    assert verdict("remote.support-agent", device(says=page, open=(7070,), closed=(5938,))) is None


def test_a_fhir_description_alone_is_no_more_than_a_sign() -> None:
    found = verdict("fhir.no-login-declared", device(says=[("fhir.version", "4.0.1", 443)]))

    assert found is not None
    assert found.confidence is Confidence.LOW
    assert "as it should be" in CHECKS["fhir.no-login-declared"].check.what


def test_a_page_that_names_the_archive_is_not_yet_an_open_archive() -> None:
    found = verdict("dicom.web-open", device(says=[ORTHANC], open=(8042,)))

    assert found is not None
    assert found.result is Result.UNKNOWN


def test_upnp_of_the_router_weighs_more_than_that_of_a_speaker() -> None:
    said: list[Said] = [("ssdp.server", "Linux UPnP/1.0", 1900)]
    router = verdict("exposure.upnp", device(device_class=DeviceClass.ROUTER_FIREWALL, says=said))
    speaker = verdict("exposure.upnp", device(device_class=DeviceClass.MEDIA_IOT, says=said))

    assert router is not None
    assert router.severity is Level.MODERATE
    assert speaker is not None
    assert speaker.severity is None
    assert CHECKS["exposure.upnp"].check.severity is Level.LOW


@pytest.mark.parametrize(
    ("name", "severity"),
    [("Danas-iPhone", Level.LOW), ("Dr Lee’s MacBook", Level.LOW), ("BRW0080927AFBCE", None)],
)
def test_the_name_of_a_person_weighs_more_than_that_of_a_printer(
    name: str, severity: Level | None
) -> None:
    found = verdict("exposure.names-announced", device(says=[("mdns.host", name, 5353)]))

    assert found is not None
    assert found.severity is severity


def test_a_private_address_is_judged_only_where_medical_devices_are() -> None:
    virtual = device("192.168.50.70", mac="52:54:00:12:34:56")

    assert Example(virtual, (PUMP,)).verdict("inventory.private-mac") is None
    assert Example(DESK, (PUMP,)).verdict("inventory.private-mac") is None
    far = Example(TABLET, (PUMP,), segment=None).verdict("inventory.private-mac")
    assert far is not None
    assert far.result is Result.UNKNOWN


def test_a_management_port_that_answers_ipmi_is_one_finding_and_not_two() -> None:
    both = device("192.168.50.60", DeviceClass.OOB_MANAGEMENT, says=[("ipmi.version", "2.0", 623)])

    assert Example(both, (DESK,)).verdict("network.management-with-users") is None
    amt = Example(device(open=(16992,)), (DESK, BOX)).verdict("network.management-with-users")
    assert amt is not None
    assert amt.result is Result.FAIL
    assert CONTROLLER.identity.device_class is DeviceClass.OOB_MANAGEMENT


def test_both_of_two_dhcp_servers_are_named_to_each_other() -> None:
    other = device("192.168.50.9", DeviceClass.WIRELESS_AP, says=[("dhcp.server", "true")])
    found = Example(other, (ROUTER,)).verdict("network.second-dhcp-server")

    assert found is not None
    assert "192.168.50.1" in found.summary


def test_a_port_that_another_check_speaks_of_is_not_said_twice() -> None:
    printer = device(device_class=DeviceClass.PRINTER_MFP, open=(21, 23, 80, 3306, 5938))
    found = verdict("inventory.unexpected-port", printer)

    assert found is not None
    assert found.result is Result.PASS


def test_the_expected_ports_are_ports_that_a_scan_asks() -> None:
    asked = {*NORMAL_TCP, *RARER_TCP, 24105, 3052, *range(9100, 9104), 9200}

    assert {p for ports in EXPECTED.values() for p in ports} <= asked


def test_a_medical_device_that_the_scan_reached_from_the_office_makes_flatness_more_sure() -> None:
    archive = device("192.168.50.20", DeviceClass.PACS_ARCHIVE, open=(11112,))
    [guess] = network_verdicts("network.flat", PUMP, DESK)
    [seen] = network_verdicts("network.flat", PUMP, archive, DESK, TABLET)

    assert guess.confidence is Confidence.LOW
    assert seen.confidence is Confidence.MEDIUM
    assert "1 office computer and 1 phone, screen or smart device" in seen.summary
    assert "reached 1 medical device itself" in seen.summary


@pytest.mark.parametrize(
    ("version", "release", "result"),
    [
        ("12.0.6024", "2014", Result.FAIL),
        ("10.50.4000", "2008 R2", Result.FAIL),
        ("15.0.4153", "2019", Result.PASS),
        ("99.0.1", "", Result.UNKNOWN),
    ],
)
def test_sql_server_says_its_release(version: str, release: str, result: Result) -> None:
    found = verdict("lifecycle.end-of-support", device(says=[("mssql.version", version, 1433)]))

    assert found is not None
    assert found.result is result
    assert release in found.summary
    assert found.severity in (None, Level.MODERATE)


def test_a_build_that_windows_itself_tells_is_a_probable_sign() -> None:
    said: list[Said] = [("ntlm.build", "6.1.7601", 445)]
    found = verdict("lifecycle.end-of-support", device(says=said, os=("Windows", "7")))

    assert found is not None
    assert (found.result, found.confidence) == (Result.FAIL, Confidence.MEDIUM)
    assert [e.observation.key for e in found.evidence] == ["ntlm.build"]
