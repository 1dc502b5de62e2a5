"""A scan of a practice, and how two scans differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from riskscan.model.device import Device
from riskscan.model.network import Notice, PortState, Vantage
from riskscan.model.site import Site


class ScanState(StrEnum):
    RUNNING = "running"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    """Stopped before the end; it can be resumed."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One look at a practice's network."""

    id: str
    """``S-`` and a sortable time, such as ``S-20261121-215500-3f9a``."""
    site: Site
    started_at: datetime
    state: ScanState = ScanState.RUNNING
    ended_at: datetime | None = None
    profile: str = "gentle"
    rescan_of: str | None = None
    """Id of the scan that this one builds on: unchanged devices were asked less, and the rest of
    what is known of them was carried over. None for a full scan."""
    vantage: Vantage = field(default_factory=Vantage)
    tool_version: str = ""
    nmap_version: str = ""
    rules_revision: str = ""
    notices: tuple[Notice, ...] = ()
    devices: tuple[Device, ...] = ()
    """By address."""


class ChangeKind(StrEnum):
    APPEARED = "appeared"
    VANISHED = "vanished"
    READDRESSED = "readdressed"
    RECLASSIFIED = "reclassified"
    PORT_OPENED = "port-opened"
    PORT_CLOSED = "port-closed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two scans of a site."""

    kind: ChangeKind
    key: str
    """:attr:`Device.key` of the device."""
    address: str
    detail: str


def compare(earlier: Scan, later: Scan) -> tuple[Change, ...]:
    """Return what differs, by device key.

    A device absent from the later scan has *vanished from view*: it may be asleep. A port counts
    as closed only if the later scan asked it and was told so. What that scan carried over from
    an earlier one is no news.
    """
    before = {d.key: d for d in earlier.devices}
    after = {d.key: d for d in later.devices}
    changes: list[Change] = []
    for key, device in after.items():
        old = before.get(key)
        where = str(device.address)
        if old is None:
            changes.append(Change(ChangeKind.APPEARED, key, where, device.name))
            continue
        if old.address != device.address:
            changes.append(Change(ChangeKind.READDRESSED, key, where, f"was {old.address}"))
        if old.identity.device_class is not device.identity.device_class:
            was, now = old.identity.device_class.label, device.identity.device_class.label
            changes.append(Change(ChangeKind.RECLASSIFIED, key, where, f"{was} is now {now}"))
        changes += _port_changes(old, device)
    for key, device in before.items():
        if key not in after:
            changes.append(Change(ChangeKind.VANISHED, key, str(device.address), device.name))
    return tuple(changes)


def _port_changes(old: Device, new: Device) -> list[Change]:
    fresh = [s for s in new.host.services if s.as_of is None]
    was = {(s.protocol, s.port) for s in old.host.open_ports}
    now = {(s.protocol, s.port) for s in fresh if s.state is PortState.OPEN}
    asked_before = {(s.protocol, s.port) for s in old.host.services}
    closed_now = {(s.protocol, s.port) for s in fresh if s.state is PortState.CLOSED}
    where = str(new.address)
    opened = [
        Change(ChangeKind.PORT_OPENED, new.key, where, f"{port}/{protocol}")
        for protocol, port in sorted((now - was) & asked_before)
    ]
    closed = [
        Change(ChangeKind.PORT_CLOSED, new.key, where, f"{port}/{protocol}")
        for protocol, port in sorted(was & closed_now)
    ]
    return opened + closed
