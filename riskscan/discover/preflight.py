"""What this machine brings: its interfaces, its nmap, and the right to send raw packets."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface
from typing import Any

from riskscan.discover.nmap import find_nmap
from riskscan.errors import EnvironmentLacks, RawSocketsDenied
from riskscan.model import Address, Scope, Segment, Vantage

_RAW_HINT = "run with sudo, or give this process CAP_NET_RAW; without it use --unprivileged"


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was found before the first packet."""

    vantage: Vantage
    nmap_version: str
    nmap_path: str = "nmap"
    privileged: bool = True
    """Whether raw sockets are used: ARP, ICMP and half-open port scans."""

    def own(self, address: Address) -> Segment | None:
        """Return the interface that bears this address, if the scanning machine does."""
        return next((s for s in self.vantage.segments if s.address == address), None)

    def local_segment(self, address: Address) -> Segment | None:
        """Return the interface over which ARP can reach this address, if there is one."""
        fits = [s for s in self.vantage.segments if s.mac and address in s.network]
        return max(fits, key=lambda s: s.network.prefixlen, default=None)


def preflight(scope: Scope, *, privileged: bool | None = None) -> Preflight:
    """Look at the scanning machine; sends nothing.

    ``privileged`` False asks for a scan without raw sockets; otherwise they must be at hand.
    Raises ``NmapMissing``, ``RawSocketsDenied``, or ``EnvironmentLacks`` if ``ip`` is missing.
    """
    path, version = find_nmap()
    if privileged is not False:
        _require_raw_sockets()
    segments = segments_of(_ip("addr"), _ip("route"))
    near = tuple(s for s in segments if _touches(scope, s))
    return Preflight(
        vantage=Vantage(segments=near or segments),
        nmap_version=version,
        nmap_path=path,
        privileged=privileged is not False,
    )


def local_segments() -> tuple[Segment, ...]:
    """Return the networks that this machine is plugged into; sends nothing.

    Loopback, tunnels and link-local networks are left out. Raises ``EnvironmentLacks`` if ``ip``
    is missing.
    """
    return tuple(
        s
        for s in segments_of(_ip("addr"), _ip("route"))
        if s.mac and s.network.version == 4 and not s.network.is_link_local
    )


def segments_of(
    addresses: Iterable[dict[str, Any]], routes: Iterable[dict[str, Any]]
) -> tuple[Segment, ...]:
    """Make segments of what ``ip -j addr`` and ``ip -j route`` say. Loopback is left out."""
    gateways = {
        route["dev"]: ip_address(route["gateway"])
        for route in reversed(list(routes))
        if route.get("dst") == "default" and "gateway" in route and "dev" in route
    }
    return tuple(
        Segment(
            interface=link["ifname"],
            network=bound.network,
            address=bound.ip,
            mac=_mac(link),
            gateway=gateways.get(link["ifname"]) if bound.version == 4 else None,
        )
        for link in addresses
        if "LOOPBACK" not in link.get("flags", ()) and "UP" in link.get("flags", ())
        for bound in _bound_to(link)
    )


def _bound_to(link: dict[str, Any]) -> Iterable[Any]:
    for entry in link.get("addr_info", ()):
        if "local" in entry and entry.get("scope") in ("global", "site", "link"):
            yield ip_interface(f"{entry['local']}/{entry['prefixlen']}")


def _mac(link: dict[str, Any]) -> str | None:
    """Return the MAC of a link that does ARP; tunnels and the like have none."""
    can_arp = link.get("link_type") == "ether" and "NOARP" not in link.get("flags", ())
    return str(link["address"]).lower() if can_arp else None


def _touches(scope: Scope, segment: Segment) -> bool:
    return any(
        network.version == segment.network.version and network.overlaps(segment.network)
        for network in scope.include
    )


def _ip(what: str) -> list[dict[str, Any]]:
    try:
        done = subprocess.run(
            ["ip", "-j", what],  # noqa: S607 - the system's own tool, wherever it stands
            capture_output=True,
            check=True,
            timeout=10,
        )
        parsed = json.loads(done.stdout or b"[]")
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise EnvironmentLacks(
            f"the interfaces of this machine cannot be read: {error}", "install iproute2"
        ) from error
    return [entry for entry in parsed if isinstance(entry, dict) and entry]


def _require_raw_sockets() -> None:
    try:
        for family, protocol in (
            (socket.AF_PACKET, 0),
            (socket.AF_INET, socket.IPPROTO_ICMP),
        ):
            socket.socket(family, socket.SOCK_RAW, protocol).close()
    except PermissionError as error:
        raise RawSocketsDenied("this process may not open raw sockets", _RAW_HINT) from error
