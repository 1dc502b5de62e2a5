"""One emulated host: what it answers to a frame, and what it feels."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Address

from riskscan.lab import wire_frame as frames
from riskscan.lab.host import Counts
from riskscan.lab.meter import Meter
from riskscan.lab.wire_frame import ACK, FIN, RST, SYN, Tcp
from riskscan.lab.wire_table import WireHost

Key = tuple[bytes, int, int]
"""A connection: the other's address and port, and the port here."""

_ICMP, _TCP, _UDP = 1, 6, 17
_ECHO_REQUEST = 8


class Station:
    """Answers for one host. What it accepts it never speaks on, and resets when spoken to."""

    __slots__ = (
        "_asked",
        "_connections",
        "_meter",
        "_opened",
        "address",
        "at_once",
        "halves",
        "host",
        "mac",
    )

    def __init__(self, host: WireHost) -> None:
        self.host = host
        self.mac = bytes.fromhex(host.mac.replace(":", ""))
        self.address = IPv4Address(host.address).packed
        self.halves: set[Key] = set()
        """Connections that wait for the other's last word (half-open)."""
        self._opened: set[Key] = set()
        self._connections: Counter[int] = Counter()
        self._asked = 0
        self._meter: Meter | None = None  # most hosts of a large segment never need one
        self.at_once = 0

    def feel(self, frame: bytes, at: float) -> None:
        """Count a frame that was addressed to this host."""
        if self._meter is None:
            self._meter = Meter([self.host.address])
        self._meter.see(frame, at)

    def answers_arp(self) -> bool:
        """Say whether it answers this request; a sleeper does not hear the first."""
        self._asked += 1
        return self._asked > 1 or not self.host.wakes_after

    def answer(self, frame: bytes) -> tuple[bytes | None, Key | None]:
        """Return what it sends back to an IPv4 frame, if anything.

        With the answer that half-opens a connection comes its key: until the other has said more,
        the answer must be said again. Raises struct.error or IndexError if the frame is cut off.
        """
        body, protocol = frames.payload(frame), frame[23]
        if protocol == _TCP:
            return self._tcp(frame, frames.read_tcp(body))
        if protocol == _ICMP and body[0] == _ECHO_REQUEST and self.host.answers_ping:
            return frames.echo_reply(frame, self.mac, self.host.ttl), None
        if protocol == _UDP and not self.host.drops_closed:
            return frames.port_unreachable(frame, self.mac, self.host.ttl), None
        return None, None

    def _tcp(self, frame: bytes, said: Tcp) -> tuple[bytes | None, Key | None]:
        key = (frame[26:30], said.source, said.port)
        if said.flags & RST:
            self.forget(key)
            return None, None
        if key in self.halves or key in self._opened:
            return self._known(frame, said, key)
        is_open = said.port in self.host.open_ports
        if said.flags == SYN and is_open:
            self.halves.add(key)
            self.at_once = max(self.at_once, len(self.halves) + len(self._opened))
            return frames.syn_ack(frame, said, self.mac, self.host.ttl), key
        # An open port swallows what opens nothing, unless it belongs to a connection that is over.
        silent = self.host.drops_closed or (is_open and not said.flags & ACK)
        return (None if silent else self._reset(frame, said)), None

    def _known(self, frame: bytes, said: Tcp, key: Key) -> tuple[bytes | None, Key | None]:
        if said.flags == SYN:  # asked again, since the answer was lost
            return frames.syn_ack(frame, said, self.mac, self.host.ttl), None
        if key in self.halves and said.flags & ACK:
            self.halves.discard(key)
            self._opened.add(key)
            self._connections[said.port] += 1
        if said.length or said.flags & FIN:
            self.forget(key)
            return self._reset(frame, said), None
        return None, None

    def _reset(self, frame: bytes, said: Tcp) -> bytes:
        return frames.reset(frame, said, self.mac, self.host.ttl)

    def forget(self, key: Key) -> None:
        """End a connection."""
        self.halves.discard(key)
        self._opened.discard(key)

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
            faults=tuple(meter.faults),
        )
