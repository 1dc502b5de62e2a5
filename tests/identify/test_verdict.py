"""From observations to one identity: strong before weak, honest about doubt, never an exception."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscan.identify import identify, load_rules, observed
from riskscan.identify.kinship import clinical_weight, is_kin, refines
from riskscan.model import (
    OBSERVATION_KEYS,
    Confidence,
    DeviceClass,
    Host,
    Identity,
    Observation,
    Outcome,
    PortState,
    ProbeResult,
    Service,
)

RULES = load_rules()
NOBODY = "00:00:5e:00:00:01"


def seen(*texts: str, mac: str | None = None) -> Identity:
    """Identify a host of observations written ``key=value``; ``tcp.open`` ones become ports."""
    told = [observed(text) for text in texts]
    ports = [
        Service(int(o.value), o.key[:3], PortState.OPEN) for o in told if o.key.endswith(".open")
    ]
    facts = tuple(o for o in told if not o.key.endswith(".open"))
    result = ProbeResult("any", None, None, Outcome.ANSWERED, facts)
    host = Host(ip_address("192.0.2.9"), mac, services=tuple(ports), probe_results=(result,))
    return identify(host, RULES).identity


def test_nothing_seen_is_unknown() -> None:
    found = seen()
    assert found == Identity()
    assert found.rule_id is None


def test_a_common_network_card_alone_is_unknown_and_names_no_maker_of_the_device() -> None:
    found = seen(mac="00:15:17:00:00:01")
    assert found.device_class is DeviceClass.UNKNOWN
    assert found.vendor is None
    assert found.mac_vendor == "Intel Corporate"
    assert "Intel" in found.evidence[0].says


@pytest.mark.parametrize(
    ("mac", "expected", "vendor"),
    [
        ("00:1a:01:7c:00:25", DeviceClass.INFUSION_PUMP, "ICU Medical"),
        ("38:0b:26:03:91:26", DeviceClass.PATIENT_MONITOR, "Mindray"),
        ("6c:47:80:5a:10:24", DeviceClass.ENV_TEMP_MONITOR, "Monnit"),
        ("70:b3:d5:53:f0:23", DeviceClass.LAB_ANALYZER, "Abbott"),
        ("64:16:7f:0d:30:42", DeviceClass.VOIP_PHONE, "Poly"),
        ("9a:5e:21:c4:08:46", DeviceClass.MOBILE, None),
    ],
)
def test_a_silent_device_is_known_by_its_mac_and_never_surely(
    mac: str, expected: DeviceClass, vendor: str | None
) -> None:
    found = seen(mac=mac)
    assert (found.device_class, found.vendor) == (expected, vendor)
    assert found.confidence is not Confidence.HIGH


def test_an_archive_is_known_by_what_it_accepts_and_not_by_its_toolkit() -> None:
    found = seen(
        "tcp.open=11112",
        "dicom.context@11112=verification",
        "dicom.context@11112=storage",
        "dicom.context@11112=study-root-find",
        "dicom.implementation-uid@11112=1.2.276.0.7230010.3.0.3.6.8",
        "dicom.implementation-version@11112=OFFIS_DCMTK_368",
        mac="0c:c4:7a:88:31:20",
    )
    assert found.device_class is DeviceClass.PACS_ARCHIVE
    assert found.confidence is Confidence.HIGH
    assert found.product is None


def test_an_archive_that_names_itself_has_product_and_version() -> None:
    found = seen("http.product@8042=Orthanc 1.12.10", "http.title@8042=Orthanc Explorer")
    assert (found.product, found.version) == ("Orthanc", "1.12.10")


def test_several_weak_signs_make_a_stronger_one() -> None:
    one = seen("ssh.banner=SSH-2.0-OpenSSH_7.9p1 Debian-10+deb10u2")
    three = seen(
        "ssh.banner=SSH-2.0-OpenSSH_7.9p1 Debian-10+deb10u2",
        "http.server=Apache/2.4.38 (Debian)",
        "postgres.ssl=refused",
    )
    assert (one.device_class, one.confidence) == (DeviceClass.SERVER, Confidence.LOW)
    assert (three.device_class, three.confidence) == (DeviceClass.SERVER, Confidence.MEDIUM)
    assert (three.os_family, three.os_version) == ("Debian", "10")


def test_open_ports_alone_never_give_more_than_low() -> None:
    ports = ("22", "80", "104", "443", "445", "515", "548", "554", "631", "1433", "2049", "9100")
    assert seen(*(f"tcp.open={p}" for p in ports)).confidence is Confidence.LOW


def test_a_contradiction_lowers_confidence_and_is_shown() -> None:
    plain = seen("http.title=APC | Log On")
    doubtful = seen("http.title=APC | Log On", "snmp.sysdescr=ZebraNet Wired PS")
    assert plain.confidence is Confidence.HIGH
    assert doubtful.confidence is Confidence.MEDIUM
    against = {e.observation.value for e in doubtful.against}
    assert against in ({"APC | Log On"}, {"ZebraNet Wired PS"})


def test_roles_on_one_computer_do_not_contradict_each_other() -> None:
    found = seen(
        "http.title=OpenEMR Login",
        "tls.subject@3389=CN=WIN-8K3J5L2M9QP",
        "mysql.version=5.7.33",
        "dicom.context@104=storage",
        "dicom.context@104=study-root-find",
    )
    assert found.device_class is DeviceClass.PACS_ARCHIVE
    assert DeviceClass.EHR_PM_SERVER in found.roles
    assert DeviceClass.SERVER in found.roles
    assert found.product is None  # OpenEMR is the product of the other role
    assert found.against == ()


def test_a_file_server_is_no_storage_box() -> None:
    found = seen(
        "tcp.open=445",
        "tcp.open=2049",
        "smb.dialect=3.1.1",
        "ssh.banner=SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7",
        "mysql.version=5.7.33",
    )
    assert found.device_class is DeviceClass.SERVER


def test_the_maker_of_the_card_is_not_the_maker_of_the_software() -> None:
    found = seen("http.title=OpenEMR Login", mac="d4:be:d9:aa:04:30")
    assert found.product == "OpenEMR"
    assert found.vendor is None
    assert found.mac_vendor == "Dell Inc."


def test_a_narrower_word_wins_over_the_wider_one() -> None:
    found = seen("dicom.association=rejected", mac="00:08:fb:21:6e:21")
    assert found.device_class is DeviceClass.IMAGING_MODALITY
    assert found.against == ()


@pytest.mark.parametrize("key", ["mac.vendor", "mac.local"])
def test_what_a_probe_may_not_say_is_not_believed(key: str) -> None:
    assert seen(f"{key}=true").evidence == ()
    assert seen(f"{key}=ICU Medical, Inc.") == Identity()


def test_identity_is_the_same_in_any_order_of_probes() -> None:
    texts = ("http.title=OpenEMR Login", "mysql.version=5.7.33", "ssh.banner=SSH-2.0-OpenSSH_9.6p1")
    assert seen(*texts).device_class is seen(*reversed(texts)).device_class


_SIGHTS = st.lists(
    st.builds(
        Observation.of,
        st.sampled_from(sorted(OBSERVATION_KEYS)) | st.text(max_size=20),
        st.text(max_size=600)
        | st.sampled_from(
            [o.value for r in RULES.rules for e in r.examples for o in e.observations]
        ),
        st.none() | st.integers(0, 65535),
    ),
    max_size=12,
)
_MACS = st.none() | st.text(max_size=20) | st.from_regex(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\Z")


def _host(mac: str | None, sights: Iterable[Observation], ports: Iterable[int] = ()) -> Host:
    services = tuple(Service(p, "tcp", PortState.OPEN) for p in ports)
    result = ProbeResult("any", None, None, Outcome.ANSWERED, tuple(sights))
    return Host(ip_address("192.0.2.9"), mac, services=services, probe_results=(result,))


@settings(max_examples=60, deadline=None)
@given(_MACS, _SIGHTS, st.lists(st.integers(0, 65535), max_size=6))
def test_identify_never_raises(
    mac: str | None, sights: list[Observation], ports: list[int]
) -> None:
    found = identify(_host(mac, sights, ports), RULES).identity
    assert (found.rule_id is None) == (found.device_class is DeviceClass.UNKNOWN)
    assert found.device_class not in found.roles
    for text in (found.product, found.version, found.os_version):
        assert text is None or (text.isprintable() and 0 < len(text) <= 80)


_NOISE = st.lists(
    st.builds(
        Observation.of,
        st.sampled_from(["tls.not-after", "tls.sha256", "icmp.ttl", "http.status", "smb.signing"]),
        st.text(max_size=40),
    )
)


@settings(max_examples=30, deadline=None)
@given(_SIGHTS, _NOISE)
def test_what_no_rule_reads_changes_nothing(
    sights: list[Observation], noise: list[Observation]
) -> None:
    plain = identify(_host(NOBODY, sights), RULES).identity
    assert identify(_host(NOBODY, [*sights, *noise]), RULES).identity == plain


def test_the_host_itself_is_kept_as_it_was() -> None:
    host = replace(_host(NOBODY, ()), found_by=("arp",))
    assert identify(host, RULES).host is host


def test_kinship_is_symmetric_and_no_class_refines_itself() -> None:
    for one in DeviceClass:
        assert not refines(one, one)
        assert is_kin(one, one)
        for other in DeviceClass:
            assert is_kin(one, other) == is_kin(other, one)
            assert not (refines(one, other) and refines(other, one))


def test_a_records_server_outweighs_the_computer_it_runs_on() -> None:
    assert clinical_weight(DeviceClass.PACS_ARCHIVE) > clinical_weight(DeviceClass.EHR_PM_SERVER)
    assert clinical_weight(DeviceClass.EHR_PM_SERVER) > clinical_weight(DeviceClass.SERVER)
    assert clinical_weight(DeviceClass.SERVER) > clinical_weight(DeviceClass.PRINTER_MFP)
