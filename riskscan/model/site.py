"""A practice as its site.toml describes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from riskscan.model.network import Scope


class PracticeSize(StrEnum):
    """HICP's size classes. Size tunes advice; it never removes a Security Rule control."""

    SMALL = "small"
    """1-10 providers."""
    MEDIUM = "medium"
    """11-50 providers."""
    LARGE = "large"
    """More than 50 providers."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Who allowed this network to be scanned."""

    given_by: str
    on: date | None = None
    role: str = ""
    patient_connected: str = ""
    """The practice's answer to: which devices are connected to a patient, and are they excluded?"""


class Zone(StrEnum):
    """The kind of network that a scan looks from."""

    GUEST = "guest"
    OFFICE = "office"
    CLINICAL = "clinical"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Site:
    """A practice as its site.toml describes it."""

    practice: str
    scope: Scope
    size: PracticeSize = PracticeSize.SMALL
    consent: Consent | None = None
    vantage: str = ""
    """Where the scanning machine is plugged in, in words."""
    zone: Zone | None = None
    """What kind of network that is: two zones make a test of what one can reach from the other."""
    gentle: tuple[str, ...] = ()
    """Addresses, networks or MAC prefixes that always get the fragile policy."""
    allow_anonymous: tuple[str, ...] = ()
    """The same forms: fragile or medical devices that may be greeted as a stranger after all."""
    assessor: str = ""
    """Who runs the scan: the technician and the firm."""
