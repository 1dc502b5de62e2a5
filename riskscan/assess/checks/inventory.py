"""What the list of devices itself gives to think about."""

from __future__ import annotations

from riskscan.assess.estate import name_of, neighbours
from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import proof, seen
from riskscan.model import MEDICAL_CLASSES, Confidence, Device, DeviceClass, Level, Result

_VIRTUAL = ("02:42:", "52:54:00:")
"""Addresses that Docker and QEMU give to containers and virtual machines by their manuals."""


@device_check(
    "inventory.unidentified",
    title="A device could not be identified",
    severity=Level.MODERATE,
    cites={
        "P09": "The practice's device list should say what this is and who answers for it.",
        "A01": "A risk analysis must cover every device that may hold patient data.",
    },
    weakness="nobody is known to look after what runs",
    feeds={"T10": "What nobody answers for is not updated, watched or put away safely."},
    action="Find out what the unidentified devices are",
    owner=Owner.MANAGER,
    cost=Cost.NONE,
)
def unidentified(device: Device, context: Context) -> Verdict | None:
    """What: The scan could not tell what this device is. That is a limit of the scan and no proof
    that anything is wrong: delicate devices are asked little, and many devices say nothing.

    Why: Until someone says what it is, nobody can tell whether it holds patient data, needs
    updates or belongs here at all.

    Fix: Look the address up in the router's list and on the devices' labels, and ask around; do
    not unplug what may serve a patient. Then enter the device and the person responsible for it
    in the practice's list.

    Verify: The device stands in the practice's list, or a later scan identifies it.
    """
    identity = device.identity
    if identity.device_class is not DeviceClass.UNKNOWN:
        if identity.confidence is Confidence.LOW:
            label = name_of(identity.device_class)
            return unknown(f"It is probably of this kind: {label}; too little was seen to be sure.")
        return Verdict(Result.PASS, "The device was identified.", identity.evidence[:3])
    private = seen(device, "arp.mac") if _random_mac(device) else ()
    if private:
        return Verdict(
            Result.FAIL,
            "It hides its hardware address, as phones and tablets do; it was not identified.",
            proof(private, "a locally administered (often random) address"),
            Confidence.LOW,
            Level.LOW,
        )
    text = "The scan saw this device and could not tell what it is."
    heard = proof(device.host.observations[:3], "one of the few things known of it")
    return Verdict(Result.FAIL, text, heard, Confidence.LOW)


@device_check(
    "inventory.private-mac",
    title="A device that hides its identity stands beside medical devices",
    severity=Level.LOW,
    cites={"P09": "A device that changes its address cannot be held in the practice's list."},
    weakness="a device that hides its hardware address stands beside medical devices",
    feeds={"T04": "A private phone or tablet that is infected reaches medical devices from here."},
    action="Move private phones and tablets out of the clinical network",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def private_mac(device: Device, context: Context) -> Verdict | None:
    """What: The device uses a hardware address that its maker did not give it, as phones, tablets
    and laptops do to hide who they are, and it shares a network segment with medical devices.
    Some virtual machines use such addresses too.

    Why: Most often this is somebody's own phone. It is not managed by the practice, cannot be
    recognized next time, and should not be able to reach devices that take part in care.

    Fix: Give staff and visitors a guest Wi-Fi that leads to the internet only, and change the
    password of the clinical one. On the practice's own tablets turn the private address off for
    this network, so that the list of devices can name them.

    Verify: The next scan meets no such address beside medical devices.
    """
    mac = seen(device, "arp.mac")
    if not mac or not _random_mac(device) or (device.host.mac or "").startswith(_VIRTUAL):
        return None
    if any(neighbours(context.scan, device, MEDICAL_CLASSES)):
        evidence = proof(mac, "a locally administered (often random) address")
        mobile = device.identity.device_class is DeviceClass.MOBILE
        sure = Confidence.MEDIUM if mobile else Confidence.LOW
        text = "It hides its hardware address, and medical devices stand in the same segment."
        return Verdict(Result.FAIL, text, evidence, sure)
    if any(neighbours(context.scan, device, {DeviceClass.UNKNOWN})):
        return unknown("Whether the unidentified devices beside it are medical is not known.")
    if any(device.address in s.network for s in context.scan.vantage.segments):
        text = "It hides its hardware address; no medical device was met in its segment."
        return Verdict(Result.PASS, text, proof(mac, "a locally administered address"))
    return unknown("It is not known which devices share its segment.")


def _random_mac(device: Device) -> bool:
    mac = device.host.mac
    return mac is not None and bool(int(mac[1], 16) & 2)


@device_check(
    "inventory.duplicate-address",
    title="Two devices answer for the same address",
    severity=Level.MODERATE,
    cites={"P09": "The device list should say which two devices these are, and why."},
    weakness="two devices answer for one address",
    feeds={"T10": "A wrong address setting makes a device drop off the network at any moment."},
    action="Settle which device owns the address",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def duplicate_address(device: Device, context: Context) -> Verdict | None:
    """What: Two different network cards answered when the scan asked who owns this address. It
    may be a wrong setting, a pair of devices that stand in for each other on purpose, or someone
    who redirects traffic.

    Why: A device that shares its address by mistake loses its connection now and then. In the
    worst case someone reads the traffic meant for another device.

    Fix: Find both devices by their hardware addresses. Give one of them another address, or note
    that they are a planned pair.

    Verify: The next scan sees one hardware address, or the planned pair is on file.
    """
    others = seen(device, "arp.other-mac")
    mine = seen(device, "arp.mac")
    if others:
        evidence = proof(mine, "answered") + proof(others, "answered as well")
        text = f"{1 + len({o.value for o in others})} hardware addresses answered for it."
        return Verdict(Result.FAIL, text, evidence, Confidence.LOW)
    if mine:
        return Verdict(Result.PASS, "One hardware address answered.", proof(mine, "answered"))
    return None
