"""What the lab is built from and measured by: a host of the table, and what it suffered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from riskscan.lab.servers.server import Server
from riskscan.lab.servers.unasked import Announcement
from riskscan.model import DeviceClass


@dataclass(frozen=True, slots=True, kw_only=True)
class LabHost:
    """One device of the lab: how to build it, and the truth that a scan is compared with."""

    name: str
    """A short word, once in the table: ``pacs``."""
    address: str
    mac: str
    """Lower case with colons; its prefix is registered to ``vendor``."""
    device_class: DeviceClass
    vendor: str
    """Holder of the MAC prefix. Often the maker of the network card, not of the device."""
    what: str
    """One line for a person."""
    servers: tuple[Server, ...] = ()
    announces: tuple[Announcement, ...] = ()
    """What it tells everybody every few seconds, asked or not."""
    maker: str = ""
    """Who made it, where it says so in answer to a polite question; a scan must name it then."""
    product: str = ""
    """What its maker calls it, likewise."""
    disguised: bool = False
    """True: a medical device that looks like an office computer (network card, ports) until it
    answers a question. Only from then on can a scanner treat it as fragile."""
    moves_to: str | None = None
    """Another address, in its own segment, that it takes while it is being looked at."""
    weaknesses: tuple[str, ...] = ()
    """Ids of the checks that must find something here. A comment in the table says why."""
    plausible: tuple[str, ...] = ()
    """Ids of checks that may find something here and need not: neither demanded nor false."""
    answers_ping: bool = True
    drops_closed: bool = False
    """True: a packet to a closed port gets no answer, as behind a host firewall."""
    ttl: int = 64
    """Time to live of what it sends: 64 for Linux, 128 for Windows, 255 for network gear."""
    ipv6: bool = True
    """Has a link-local IPv6 address, by which it answers the echo to all nodes (ff02::1) if it
    answers ping. Where the kernel has no IPv6, nobody has."""
    tarpit: bool = False
    """Accepts on every TCP port and says nothing, so that no open port means anything. Such a
    host has no servers and no IPv6."""
    far_address: str | None = None
    """Second address, for the host that joins two segments."""
    far_mac: str | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        return (self.address, self.far_address) if self.far_address else (self.address,)

    @property
    def link_local(self) -> IPv6Address | None:
        """Its IPv6 address on its (first) segment, made of its MAC (RFC 4291 appendix A)."""
        if not self.ipv6:
            return None
        mac = bytes.fromhex(self.mac.replace(":", ""))
        identifier = bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:]
        return IPv6Address(b"\xfe\x80" + bytes(6) + identifier)

    @property
    def is_router(self) -> bool:
        return self.far_address is not None

    @property
    def open_ports(self) -> frozenset[tuple[str, int]]:
        """Every open port as (``tcp`` or ``udp``, number)."""
        return frozenset((s.protocol, s.port) for s in self.servers)

    @property
    def fragile(self) -> bool:
        """Whether a scanner must treat it with the fragile policy."""
        return self.device_class.is_medical


def truth(hosts: Iterable[LabHost]) -> dict[IPv4Address, LabHost]:
    """Return which host stands behind each address; a router stands behind two."""
    return {IPv4Address(a): host for host in hosts for a in host.addresses}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What one host of the lab received since it came up, measured in its own namespace.

    Everything but ``connections``, ``at_once`` and ``faults`` is counted from the frames
    themselves, so a port without a server is measured like any other.
    """

    packets_received: int
    """Frames that reached its interface, broadcasts too."""
    unicast: int = 0
    """Frames that were addressed to it: ARP, ICMP, TCP and UDP."""
    frames: Mapping[str, int] = field(default_factory=dict)
    """Those frames by kind: ``arp``, ``icmp``, ``tcp``, ``udp``, ``ipv6``, ``other``."""
    octets: Mapping[str, int] = field(default_factory=dict)
    """Their bytes by kind, headers and all."""
    peak: int = 0
    """Most unicast frames within any one second."""
    syns: Mapping[int, int] = field(default_factory=dict)
    """TCP port to connection attempts (SYN), accepted or not."""
    datagrams: Mapping[int, int] = field(default_factory=dict)
    """UDP port to datagrams."""
    bytes_received: Mapping[int, int] = field(default_factory=dict)
    """TCP port to payload bytes, TLS records and retransmissions included."""
    first_bytes: Mapping[int, bytes] = field(default_factory=dict)
    """TCP port to the first payload it ever got, at most 64 bytes."""
    malformed: int = 0
    """TCP packets with flags that no proper stack sends (null, FIN alone, SYN+FIN, Xmas)."""
    connections: Mapping[int, int] = field(default_factory=dict)
    """TCP port to connections that its server accepted."""
    at_once: int = 0
    """Most accepted TCP connections open at the same time, over all its ports."""
    lockups: int = 0
    """How often it was asked too much and fell silent: emulated hosts with a frailty only."""
    faults: tuple[str, ...] = ()
    """Errors of the lab's own servers and of the counting; always empty unless the lab is wrong."""
