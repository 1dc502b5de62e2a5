"""Checks of what listens: each on a device that fails, one that passes, one that cannot tell."""

from __future__ import annotations

import pytest
from assess.factories import KNOWLEDGE, NOW, Said, device, scan, verdict
from assess.service_examples import EXAMPLES, IMAP, IPMI, LDAPS, SILENT_UDP, SSH, TLS

from riskscan.assess import CHECKS
from riskscan.assess.judgement import Context
from riskscan.model import (
    OBSERVATION_KEYS,
    Confidence,
    Level,
    Outcome,
    Result,
)

NOTHING = device(fragile=True)
CLOSED = [name for name in EXAMPLES if not name.startswith("tls.")]


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

    assert found is not None
    assert found.result is Result.PASS


@pytest.mark.parametrize("check", EXAMPLES)
def test_what_could_not_be_seen_is_unknown_and_says_why(check: str) -> None:
    found = verdict(check, EXAMPLES[check][2])

    assert found is not None
    assert found.result is Result.UNKNOWN
    assert len(found.summary) > 25
    assert found.evidence == ()


@pytest.mark.parametrize("check", CLOSED)
def test_a_device_that_was_not_asked_is_unknown_and_never_a_pass(check: str) -> None:
    found = verdict(check, NOTHING)

    assert found is not None
    assert found.result is Result.UNKNOWN


@pytest.mark.parametrize("check", EXAMPLES)
def test_no_failed_probe_makes_a_pass(check: str) -> None:
    asked = [
        (name, port, outcome)
        for outcome in Outcome
        if outcome is not Outcome.ANSWERED
        for name, port in (("tls", 443), ("http", 80), ("greeting", 25), ("smb", 445))
    ]
    found = verdict(check, device(open=(25, 80, 443, 445), probes=asked))

    assert found is None or found.result is not Result.PASS


def _level(check: str, *says: Said, open: tuple[int, ...] = ()) -> Level | None:
    found = verdict(check, device(says=says, open=open))
    assert found is not None
    assert found.result is Result.FAIL
    return found.severity or CHECKS[check].check.severity


def test_ftp_that_could_encrypt_weighs_less_than_one_that_cannot() -> None:
    greeting: Said = ("ftp.greeting", "220 ready", 21)

    assert _level("cleartext.ftp", greeting, ("tls.starttls", "offered", 21)) is Level.LOW
    assert _level("cleartext.ftp", greeting, ("tls.starttls", "missing", 21)) is Level.MODERATE


def test_a_directory_that_could_encrypt_weighs_less_than_one_that_cannot() -> None:
    shown: Said = ("ldap.anonymous", "true", 389)

    assert _level("cleartext.ldap", shown, ("tls.starttls", "offered", 389)) is Level.LOW
    assert _level("cleartext.ldap", shown, ("tls.starttls", "missing", 389)) is Level.MODERATE
    assert _level("cleartext.ldap", shown, ("tls.starttls", "offered", 25)) is Level.MODERATE


def test_what_a_directory_says_of_encryption_stands_in_words_and_evidence() -> None:
    shown: Said = ("ldap.anonymous", "true", 389)
    found = {
        word: verdict("cleartext.ldap", device(says=[shown, ("tls.starttls", word, 389)]))
        for word in ("offered", "missing")
    }

    assert found["offered"] and found["missing"]
    assert "it can encrypt" in found["offered"].summary
    assert found["offered"].confidence is Confidence.MEDIUM
    assert "offers no encryption" in found["missing"].summary
    assert found["missing"].confidence is Confidence.HIGH
    for each in found.values():
        assert each
        assert {e.observation.key for e in each.evidence} == {"ldap.anonymous", "tls.starttls"}


def test_a_directory_that_tells_strangers_nothing_is_judged_by_the_encryption_it_lacks() -> None:
    hidden: Said = ("ldap.anonymous", "false", 389)
    offered = verdict(
        "cleartext.ldap", device(says=[hidden, ("tls.starttls", "offered", 389)], open=(389,))
    )

    assert _level("cleartext.ldap", hidden, ("tls.starttls", "missing", 389)) is Level.MODERATE
    assert offered
    assert offered.result is Result.UNKNOWN


def test_a_windows_directory_stays_unknown_whatever_it_says_of_encryption() -> None:
    says: list[Said] = [
        ("ldap.anonymous", "true", 389),
        ("ldap.dc-level", "7", 389),
        ("tls.starttls", "missing", 389),
    ]
    found = verdict("cleartext.ldap", device(says=says))

    assert found
    assert found.result is Result.UNKNOWN


def test_mongodb_is_judged_by_what_it_says_to_a_goodbye() -> None:
    told = {
        word: verdict(
            "exposure.open-data-store",
            device(says=[("mongodb.auth", word, 27017)], closed=(6379, 9200, 11211)),
        )
        for word in ("none", "required")
    }

    assert told["none"] and told["required"]
    assert (told["none"].result, told["required"].result) == (Result.FAIL, Result.PASS)


def test_a_clock_that_only_a_web_page_shows_is_less_certain() -> None:
    page = verdict("audit.clock-skew", device(says=[("http.clock-skew", "-7200", 80)]))
    both = verdict(
        "audit.clock-skew",
        device(says=[("http.clock-skew", "-7200", 80), ("smb.clock-skew", "-7201", 445)]),
    )

    assert page and both
    assert (page.result, page.confidence) == (Result.FAIL, Confidence.MEDIUM)
    assert "2 hours behind" in page.summary
    assert both.confidence is Confidence.HIGH


def test_a_mailbox_that_takes_the_password_before_encryption_is_found() -> None:
    told: list[Said] = [*IMAP, ("tls.starttls", "offered", 143)]
    pop3: list[Said] = [
        ("pop3.greeting", "+OK", 110),
        ("pop3.capability", "USER", 110),
        ("tls.starttls", "offered", 110),
    ]

    assert _level("cleartext.mailbox", *told) is Level.LOW
    assert _level("cleartext.mailbox", *pop3) is Level.LOW
    sasl: Said = ("smtp.extension", "AUTH DIGEST-MD5 PLAIN", 25)
    smtp: list[Said] = [("smtp.greeting", "220 x", 25), ("tls.starttls", "offered", 25), sasl]
    assert _level("cleartext.smtp", *smtp) is Level.LOW


def test_a_mail_server_on_two_ports_is_one_finding_that_names_them() -> None:
    says: list[Said] = [
        ("smtp.greeting", "220 x", 25),
        ("tls.starttls", "missing", 25),
        ("smtp.greeting", "220 x", 587),
        ("tls.starttls", "missing", 587),
    ]
    found = verdict("cleartext.smtp", device(says=says))

    assert found is not None
    assert "ports 25 and 587" in found.summary
    assert {e.observation.port for e in found.evidence} == {25, 587}


def test_old_versions_behind_starttls_are_found_like_any_other() -> None:
    says: list[Said] = [("smtp.greeting", "220 x", 25), ("tls.version", "TLSv1", 25)]
    found = verdict("tls.old-version", device(says=says))

    assert found is not None
    assert (found.result, "port 25" in found.summary) == (Result.FAIL, True)


def test_triple_des_weighs_less_than_what_protects_nothing() -> None:
    slow: Said = ("tls.weak-cipher", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", 443)
    bare: Said = ("tls.weak-cipher", "TLS_RSA_WITH_NULL_SHA", 443)

    assert _level("tls.weak-cipher", *TLS, slow) is Level.LOW
    assert _level("tls.weak-cipher", *TLS, slow, bare) is Level.MODERATE


def test_one_port_that_was_not_asked_keeps_weak_ciphers_unknown() -> None:
    says: list[Said] = [
        *TLS,
        ("tls.weak-ciphers", "refused", 443),
        ("tls.version", "TLSv1.2", 25),
    ]
    found = verdict("tls.weak-cipher", device(says=says))

    assert found is not None
    assert found.result is Result.UNKNOWN
    assert "Port 25" in found.summary


def test_the_signature_of_a_certificate_that_vouches_for_itself_is_not_judged() -> None:
    says: list[Said] = [
        *TLS,
        ("tls.signature", "md5", 443),
        ("tls.self-signed", "true", 443),
    ]

    assert verdict("tls.weak-signature", device(says=says)) is None


@pytest.mark.parametrize("signature", ["sha1", "MD5", "SHA-1"])
def test_every_spelling_of_a_broken_signature_is_known(signature: str) -> None:
    assert _level("tls.weak-signature", *TLS, ("tls.signature", signature, 443)) is Level.LOW


def test_a_name_is_judged_only_where_it_is_certain_what_the_service_is_called() -> None:
    other: Said = ("tls.san", "portal.clinic.example", 443)
    own: Said = ("ntlm.dns-name", "srv1.clinic.example", 445)
    away: Said = ("http.location", "https://login.example.com/", 80)
    home: Said = ("http.location", "https://SRV1.clinic.example/ehr", 80)

    assert verdict("tls.certificate-name", device(says=[*TLS, other, own])) is None
    assert verdict("tls.certificate-name", device(says=[*TLS, other, own, away])) is None
    assert _level("tls.certificate-name", *TLS, other, own, home) is Level.LOW


def test_a_wildcard_stands_for_one_label_and_a_subject_counts_without_other_names() -> None:
    deep: list[Said] = [LDAPS[0], ("ldap.dns-name", "dc1.east.clinic.example", 389)]
    subject: Said = ("tls.subject", "CN=DC1.clinic.example,O=Clinic", 636)
    named = verdict("tls.certificate-name", device(says=[*LDAPS, subject]))

    assert _level("tls.certificate-name", *deep, ("tls.san", "*.clinic.example", 636))
    assert named is not None
    assert named.result is Result.PASS


def test_ssh_rsa_alone_is_weak_and_beside_better_keys_is_not() -> None:
    alone = [s for s in SSH if s[0] != "ssh.host-key"]
    old: Said = ("ssh.host-key", "ssh-rsa", 22)

    assert _level("remote.ssh-weak-algorithms", *alone, old) is Level.LOW
    assert _level("remote.ssh-weak-algorithms", *SSH, ("ssh.cipher", "none", 22)) is Level.MODERATE
    assert _level("remote.ssh-weak-algorithms", *SSH, ("ssh.mac", "hmac-md5-96", 22)) is Level.LOW


def test_a_screen_without_any_password_is_left_to_its_own_check() -> None:
    open_screen: list[Said] = [("vnc.security", "none", 5900), ("vnc.security", "vnc-auth", 5900)]

    assert verdict("remote.vnc-weak-authentication", device(says=open_screen)) is None


def test_an_old_vnc_login_beside_a_better_one_weighs_less() -> None:
    both: list[Said] = [("vnc.security", "vnc-auth", 5900), ("vnc.security", "vencrypt", 5900)]

    assert _level("remote.vnc-weak-authentication", *both) is Level.LOW


def test_port_514_alone_may_collect_logs_and_is_a_guess() -> None:
    alone = verdict("cleartext.r-commands", device(open=(514,)))
    named = verdict(
        "cleartext.r-commands", device(says=[("nmap.service", "shell", 514)], open=(514,))
    )

    assert alone is not None
    assert named is not None
    assert (alone.confidence, named.confidence) == (Confidence.LOW, Confidence.HIGH)


def test_what_every_windows_directory_shows_is_no_evidence_against_one() -> None:
    says: list[Said] = [("ldap.anonymous", "true", 389), ("ldap.dc-level", "7", 389)]
    found = verdict("cleartext.ldap", device(says=says, open=(389,)))

    assert found is not None
    assert found.result is Result.UNKNOWN
    assert "signing" in found.summary


def test_what_ipmi_offers_is_weighed_by_what_it_lets_in() -> None:
    check = "remote.ipmi-weak-login"

    assert _level(check, ("ipmi.authentication", "none", 623)) is Level.HIGH
    assert _level(check, *IPMI, ("ipmi.null-user", "enabled", 623)) is Level.MODERATE
    assert _level(check, *IPMI, ("ipmi.authentication", "straight", 623)) is Level.LOW


def test_a_search_engine_that_names_itself_is_open_and_one_that_asks_is_not() -> None:
    named: Said = ("http.product", "Elasticsearch 8.13.0", 9200)
    asks: list[Said] = [("http.tls", "false", 9200), ("http.status", "401", 9200)]
    guarded = verdict(
        "exposure.open-data-store",
        device(says=asks, open=(9200,), closed=(6379, 11211, 27017)),
    )

    assert _level("exposure.open-data-store", named) is Level.HIGH
    assert _level("exposure.database", named, open=(9200,)) is Level.MODERATE
    assert guarded is not None
    assert guarded.result is Result.PASS


def test_sql_server_that_encrypts_the_login_alone_weighs_less() -> None:
    assert _level("cleartext.database", ("mssql.encryption", "off", 1433)) is Level.LOW
    assert (
        _level("cleartext.database", ("mssql.encryption", "not-supported", 1433)) is Level.MODERATE
    )


def test_a_broker_behind_tls_is_not_in_clear_and_anonymous_logins_count() -> None:
    covered: list[Said] = [("tls.version", "TLSv1.3", 8883), ("mqtt.auth", "none", 8883)]
    found = verdict("cleartext.broker", device(says=covered, closed=(1883, 5672)))

    assert found is not None
    assert found.result is Result.PASS
    assert _level("exposure.open-broker", *covered) is Level.MODERATE
    assert _level("exposure.open-broker", ("amqp.sasl", "ANONYMOUS", 5672)) is Level.MODERATE


def test_basic_over_tls_is_no_finding_for_windows_management() -> None:
    says: list[Said] = [
        ("tls.version", "TLSv1.2", 5986),
        ("winrm.auth", "basic", 5986),
        ("winrm.auth", "negotiate", 5985),
    ]
    found = verdict("remote.winrm-basic", device(says=says))

    assert found is not None
    assert found.result is Result.PASS


def test_the_scanner_doubts_its_own_clock_when_most_others_agree_against_it() -> None:
    judge = CHECKS["audit.clock-skew"].of_device
    assert judge is not None
    clocks = ("3600", "3601", "3599", "2")
    devices = tuple(
        device(f"192.168.50.{n}", says=[("ntlm.clock-skew", skew, 445)], open=(445,))
        for n, skew in enumerate(clocks, start=20)
    )
    together = judge(devices[0], Context(scan(*devices), KNOWLEDGE, NOW, devices))
    alone = judge(devices[0], Context(scan(devices[0]), KNOWLEDGE, NOW, devices[:1]))

    assert together is not None
    assert together.result is Result.UNKNOWN
    assert "scanner's" in together.summary
    assert alone is not None
    assert alone.result is Result.FAIL
    assert "60 minutes ahead" in alone.summary


def test_a_clock_that_says_nonsense_is_not_read() -> None:
    found = verdict("audit.clock-skew", device(says=[("smb.clock-skew", "٣٦٠٠٠", 445)]))

    assert found is not None
    assert found.result is Result.UNKNOWN


def test_a_silent_udp_port_is_said_to_have_given_no_answer() -> None:
    found = verdict("exposure.ipmi", device(udp=[(623, SILENT_UDP)]))

    assert found is not None
    assert "port 623 gave no answer" in found.summary
