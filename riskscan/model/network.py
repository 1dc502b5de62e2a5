"""Nouns of the network: what may be touched, how gently, and what was seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

CARRIED_FOR = timedelta(days=30)
"""How long the state of a port is worth something after it was asked."""

OBSERVATION_CAP = 512
"""Longest observation value kept, in characters. Everything beyond is dropped unread."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The addresses that riskscan may send packets to."""

    include: tuple[Network, ...]
    exclude: tuple[Network, ...] = ()
    """The do-not-touch list. It outranks ``include``."""
    exclude_macs: tuple[str, ...] = ()
    """MAC addresses or prefixes (lower case, colons) that are left alone once ARP names them."""

    def allows(self, address: Address) -> bool:
        """Say whether a packet may be sent to ``address``. Asked again before every dial."""
        return any(address in net for net in self.include) and not any(
            address in net for net in self.exclude
        )

    def allows_mac(self, mac: str | None) -> bool:
        """Say whether the device with this MAC may be probed; an unknown MAC may."""
        return mac is None or not mac.lower().startswith(self.exclude_macs or ("\0",))

    def addresses(self) -> Iterator[Address]:
        """Yield each allowed host address once, in order, without network and broadcast."""
        seen: set[Address] = set()
        for net in self.include:
            for address in net.hosts():
                if address not in seen and self.allows(address):
                    seen.add(address)
                    yield address

    @property
    def size(self) -> int:
        """How many addresses ``include`` spans, before exclusions."""
        return sum(net.num_addresses for net in self.include)


class Policy(StrEnum):
    """How gently a device is treated. Ordered from the strictest; unknown means fragile."""

    FRAGILE = "fragile"
    NORMAL = "normal"
    ROBUST = "robust"


@dataclass(frozen=True, slots=True)
class Triage:
    """The policy chosen for one device, and why."""

    policy: Policy
    reason: str


@dataclass(frozen=True, slots=True)
class Pace:
    """The limits that one device feels. All rates are ceilings over any one second."""

    host_pps: int
    """Packets per second to one device."""
    tcp_ports: tuple[int, ...]
    udp_ports: tuple[int, ...]
    tries: int
    """How often an unanswered port is asked, the first time included."""
    connections: int = 1
    """Connections open to one device at once."""
    most_connections: int | None = None
    """Connections that the probes may make to one device in all; None for as many as they need."""
    gap: float = 0.2
    """Seconds between the end of one connection and the start of the next."""
    breath: float = 0.0
    """Seconds between the opening of a connection and the first word, so that what opens it and
    what is said do not fall into one second."""
    connect_timeout: float = 2.0
    """Seconds to wait for a TCP connection."""
    read_timeout: float = 2.0
    """Seconds to wait for one answer."""
    deadline: float = 8.0
    """Seconds that one probe may take on one port, all told."""
    byte_cap: int = 65_536
    """Bytes read from one connection; the rest is left unread."""
    version_intensity: int | None = None
    """How far nmap may go to name a service that no probe understood; None: not at all."""


class PortState(StrEnum):
    """What a port scan learned of one port (nmap's words)."""

    OPEN = "open"
    CLOSED = "closed"
    FILTERED = "filtered"
    OPEN_OR_FILTERED = "open|filtered"


@dataclass(frozen=True, slots=True)
class Service:
    """One port that was asked, and what it answered. Ports never asked are not listed."""

    port: int
    protocol: str
    """``tcp`` or ``udp``."""
    state: PortState
    as_of: datetime | None = None
    """When it was asked, if that was in an earlier scan; None: in this one."""

    @property
    def label(self) -> str:
        """``443/tcp``, or ``443/tcp (on 2026-11-14)`` if this scan did not ask it."""
        name = f"{self.port}/{self.protocol}"
        return name if self.as_of is None else f"{name} (on {self.as_of:%Y-%m-%d})"


@dataclass(frozen=True, slots=True)
class Observation:
    """One fact read from the network: a key of :data:`OBSERVATION_KEYS` and hostile text."""

    key: str
    value: str
    port: int | None = None
    protocol: str | None = None

    @classmethod
    def of(
        cls, key: str, value: str, port: int | None = None, protocol: str | None = None
    ) -> Observation:
        """Make an observation from raw text: capped, and without NUL."""
        return cls(key, value.replace("\0", "")[:OBSERVATION_CAP], port, protocol)


class Outcome(StrEnum):
    """How one probe of one port ended. Only ANSWERED can support a pass."""

    ANSWERED = "answered"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    PROTOCOL_ERROR = "protocol-error"
    """Something answered, but not in the protocol that was asked."""
    OUT_OF_SCOPE = "out-of-scope"
    SKIPPED_FOR_SAFETY = "skipped-for-safety"
    CRASHED = "crashed"
    """A fault in riskscan's own probe."""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one probe learned on one port, however it ended."""

    probe: str
    port: int | None
    protocol: str | None
    outcome: Outcome
    observations: tuple[Observation, ...] = ()
    detail: str = ""
    """Why it ended so, in a few words; shown to the technician."""


@dataclass(frozen=True, slots=True)
class Host:
    """Something that answered, with all that was seen of it and nothing inferred."""

    address: Address
    mac: str | None = None
    """Lower case with colons. None beyond the local segment."""
    found_by: tuple[str, ...] = ()
    """``arp``, ``icmp``, ``self``, in the order of discovery."""
    seen_at: datetime | None = None
    """When it last answered, in UTC."""
    triage: Triage = Triage(Policy.FRAGILE, "nothing is known of it yet")
    services: tuple[Service, ...] = ()
    """Every port that was asked, by protocol and number, with its state. A re-scan carries over
    what it did not ask again (:attr:`Service.as_of`)."""
    probe_results: tuple[ProbeResult, ...] = ()
    sightings: tuple[Observation, ...] = ()
    """Facts learned without a probe, such as ``arp.mac`` and ``icmp.ttl``."""
    connections: int = 0
    """TCP connections and UDP questions that the probes made to it."""

    @property
    def open_ports(self) -> tuple[Service, ...]:
        return tuple(s for s in self.services if s.state is PortState.OPEN)

    @property
    def observations(self) -> tuple[Observation, ...]:
        """All facts about it: sightings first, then what each probe learned."""
        return self.sightings + tuple(o for r in self.probe_results for o in r.observations)

    def asked(self, port: int, protocol: str = "tcp") -> PortState | None:
        """Return the state of a port, or None if it was never asked."""
        for service in self.services:
            if service.port == port and service.protocol == protocol:
                return service.state
        return None

    def asked_on(self, port: int, protocol: str = "tcp") -> datetime | None:
        """Return when an earlier scan asked a port whose state was carried over from it."""
        for service in self.services:
            if service.port == port and service.protocol == protocol:
                return service.as_of
        return None

    def is_open(self, port: int, protocol: str = "tcp") -> bool:
        return self.asked(port, protocol) is PortState.OPEN


class Stage(StrEnum):
    """The stages of a scan that a person sees progress of."""

    LISTEN = "listen"
    """Counted in seconds; the note says how many devices were heard."""
    SWEEP = "sweep"
    PORTS = "ports"
    PROBES = "probes"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is. ``total`` is None while it is not known."""

    stage: Stage
    done: int
    total: int | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the technician should know that concerns the scan and not one device."""

    code: str
    """Stable, kebab-case: ``icmp-unavailable``, ``subnet-not-local`` ..."""
    text: str


Event = Progress | Notice


@dataclass(frozen=True, slots=True)
class Segment:
    """One network interface of the scanning machine, and the network on it."""

    interface: str
    network: Network
    address: Address
    mac: str | None
    gateway: Address | None = None


@dataclass(frozen=True, slots=True)
class Vantage:
    """From where a scan looked: a finding of reachability is only true from there."""

    label: str = ""
    """The technician's word for the place: ``front desk``, ``server closet``."""
    segments: tuple[Segment, ...] = field(default=())
