"""What devices tell everyone on the network without being asked for a name."""

from __future__ import annotations

import re

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import if_closed, look, proof, seen, why
from riskscan.model import Confidence, Device, DeviceClass, Level, Result

_UPNP_CLASSES = {
    DeviceClass.ROUTER_FIREWALL,
    DeviceClass.WIRELESS_AP,
    DeviceClass.NAS_STORAGE,
    DeviceClass.IP_CAMERA,
    DeviceClass.NVR_DVR,
    DeviceClass.MEDIA_IOT,
    DeviceClass.IOT_OTHER,
}
_PERSONAL = {
    DeviceClass.MOBILE,
    DeviceClass.LAPTOP,
    DeviceClass.WORKSTATION,
    DeviceClass.MEDIA_IOT,
}
_BEDSIDE = {
    DeviceClass.PATIENT_MONITOR,
    DeviceClass.INFUSION_PUMP,
    DeviceClass.RESPIRATORY_SLEEP,
}
_NAMES = ("mdns.host", "ssdp.name", "wsd.name")
_OF_SOMEBODY = re.compile(
    r"(?:'|’)?s[- _]{0,2}(?:iphone|ipad|ipod|macbook|mac\b|imac|galaxy|laptop|phone|pc\b|watch)",
    re.IGNORECASE,
)


@device_check(
    "exposure.upnp",
    title="A device lets anyone on the network discover and steer it (UPnP)",
    severity=Level.LOW,
    cites={"A10": "UPnP grants access to whoever is on the network, without a password."},
    weakness="a device answers UPnP, which knows no password",
    feeds={"T10": "A program opens a door to the internet, or changes a setting, unnoticed."},
    action="Turn UPnP off where nobody needs it",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def upnp(device: Device, context: Context) -> Verdict | None:
    """What: The device answers UPnP, a way for devices to find and steer each other without a
    password. The scan read how it describes itself and steered nothing.

    Why: On a router UPnP lets any program on any computer open a door from the internet. On
    cameras, recorders and storage it has often been the way in for attackers.

    Fix: Turn UPnP off in the device's settings, on the router first. Where a device needs a door
    in the firewall, set it by hand and write it down.

    Verify: The next scan gets no answer to its UPnP question.
    """
    told = seen(device, "ssdp.server") or seen(device, "ssdp.type") or seen(device, "ssdp.product")
    if told:
        router = device.identity.device_class is DeviceClass.ROUTER_FIREWALL
        text = "The router answers UPnP." if router else "The device answers UPnP."
        evidence = proof(told, "answered or announced UPnP")
        return Verdict(Result.FAIL, text, evidence, severity=Level.MODERATE if router else None)
    if device.identity.device_class in _UPNP_CLASSES:
        return if_closed(device, (1900,), "UPnP", protocol="udp", probe="ssdp")
    return None


@device_check(
    "exposure.names-announced",
    title="A device tells its name to everyone on the network",
    severity=Level.VERY_LOW,
    cites={"A02": "What names give away is part of what risk management weighs."},
    weakness="names of devices, and of people, are told to everyone",
    feeds={"T07": "Names show who works where and which device is worth a try."},
    action="Give devices names that say nothing about people",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def names_announced(device: Device, context: Context) -> Verdict | None:
    """What: The device gives its name to anyone on the network who asks (by mDNS, UPnP or
    WS-Discovery). That is how printers and screens are found; it is worth a look where the name
    is that of a person, a patient room or a program.

    Why: Names such as "Exam-3" or "Danas-iPhone" tell a stranger on the network where people
    work, what to attack and whom to call with a false story.

    Fix: Rename devices so that the name says nothing about people or their work; turn mDNS off
    where nobody prints or casts. Private phones belong in the guest network.

    Verify: The next scan reads no name, or one that gives nothing away.
    """
    names = [o for key in _NAMES for o in seen(device, key)]
    persons = [o for o in names if _OF_SOMEBODY.search(o.value)]
    if persons:
        text = "The name that it tells everyone seems to hold that of a person."
        evidence = proof(persons, "tells this name")
        return Verdict(Result.FAIL, text, evidence, Confidence.MEDIUM, Level.LOW)
    if names:
        text = "It tells its name to everyone on the network."
        return Verdict(Result.FAIL, text, proof(names, "tells this name"), Confidence.LOW)
    nameless = seen(device, "mdns.service")
    if nameless:
        text = "It answers mDNS and tells no name."
        return Verdict(Result.PASS, text, proof(nameless[:3], "answered without a name"))
    if device.identity.device_class in _PERSONAL:
        return if_closed(device, (5353,), "mDNS", protocol="udp", probe="mdns")
    return None


@device_check(
    "exposure.bed-location",
    title="A medical device tells everyone at which bed it stands",
    severity=Level.MODERATE,
    cites={"T09": "The place of a patient is told unencrypted to the whole network."},
    weakness="the place of a patient's device is told to everyone",
    feeds={"T07": "Anyone on the network can learn which device serves which bed."},
    action="Keep the places of medical devices from the office network",
    owner=Owner.VENDOR,
    cost=Cost.NONE,
)
def bed_location(device: Device, context: Context) -> Verdict | None:
    """What: The device speaks IEEE 11073 SDC, a network language of newer bedside devices, and its
    announcement says where it stands, down to the bed. The scan noted that it does so, and not
    which bed.

    Why: Together with a look at the schedule the place tells who is being treated with what. An
    attacker also learns which device serves a patient right now.

    Fix: Ask the maker whether the place can be left out of the announcement. Let only the devices
    and the central station of one care area share a network segment.

    Verify: The next scan from the office network hears no such announcement.
    """
    told = seen(device, "wsd.bed-location", "true")
    if told:
        evidence = proof(told, "its announcement holds a place")
        return Verdict(Result.FAIL, "Its announcement says where it stands.", evidence)
    medical = seen(device, "wsd.medical", "true")
    if medical:
        text = "It announces itself as a medical device, and no place."
        return Verdict(Result.PASS, text, proof(medical, "announced itself without a place"))
    if device.identity.device_class in _BEDSIDE:
        state = look(device, (3702,), "udp")
        reason = why(device, 3702, "wsd", "udp") if not state.closed else "port 3702 is closed"
        return unknown(f"It is not known whether it tells where it stands: {reason}.")
    return None
