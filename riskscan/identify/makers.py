"""Makers by MAC prefix and by name: who makes medical devices, modules, and ordinary equipment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TypeVar

from riskscan.identify.vendor import MacOrigin
from riskscan.model import Confidence, DeviceClass, Policy

_T = TypeVar("_T")
_GRADES = {"B": Confidence.MEDIUM, "C": Confidence.LOW}
_LENGTHS = (9, 7, 6)
"""Hex digits of a block, longest first."""


@dataclass(frozen=True, slots=True)
class Maker:
    """A line of one of the tables in ``identify/prefixes``."""

    vendor: str
    """As we spell it."""
    device_class: DeviceClass | None
    """What the maker is known for; None where it makes many things, or only a module inside."""
    confidence: Confidence
    policy: Policy
    makes_part: bool = False
    """It made the network card or the virtual machine (grade M), and likely not the device."""


@lru_cache(maxsize=1)
def medical_prefixes() -> dict[str, Maker]:
    """Blocks of makers of medical devices, by 6, 7 or 9 upper-case hex digits."""
    return {
        prefix: Maker(vendor, DeviceClass(device_class), _GRADES[grade], Policy.FRAGILE)
        for prefix, vendor, device_class, grade in table("medical.tsv")
    }


@lru_cache(maxsize=1)
def module_prefixes() -> dict[str, str]:
    """Blocks of makers of boards and radios that sit inside other devices: prefix to vendor."""
    return {row[0]: row[1] for row in table("modules.tsv")}


@lru_cache(maxsize=1)
def other_makers() -> dict[str, Maker]:
    """Makers of other equipment, by how the registry begins their name."""
    return {row[0]: _maker(*row[1:]) for row in table("makers.tsv")}


@lru_cache(maxsize=1)
def enterprises() -> dict[str, Maker]:
    """Makers by their SNMP enterprise number, as the registry of the IANA has it."""
    return {row[0]: _maker(*row[1:]) for row in table("enterprises.tsv")}


def _maker(vendor: str, device_class: str, grade: str, lane: str) -> Maker:
    kind = None if device_class == "-" else DeviceClass(device_class)
    return Maker(
        vendor, kind, _GRADES.get(grade, Confidence.LOW), Policy(lane), makes_part=grade == "M"
    )


def medical_maker(origin: MacOrigin) -> Maker | None:
    """Return the maker of medical devices that holds this address's block, if one does."""
    return None if origin.local else _by_block(medical_prefixes(), origin.digits)


def module_maker(origin: MacOrigin) -> str | None:
    """Return the maker of the module inside the device, if the block is one of those."""
    return None if origin.local else _by_block(module_prefixes(), origin.digits)


@lru_cache(maxsize=1024)
def ordinary_maker(holder: str) -> Maker | None:
    """Return the maker of other equipment with this name in the registry, longest name first."""
    names = [name for name in other_makers() if re.match(name_pattern(name), holder)]
    return other_makers()[max(names, key=len)] if names else None


def name_pattern(begins: str) -> str:
    """Return a pattern for holders whose name begins so, in whole words and any case."""
    return rf"(?i)^{re.escape(begins)}(?:[^a-z0-9]|$)"


def table(name: str) -> Iterator[list[str]]:
    """Yield the fields of each line of a tab-separated table, comments left out."""
    text = files("riskscan.identify").joinpath("prefixes", name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.split("\t")


def _by_block(blocks: dict[str, _T], digits: str) -> _T | None:
    return next((blocks[digits[:n]] for n in _LENGTHS if digits[:n] in blocks), None)
