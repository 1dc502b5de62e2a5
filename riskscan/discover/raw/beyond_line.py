"""The sockets of the ``beyond`` job: what leaves through them, and what is truly an answer."""

from __future__ import annotations

import hashlib
import secrets
import socket
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address
from types import TracebackType
from typing import Self

from riskscan.discover.raw import beyond_packets as packets
from riskscan.discover.raw import bpf
from riskscan.discover.raw.beyond_packets import Heard, To
from riskscan.discover.raw.engine.packets import Template, syn

_ETH_P_IP = 0x0800
_BUFFER = 4 << 20
_AT_ONCE = 64
_TRIES = 20

__all__ = ["BeyondLine", "Heard", "To"]


class BeyondLine:
    """Asks through the kernel's routes, and hears what comes back to a port that is ours alone.

    The kernel, which knows of no connection, answers a SYN-ACK with the RST that closes it. To be
    used in a ``with`` statement. Raises ``OSError`` where raw sockets are denied.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._identifier = secrets.randbits(16)
        self._acknowledged = secrets.randbits(32)
        self._echo = packets.echo_request(self._identifier)
        self._sequence = 0
        self._open: list[socket.socket] = []
        try:
            self._reserve()
            self._out = self._socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
            self._ping = self._socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
            bpf.attach(self._ping, bpf.echo_replies(self._identifier))
            self._in = self._socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_IP))
            bpf.attach(self._in, bpf.answers_to(self._port))
            for ear in self.ears:
                ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
                ear.setblocking(False)
        except OSError:
            self.close()
            raise

    def _socket(self, family: int, kind: int, protocol: int) -> socket.socket:
        sock = socket.socket(family, kind, protocol)
        self._open.append(sock)
        return sock

    def _reserve(self) -> None:
        """Take a port that nobody else has, of TCP and of UDP."""
        for _ in range(_TRIES):
            tcp = self._socket(socket.AF_INET, socket.SOCK_STREAM, 0)
            tcp.bind(("0.0.0.0", 0))  # noqa: S104 - it never listens
            self._port: int = tcp.getsockname()[1]
            self._udp = self._socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
            try:
                self._udp.bind(("0.0.0.0", self._port))  # noqa: S104 - what comes is not read
            except OSError:
                continue
            return
        raise OSError("no port is free")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        for sock in self._open:
            sock.close()

    @property
    def ears(self) -> tuple[socket.socket, socket.socket]:
        """Both sockets that answers come to."""
        return self._ping, self._in

    def ask(self, question: To, address: int) -> None:
        """Send one question. What the kernel does not deliver is a question without an answer."""
        to, packed = str(IPv4Address(address)), address.to_bytes(4)
        try:
            if question is To.ECHO:
                self._sequence += 1
                packets.number(self._echo, self._sequence)
                self._ping.sendto(self._echo, (to, 0))
            elif question is To.SYN:
                template = self._syn(self._source(to))
                packet = template.to(packed, packets.HTTPS, self._cookie(address))
                self._out.sendto(packet, (to, 0))
            elif question is To.ACK:
                template = self._ack(self._source(to))
                packet = template.to(packed, packets.HTTP, self._cookie(address))
                self._out.sendto(packet, (to, 0))
            else:
                self._udp.sendto(b"", (to, packets.TRACEROUTE))
        except OSError:
            return

    @lru_cache(maxsize=64)  # noqa: B019 - it lives as long as the job
    def _syn(self, source: IPv4Address) -> Template:
        return syn(source, self._port)

    @lru_cache(maxsize=64)  # noqa: B019 - it lives as long as the job
    def _ack(self, source: IPv4Address) -> Template:
        return packets.ack(source, self._port, self._acknowledged)

    def _source(self, target: str) -> IPv4Address:
        """Return the address of ours that the kernel's routes choose for a target."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.connect((target, packets.TRACEROUTE))  # of UDP: nothing is sent
            return IPv4Address(sock.getsockname()[0])

    def _cookie(self, address: int) -> int:
        """Return the sequence number of our segments: whoever did not get it cannot answer it."""
        mixed = hashlib.blake2s(address.to_bytes(4), key=self._key, digest_size=4)
        return int.from_bytes(mixed.digest())

    def hear(self) -> Iterator[Heard]:
        """Yield the answers that are there and truly ours."""
        for ear in self.ears:
            for _ in range(_AT_ONCE):
                try:
                    packet = ear.recv(256)
                except OSError:
                    break  # there is no more; or the interface went down
                heard = packets.parse(packet, self._identifier)
                if heard and heard.number == self._expected(heard):
                    yield heard

    def _expected(self, heard: Heard) -> int:
        expected = {To.SYN: self._cookie(heard.address), To.ACK: self._acknowledged}
        return expected.get(heard.to, 0)
