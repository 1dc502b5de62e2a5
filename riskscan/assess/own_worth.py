"""What the practice itself says its classes of devices are worth: the worth register, judged.

A cell counts if the entry gives a reason. Classes that can hurt a patient never fall below high for
integrity and availability, and what nobody has identified never below moderate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from riskscan.assess.library import Criticality
from riskscan.model import DeviceClass, Entry, Impact, Level, Registers, Worth

CELLS = ("confidentiality", "integrity", "availability")


def worth_entries(registers: Registers) -> dict[DeviceClass, tuple[Entry, Worth]]:
    """Return the newest entry of the worth register for each class."""
    return {
        DeviceClass(worth.device_class): (entry, worth)
        for entry, worth in registers.of(Worth)
        if worth.device_class in set(DeviceClass)
    }


def own_impact(
    device_class: DeviceClass | None,
    default: Criticality,
    said: Mapping[DeviceClass, tuple[Entry, Worth]],
) -> tuple[Impact, tuple[str, ...]]:
    """Return the cells of the practice where it gave a reason, else those of the table, and why."""
    if device_class is None or device_class not in said:
        return default.impact, ()
    entry, own = said[device_class]
    who = f"{entry.person} on {entry.made_at:%Y-%m-%d} ({entry.id})"
    if not own.reason:
        return default.impact, (f"The worth set by {who} has no reason and does not count.",)
    wanted = {cell: level for cell in CELLS if (level := getattr(own, cell)) is not None}
    kept = {
        cell: level
        for cell, level in wanted.items()
        if _allowed(device_class, default, cell, level)
    }
    impact = replace(default.impact, **kept)
    told = [_moved(default.impact, impact, who, own.reason)] if impact != default.impact else []
    if len(kept) < len(wanted):
        told.append(
            f"{who} asked for less than a patient who can come to harm, or a device nobody "
            "knows, allows; that does not count."
        )
    return impact, tuple(told)


def _moved(default: Impact, own: Impact, who: str, reason: str) -> str:
    """Say in one sentence which cells differ from the table, by whom and why."""
    cells = [
        f"{cell} is {getattr(own, cell)} and not {getattr(default, cell)}"
        for cell in CELLS
        if getattr(own, cell) is not getattr(default, cell)
    ]
    text = ", ".join(cells)
    return f"{text[0].upper()}{text[1:]}, as set by {who}: {reason}"


def _allowed(device_class: DeviceClass, default: Criticality, cell: str, level: Level) -> bool:
    unsafe = default.patient_safety and cell != "confidentiality" and level < Level.HIGH
    return not unsafe and not (device_class is DeviceClass.UNKNOWN and level < Level.MODERATE)
