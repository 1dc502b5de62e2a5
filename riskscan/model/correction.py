"""What a person says a device is: it outranks every fingerprint, and is never overwritten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from riskscan.model.device import Device, DeviceClass

SERIAL_KEYS = ("snmp.serial", "ssdp.serial", "lldp.serial")
"""Observations that hold what no two devices of a maker share."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One entry of the practice's own knowledge of its devices. A later one is added, not merged.

    A field that is None says nothing, so that the fingerprints still speak for it.
    """

    marks: tuple[str, ...]
    """What the device is recognised by, strongest first: see :func:`marks_of`."""
    author: str
    """The named person who says so."""
    made_at: datetime
    device_class: DeviceClass | None = None
    vendor: str | None = None
    product: str | None = None
    location: str | None = None
    owner: str | None = None
    note: str = ""


def marks_of(device: Device) -> tuple[str, ...]:
    """Return what a device is recognised by wherever it is plugged in, strongest first.

    A serial number, then a MAC address that its maker gave it; the address only where there is
    neither, since another device may bear it tomorrow.
    """
    seen = device.host.observations
    marks = [f"{o.key}:{o.value.strip()}" for o in seen if o.key in SERIAL_KEYS and o.value.strip()]
    mac = device.host.mac
    if mac is not None and not int(mac[1], 16) & 2:
        marks.append(f"mac:{mac}")
    return tuple(dict.fromkeys(marks)) or (f"address:{device.address}",)


def correction_of(device: Device, corrections: tuple[Correction, ...]) -> Correction | None:
    """Return all that was said of a device, the newest word on each field; None if nothing was.

    ``corrections`` come oldest first.
    """
    marks = set(marks_of(device))
    said = [c for c in corrections if marks.intersection(c.marks)]
    if not said:
        return None

    whole = said[0]
    for later in said[1:]:
        whole = _over(whole, later)
    return whole


def _over(earlier: Correction, later: Correction) -> Correction:
    """Lay a later correction over an earlier one: what it leaves out stays."""
    return replace(
        later,
        device_class=later.device_class or earlier.device_class,
        vendor=later.vendor or earlier.vendor,
        product=later.product or earlier.product,
        location=later.location or earlier.location,
        owner=later.owner or earlier.owner,
    )
