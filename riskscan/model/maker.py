"""Who made a device, or runs a service, and where that firm speaks of security."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from riskscan.model.device import DeviceClass
from riskscan.model.level import Confidence


class Associate(StrEnum):
    """Whether a firm of this kind is usually a business associate (45 CFR 160.103).

    A guess from what such firms do. What a firm was hired for decides, and only the practice
    knows that.
    """

    YES = "yes"
    """Its service cannot be had without patient data in its hands."""
    MAYBE = "maybe"
    """It depends on the contract: remote service, hosting, returned disks."""
    NO = "no"
    """It sells a thing, and sees no patient data by that."""


@dataclass(frozen=True, slots=True)
class Maker:
    """A maker of devices, or a firm whose service shows on a network."""

    name: str
    """As fingerprints spell it, where they name it."""
    associate: Associate
    reason: str
    """Why, in one sentence for a practice manager."""
    source: str
    confidence: Confidence
    """Low: the page was named by others, and not read at the maker's."""
    also: tuple[str, ...] = ()
    """Other spellings, former names, brands."""
    classes: tuple[DeviceClass, ...] = ()
    """What it is known for; empty for a service."""
    associate_classes: tuple[DeviceClass, ...] = ()
    """Kinds of device that ``associate`` is about, the rest being a plain sale; empty: all."""
    service: bool = False
    """A firm behind a program or a cloud, seen by its name and not as the maker of a device."""
    security_page: str = ""
    contact: str = ""
    """Where weaknesses are reported: an address for mail, or a page."""
    mds2: str = ""
    """Where the MDS2 (ANSI/NEMA HN 1) of a device is asked for; '' unless it makes such devices."""
    checked_on: date | None = None
    """When page and contact were looked up; None if they were not."""

    def associate_for(self, kind: DeviceClass) -> Associate:
        """Return whether it is usually a business associate by a device of this kind."""
        if self.associate_classes and kind not in self.associate_classes:
            return Associate.NO
        return self.associate
