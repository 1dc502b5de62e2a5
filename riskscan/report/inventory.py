"""The devices, by the groups in which a practice thinks of them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from ipaddress import ip_network

from riskscan.model import (
    CLASS_GROUPS,
    Assessment,
    Device,
    DeviceClass,
    Finding,
    Level,
    Network,
    Result,
    Scan,
)
from riskscan.report.clean import shortened
from riskscan.report.document import (
    DeviceGroup,
    DeviceRow,
    EarlierPorts,
    Fact,
    MapDevice,
    MapNetwork,
    MapRow,
)
from riskscan.report.words import CONFIDENCE, NAME_CAP, listed, short_name, software

_PATIENT_DATA = (
    DeviceClass.EHR_PM_SERVER,
    DeviceClass.PACS_ARCHIVE,
    DeviceClass.IMAGING_MODALITY,
    DeviceClass.IMAGING_WORKSTATION,
    DeviceClass.ECG_CARDIOLOGY,
    DeviceClass.LAB_ANALYZER,
    DeviceClass.DENTAL_IMAGING,
    DeviceClass.OPHTHALMIC,
    DeviceClass.MEDICAL_GATEWAY,
    DeviceClass.INTERFACE_ENGINE,
    DeviceClass.SERVER,
    DeviceClass.NAS_STORAGE,
    DeviceClass.PRINTER_MFP,
)
"""Classes that usually keep or pass on patient data; printers keep copies on their disks."""


def patient_data(scan: Scan) -> tuple[Fact, ...]:
    """List the devices where patient data is likely to be, by class: a list to be confirmed."""
    rows: dict[DeviceClass, list[str]] = {}
    for device in sorted(scan.devices, key=_order):
        for kind in (device.identity.device_class, *device.identity.roles):
            if kind in _PATIENT_DATA:
                rows.setdefault(kind, []).append(f"{short_name(device)} ({device.address})")
    return tuple(Fact(kind.label, listed(rows[kind])) for kind in _PATIENT_DATA if kind in rows)


def networks(scan: Scan, assessment: Assessment) -> tuple[MapNetwork, ...]:
    """Place every device on its network, for the map."""
    found = [f for f in assessment.findings if f.result is Result.FAIL]
    placed: dict[Network, list[Device]] = {}
    for device in sorted(scan.devices, key=_order):
        placed.setdefault(_network(scan, device), []).append(device)
    ordered = sorted(placed, key=lambda net: (net.version, int(net.network_address)))
    return tuple(MapNetwork(str(net), _map_rows(placed[net], found)) for net in ordered)


def _network(scan: Scan, device: Device) -> Network:
    """Return the narrowest network that the scan knows around a device, at most 256 wide."""
    address = device.address
    known = [s.network for s in scan.vantage.segments] + list(scan.site.scope.include)
    around = [net for net in known if address in net and net.num_addresses > 1]
    block = ip_network((address, 24 if address.version == 4 else 64), strict=False)
    return max([*around, block], key=lambda net: net.prefixlen)


def _map_rows(devices: list[Device], found: list[Finding]) -> tuple[MapRow, ...]:
    rows: dict[str, list[MapDevice]] = {}
    for device in devices:
        address = str(device.address)
        worst = _worst([f for f in found if f.address == address])
        end = max(address.rfind("."), address.rfind(":"))
        rows.setdefault(device.identity.device_class.group, []).append(
            MapDevice(address, address[end:], worst)
        )
    return tuple(MapRow(group, tuple(members)) for group, members in rows.items())


def inventory(scan: Scan, assessment: Assessment) -> tuple[DeviceGroup, ...]:
    """List every device once, under its group; a group without devices is left out."""
    found = [f for f in assessment.findings if f.result is Result.FAIL]
    rows: dict[str, list[DeviceRow]] = {name: [] for name in CLASS_GROUPS}
    for device in sorted(scan.devices, key=_order):
        rows[device.identity.device_class.group].append(_row(device, found))
    return tuple(DeviceGroup(name, tuple(devices)) for name, devices in rows.items() if devices)


def _order(device: Device) -> tuple[int, int, int]:
    place = list(DeviceClass).index(device.identity.device_class)
    return place, device.address.version, int(device.address)


def _row(device: Device, found: list[Finding]) -> DeviceRow:
    identity = device.identity
    own = [f for f in found if f.address == str(device.address)]
    return DeviceRow(
        address=str(device.address),
        mac=device.host.mac or "",
        mac_vendor=shortened(identity.mac_vendor or "", NAME_CAP),
        maker_in_name=_maker_in_name(device),
        name=short_name(device),
        what=identity.device_class.label,
        device_class=identity.device_class.value,
        confidence=CONFIDENCE[identity.confidence],
        open_services=tuple(s.label for s in device.host.open_ports),
        earlier_ports=_earlier_ports(device),
        software=software(device),
        because=_because(device),
        findings=len(own),
        worst=_worst(own),
    )


def _earlier_ports(device: Device) -> tuple[EarlierPorts, ...]:
    alike: dict[tuple[datetime, str], list[str]] = {}
    for service in device.host.services:
        if service.as_of is not None:
            key = service.as_of.astimezone(UTC), service.state.value
            alike.setdefault(key, []).append(f"{service.port}/{service.protocol}")
    return tuple(EarlierPorts(*key, tuple(ports)) for key, ports in sorted(alike.items()))


def _maker_in_name(device: Device) -> bool:
    maker = (device.identity.mac_vendor or "").split(" ")[0].casefold()
    return maker in device.name.casefold()


def _worst(findings: list[Finding]) -> Level | None:
    return max((f.severity for f in findings), default=None)


def _because(device: Device) -> str:
    """Say in a sentence what decided the class; for an unknown device, what little is known."""
    says = list(dict.fromkeys(e.says for e in device.identity.evidence if e.says))
    if says:
        return shortened("; ".join(says[:3]), 3 * NAME_CAP)
    if device.host.triage.reason:
        return device.host.triage.reason
    counts = Counter(result.outcome.value for result in device.host.probe_results)
    return listed([f"{n} {outcome}" for outcome, n in counts.items()]) or "it said nothing"
