"""What this machine brings: its interfaces, its nmap, and the right to send raw packets."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from riskscan.discover.caution import notices_of
from riskscan.discover.iproute import alive_of, ask_ip, near4, near6
from riskscan.discover.links import Link
from riskscan.discover.nmap import find_nmap
from riskscan.discover.surroundings import look_around, used_for
from riskscan.errors import RawSocketsDenied
from riskscan.model import Address, Notice, Scope, Segment, Vantage

_RAW_HINT = "run with sudo, or give this process CAP_NET_RAW; without it use --unprivileged"


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was found before the first packet."""

    vantage: Vantage
    nmap_version: str
    nmap_path: str = "nmap"
    privileged: bool = True
    """Whether raw sockets are used: ARP, ICMP and half-open port scans."""
    elsewhere: tuple[Segment, ...] = ()
    """Every other address of this machine: on interfaces that are not used, and secondary ones."""
    links: Mapping[str, Link] = field(default_factory=dict)
    """The interfaces that are up, by name: of what kind, and whether they are radios."""
    neighbours: Mapping[IPv4Address, str] = field(default_factory=dict)
    """Address to MAC of the neighbours that the kernel has heard from, on the segments in use.
    They can be asked by unicast ARP, which no other device has to look at."""
    neighbours6: Mapping[str, tuple[IPv6Address, ...]] = field(default_factory=dict)
    """The same for IPv6, by MAC."""
    neighbour_limit: int | None = None
    """Entries that the kernel's neighbour table holds at most (gc_thresh3). None if not said."""
    notices: tuple[Notice, ...] = ()
    """What the technician should know before anything is sent."""

    def own(self, address: Address) -> Segment | None:
        """Return the interface that bears this address, if the scanning machine does."""
        every = (*self.vantage.segments, *self.elsewhere)
        return next((s for s in every if s.address == address), None)

    def local_segment(self, address: Address) -> Segment | None:
        """Return the interface over which ARP can reach this address, if there is one.

        Of several, the one that the kernel takes: the closest network, then the least metric.
        """
        fits = [s for s in self.vantage.segments if s.mac and address in s.network]
        return max(fits, key=lambda s: s.network.prefixlen, default=None)

    def is_wireless(self, segment: Segment) -> bool:
        """Say whether a segment is reached by Wi-Fi, where devices sleep and may be isolated."""
        link = self.links.get(segment.interface)
        return link is not None and link.wireless


def preflight(scope: Scope, *, privileged: bool | None = None) -> Preflight:
    """Look at the scanning machine; sends nothing.

    ``privileged`` False asks for a scan without raw sockets; True says that another process holds
    them; by default they must be at hand.
    Raises ``NmapMissing``, ``RawSocketsDenied``, or ``EnvironmentLacks`` if ``ip`` is missing.
    """
    path, version = find_nmap()
    if privileged is None:
        _require_raw_sockets()
    around = look_around()
    used = used_for(scope, around)
    found = [n for n in alive_of(ask_ip("neigh")) if n[0] in {s.interface for s in used}]
    near = {a: mac for a, mac in near4(found).items() if any(a in s.network for s in used)}
    return Preflight(
        vantage=Vantage(segments=used),
        nmap_version=version,
        nmap_path=path,
        privileged=privileged is not False,
        elsewhere=tuple(s for s in around.segments if s not in used),
        links=around.links,
        neighbours=near,
        neighbours6=near6(found),
        neighbour_limit=around.neighbour_limit,
        notices=tuple(notices_of(scope, around)),
    )


def _require_raw_sockets() -> None:
    try:
        for family, protocol in (
            (socket.AF_PACKET, 0),
            (socket.AF_INET, socket.IPPROTO_ICMP),
        ):
            socket.socket(family, socket.SOCK_RAW, protocol).close()
    except PermissionError as error:
        raise RawSocketsDenied("this process may not open raw sockets", _RAW_HINT) from error
