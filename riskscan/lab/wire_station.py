"""One emulated host: what it answers to a frame, and what it feels."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Address

from riskscan.lab import wire_frame as frames
from riskscan.lab.host import Counts
from riskscan.lab.meter import Meter
from riskscan.lab.wire_frame import ACK, FIN, RST, SYN, Tcp
from riskscan.lab.wire_table import WireHost
from riskscan.lab.wire_trouble import Second, Strain, Waking

Key = tuple[bytes, int, int]
"""A connection: both addresses, the other's port, and the port here."""

_ICMP, _TCP, _UDP = 1, 6, 17
_ECHO_REQUEST = 8


class Station:
    """Answers for one host. What it accepts it never speaks on, and resets when spoken to.

    ``began`` is when the wire came up; ``router`` is whom it stands behind, if anybody.
    """

    __slots__ = (
        "_asked",
        "_connections",
        "_icmp",
        "_meter",
        "_resets",
        "_strain",
        "_waking",
        "addresses",
        "at_once",
        "halves",
        "host",
        "mac",
        "opened",
        "ttl",
    )

    def __init__(self, host: WireHost, began: float = 0.0, router: Station | None = None) -> None:
        self.host = host
        self.mac: bytes = router.mac if router else bytes.fromhex(host.mac.replace(":", ""))
        self.ttl = host.ttl - (router is not None)
        self.addresses = frozenset(IPv4Address(a).packed for a in host.addresses)
        self.halves: set[Key] = set()
        """Connections that wait for the other's last word (half-open)."""
        self.opened: set[Key] = set()
        """Connections whose handshake was completed."""
        self._connections: Counter[int] = Counter()
        self._asked = 0
        self._meter: Meter | None = None  # most hosts of a large segment never need one
        self._waking = Waking(host.sleep, began) if host.sleep else None
        self._strain = Strain(host.frailty) if host.frailty else None
        self._resets = _most(host.resets_per_second)
        self._icmp = _most(host.icmp_per_second)
        self.at_once = 0

    def move(self, to: bytes) -> None:
        """Take another address instead of the first, and forget every connection."""
        gone = IPv4Address(self.host.address).packed
        self.addresses = (self.addresses - {gone}) | {to}
        self._drop_all()

    def feel(self, frame: bytes, at: float) -> None:
        """Count and bear a frame that reached this host alone."""
        if self._meter is None:
            moved = (self.host.moves.to,) if self.host.moves else ()
            self._meter = Meter([*self.host.addresses, *moved])
        self._meter.see(frame, at)
        if self._strain:
            self._strain.feel(at)

    def hears(self, at: float, *, asked: bool = False) -> bool:
        """Say whether it is awake and well; ``asked`` if this is an ARP request for it."""
        if self._strain and self._strain.down(at):
            self._drop_all()
            return False
        return self._waking is None or self._waking.awake(at, asked=asked)

    @property
    def lag(self) -> float:
        """Seconds that it takes to answer."""
        return self._strain.lag if self._strain else 0.0

    def answers_arp(self, at: float) -> bool:
        """Say whether it answers this request; one that wakes slowly does not hear the first."""
        if not self.hears(at, asked=True):
            return False
        self._asked += 1
        return self._asked > 1 or not self.host.wakes_after

    def answer(self, frame: bytes, at: float) -> tuple[bytes | None, Key | None]:
        """Return what it sends back to an IPv4 frame, if anything.

        With the answer that half-opens a connection comes its key: until the other has said more,
        the answer must be said again. Raises struct.error or IndexError if the frame is cut off.
        """
        if not self.hears(at):
            return None, None
        body, protocol = frames.payload(frame), frame[23]
        if protocol == _TCP:
            return self._tcp(frame, frames.read_tcp(body), at)
        if protocol == _ICMP and body[0] == _ECHO_REQUEST and self.host.answers_ping:
            return self._limited(frames.echo_reply(frame, self.mac, self.ttl), at)
        if protocol == _UDP and self._refuses_datagrams():
            return self._limited(frames.port_unreachable(frame, self.mac, self.ttl), at)
        return None, None

    def _refuses_datagrams(self) -> bool:
        said = self.host.refuses_datagrams
        return not self.host.drops_closed if said is None else said

    def _limited(self, icmp: bytes, at: float) -> tuple[bytes | None, None]:
        return (icmp if self._icmp is None or self._icmp.allows(at) else None), None

    def _tcp(self, frame: bytes, said: Tcp, at: float) -> tuple[bytes | None, Key | None]:
        key = (frame[26:34], said.source, said.port)
        if said.flags & RST:
            self.forget(key)
            return None, None
        if key in self.halves or key in self.opened:
            return self._known(frame, said, key, at)
        is_open = self.host.tarpit or said.port in self.host.open_ports
        if said.flags == SYN and is_open:
            return self._accept(frame, said, key, at)
        # An open port swallows what opens nothing, unless it belongs to a connection that is over.
        silent = self.host.drops_closed or (is_open and not said.flags & ACK)
        return (None if silent else self._reset(frame, said, at)), None

    def _accept(
        self, frame: bytes, said: Tcp, key: Key, at: float
    ) -> tuple[bytes | None, Key | None]:
        self.halves.add(key)
        held = len(self.halves) + len(self.opened)
        self.at_once = max(self.at_once, held)
        if self._strain and self._strain.hold(held, at):
            self._drop_all()
            return None, None
        return frames.syn_ack(frame, said, self.mac, self.ttl), key

    def _known(
        self, frame: bytes, said: Tcp, key: Key, at: float
    ) -> tuple[bytes | None, Key | None]:
        if said.flags == SYN:  # asked again, since the answer was lost
            return frames.syn_ack(frame, said, self.mac, self.ttl), None
        if key in self.halves and said.flags & ACK:
            self.halves.discard(key)
            self.opened.add(key)
            self._connections[said.port] += 1
        if not (said.length or said.flags & FIN):
            return None, None
        if not self.host.tarpit:
            self.forget(key)
            return self._reset(frame, said, at), None
        if said.flags & FIN:
            self.forget(key)
        return frames.acknowledgement(frame, said, self.mac, self.ttl), None

    def _reset(self, frame: bytes, said: Tcp, at: float) -> bytes | None:
        if self._resets and not self._resets.allows(at):
            return None
        return frames.reset(frame, said, self.mac, self.ttl)

    def forget(self, key: Key) -> None:
        """End a connection."""
        self.halves.discard(key)
        self.opened.discard(key)

    def _drop_all(self) -> None:
        self.halves.clear()
        self.opened.clear()

    def counts(self, broadcasts: int) -> Counts:
        """Return what it felt so far, of the broadcasts of its segment too."""
        meter = self._meter
        if meter is None:
            return Counts(packets_received=broadcasts)
        return Counts(
            packets_received=broadcasts + meter.unicast,
            unicast=meter.unicast,
            peak=meter.peak,
            syns=dict(meter.syns),
            datagrams=dict(meter.datagrams),
            bytes_received=dict(meter.payload),
            first_bytes=dict(meter.first),
            malformed=meter.malformed,
            connections=dict(self._connections),
            at_once=self.at_once,
            lockups=self._strain.lockups if self._strain else 0,
            faults=tuple(meter.faults),
        )


def _most(count: int | None) -> Second | None:
    return None if count is None else Second(count)
