"""Who bears more than others: servers and network gear that said what they are, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from strategies import a_scan, of

from riskscan.identify.earlier import known_fragile, known_robust
from riskscan.identify.hardy import HARDY_CLASSES, hardy
from riskscan.model import (
    Confidence,
    Device,
    DeviceClass,
    Evidence,
    Host,
    Identity,
    Observation,
    Policy,
    Triage,
)

MAC = "18:db:f2:00:00:01"
SAID = Evidence(Observation("snmp.sysdescr", "Cisco IOS"), "it says so")
BY_MAC = Evidence(Observation("mac.vendor", "Cisco"), "its maker")
BY_PORT = Evidence(Observation("tcp.open", "22"), "a port")


def switch(policy: Policy = Policy.NORMAL, **identity: object) -> Device:
    host = Host(IPv4Address("192.168.1.2"), MAC, triage=Triage(policy, "for this test"))
    plain = {
        "device_class": DeviceClass.SWITCH,
        "confidence": Confidence.HIGH,
        "evidence": (SAID, BY_MAC),
        **identity,
    }
    return Device(host, Identity(**plain))  # type: ignore[arg-type]


def test_a_switch_that_named_itself_is_robust_in_the_next_scan() -> None:
    known = known_robust([a_scan(devices=(switch(),))])

    assert known == {MAC: "an earlier scan found for certain: Network switch"}


@pytest.mark.parametrize(
    "device",
    [
        switch(Policy.FRAGILE),
        switch(confidence=Confidence.MEDIUM),
        switch(evidence=(BY_MAC, BY_PORT)),
        switch(device_class=DeviceClass.PRINTER_MFP),
        switch(device_class=DeviceClass.EHR_PM_SERVER),
        switch(device_class=DeviceClass.PACS_ARCHIVE),
        switch(device_class=DeviceClass.SERVER, roles=(DeviceClass.PACS_ARCHIVE,)),
        switch(device_class=DeviceClass.SERVER, roles=(DeviceClass.INTERFACE_ENGINE,)),
    ],
    ids=[
        "fragile",
        "unsure",
        "by MAC and port",
        "printer",
        "records",
        "PACS",
        "holds",
        "passes on",
    ],
)
def test_no_other_device_is_robust(device: Device) -> None:
    assert hardy(device) == ""
    assert known_robust([a_scan(devices=(device,))]) == {}


def test_what_any_scan_found_fragile_is_not_robust_whatever_a_later_one_says() -> None:
    scans = [a_scan(devices=(switch(),)), a_scan(devices=(switch(Policy.FRAGILE),))]

    assert MAC in known_fragile(scans)
    assert known_robust(scans) == {}


def test_the_newest_scan_that_saw_it_decides() -> None:
    unsure = switch(confidence=Confidence.LOW)

    assert known_robust([a_scan(devices=(unsure,)), a_scan(devices=(switch(),))]) == {}
    assert MAC in known_robust([a_scan(), a_scan(devices=(switch(),))])


@given(of(Device))
def test_nothing_medical_and_nothing_fragile_is_ever_robust(device: Device) -> None:
    sure = replace(device.identity, confidence=Confidence.HIGH, evidence=(SAID,))
    device = replace(device, identity=sure)

    if hardy(device):
        assert device.identity.device_class in HARDY_CLASSES
        assert not any(kind.is_medical for kind in (sure.device_class, *sure.roles))
        assert device.host.triage.policy is not Policy.FRAGILE
