"""Whether medical devices share a network with everything else."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.assess.estate import neighbours
from riskscan.assess.judgement import (
    Context,
    Cost,
    Owner,
    Verdict,
    device_check,
    network_check,
    unknown,
)
from riskscan.assess.reading import look, open_port, proof, seen
from riskscan.model import (
    Confidence,
    Device,
    DeviceClass,
    Evidence,
    Level,
    Observation,
    PortState,
    Result,
    Segment,
)

OFFICE = frozenset({DeviceClass.WORKSTATION, DeviceClass.LAPTOP, DeviceClass.THIN_CLIENT})

ORDINARY: frozenset[DeviceClass] = OFFICE | frozenset(
    {
        DeviceClass.MOBILE,
        DeviceClass.MEDIA_IOT,
        DeviceClass.IOT_OTHER,
        DeviceClass.PAYMENT_TERMINAL,
    }
)
"""Devices that people browse, mail and play with, or that nobody updates."""

AMT_PORTS = (664, 16992, 16993)
"""Intel AMT: management of a computer below its operating system (Intel's manual)."""

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
    phones or smart devices sit side by side. Where the scan, which stood among them, reached a
    medical device itself, so can they; otherwise it was not tested whether something keeps them
    apart.

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


@device_check(
    "network.management-with-users",
    title="A server's remote-management port stands among ordinary computers",
    severity=Level.MODERATE,
    cites={"A10": "Every computer in the segment reaches the door to the server's own switch."},
    weakness="a server's remote-management port can be reached from ordinary computers",
    feeds={"T02": "Whoever gets in there can switch off, copy or erase the server unseen."},
    action="Put remote-management ports into a network of their own",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def management_with_users(device: Device, context: Context) -> Verdict | None:
    """What: A port through which a server or computer is managed below its operating system (iLO,
    iDRAC, Intel AMT) stands in the same network segment as ordinary computers.

    Why: Such a port works even when the computer seems off, is seldom updated, and gives full
    power over it. From there all patient data on the server can be copied or destroyed.

    Fix: Connect management ports to a network segment that only the IT provider reaches, or turn
    them off where nobody uses them: iLO and iDRAC in their own settings, AMT in the BIOS. Change
    the passwords that they came with.

    Verify: A scan from the office segment no longer reaches the management port.
    """
    signs = _management_signs(device)
    if not signs:
        return None
    ordinary = list(neighbours(context.scan, device, ORDINARY))
    if ordinary:
        text = f"{_mixture(ordinary)[:1].upper()}{_mixture(ordinary)[1:]} met in its segment."
        return Verdict(Result.FAIL, text, signs + _named(ordinary[:_SHOWN]), Confidence.MEDIUM)
    if any(neighbours(context.scan, device, {DeviceClass.UNKNOWN})):
        return unknown("Whether the unidentified devices beside it are ordinary is not known.")
    if any(_on(segment, device) for segment in context.scan.vantage.segments):
        text = "No ordinary computer was met in its segment."
        return Verdict(Result.PASS, text, signs, Confidence.LOW)
    return unknown("It is not known which devices share its segment.")


def _management_signs(device: Device) -> tuple[Evidence, ...]:
    if seen(device, "ipmi.version"):
        return ()  # exposure.ipmi speaks of it: one weakness is one finding
    signs = proof((open_port(p) for p in look(device, AMT_PORTS).open), "port of Intel AMT")
    if not signs and device.identity.device_class is DeviceClass.OOB_MANAGEMENT:
        signs = device.identity.evidence[:3] or proof(seen(device, "arp.mac"), "was identified so")
    return signs


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
        reached = [d for d in medical if _answered_here(d)]
        text = f"{_count(len(medical), 'medical device')} and {_mixture(ordinary)} met on {name}."
        if reached:
            text += f" From there the scan reached {_count(len(reached), 'medical device')} itself."
        evidence = _named(medical) + _named(ordinary[:_SHOWN])
        sure = Confidence.MEDIUM if reached else Confidence.LOW
        return Verdict(Result.FAIL, text, evidence, sure, subject=name)
    if unclear:
        text = f"{_count(len(unclear), 'device')} beside medical devices on {name} is unidentified."
        return unknown(text, name)
    text = f"Only medical, network and server devices were met on {name}."
    return Verdict(Result.PASS, text, _named(medical), Confidence.LOW, subject=name)


def _answered_here(device: Device) -> bool:
    """Say whether a service of the device took a connection from where the scanner stands."""
    return any(
        s.protocol == "tcp" and s.state is PortState.OPEN and s.as_of is None
        for s in device.host.services
    )


def _mixture(ordinary: list[Device]) -> str:
    """Say what stands beside medical devices: ``3 office computers and 1 private phone``."""
    office = sum(d.identity.device_class in OFFICE for d in ordinary)
    parts = [_count(office, "office computer")] if office else []
    if rest := len(ordinary) - office:
        parts.append(_count(rest, "phone, screen or smart device", "phones or smart devices"))
    return f"{' and '.join(parts)} {'was' if len(ordinary) == 1 else 'were'}"


def _named(devices: list[Device]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            Observation("arp.mac", device.host.mac or ""),
            f"{device.identity.device_class.label}, {device.address}",
        )
        for device in devices
    )


def _count(number: int, noun: str, many: str = "") -> str:
    return f"{number} {noun if number == 1 else many or noun + 's'}"
