"""A host that stands before others: it hands on what it is sent for them, or answers itself."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from riskscan.lab import wire_frame as frames
from riskscan.lab.wire_station import Station
from riskscan.lab.wire_table import WireHost
from riskscan.lab.wire_trouble import Front, Reply


class Gate:
    """What one router or firewall does with what is not meant for itself."""

    def __init__(self, router: Station, began: float) -> None:
        self.router = router
        self._speaker = IPv4Address(router.host.address).packed
        self.behind: dict[bytes, Station] = {}
        self._fronts = [_Shown.of(front, router.host, began) for front in router.host.fronts]

    def answers_arp_for(self, address: bytes) -> bool:
        """Say whether it gives its own MAC for an address that is not its own."""
        return any(f.front.proxy_arp and f.holds(address) for f in self._fronts)

    def hand_on(self, frame: bytes) -> bytes | None:
        """Return the frame as it reaches whoever is behind; None if its time to live is over."""
        return frames.one_hop_on(frame) if frame[22] > 1 else None

    def expired(self, frame: bytes) -> bytes:
        """Complain that a packet's time to live is over."""
        router = self.router
        return frames.expired(frame, router.mac, router.ttl, self._speaker)

    def stand_in(self, frame: bytes, at: float) -> bytes | None:
        """Answer for an address at which nobody is, if that is what it does."""
        shown = next((f for f in self._fronts if f.holds(frame[30:34])), None)
        if shown is None:
            return None
        if shown.front.reply is Reply.UNREACHABLE:
            router = self.router
            return frames.host_unreachable(frame, router.mac, router.ttl, self._speaker)
        return shown.station.answer(frame, at)[0] if shown.station else None


@dataclass(frozen=True, slots=True)
class _Shown:
    """A front, and who answers in the name of everybody in there."""

    front: Front
    network: int
    mask: int
    station: Station | None

    @classmethod
    def of(cls, front: Front, host: WireHost, began: float) -> _Shown:
        network = IPv4Network(front.network)
        station = None
        if front.reply in (Reply.RESET, Reply.ACCEPT):
            station = Station(
                WireHost(
                    address=host.address,
                    mac=host.mac,
                    kind=host.kind,
                    answers_ping=False,
                    refuses_datagrams=False,
                    tarpit=front.reply is Reply.ACCEPT,
                    resets_per_second=host.resets_per_second,
                    ttl=host.ttl,
                ),
                began,
            )
        return cls(front, int(network.network_address), int(network.netmask), station)

    def holds(self, address: bytes) -> bool:
        return int.from_bytes(address) & self.mask == self.network
