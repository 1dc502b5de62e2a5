"""A device of a stored scan, as the verbs about devices show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riskscan.cli.tables import Row
    from riskscan.model import Device, Scan


def device_at(scan: Scan, address: str) -> Device:
    """Return the device with that address. Raises :class:`riskscan.errors.DeviceNotFound`."""
    from riskscan.errors import DeviceNotFound

    wanted = address.strip().lower().replace("-", ":")
    for device in scan.devices:
        if wanted in (str(device.address), device.host.mac):
            return device
    raise DeviceNotFound(
        f"scan {scan.id} holds no device {address[:60]!r}", "riskscan devices lists them"
    )


def device_row(device: Device) -> Row:
    """Return a device as JSON and CSV have it."""
    identity = device.identity
    return {
        "address": str(device.address),
        "mac": device.host.mac,
        "mac_vendor": identity.mac_vendor,
        "location": identity.location,
        "owner": identity.owner,
        "class": identity.device_class.value,
        "vendor": identity.vendor,
        "product": identity.product,
        "version": identity.version,
        "os": " ".join(part for part in (identity.os_family, identity.os_version) if part) or None,
        "roles": [role.value for role in identity.roles],
        "confidence": identity.confidence.value,
        "rule": identity.rule_id,
        "ports": [s.label for s in device.host.open_ports],
        "policy": device.host.triage.policy.value,
        "policy_reason": device.host.triage.reason,
        "seen_at": device.host.seen_at.isoformat() if device.host.seen_at else None,
    }


def device_words(row: Row) -> str:
    """Say in few words what it is."""
    words = (row["class"].replace("_", " "), row["vendor"], row["product"])
    return " ".join(word for word in words if word)
