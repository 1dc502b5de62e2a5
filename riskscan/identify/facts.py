"""Everything that rules may read of a host: what was observed, and what follows from it at once."""

from __future__ import annotations

from collections.abc import Iterable

from riskscan.identify.vendor import origin
from riskscan.model import Host, Observation

DERIVED = frozenset({"mac.vendor", "mac.local", "tcp.open", "udp.open"})
"""Keys that only this module makes; from anywhere else they are not believed."""
PORT_KEYS = frozenset({"tcp.open", "udp.open"})


def facts(host: Host) -> tuple[Observation, ...]:
    """Return the host's observations and those derived from its MAC address and open ports."""
    seen = tuple(o for o in host.observations if o.key not in DERIVED)
    return seen + facts_of_mac(host.mac, seen) + _of_ports(host)


def facts_of_mac(mac: str | None, seen: Iterable[Observation]) -> tuple[Observation, ...]:
    """Return what a MAC address says that is not among ``seen``."""
    known = origin(mac)
    if mac is None or known is None:
        return ()
    found = []
    if not any(o.key == "arp.mac" for o in seen):
        found.append(Observation.of("arp.mac", mac.lower()))
    if known.holder:
        found.append(Observation.of("mac.vendor", known.holder))
    if known.local:
        found.append(Observation.of("mac.local", "true"))
    return tuple(found)


def _of_ports(host: Host) -> tuple[Observation, ...]:
    return tuple(
        Observation(f"{s.protocol}.open", str(s.port), s.port, s.protocol)
        for s in host.open_ports
        if s.protocol in ("tcp", "udp")
    )
