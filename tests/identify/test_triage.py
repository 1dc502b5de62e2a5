"""How gently a device is treated: strict unless its maker is an ordinary one, and never laxer."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.identify import triage
from riskscan.identify.triage import SIGNS_TCP, SIGNS_UDP
from riskscan.model import (
    OBSERVATION_KEYS,
    Host,
    Observation,
    Outcome,
    Policy,
    PortState,
    ProbeResult,
    Service,
)

DELL = "18:db:f2:00:00:01"
MACS = st.sampled_from(
    [None, DELL, "00:1a:01:00:00:01", "9a:5e:21:00:00:01", "70:b3:d5:53:f0:00", "00:80:a3:00:00:01"]
)
STRICTEST = list(Policy)


def host(
    mac: str | None = DELL, *ports: tuple[int, str], seen: tuple[Observation, ...] = ()
) -> Host:
    services = tuple(Service(number, protocol, PortState.OPEN) for number, protocol in ports)
    results = (ProbeResult("any", None, None, Outcome.ANSWERED, seen),) if seen else ()
    return Host(ip_address("192.0.2.7"), mac, services=services, probe_results=results)


def test_a_computer_of_a_known_maker_is_treated_normally() -> None:
    found = triage(host(DELL, (445, "tcp"), (3389, "tcp")))
    assert found.policy is Policy.NORMAL
    assert "Dell" in found.reason


@pytest.mark.parametrize(
    ("mac", "word"),
    [
        ("00:1a:01:00:00:01", "ICU Medical"),
        ("70:b3:d5:53:f0:23", "Abbott"),
        ("6c:47:80:5a:10:24", "Monnit"),
        ("00:80:a3:00:00:01", "Lantronix"),
        ("9a:5e:21:c4:08:46", "software"),
        ("00:0b:4f:00:00:01", "Verifone"),
        ("ac:de:48:00:00:00", "known maker"),
        (None, "not known"),
    ],
)
def test_every_other_maker_means_gently(mac: str | None, word: str) -> None:
    found = triage(host(mac))
    assert found.policy is Policy.FRAGILE
    assert word in found.reason


@pytest.mark.parametrize("port", [104, 11112, 2761, 2762, 4242, 2575, 6661, 4001, 47808, 502])
def test_a_port_of_medical_or_building_devices_means_gently(port: int) -> None:
    found = triage(host(DELL, (port, "tcp")))
    assert found.policy is Policy.FRAGILE
    assert str(port) in found.reason


@pytest.mark.parametrize("port", [24105, 47808])
def test_a_udp_port_of_such_devices_means_gently(port: int) -> None:
    assert triage(host(DELL, (port, "udp"))).policy is Policy.FRAGILE


def test_a_closed_port_is_no_sign() -> None:
    closed = replace(host(), services=(Service(104, "tcp", PortState.CLOSED),))
    assert triage(closed).policy is Policy.NORMAL


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dicom.association", "rejected"),
        ("mllp.listens", "true"),
        ("telnet.greeting", "SIGMA Spectrum Diagnostic Terminal"),
        ("snmp.sysobjectid", "1.3.6.1.4.1.22447.1"),
        ("snmp.sysobjectid", ".1.3.6.1.4.1.8691.2"),
        ("http.title", "Hematology Analyzer"),
        ("arp.other-mac", "00:1a:01:00:00:01"),
    ],
)
def test_what_a_device_says_can_mean_gently(key: str, value: str) -> None:
    assert triage(host(seen=(Observation(key, value),))).policy is Policy.FRAGILE


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("tls.subject", "CN=mail.example.org,O=Lakeside Medical Group"),
        ("http.title", "Patient Portal"),
        ("snmp.sysobjectid", "1.3.6.1.4.1.11.2.3.9.1"),
    ],
)
def test_the_name_of_a_practice_is_no_sign(key: str, value: str) -> None:
    assert triage(host(seen=(Observation(key, value),))).policy is Policy.NORMAL


_ANY_PORT = st.tuples(
    st.sampled_from([*SIGNS_TCP, *SIGNS_UDP, 22, 80, 443, 445]), st.sampled_from(["tcp", "udp"])
)
_ANY_SIGHT = st.builds(
    Observation.of, st.sampled_from(sorted(OBSERVATION_KEYS)), st.text(max_size=40) | MACS.map(str)
)


@given(MACS, st.lists(_ANY_PORT), st.lists(_ANY_SIGHT), st.lists(_ANY_PORT), st.lists(_ANY_SIGHT))
def test_learning_more_never_makes_it_laxer(
    mac: str | None,
    ports: list[tuple[int, str]],
    seen: list[Observation],
    more_ports: list[tuple[int, str]],
    more_seen: list[Observation],
) -> None:
    before = triage(host(mac, *ports, seen=tuple(seen)))
    after = triage(host(mac, *ports, *more_ports, seen=(*seen, *more_seen)))
    assert STRICTEST.index(after.policy) <= STRICTEST.index(before.policy)
    assert after.reason
