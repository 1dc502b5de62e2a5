"""Whether medical devices share a network with everything else."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, network_check, unknown
from riskscan.model import (
    Confidence,
    Device,
    DeviceClass,
    Evidence,
    Level,
    Observation,
    Result,
    Segment,
)

ORDINARY: frozenset[DeviceClass] = frozenset(
    {
        DeviceClass.WORKSTATION,
        DeviceClass.LAPTOP,
        DeviceClass.THIN_CLIENT,
        DeviceClass.MOBILE,
        DeviceClass.MEDIA_IOT,
        DeviceClass.IOT_OTHER,
        DeviceClass.PAYMENT_TERMINAL,
    }
)
"""Devices that people browse, mail and play with, or that nobody updates."""

_SHOWN = 5
"""How many ordinary devices stand as evidence, beside all medical ones."""


@network_check(
    "network.flat",
    title="Medical devices share one network with ordinary computers",
    severity=Level.MODERATE,
    cites={"A02": "Separating networks is a measure that a risk management plan has to weigh."},
    weakness="no separation from ordinary computers was seen",
    feeds={
        "T04": "From any office computer every medical device is one step away.",
        "T14": "Malware or a storm of traffic on an office computer reaches medical devices.",
    },
    action="Give medical devices a network segment of their own",
    owner=Owner.IT,
    cost=Cost.MEDIUM,
)
def flat(context: Context) -> Iterator[Verdict]:
    """What: On the network segment that was scanned, medical devices and ordinary computers,
    phones or smart devices sit side by side. Whether something else keeps them apart was not
    tested.

    Why: One infected office computer or visitor's phone can then reach devices that hold patient
    data or take part in care, and many of those cannot defend themselves.

    Fix: Put medical devices into a network segment of their own (a VLAN) and let a firewall pass
    only the few connections that care needs. Start with devices that are connected to patients.

    Verify: A scan from the office segment no longer reaches the medical devices.
    """
    medical_anywhere = any(d.identity.device_class.is_medical for d in context.devices)
    segments = context.scan.vantage.segments
    if medical_anywhere and not segments:
        yield unknown("The scan did not stand in a network segment with these devices.", "all")
    for segment in segments:
        members = [d for d in context.devices if _on(segment, d)]
        verdict = _judge(segment, members)
        if verdict is not None:
            yield verdict


def _on(segment: Segment, device: Device) -> bool:
    """Say whether a device answered on this segment itself, and not through a router."""
    return device.host.mac is not None and device.address in segment.network


def _judge(segment: Segment, members: list[Device]) -> Verdict | None:
    name = str(segment.network)
    medical = [d for d in members if d.identity.device_class.is_medical]
    ordinary = [d for d in members if d.identity.device_class in ORDINARY]
    unclear = [d for d in members if d.identity.device_class is DeviceClass.UNKNOWN]
    if not medical:
        return None
    if ordinary:
        text = (
            f"{_count(len(medical), 'medical device')} and {_count(len(ordinary), 'ordinary one')} "
            f"were met on {name}."
        )
        evidence = _named(medical) + _named(ordinary[:_SHOWN])
        return Verdict(Result.FAIL, text, evidence, Confidence.LOW, subject=name)
    if unclear:
        text = f"{_count(len(unclear), 'device')} beside medical devices on {name} is unidentified."
        return unknown(text, name)
    text = f"Only medical, network and server devices were met on {name}."
    return Verdict(Result.PASS, text, _named(medical), Confidence.LOW, subject=name)


def _named(devices: list[Device]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            Observation("arp.mac", device.host.mac or ""),
            f"{device.identity.device_class.label}, {device.address}",
        )
        for device in devices
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
