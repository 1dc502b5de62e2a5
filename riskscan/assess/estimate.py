"""How many devices there may be in all, from the scan and the practice's own list.

Two lists made apart, and how many devices stand on both, say how many stand on neither
(capture and recapture; D. G. Chapman, 1951). Both miss the same hidden devices more often than
chance would have it, so the total comes out too low and the share found too high: *at most*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from math import sqrt

from riskscan.assess.sorted_host import sorted_host
from riskscan.model import Device, Entry, Estimate, ListedDevice, Registers, Scan

FEWEST = 7
"""Devices on both lists below which no total is given: one more or less would move it too far."""

_NAMES = (
    "netbios.name",
    "nbns.name",
    "ntlm.computer",
    "ntlm.dns-name",
    "dhcp.hostname",
    "mdns.host",
    "llmnr.name",
    "snmp.sysname",
    "lldp.name",
    "ipp.name",
)
"""Where a device says what it is called."""

Listed = tuple[Entry, ListedDevice]


@dataclass(frozen=True, slots=True)
class Compared:
    """The practice's list held against the scan. The scanning machine itself is left out."""

    both: tuple[tuple[Listed, Device], ...]
    unlisted: tuple[Device, ...]
    """Seen, and not on the list."""
    missing: tuple[Listed, ...]
    """On the list, and not seen."""
    returned: tuple[tuple[Listed, Device], ...] = ()
    """Seen, although the list says that they are gone."""

    @property
    def scanned(self) -> int:
        return len(self.both) + len(self.unlisted) + len(self.returned)

    @property
    def listed(self) -> int:
        return len(self.both) + len(self.missing)


def held_against(scan: Scan, registers: Registers) -> Compared:
    """Match the scan with the list: by MAC address, else by address, else by name.

    Each device and each entry is matched once. An address does not match where both sides name
    a MAC address and they differ; nor does a mark that several devices have. A device that
    the list says was gone before the scan counts as listed no more.
    """
    day = scan.started_at.astimezone(UTC).date()
    entries = list(registers.of(ListedDevice))
    gone = [e for e in entries if e[1].gone_on is not None and e[1].gone_on <= day]
    here = [e for e in entries if e not in gone]
    devices = list({d.key: d for d in reversed(scan.devices) if "self" not in d.host.found_by}
                   .values())[::-1]  # fmt: skip
    both, missing, left = _match(here, devices)
    returned, _, unlisted = _match(gone, left)
    return Compared(tuple(both), tuple(unlisted), tuple(missing), tuple(returned))


def _match(
    entries: Sequence[Listed], devices: Sequence[Device]
) -> tuple[list[tuple[Listed, Device]], list[Listed], list[Device]]:
    """Return the pairs, in the order of the list, and what is left on either side."""
    pairs: dict[str, Device] = {}
    left = {d.key: d for d in devices}
    for of_entry, of_device in _RULES if entries else ():
        by: dict[str, list[Device]] = {}
        for device in left.values():
            for mark in of_device(device):
                by.setdefault(mark, []).append(device)
        for entry, listed in entries:
            found = by.get(of_entry(listed), ()) if entry.id not in pairs else ()
            fits = [d for d in found if d.key in left and not _differ(listed, d)]
            if len(fits) == 1:
                pairs[entry.id] = left.pop(fits[0].key)
    return (
        [(e, pairs[e[0].id]) for e in entries if e[0].id in pairs],
        [e for e in entries if e[0].id not in pairs],
        list(left.values()),
    )


def _mac(text: str | None) -> str:
    return (text or "").strip().lower().replace("-", ":")


def _differ(listed: ListedDevice, device: Device) -> bool:
    """Say whether both sides name a MAC address, and not the same."""
    return bool(_mac(listed.mac) and device.host.mac) and _mac(listed.mac) != device.host.mac


def _called(device: Device) -> set[str]:
    """Return the names that a device gives itself, with and without their domain."""
    said = sorted_host(device.host).said
    told = {o.value.strip().rstrip(".").casefold() for key in _NAMES for o in said.get(key, ())}
    return {name for full in told for name in (full, full.partition(".")[0]) if name}


_RULES: tuple[tuple[Callable[[ListedDevice], str], Callable[[Device], Iterable[str]]], ...] = (
    (lambda listed: _mac(listed.mac), lambda device: filter(None, (device.host.mac,))),
    (lambda listed: listed.address.strip(), lambda device: (str(device.address),)),
    (lambda listed: listed.name.strip().casefold(), _called),
)
"""The mark of an entry and the marks of a device, by falling strength. No mark is ''."""


def estimate(scan: Scan, registers: Registers) -> Estimate | None:
    """Return Chapman's estimate; None with fewer than 7 devices on both lists."""
    compared = held_against(scan, registers)
    both = len(compared.both)
    if both < FEWEST:
        return None
    return chapman(compared.scanned, compared.listed, both)


def chapman(scanned: int, listed: int, both: int) -> Estimate:
    """Return N = (n1 + 1)(n2 + 1) / (m + 1) - 1, and its standard error (Seber, 1970)."""
    n1, n2, m = scanned, listed, both
    total = (n1 + 1) * (n2 + 1) / (m + 1) - 1
    variance = (n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 1) ** 2 * (m + 2))
    return Estimate(n1, n2, m, total, sqrt(variance))


def in_words(found: Estimate) -> str:
    """Say what the two lists show together, with the range of two standard errors."""
    least = max(found.found, round(found.total - 2 * found.error))
    most = max(least, round(found.total + 2 * found.error))
    total = max(found.found, round(found.total))
    span = f" ({least:,} to {most:,})" if most > least else ""
    return (
        f"Scan and the practice's own list name {found.found:,} devices together. By how far the "
        f"two agree, at most {found.found:,} of about {total:,}{span} are known: what hides from "
        "one hides more easily from the other."
    )
