"""The segmentation matrix: what each place that was looked from reached, class by class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from riskscan.assess.estate import Estate
from riskscan.assess.place import Outcome, Place
from riskscan.model import Device, DeviceClass, Reached, Scan


def reachability(
    scan: Scan, elsewhere: Sequence[Scan], today: date | None = None
) -> tuple[Reached, ...]:
    """Return one row for each place, segment and class of device; this scan's place comes first.

    Rows are about the devices of ``scan``. A port counts as reached if it answered as open; what
    a place did not ask counts as untested. Scans stopped early or older than a year by ``today``
    (the scan's own day if None) give no rows.
    """
    estate = Estate.of(scan)
    groups: dict[tuple[str, DeviceClass], list[Device]] = {}
    for device in estate.devices.values():
        key = (estate.segment(device), device.identity.device_class)
        groups.setdefault(key, []).append(device)
    known = sorted(groups.items(), key=lambda group: group[0])
    own = Place.of(scan)
    return tuple(
        _row(place, segment, device_class, devices)
        for place in (own, *(Place.of(each) for each in elsewhere))
        if place.counts(today or own.on)
        for (segment, device_class), devices in known
    )


def _row(
    place: Place, segment: str, device_class: DeviceClass, devices: Sequence[Device]
) -> Reached:
    outcomes = [_outcome(place, device) for device in devices]
    ports = {port for device in devices for port in place.open_ports(device)}
    days = [place.on, *(_days(place, devices))]
    return Reached(
        zone=place.zone.value if place.zone else "",
        place=place.name,
        device_class=device_class,
        segment=segment,
        devices=len(devices),
        reached=outcomes.count(Outcome.REACHED),
        unreached=outcomes.count(Outcome.UNREACHED),
        untested=outcomes.count(Outcome.UNTESTED),
        ports=tuple(f"{number}/{protocol}" for protocol, number in sorted(ports)),
        tested_on=min(days),
    )


def _outcome(place: Place, device: Device) -> Outcome:
    """A device is reached by any open port, and unreached if each port known as open was not."""
    any_port = place.test_any(device)
    if any_port.outcome is not Outcome.UNTESTED:
        return any_port.outcome
    wanted = [(s.protocol, s.port) for s in device.host.open_ports]
    if not wanted:
        return Outcome.UNREACHED if place.asked_any(device) else Outcome.UNTESTED
    tried = [place.test(device, port).outcome for port in wanted]
    return Outcome.UNTESTED if Outcome.UNTESTED in tried else Outcome.UNREACHED


def _days(place: Place, devices: Iterable[Device]) -> Iterator[date]:
    for device in devices:
        for port in place.open_ports(device):
            yield place.test(device, port).on
