"""Each check on a device that shows the weakness, one that does not, and one that cannot tell."""

from __future__ import annotations

import importlib
from ipaddress import ip_address
from pathlib import Path

import pytest
from assess.factories import Said, device, network_verdicts, verdict

from riskscan.assess import CHECKS
from riskscan.model import (
    OBSERVATION_KEYS,
    Confidence,
    Device,
    DeviceClass,
    Level,
    Outcome,
    PortState,
    Result,
)

MODALITY = DeviceClass.IMAGING_MODALITY
TLS: list[Said] = [("tls.version", "TLSv1.3", 443), ("tls.offers", "TLSv1.3", 443)]
CA: list[Said] = [("tls.subject", "CN=a", 443), ("tls.issuer", "CN=authority", 443)]
SELF: list[Said] = [("tls.subject", "CN=a", 443), ("tls.issuer", "CN=a", 443)]
LOST = Outcome.TIMED_OUT
PAGE: list[Said] = [("http.status", "200", 80), ("http.tls", "false", 80)]

EXAMPLES: dict[str, tuple[Device, Device, Device]] = {
    "cleartext.telnet": (
        device(says=[("telnet.greeting", "login:", 23)], open=(23,)),
        device(closed=(23,)),
        device(filtered=(23,)),
    ),
    "cleartext.ftp": (
        device(says=[("ftp.greeting", "220 ready", 21)], open=(21,)),
        device(closed=(21,)),
        device(fragile=True),
    ),
    "cleartext.http-login": (
        device(says=[*PAGE, ("http.login-form", "true", 80)], open=(80,)),
        device(says=PAGE, open=(80,)),
        device(open=(80,), probes=[("http", 80, LOST)]),
    ),
    "cleartext.http-basic": (
        device(says=[*PAGE, ("http.auth", "basic", 80)], open=(80,)),
        device(says=[*PAGE, ("http.auth", "digest", 80)], open=(80,)),
        device(open=(80,), probes=[("http", 80, Outcome.CRASHED)]),
    ),
    "cleartext.dicom": (
        device(says=[("dicom.association", "accepted", 104), ("dicom.tls", "false", 104)]),
        device(says=[("dicom.association", "accepted", 2762), ("dicom.tls", "true", 2762)]),
        device(device_class=MODALITY, open=(104,), probes=[("dicom", 104, LOST)]),
    ),
    "dicom.any-ae": (
        device(says=[("dicom.association", "accepted", 104), ("dicom.tls", "false", 104)]),
        device(says=[("dicom.association", "rejected", 104), ("dicom.reject", "called-ae", 104)]),
        device(says=[("dicom.association", "rejected", 104), ("dicom.reject", "other", 104)]),
    ),
    "cleartext.hl7": (
        device(says=[("mllp.listens", "true", 2575)], open=(2575,)),
        device(closed=(2575,)),
        device(open=(2575,), probes=[("mllp", 2575, Outcome.SKIPPED_FOR_SAFETY)]),
    ),
    "tls.old-version": (
        device(says=[("tls.version", "TLSv1", 443)]),
        device(says=[*TLS, ("tls.refuses", "TLSv1", 443), ("tls.refuses", "TLSv1.1", 443)]),
        device(says=TLS, fragile=True),
    ),
    "tls.certificate-expired": (
        device(says=[*TLS, ("tls.not-after", "2026-11-20T00:00:00+00:00", 443)]),
        device(says=[*TLS, ("tls.not-after", "2026-11-22T00:00:00+00:00", 443)]),
        device(says=[*TLS, ("tls.not-after", "next spring", 443)]),
    ),
    "tls.certificate-self-signed": (
        device(says=[*TLS, *SELF, ("tls.self-signed", "true", 443)]),
        device(says=[*TLS, *CA]),
        device(says=TLS),
    ),
    "tls.weak-key": (
        device(says=[*TLS, ("tls.key", "RSA 1024", 443), ("tls.signature", "sha256", 443)]),
        device(says=[*TLS, ("tls.key", "EC 256", 443), ("tls.signature", "sha256", 443)]),
        device(probes=[("tls", 443, LOST)]),
    ),
    "snmp.default-community": (
        device(says=[("snmp.community", "public", 161)]),
        device(udp=[(161, PortState.CLOSED)]),
        device(udp=[(161, PortState.OPEN_OR_FILTERED)]),
    ),
    "credentials.ftp-anonymous": (
        device(says=[("ftp.anonymous", "accepted", 21)], open=(21,)),
        device(says=[("ftp.anonymous", "refused", 21)], open=(21,)),
        device(open=(21,), probes=[("ftp_anonymous", 21, LOST)]),
    ),
    "smb.guest-session": (
        device(says=[("smb.anonymous-session", "guest", 445)], open=(445,)),
        device(says=[("smb.anonymous-session", "refused", 445)], open=(445,)),
        device(says=[("smb.anonymous-session", "null", 445)], open=(445,)),
    ),
    "exposure.database": (
        device(says=[("mysql.version", "8.4.2", 3306)], open=(3306,)),
        device(closed=(1433, 3306, 5432)),
        device(closed=(1433,), filtered=(3306, 5432)),
    ),
    "exposure.raw-print": (
        device(open=(9100,)),
        device(closed=(9100,)),
        device(fragile=True),
    ),
    "remote.rdp-without-nla": (
        device(says=[("rdp.security", "tls", 3389)], open=(3389,)),
        device(says=[("rdp.security", "nla-required", 3389)], open=(3389,)),
        device(open=(3389,), probes=[("rdp", 3389, LOST)]),
    ),
    "remote.vnc-without-authentication": (
        device(says=[("vnc.security", "none", 5900)], open=(5900,)),
        device(says=[("vnc.security", "vnc-auth", 5900)], open=(5900,)),
        device(says=[("vnc.version", "RFB 003.008", 5900)], open=(5900,)),
    ),
    "remote.ssh-old": (
        device(says=[("ssh.banner", "SSH-1.99-OpenSSH_3.9p1", 22)], open=(22,)),
        device(says=[("ssh.banner", "SSH-2.0-OpenSSH_9.6", 22)], open=(22,)),
        device(open=(22,), probes=[("ssh", 22, Outcome.PROTOCOL_ERROR)]),
    ),
    "smb.version-1": (
        device(says=[("smb.v1", "accepted", 445)], open=(445,)),
        device(says=[("smb.v1", "refused", 445)], open=(445,)),
        device(says=[("smb.dialect", "3.1.1", 445)], open=(445,), fragile=True),
    ),
    "smb.signing-not-required": (
        device(says=[("smb.signing", "enabled", 445)], open=(445,)),
        device(says=[("smb.signing", "required", 445)], open=(445,)),
        device(open=(445,), probes=[("smb", 445, LOST)]),
    ),
    "lifecycle.end-of-support": (
        device(says=[("ssh.banner", "SSH-2.0-OpenSSH_7.9p1 Debian-10", 22)], os=("Debian", "10")),
        device(says=[("ssh.banner", "SSH-2.0-OpenSSH_9.2p1 Debian-2", 22)], os=("Debian", "12")),
        device(),
    ),
    "lifecycle.known-exploited": (
        device(says=[("http.product", "Mirth Connect 4.4.0", 8443)]),
        device(says=[("http.product", "Mirth Connect 4.5.2", 8443)]),
        device(says=[("http.product", "Orthanc 1.12.1", 8042)]),
    ),
    "inventory.unidentified": (
        device(device_class=DeviceClass.UNKNOWN),
        device(device_class=DeviceClass.SWITCH),
        device(device_class=DeviceClass.SERVER, confidence=Confidence.LOW),
    ),
}
"""Check to a device that fails, one that passes, and one of which nothing is known."""

NO_UNKNOWN = {"inventory.duplicate-address"}
NETWORK = {"network.flat"}


def test_every_check_has_examples() -> None:
    elsewhere = set[str]()
    for path in sorted(Path(__file__).parent.glob("test_checks_*.py")):
        module = importlib.import_module(f"assess.{path.stem}")
        for table in ("EXAMPLES", "NO_UNKNOWN", "NETWORK"):
            elsewhere |= set(getattr(module, table, ()))

    assert set(EXAMPLES) | NO_UNKNOWN | NETWORK | elsewhere == set(CHECKS)


@pytest.mark.parametrize("check", EXAMPLES)
def test_a_weakness_that_shows_is_found_with_its_evidence(check: str) -> None:
    found = verdict(check, EXAMPLES[check][0])

    assert found is not None
    assert found.result is Result.FAIL
    assert found.evidence
    assert all(e.observation.key in OBSERVATION_KEYS for e in found.evidence)
    assert found.summary.endswith(".")


@pytest.mark.parametrize("check", EXAMPLES)
def test_a_device_that_was_seen_to_behave_passes(check: str) -> None:
    found = verdict(check, EXAMPLES[check][1])

    # What cannot have the weakness at all is left out instead.
    assert found is None or found.result is Result.PASS
    assert (found is None) == (check == "cleartext.hl7")


@pytest.mark.parametrize("check", EXAMPLES)
def test_what_could_not_be_seen_is_unknown_and_says_why(check: str) -> None:
    found = verdict(check, EXAMPLES[check][2])

    assert found is not None
    assert found.result is Result.UNKNOWN
    assert len(found.summary) > 25
    assert found.evidence == ()


@pytest.mark.parametrize("check", EXAMPLES)
def test_a_device_of_which_nothing_was_seen_never_passes(check: str) -> None:
    silent = device(device_class=DeviceClass.UNKNOWN, fragile=True)
    found = verdict(check, silent)

    assert found is None or found.result is not Result.PASS


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.ANSWERED])
def test_a_probe_that_failed_is_never_a_pass(outcome: Outcome) -> None:
    subject = device(open=(3389,), probes=[("rdp", 3389, outcome)])
    found = verdict("remote.rdp-without-nla", subject)

    assert found is not None
    assert found.result is Result.UNKNOWN
    assert "3389" in found.summary


def test_one_weakness_on_many_ports_is_one_finding_that_names_them_all() -> None:
    pages: list[Said] = [
        said
        for port in (80, 8080)
        for said in (("http.tls", "false", port), ("http.login-form", "true", port))
    ]
    found = verdict("cleartext.http-login", device(says=pages, open=(80, 8080)))

    assert found is not None
    assert "ports 80 and 8080" in found.summary
    assert {e.observation.port for e in found.evidence} == {80, 8080}


def test_a_password_box_behind_tls_is_no_finding() -> None:
    pages: list[Said] = [("http.tls", "true", 443), ("http.login-form", "true", 443)]
    found = verdict("cleartext.http-login", device(says=pages, open=(443,), closed=(80,)))

    assert found is not None
    assert found.result is Result.PASS


def test_a_page_that_sends_the_browser_to_https_is_no_finding() -> None:
    pages: list[Said] = [
        ("http.tls", "false", 80),
        ("http.status", "301", 80),
        ("http.location", "https://ehr.example/", 80),
        ("http.login-form", "true", 80),
    ]
    found = verdict("cleartext.http-login", device(says=pages, open=(80,)))

    assert found is not None
    assert found.result is Result.PASS


def test_an_open_telnet_port_that_said_nothing_is_a_guess() -> None:
    found = verdict("cleartext.telnet", device(open=(23,), probes=[("greeting", 23, LOST)]))

    assert found is not None
    assert (found.result, found.confidence) == (Result.FAIL, Confidence.LOW)


def test_a_dicom_node_that_turns_strangers_away_still_speaks_in_clear() -> None:
    subject = device(
        says=[
            ("dicom.association", "rejected", 104),
            ("dicom.reject", "calling-ae", 104),
            ("dicom.tls", "false", 104),
        ]
    )
    clear, open_to_all = verdict("cleartext.dicom", subject), verdict("dicom.any-ae", subject)

    assert clear is not None
    assert clear.result is Result.FAIL
    assert open_to_all is not None
    assert open_to_all.result is Result.PASS


def test_a_workstation_without_a_dicom_port_is_not_asked_about_images() -> None:
    assert verdict("cleartext.dicom", device(closed=(104, 11112))) is None


def test_old_encryption_beside_new_weighs_less_than_old_alone() -> None:
    both: list[Said] = [*TLS, ("tls.offers", "TLSv1", 443), ("tls.refuses", "TLSv1.1", 443)]
    beside = verdict("tls.old-version", device(says=both))
    alone = verdict("tls.old-version", EXAMPLES["tls.old-version"][0])

    assert beside is not None
    assert beside.severity is Level.LOW
    assert alone is not None
    assert alone.severity is None
    assert CHECKS["tls.old-version"].check.severity is Level.MODERATE


def test_free_long_term_support_counts_as_support_and_paid_does_not() -> None:
    said: list[Said] = [("http.server", "Apache/2.4 (Debian, Ubuntu)", 80)]
    free = verdict("lifecycle.end-of-support", device(says=said, os=("Debian", "12")))
    paid = verdict("lifecycle.end-of-support", device(says=said, os=("Ubuntu", "18.04")))

    assert free is not None
    assert free.result is Result.PASS
    assert paid is not None
    assert (paid.result, paid.confidence, paid.severity) == (
        Result.FAIL,
        Confidence.LOW,
        Level.MODERATE,
    )


def test_an_operating_system_without_any_evidence_is_not_judged() -> None:
    found = verdict("lifecycle.end-of-support", device(os=("Debian", "10")))

    assert found is not None
    assert found.result is Result.UNKNOWN


def test_an_operating_system_that_names_itself_is_a_probable_sign() -> None:
    found = verdict("lifecycle.end-of-support", EXAMPLES["lifecycle.end-of-support"][0])

    assert found is not None
    assert (found.confidence, found.severity) == (Confidence.MEDIUM, Level.HIGH)
    assert "Debian 10 ended on 2024-06-30" in found.summary


@pytest.mark.parametrize(
    ("version", "confidence"),
    [("5.7.33-log", Confidence.MEDIUM), ("5.7.33-0ubuntu0.18.04.1", Confidence.LOW)],
)
def test_an_old_database_is_moderate_at_most_and_a_packaged_one_a_guess(
    version: str, confidence: Confidence
) -> None:
    found = verdict("lifecycle.end-of-support", device(says=[("mysql.version", version, 3306)]))

    assert found is not None
    assert (found.result, found.severity) == (Result.FAIL, Level.MODERATE)
    assert found.confidence is confidence


def test_mariadb_is_not_mistaken_for_an_old_mysql() -> None:
    subject = device(says=[("mysql.version", "5.5.5-10.11.6-MariaDB", 3306)])
    found = verdict("lifecycle.end-of-support", subject)

    assert found is not None
    assert found.result is Result.UNKNOWN
    assert "MariaDB 10.11" in found.summary


def test_an_ssh_or_openssl_version_alone_is_never_end_of_support() -> None:
    subject = device(
        says=[
            ("ssh.banner", "SSH-2.0-OpenSSH_5.3", 22),
            ("http.server", "Apache/2.2.15 OpenSSL/1.0.2k", 80),
        ]
    )
    found = verdict("lifecycle.end-of-support", subject)

    assert found is not None
    assert found.result is Result.UNKNOWN


def test_iis_tells_the_windows_release() -> None:
    subject = device(says=[("http.server", "Microsoft-IIS/8.5", 80)])
    found = verdict("lifecycle.end-of-support", subject)

    assert found is not None
    assert found.result is Result.FAIL
    assert "Windows Server 2012 R2" in found.summary


def test_windows_on_a_medical_device_may_be_an_edition_with_longer_support() -> None:
    said: list[Said] = [("smb.dialect", "2.1", 445), ("http.server", "Windows", 80)]
    office = device(says=said, os=("Windows", "7"))
    scanner = device(device_class=MODALITY, says=said, os=("Windows", "7"))
    on_office = verdict("lifecycle.end-of-support", office)
    on_scanner = verdict("lifecycle.end-of-support", scanner)

    assert on_office is not None
    assert on_office.severity is Level.HIGH
    assert on_scanner is not None
    assert (on_scanner.severity, on_scanner.confidence) == (Level.MODERATE, Confidence.LOW)


def test_an_unidentified_device_is_a_limit_and_not_an_accusation() -> None:
    found = verdict("inventory.unidentified", device(device_class=DeviceClass.UNKNOWN))

    assert found is not None
    assert found.confidence is Confidence.LOW
    assert "no proof" in CHECKS["inventory.unidentified"].check.what


def test_a_phone_with_a_random_address_weighs_little() -> None:
    phone = device(device_class=DeviceClass.UNKNOWN, mac="9a:5e:21:c4:08:46")
    found = verdict("inventory.unidentified", phone)

    assert found is not None
    assert found.severity is Level.LOW


def test_two_cards_on_one_address_are_found_and_one_passes() -> None:
    twice = device(says=[("arp.other-mac", "00:11:22:33:44:55")])
    found, clean = (verdict("inventory.duplicate-address", d) for d in (twice, device()))

    assert found is not None
    assert found.result is Result.FAIL
    assert clean is not None
    assert clean.result is Result.PASS
    assert verdict("inventory.duplicate-address", device(mac=None)) is None


def test_a_pump_beside_an_office_computer_makes_a_flat_network() -> None:
    pump = device("192.168.50.25", DeviceClass.INFUSION_PUMP)
    desk = device("192.168.50.11", DeviceClass.WORKSTATION)
    [found] = network_verdicts("network.flat", pump, desk)

    assert found.result is Result.FAIL
    assert found.subject == "192.168.50.0/24"
    assert {e.observation.value for e in found.evidence} == {pump.host.mac, desk.host.mac}


def test_devices_beyond_the_router_do_not_make_the_network_flat() -> None:
    pump = device("192.168.50.25", DeviceClass.INFUSION_PUMP)
    far = device("192.168.60.11", DeviceClass.WORKSTATION, mac=None)
    [found] = network_verdicts("network.flat", pump, far)

    assert found.result is Result.PASS


def test_a_network_with_an_unidentified_neighbour_is_unknown_and_one_without_patients_none() -> (
    None
):
    pump = device("192.168.50.25", DeviceClass.INFUSION_PUMP)
    box = device("192.168.50.47", DeviceClass.UNKNOWN)
    desk = device("192.168.50.11", DeviceClass.WORKSTATION)

    assert [v.result for v in network_verdicts("network.flat", pump, box)] == [Result.UNKNOWN]
    assert [v.result for v in network_verdicts("network.flat", pump, segment=None)] == [
        Result.UNKNOWN
    ]
    assert network_verdicts("network.flat", desk, box) == []


def test_the_hardened_server_yields_no_finding() -> None:
    vault = device(
        "192.168.50.33",
        DeviceClass.SERVER,
        says=[
            ("ssh.banner", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3", 22),
            *TLS,
            ("tls.refuses", "TLSv1", 443),
            ("tls.refuses", "TLSv1.1", 443),
            ("tls.not-before", "2026-01-01T00:00:00+00:00", 443),
            ("tls.not-after", "2027-01-01T00:00:00+00:00", 443),
            *CA,
            ("tls.key", "RSA 2048", 443),
            ("tls.signature", "sha256", 443),
            ("http.status", "200", 443),
            ("http.tls", "true", 443),
            ("http.login-form", "true", 443),
        ],
        open=(22, 443),
        closed=(21, 23, 80, 104, 445, 1433, 3306, 3389, 5432, 5900, 9100, 11112),
        os=("Debian", "12"),
    )

    results = {check: found for check in EXAMPLES if (found := verdict(check, vault))}

    assert ip_address("192.168.50.33") == vault.address
    assert [check for check, found in results.items() if found.result is Result.FAIL] == []
