"""What Windows computers and databases say to strangers, weighed together."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from riskscan.identify import identify, load_rules
from riskscan.model import (
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


def _identity(facts: list[tuple[str, str]], *ports: int) -> Identity:
    seen = tuple(Observation(key, value, 445, "tcp") for key, value in facts)
    host = Host(
        ip_address("192.0.2.1"),
        services=tuple(Service(port, "tcp", PortState.OPEN) for port in ports),
        probe_results=(ProbeResult("any", None, None, Outcome.ANSWERED, seen),),
    )
    return identify(host, load_rules()).identity


DIRECTORY = [("ldap.dc-level", "7"), ("ldap.naming-context", "DC=clinic,DC=example")]


def test_the_build_of_a_domain_controller_is_that_of_a_server():
    found = _identity([("ntlm.build", "10.0.17763"), *DIRECTORY], 88, 389, 445)
    assert found.device_class is DeviceClass.DOMAIN_CONTROLLER
    assert found.confidence is Confidence.HIGH
    assert (found.os_family, found.os_version) == ("Windows", "Server 2019")


@pytest.mark.parametrize(
    ("build", "version"),
    [
        ("10.0.17763", "10 1809 or Server 2019"),
        ("10.0.19041", "10 2004 to 22H2"),
        ("6.1.7601", "7 or Server 2008 R2"),
        ("10.0.20348", "Server 2022"),
    ],
)
def test_a_build_alone_says_no_more_than_it_can(build: str, version: str):
    found = _identity([("ntlm.build", build)], 445)
    assert (found.os_family, found.os_version) == ("Windows", version)


def test_a_build_alone_is_a_weak_sign_of_a_desktop_and_none_beside_a_database():
    assert _identity([("ntlm.build", "10.0.19041")], 445).device_class is DeviceClass.WORKSTATION
    beside = _identity([("ntlm.build", "10.0.19041"), ("mssql.version", "15.0.4153")], 445, 1433)
    assert beside.device_class is DeviceClass.SERVER
    assert (beside.product, beside.version) == ("SQL Server 2019", "15.0.4153")


def test_samba_is_not_taken_for_windows():
    found = _identity([("ntlm.build", "6.1.0"), ("netbios.name", "NAS1")], 445)
    assert found.os_family == "Unix"
    vendor = ("ldap.vendor", "Samba Team (https://www.samba.org)")
    controller = _identity([("ntlm.build", "6.1.0"), vendor, *DIRECTORY], 389)
    assert controller.device_class is DeviceClass.DOMAIN_CONTROLLER
    assert controller.os_family == "Unix"


def test_a_record_system_is_suspected_by_the_name_of_its_instance():
    found = _identity(
        [
            ("mssql.instance", "DENTRIX"),
            ("mssql.instance-version", "15.0.2000.5"),
            ("ntlm.build", "10.0.20348"),
        ],
        1433,
    )
    assert found.os_version == "Server 2022"
    assert "windows-names.instance-dentrix" in {e.rule for e in found.evidence}


@pytest.mark.parametrize(
    ("key", "value", "product", "version"),
    [
        ("mongodb.wire-version", "21", "MongoDB", "7.0"),
        ("memcached.version", "1.5.6", "memcached", "1.5.6"),
        ("http.product", "OpenSearch 2.11.0", "OpenSearch", "2.11.0"),
        ("redis.auth", "none", "Redis", None),
    ],
)
def test_a_data_store_is_named_with_its_version(
    key: str, value: str, product: str, version: str | None
):
    found = _identity([(key, value)])
    assert found.device_class is DeviceClass.SERVER
    assert (found.product, found.version) == (product, version)
