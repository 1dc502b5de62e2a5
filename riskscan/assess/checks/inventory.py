"""What the list of devices itself gives to think about."""

from __future__ import annotations

from riskscan.assess.estate import name_of
from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import proof, seen
from riskscan.model import Confidence, Device, DeviceClass, Level, Result


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
    heard = proof(device.host.observations[:3], "all that is known begins with this")
    return Verdict(Result.FAIL, text, heard, Confidence.LOW)


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
