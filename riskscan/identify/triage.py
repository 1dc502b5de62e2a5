"""How gently a device must be treated, from whatever is known of it so far.

Fragile unless shown otherwise. Adding an observation or a port can make the answer stricter and
never laxer, so it may be asked again after every step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from riskscan.identify.makers import enterprises, medical_maker, module_maker, ordinary_maker
from riskscan.identify.vendor import MacOrigin, origin
from riskscan.model import Host, Observation, Policy, Triage

SIGNS_TCP = {
    102: "an industrial controller (S7)",
    104: "DICOM",
    502: "Modbus",
    1911: "building automation (Fox)",
    2345: "DICOM",
    2575: "HL7",
    2761: "DICOM",
    2762: "DICOM over TLS",
    4001: "a serial device server",
    4242: "DICOM",
    6661: "HL7",
    11112: "DICOM",
    20000: "an industrial controller (DNP3)",
    23796: "a dental scanner",
    30718: "a serial device server",
    44818: "an industrial controller (EtherNet/IP)",
    47808: "building automation (BACnet)",
}
"""Open TCP ports that medical, building or industrial devices use, and for what.

DICOM PS3.8 9.1 and PS3.15, IANA (hl7 2575, mbap 502, bacnet 47808, dicom 11112); the rest by use.
"""
SIGNS_UDP = {24005: "a patient monitor", 24105: "a patient monitor", 47808: SIGNS_TCP[47808]}
SIGN_KEYS = ("dicom.", "mllp.", "wsd.medical", "heard.medical")
"""Observations that only a device of this kind gives, by how their key begins."""
WORDS = re.compile(
    r"(?i)\b(?:infusion|patient monitor|ventilator|ultrasound|mammograph|analy[sz]er"
    r"|electrocardiograph|defibrillator|anesthesia|dialysis|sterilizer|autoclave|sigma spectrum"
    r"|intellivue|carescape|pyxis|omnicell|bacnet|modbus|vxworks)"
)
"""Words that speak of a fragile device. 'Medical' alone is not one: it names practices too."""
WORDY = (
    *("ftp.", "telnet.", "tcp.greeting", "http.", "tls.subject", "snmp.sysdescr"),
    *("mdns.product", "ssdp.", "wsd.", "dhcp.vendor-class", "lldp.", "cdp.platform", "sip.agent"),
    *("mdns.host", "dhcp.hostname", "nbns.name", "llmnr.name", "snmp.sysname"),
)
"""Observations whose text is searched for those words, by how their key begins."""
ANNOUNCED = {
    "bacnet.instance": "it announced itself as building automation (BACnet)",
    "mdns.service=_dicom._tcp": "it offers DICOM over mDNS",
    "mdns.service=_dicom-tls._tcp": "it offers DICOM over mDNS",
    "mdns.service=_acr-nema._tcp": "it offers DICOM over mDNS",
}
"""Observations, with a value or whatever the value, that only a fragile device makes, and why."""
_ENTERPRISE = re.compile(r"^\.?1\.3\.6\.1\.4\.1\.(\d{1,10})(?:\.|$)")


def triage(host: Host) -> Triage:
    """Choose the policy for a host of which little or much may be known, and say why."""
    for reason in (_by_observation(host), _by_port(host), _by_mac(host)):
        if reason:
            return Triage(Policy.FRAGILE, reason)
    holder = (_holder(origin(host.mac)) or "").rstrip(".")
    return Triage(Policy.NORMAL, f"its maker, {holder}, makes ordinary office or network equipment")


def _by_observation(host: Host) -> str:
    """Name the first observation that speaks of a fragile device, or return nothing."""
    for seen in host.observations:
        if seen.key.startswith(SIGN_KEYS):
            return "it speaks a protocol of medical devices"
        if told := ANNOUNCED.get(seen.key) or ANNOUNCED.get(f"{seen.key}={seen.value}"):
            return told
        if _names_fragile_maker(seen):
            return "SNMP names a maker of medical or embedded devices"
        if seen.key.startswith(WORDY) and WORDS.search(seen.value):
            return "what it says of itself suggests a medical or embedded device"
        if seen.key in ("arp.mac", "arp.other-mac") and _odd_mac(seen.value):
            return "a MAC address of it belongs to a maker of medical or embedded devices"
    return ""


def _odd_mac(mac: str) -> bool:
    known = origin(mac)
    return known is not None and bool(medical_maker(known) or module_maker(known))


def _by_port(host: Host) -> str:
    return next(_port_reasons(host), "")


def _port_reasons(host: Host) -> Iterator[str]:
    for service in host.open_ports:
        signs = SIGNS_UDP if service.protocol == "udp" else SIGNS_TCP
        if service.port in signs:
            what = signs[service.port]
            yield f"port {service.port}/{service.protocol} is open, which is used for {what}"


def _by_mac(host: Host) -> str:
    known = origin(host.mac)
    if known is None:
        return "its MAC address is not known"
    if known.local or known.multicast:
        return "its MAC address was chosen by software and names no maker"
    if maker := medical_maker(known):
        return f"its MAC address belongs to {maker.vendor}, a maker of medical devices"
    if module := module_maker(known):
        return f"its MAC address belongs to {module}, whose modules sit inside other devices"
    if known.holder is None:
        return "its MAC address belongs to no known maker"
    ordinary = ordinary_maker(known.holder)
    if ordinary is None or ordinary.policy is Policy.FRAGILE:
        return f"its maker, {known.holder.rstrip('.')}, is not known for ordinary office equipment"
    return ""


def _holder(known: MacOrigin | None) -> str | None:
    return known.holder if known else None


def _names_fragile_maker(seen: Observation) -> bool:
    if seen.key not in ("snmp.sysobjectid", "snmp.engine-maker"):
        return False
    found = _ENTERPRISE.match(seen.value)
    maker = enterprises().get(found.group(1) if found else seen.value)
    return maker is not None and maker.policy is Policy.FRAGILE
