"""What one place can reach in another: a row of the segmentation matrix."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskscan.model.device import DeviceClass


@dataclass(frozen=True, slots=True)
class Reached:
    """What a scan from one place reached of the devices of one class in one segment.

    The three counts are of devices and add up to ``devices``.
    """

    zone: str
    """Kind of network the scan looked from: ``guest``; empty if nobody said."""
    place: str
    """The technician's word for it: ``front desk``."""
    device_class: DeviceClass
    segment: str
    """Network that the devices stand in; empty if it is not known."""
    devices: int
    reached: int
    """Of these, how many had a port that answered as open."""
    unreached: int
    """How many were asked and had none, or gave no answer at all."""
    untested: int
    """How many this scan says nothing about: outside its scope, or not asked."""
    ports: tuple[str, ...]
    """Ports that were reached on any of them: ``445/tcp``, by protocol and number."""
    tested_on: date
    """Day on which the scan began, or on which the oldest of these ports was asked."""
