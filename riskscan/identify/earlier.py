"""Which devices earlier scans of a practice found fragile, and which robust, and why: pure."""

from __future__ import annotations

from collections.abc import Iterable

from riskscan.identify.hardy import hardy
from riskscan.model import Device, Policy, Scan

_EARLIER = "an earlier scan found "


def known_fragile(scans: Iterable[Scan]) -> dict[str, str]:
    """Return why devices are fragile, by :attr:`Device.key`, from scans given newest first.

    What was fragile once stays so: that it shows no sign of it today is no proof.
    """
    found: dict[str, str] = {}
    for scan in scans:
        for device in scan.devices:
            if device.key not in found and (reason := _fragile_before(device)):
                found[device.key] = reason
    return found


def known_robust(scans: Iterable[Scan]) -> dict[str, str]:
    """Return why devices are robust, by :attr:`Device.key`, from scans given newest first.

    The newest scan that saw a device decides, and only while no scan found it fragile.
    """
    scans = tuple(scans)
    fragile = known_fragile(scans)
    newest: dict[str, Device] = {}
    for scan in scans:
        for device in scan.devices:
            newest.setdefault(device.key, device)
    return {
        key: f"{_EARLIER}{reason}"
        for key, device in newest.items()
        if key not in fragile and (reason := hardy(device))
    }


def _fragile_before(device: Device) -> str | None:
    triage, identity = device.host.triage, device.identity
    if any(seen.key == "net.distress" for seen in device.host.observations):
        return f"{_EARLIER}that it stopped answering while it was asked"
    if identity.device_class.is_medical:
        return f"{_EARLIER}a medical device: {identity.device_class.label}"
    if triage.policy is not Policy.FRAGILE:
        return None
    if triage.reason.startswith(_EARLIER):
        return triage.reason
    return f"{_EARLIER}it fragile: {triage.reason}"
