"""Which devices bear more than others: servers and network gear that are known as such. Pure."""

from __future__ import annotations

from riskscan.identify.facts import PORT_KEYS
from riskscan.model import Confidence, Device, DeviceClass, Policy

HARDY_CLASSES = frozenset(
    {
        DeviceClass.DOMAIN_CONTROLLER,
        DeviceClass.SERVER,
        DeviceClass.HYPERVISOR,
        DeviceClass.ROUTER_FIREWALL,
        DeviceClass.SWITCH,
        DeviceClass.NETWORK_APPLIANCE,
    }
)
"""Classes that are built to be asked by many at once. Not network storage, wireless access points
and remote-management ports, which are often small computers; nothing medical, and no health record
server, on which the practice depends."""

_CLINICAL = frozenset({"Medical devices", "Health IT"})
_OF_THE_MAC = ("arp.", "mac.")


def hardy(device: Device) -> str:
    """Say why a device is robust; '' unless its identity is sure and nothing speaks against it.

    A MAC address and open ports are no identity: something that the device said must stand
    behind it. A box that also fills a clinical role is none of these.
    """
    identity = device.identity
    groups = {kind.group for kind in identity.roles}
    if identity.device_class not in HARDY_CLASSES or identity.confidence is not Confidence.HIGH:
        return ""
    if device.host.triage.policy is Policy.FRAGILE or groups & _CLINICAL:
        return ""
    keys = {evidence.observation.key for evidence in identity.evidence}
    if not any(key not in PORT_KEYS and not key.startswith(_OF_THE_MAC) for key in keys):
        return ""
    return f"for certain: {identity.device_class.label}"
