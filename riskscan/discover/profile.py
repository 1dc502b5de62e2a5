"""How much is asked in all: three profiles, as data, and what each sends at most to one device.

No profile changes what a fragile device feels. Sources: the port counts and rates follow what
scanners that live on such networks keep to (runZero 40 packets a second to one host, Scanopy
50-100), lowered; nothing in a profile is malformed, and none asks for a password.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from riskscan.discover.datagrams import PATIENCE
from riskscan.discover.leftovers import MOST_CONNECTIONS
from riskscan.discover.pace import FRAGILE_CONNECTIONS, MOST_TRIES, PACES, UDP_PPS
from riskscan.discover.ports import NORMAL_TCP, UDP_ASKED, UDP_EMPTY
from riskscan.discover.ports_rarer import RARER_TCP
from riskscan.discover.raw.engine.asking import EXTRA_UNTIL, REST
from riskscan.discover.raw.engine.peer import ROW
from riskscan.model import Pace, Policy

CONVERSATION = 10
"""Packets that one short question over TCP costs: three to open, one or two each way with their
acknowledgements, two or three to close."""

QUESTIONS = 9
"""Conversations that one open port gets at most: three of TLS, four for web pages where the server
keeps no connection open, one for NTLM, and one where SSDP points to this port. Most ports get one
or two. A fragile device gets ``FRAGILE_CONNECTIONS`` in all, and so no port of it more."""

RESETS = 2
"""Packets that close a port which the engine found open: one, and one more where it was lost on
the way, or the device says twice that the port is open."""

DATAGRAMS: Mapping[int, int] = MappingProxyType({3702: 2, 161: 3, 5353: 2})
"""Datagrams that a UDP port gets at most from its probe, where that is not one."""

LONGEST_CHAIN = max(DATAGRAMS.values()) * PATIENCE
"""Seconds of silence after which the most patient of these probes gives up."""

RESTS = 2
"""Times that the port engine lets a device in distress rest before it gives up; after each it
asks once whether the device is well, and again what the device could not answer."""

DECOYS = 3
"""High ports that tell a device which accepts everything; asked of ordinary devices alone."""

KNOWN_BEFORE_REST = 5
"""Answers that a device has given before the engine can see that it labours."""

BURST = 8
"""Most packets that a conversation puts into one second, whatever the pace of the port scan."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that one device feels, computed from its pace."""

    port_packets: int
    """To learn which ports are open, with every try that packet loss or distress can cause."""
    open_port_packets: int
    """Beyond that, for each port that is open: what closes it, and what it is asked."""
    per_second: int
    """In any one second."""
    seconds: float
    """That the port scan takes, rests included."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One way to scan: how gently each policy is treated, and so what is asked."""

    name: str
    description: str
    paces: Mapping[Policy, Pace]

    @property
    def stages(self) -> tuple[str, ...]:
        """What is done, in order, in words: it follows from the paces alone."""
        asks_udp = any(pace.udp_ports for pace in self.paces.values())
        names = any(pace.version_intensity is not None for pace in self.paces.values())
        return (
            "sweep",
            "TCP ports",
            *(("UDP ports",) if asks_udp else ()),
            "probes",
            *(("names by nmap, on robust devices",) if names else ()),
        )

    def ceiling(self, policy: Policy) -> Ceiling:
        """Return the most that one device of this policy feels."""
        pace, ports = self.paces[policy], len(self.paces[policy].tcp_ports)
        most = pace.tries if policy is Policy.FRAGILE else max(MOST_TRIES, pace.tries)
        # Extra tries end at so many packets: the most ports have had them if each got all.
        extra = (most - pace.tries) * min(ports, EXTRA_UNTIL // most)
        decoys = 0 if policy is Policy.FRAGILE else DECOYS * pace.tries
        after_rests = RESTS * (min(ROW + pace.host_pps, ports - KNOWN_BEFORE_REST) + 1)
        udp = sum(
            pace.tries if port in UDP_EMPTY else DATAGRAMS.get(port, 1) for port in pace.udp_ports
        )
        naming = MOST_CONNECTIONS if pace.version_intensity is not None else 0
        questions = FRAGILE_CONNECTIONS if policy is Policy.FRAGILE else QUESTIONS
        return Ceiling(
            port_packets=pace.tries * ports + extra + decoys + after_rests + udp,
            open_port_packets=(questions + naming) * CONVERSATION + RESETS,
            per_second=max(pace.host_pps, BURST),
            seconds=pace.tries * self.seconds_once(policy)
            + (extra + decoys + after_rests) / self._telltale_pps(pace)
            + RESTS * REST
            + (LONGEST_CHAIN if pace.udp_ports else 0),
        )

    def seconds_once(self, policy: Policy) -> float:
        """Return how long it takes to ask each port of one device once, without a pause."""
        pace = self.paces[policy]
        slow = set(self.paces[Policy.FRAGILE].tcp_ports) & set(pace.tcp_ports)
        return (
            len(slow) / self._telltale_pps(pace)
            + (len(pace.tcp_ports) - len(slow)) / pace.host_pps
            + len(pace.udp_ports) / min(UDP_PPS, pace.host_pps)
        )

    def _telltale_pps(self, pace: Pace) -> int:
        """Every device hears the telltale ports first, at the pace of the most fragile one."""
        return min(self.paces[Policy.FRAGILE].host_pps, pace.host_pps)


_LEFT_TO_STANDARD = frozenset(
    {
        # remote access that is seldom met
        *(992, 1494, 2323, 3283, 5500, 5631, 5800, 5901, 5986, 6129, 8041),
        # web pages on a second or third choice of port
        *(591, 1080, 3128, 4343, 7001, 7547, 8082, 8083, 8088, 8090, 8444, 8880, 9443, 10443),
        # Windows and mail services whose neighbours are asked
        *(464, 593, 3269, 465, 587, 993, 995),
        # rarer databases, phones, sensors
        *(5984, 50000, 2000, 5061, 8554, 8883),
        # management of servers and network gear, which SNMP and web pages tell of too
        *(664, 4911, 5988, 5989, 16993, 179, 1723, 2376, 6443, 8728, 10050),
    }
)
"""Ports of the standard list that a gentle scan leaves out: no check and no fingerprint reads
them alone."""

GENTLE_TCP: dict[int, str] = {
    port: reason for port, reason in NORMAL_TCP.items() if port not in _LEFT_TO_STANDARD
}
THOROUGH_TCP: dict[int, str] = {**NORMAL_TCP, **RARER_TCP}

_ROBUST_PPS = 100
"""Packets per second to one robust device in a thorough scan; servers and switches bear it."""

_ROBUST_CONNECTIONS = 2
"""At once, and only while nmap names a service: it opens the next before the last is gone."""

_ROBUST_INTENSITY = 2
"""nmap's ``--version-intensity``: the few probes that most services understand, and
    those that it knows to fit the port."""


def _paces(normal: Pace, robust: Pace) -> Mapping[Policy, Pace]:
    """A fragile device feels the same in every profile."""
    return MappingProxyType(
        {Policy.FRAGILE: PACES[Policy.FRAGILE], Policy.NORMAL: normal, Policy.ROBUST: robust}
    )


def _asking(policy: Policy, tcp: Mapping[int, str]) -> Pace:
    return replace(PACES[policy], tcp_ports=tuple(tcp))


_GENTLE_UDP = tuple(port for port in UDP_ASKED if port not in (53, 123, 1434))
"""What tells what a device is, or that it lets anyone in. A name server, a clock and an instance
of SQL Server are met over TCP too, or by what they serve."""

_GENTLE = replace(_asking(Policy.NORMAL, GENTLE_TCP), udp_ports=_GENTLE_UDP)
"""UDP only in each port's own protocol: an empty datagram is a question that no protocol has."""

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile(
                "gentle",
                "the ports that matter in a practice; for a first visit and for office hours",
                _paces(_GENTLE, _GENTLE),
            ),
            Profile(
                "standard",
                "the whole port list made for clinics",
                _paces(PACES[Policy.NORMAL], PACES[Policy.ROBUST]),
            ),
            Profile(
                "thorough",
                "the rarer ports too, and robust devices faster; for after hours",
                _paces(
                    _asking(Policy.NORMAL, THOROUGH_TCP),
                    replace(
                        _asking(Policy.ROBUST, THOROUGH_TCP),
                        host_pps=_ROBUST_PPS,
                        connections=_ROBUST_CONNECTIONS,
                        version_intensity=_ROBUST_INTENSITY,
                    ),
                ),
            ),
        )
    }
)
DEFAULT_PROFILE = "gentle"
