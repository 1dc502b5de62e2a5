"""A scan as a test: what it says of a port of a device, looked at from one named place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from enum import Enum
from ipaddress import IPv4Address

from riskscan.assess.sorted_host import SortedHost, sorted_host
from riskscan.model import Address, Device, PortState, Scan, ScanState, Zone

FRESH = timedelta(days=365)
"""How long a test of what can be reached counts (riskscan baseline, not a legal term)."""

BLIND = "unprivileged-sweep"
"""Notice of a scan that sees beyond its own network only who takes or refuses a connection."""

ZONE_WORDS = {
    Zone.GUEST: "the guest network",
    Zone.OFFICE: "the office network",
    Zone.CLINICAL: "the clinical network",
    Zone.SERVER: "the server network",
    None: "a network of no named kind",
}

Port = tuple[str, int]
"""Protocol and number."""


class Outcome(Enum):
    """How a test of one port from one place ended. Untested is never unreachable."""

    REACHED = "reached"
    UNREACHED = "unreached"
    """Asked, and closed, filtered, or nothing answered at that address at all."""
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome, and the day it is from."""

    outcome: Outcome
    on: date


@dataclass(frozen=True, slots=True)
class Place:
    """A scan, and its devices by how another scan of the practice may know them."""

    scan: Scan
    by_address: Mapping[str, Device]
    by_mac: Mapping[str, Device]
    _sorted: dict[Address, SortedHost] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Hosts once they were asked about: places take turns, and each keeps its own."""
    _open: dict[Address, tuple[Port, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, scan: Scan) -> Place:
        return cls(
            scan,
            {str(d.address): d for d in scan.devices},
            {d.host.mac: d for d in scan.devices if d.host.mac},
        )

    @property
    def zone(self) -> Zone | None:
        return self.scan.site.zone

    @property
    def name(self) -> str:
        """The technician's word for it; never empty."""
        return self.scan.vantage.label or self.scan.site.vantage or "not named"

    @property
    def on(self) -> date:
        return self.scan.started_at.astimezone(UTC).date()

    def counts(self, today: date) -> bool:
        """Say whether it is a test at all: run to its end, and not longer ago than a year."""
        return self.scan.state is ScanState.COMPLETE and today - self.on <= FRESH

    def sight(self, device: Device) -> Device | None:
        """Return what this scan saw of a device that another one saw; None if it did not."""
        known = self.by_mac.get(device.host.mac or "")
        if known is not None:
            return known
        there = self.by_address.get(str(device.address))
        if there is None or _is_another(there, device):
            return None
        return there

    def test(self, device: Device, port: Port) -> Trial:
        """Say what became of one port of a device that another scan saw.

        A port that was not asked, for safety or because it is on no list, is untested; so is an
        address outside the scope, and one that another device has by now.
        """
        there = self.sight(device)
        if there is None:
            return Trial(self._silence(device), self.on)
        host = self._host(there)
        state = host.states.get(port)
        asked = host.asked_on.get(port)
        on = asked.astimezone(UTC).date() if asked else self.on
        if state is PortState.OPEN:
            return Trial(Outcome.REACHED, on)
        if state in (PortState.CLOSED, PortState.FILTERED):
            return Trial(Outcome.UNREACHED, on)
        return Trial(Outcome.UNTESTED, on)

    def test_any(self, device: Device) -> Trial:
        """Say whether any port of a device answered as open."""
        there = self.sight(device)
        if there is None:
            return Trial(self._silence(device), self.on)
        reached = bool(self.open_ports(device))
        return Trial(Outcome.REACHED if reached else Outcome.UNTESTED, self.on)

    def open_ports(self, device: Device) -> tuple[Port, ...]:
        """Return the ports of a device that answered as open here, by protocol and number."""
        there = self.sight(device)
        if there is None:
            return ()
        known = self._open.get(there.address)
        if known is None:
            states = self._host(there).states.items()
            known = tuple(sorted(port for port, state in states if state is PortState.OPEN))
            self._open[there.address] = known
        return known

    def asked_any(self, device: Device) -> bool:
        """Say whether this scan asked any port of a device, whatever became of it."""
        there = self.sight(device)
        return there is not None and bool(self._host(there).states)

    def _host(self, device: Device) -> SortedHost:
        known = self._sorted.get(device.address)
        if known is None:
            known = self._sorted[device.address] = sorted_host(device.host)
        return known

    def _silence(self, device: Device) -> Outcome:
        """Judge an address where this scan saw nothing that could be the device."""
        asked = (
            str(device.address) not in self.by_address
            and isinstance(device.address, IPv4Address)  # no network of IPv6 is swept whole
            and self.scan.site.scope.allows(device.address)
            and self.scan.site.scope.allows_mac(device.host.mac)
            and all(notice.code != BLIND for notice in self.scan.notices)
        )
        return Outcome.UNREACHED if asked else Outcome.UNTESTED


def _is_another(there: Device, device: Device) -> bool:
    """Say whether an address has changed hands: two MAC addresses that differ are two devices."""
    return bool(there.host.mac and device.host.mac and there.host.mac != device.host.mac)
