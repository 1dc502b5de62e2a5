"""What the assessment rests on, and what it could not see, in words for the manager."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from ipaddress import IPv4Network, IPv6Network, collapse_addresses

from riskscan.assess.decided import set_aside
from riskscan.model import (
    Address,
    Coverage,
    Device,
    DeviceClass,
    Finding,
    Network,
    Policy,
    Result,
    Scan,
    ScanState,
    Scope,
)


def coverage(scan: Scan, findings: Sequence[Finding]) -> Coverage:
    """Count what was seen and judged, and say what was not."""
    blind = sum(f.result in (Result.UNKNOWN, Result.ERROR) for f in findings)
    return Coverage(
        addresses_in_scope=addresses(scan.site.scope),
        devices=len(scan.devices),
        identified=sum(d.identity.device_class is not DeviceClass.UNKNOWN for d in scan.devices),
        fragile=sum(d.host.triage.policy is Policy.FRAGILE for d in scan.devices),
        checks_run=len(findings),
        checks_unknown=blind,
        limits=tuple(_limits(scan, findings)),
    )


def addresses(scope: Scope) -> int:
    """Count the host addresses that the scope allows, without listing them."""
    exclude = _collapsed(scope.exclude)
    total = sum(
        network.num_addresses - sum(_shared(x, network) for x in exclude)
        for network in _collapsed(scope.include)
    )
    return total - sum(scope.allows(edge) for edge in _edges(scope.include))


def _collapsed(networks: Sequence[Network]) -> list[Network]:
    """Merge networks that touch or overlap, so that no address is counted twice."""
    four = collapse_addresses(n for n in networks if isinstance(n, IPv4Network))
    six = collapse_addresses(n for n in networks if isinstance(n, IPv6Network))
    return [*four, *six]


def _edges(networks: Sequence[Network]) -> set[Address]:
    """Return network and broadcast addresses, unless a wider network has a host there."""
    return {
        edge
        for network in networks
        for edge in _ends(network)
        if all(edge in _ends(n) for n in networks if edge in n)
    }


def _ends(network: Network) -> tuple[Address, ...]:
    """The addresses of a network that are no host. IPv6 has no broadcast address."""
    if network.num_addresses <= 2:
        return ()
    if isinstance(network, IPv4Network):
        return network.network_address, network.broadcast_address
    return (network.network_address,)


def _shared(one: Network, other: Network) -> int:
    """Count the addresses two networks share: one lies within the other, or they are apart."""
    nested = one.version == other.version and (
        one.network_address in other or other.network_address in one
    )
    return min(one.num_addresses, other.num_addresses) if nested else 0


def _limits(scan: Scan, findings: Sequence[Finding]) -> Iterator[str]:
    """Yield what was not seen, the most weighty first."""
    devices = scan.devices
    if scan.state is not ScanState.COMPLETE:
        yield "The scan was stopped before its end: some devices were not looked at."
    place = f" ({scan.vantage.label})" if scan.vantage.label else ""
    yield (
        f"The scan looked from one place{place}. What can be reached from the guest Wi-Fi, from "
        "other segments or from the internet was not tested."
    )
    yield (
        "Cloud services, laptops that were away, devices that were switched off and everything on "
        "other networks were not seen."
    )
    yield (
        "A network scan does not see whether stored data is encrypted, backups work, logins need "
        "a second factor, staff are trained or contracts exist: these are questions to people."
    )
    yield from _counted(devices, findings, scan)


def _counted(devices: Sequence[Device], findings: Sequence[Finding], scan: Scan) -> Iterator[str]:
    fragile = sum(d.host.triage.policy is Policy.FRAGILE for d in devices)
    if fragile:
        yield f"{_were(fragile, 'device')} asked only a few ports, for safety."
    carried = [s.as_of for d in devices for s in d.host.services if s.as_of is not None]
    if carried:
        yield (
            f"The states of {len(carried):,} ports are from earlier scans, the oldest of "
            f"{min(carried).astimezone(UTC):%Y-%m-%d}: unchanged devices were asked less."
        )
    if aside := set_aside(findings):
        yield f"No risk and no action stands for what named persons have set aside: {aside}."
    unknown = sum(d.identity.device_class is DeviceClass.UNKNOWN for d in devices)
    if unknown:
        yield f"{_were(unknown, 'device')} seen and not identified."
    beyond = sum(d.host.mac is None for d in devices)
    if beyond:
        yield (
            f"{_were(beyond, 'device')} reached through a router: there, only what answers a ping "
            "is seen."
        )
    excluded = len(scan.site.scope.exclude) + len(scan.site.scope.exclude_macs)
    if excluded:
        yield f"{excluded} entries of the do-not-touch list were left out on purpose."
    faults = sum(f.result is Result.ERROR for f in findings)
    if faults:
        yield f"{_were(faults, 'check')} not finished because of a fault in riskscan."


def _were(number: int, noun: str) -> str:
    return f"{number} {noun}{' was' if number == 1 else 's were'}"
