"""A device of a stored scan, as the verbs about devices show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riskscan.cli.tables import Row
    from riskscan.model import Address, Device, OneDevice, Scan


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


def also_at(scan: Scan) -> dict[Address, OneDevice]:
    """Return, by address, those devices that are proven to be one with another of the scan."""
    from riskscan.model import same_devices

    return {device.address: one for one in same_devices(scan.devices) for device in one.devices}


def device_row(device: Device, one: OneDevice | None = None) -> Row:
    """Return a device as JSON and CSV have it; ``one`` is what it is proven to be one with."""
    identity = device.identity
    others = one.devices if one else ()
    return {
        "address": str(device.address),
        "same_as": [str(other.address) for other in others if other.address != device.address],
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
    """Say in few words what it is, and where else it was met."""
    words = (row["class"].replace("_", " "), row["vendor"], row["product"])
    also = f"(also {', '.join(row['same_as'])})" if row["same_as"] else ""
    return " ".join(word for word in (*words, also) if word)
