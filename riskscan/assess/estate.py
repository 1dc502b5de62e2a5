"""What a finding touches: which devices matter most, and which segment each stands in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cache

from riskscan.assess.library import criticality
from riskscan.assess.own_worth import own_impact, worth_entries
from riskscan.model import Device, DeviceClass, Finding, Level, Registers, Scan


@dataclass(frozen=True, slots=True)
class Estate:
    """The devices of a scan, seen by what they are worth."""

    devices: Mapping[str, Device]
    """By address."""
    scan: Scan
    own: Mapping[DeviceClass, Level] = field(default_factory=dict)
    """What the practice says that its classes are worth, where it differs from the table."""

    @classmethod
    def of(cls, scan: Scan, registers: Registers | None = None) -> Estate:
        """See a scan's devices by their worth, that of ``registers`` before that of the table."""
        ordered = sorted(scan.devices, key=lambda d: (d.address.version, int(d.address)))
        said = worth_entries(registers) if registers else {}
        own = {each: own_impact(each, criticality()[each], said)[0].level for each in said}
        return cls({str(d.address): d for d in ordered}, scan, own)

    def worth(self, address: str | None) -> Level:
        """Return the impact level of a device's class; very low for an address nobody knows.

        The practice's own worth of the class counts where it gave a reason.
        """
        device = self.devices.get(address or "")
        if device is None:
            return Level.VERY_LOW
        device_class = device.identity.device_class
        own = self.own.get(device_class)
        return _worths()[device_class] if own is None else own

    def touched(self, finding: Finding) -> tuple[Device, ...]:
        """Return the devices that a finding is about.

        A finding about the network is about the medical devices that its evidence names.
        """
        if finding.address is not None:
            return (self.devices[finding.address],)
        macs = {e.observation.value for e in finding.evidence if e.observation.key == "arp.mac"}
        return tuple(
            d
            for d in self.devices.values()
            if d.host.mac in macs and d.identity.device_class.is_medical
        )

    def segment(self, device: Device) -> str:
        """Name the segment a device stands in, as far as the scanner could tell."""
        for segment in self.scan.vantage.segments:
            if device.host.mac is not None and device.address in segment.network:
                return str(segment.network)
        for network in self.scan.site.scope.include:
            if device.address in network:
                return f"beyond {network}"
        return ""


@cache
def _worths() -> dict[DeviceClass, Level]:
    return {kind: entry.impact.level for kind, entry in criticality().items()}


def neighbours(scan: Scan, device: Device, kinds: Set[DeviceClass]) -> Iterator[Device]:
    """Yield the other devices of some kinds in the segment that a device and the scanner stand in.

    None for a device that was reached through a router.
    """
    networks = [s.network for s in scan.vantage.segments if device.address in s.network]
    if device.host.mac is None or not networks:
        return
    for other in scan.devices:
        if (
            other.identity.device_class in kinds
            and other.host.mac is not None
            and other is not device
            and any(other.address in network for network in networks)
        ):
            yield other


def name_of(device_class: DeviceClass) -> str:
    """The class in words for the middle of a sentence: lower case, but ECG and Wi-Fi stay."""
    label = device_class.label
    if label[:2].isupper() or label.startswith("Wi-Fi"):
        return label
    return label[0].lower() + label[1:]


def name_group(devices: tuple[Device, ...], device_class: DeviceClass | None) -> str:
    """Name some devices of one class in a sentence; no class means medical devices of any."""
    addresses = [str(d.address) for d in devices]
    listed = ", ".join(addresses[:3])
    if len(addresses) > 3:
        listed += f" and {len(addresses) - 3} more"
    if device_class is None:
        return f"the network of {len(addresses)} medical devices ({listed})"
    unknown = device_class is DeviceClass.UNKNOWN
    if len(addresses) == 1:
        kind = "unidentified device" if unknown else name_of(device_class)
        return f"the {kind} at {listed}"
    if unknown:
        return f"{len(addresses)} unidentified devices ({listed})"
    return f"{len(addresses)} devices of the kind “{name_of(device_class)}” ({listed})"
