"""How gently each policy treats a device: the ceilings, in one table that every sender reads."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from riskscan.discover.ports import NORMAL_TCP, TELLTALE_TCP, UDP_ASKED, UDP_EMPTY
from riskscan.model import Pace, Policy, Triage

ARP_PPS = 500
"""Broadcasts per second of the sweep: every device on the wire must look at each of them."""

ARP_PPS_LARGE = 250
"""The same, beyond 1,024 addresses, because it goes on for longer."""

PING_PPS = 500
"""Echo requests per second through a router, over all addresses."""

UDP_PPS = 5
"""Datagrams per second to one device. Closed ports answer by ICMP, which most systems limit to
about one a second: asked faster, closed looks like open or filtered."""

HOSTS_AT_ONCE = 96
"""Devices that are asked at the same time. Never more than one question to each. A /24 of 64 and
the scanner itself fit; the cap over all is reached with 62 of them."""

FRAGILE_CONNECTIONS = 3
"""Connections that the probes make to a fragile device in all, however many ports are open. With
the telltale ports asked before, a device gets about 45 packets at most."""

MOST_TRIES = 4
"""Tries of a port of an ordinary device, where packets are lost on the way."""

PACES: Mapping[Policy, Pace] = MappingProxyType(
    {
        Policy.FRAGILE: Pace(
            host_pps=5,
            tcp_ports=tuple(TELLTALE_TCP),
            udp_ports=(),
            tries=2,
            most_connections=FRAGILE_CONNECTIONS,
            gap=1.0,
            breath=1.0,
        ),
        Policy.NORMAL: Pace(
            host_pps=40,
            tcp_ports=tuple(NORMAL_TCP),
            udp_ports=(*UDP_ASKED, *UDP_EMPTY),
            tries=2,
        ),
        Policy.ROBUST: Pace(
            host_pps=40,
            tcp_ports=tuple(NORMAL_TCP),
            udp_ports=(*UDP_ASKED, *UDP_EMPTY),
            tries=2,
        ),
    }
)

_STRICTEST_FIRST = (Policy.FRAGILE, Policy.NORMAL, Policy.ROBUST)


def stricter(old: Triage, new: Triage) -> Triage:
    """Return the gentler of two triages; what was once found fragile stays so."""
    return new if _STRICTEST_FIRST.index(new.policy) < _STRICTEST_FIRST.index(old.policy) else old
