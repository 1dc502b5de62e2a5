"""The sockets of the port engine: one to send, one to hear, and a port that is ours alone."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import secrets
import select
import socket
import struct
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address

from riskscan.discover.raw import bpf
from riskscan.discover.raw.engine import packets
from riskscan.discover.raw.engine.packets import Answer, Template

_ETH_P_IP = 0x0800
_SIOCGIFFLAGS = 0x8913
_UP_AND_RUNNING = 0x1 | 0x40
_BUFFER = 4 << 20
_BATCH = 64
_BUSY = frozenset({errno.ENOBUFS, errno.EAGAIN, errno.ENOMEM})


class Line:
    """Sends SYNs and hears what comes back. Raises ``OSError`` where raw sockets are denied.

    Packets leave through the kernel's routing, so that its firewall knows of the connection and
    lets the answer in; the kernel, which does not, answers a SYN-ACK with the RST that closes it.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self._open: list[socket.socket] = []
        try:
            self._reserved = self._socket(socket.AF_INET, socket.SOCK_STREAM, 0)
            self._reserved.bind(("0.0.0.0", 0))  # noqa: S104 - it never listens
            self.port: int = self._reserved.getsockname()[1]
            self._out = self._socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
            # Of all interfaces. What comes before the filter stands is no answer to a cookie.
            self._in = self._socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_IP))
            bpf.attach(self._in, bpf.answers_to(self.port))
            self._in.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            self._in.setblocking(False)
            self._bell, self._button = socket.socketpair()
            self._open += (self._bell, self._button)
            self._from(IPv4Address("127.0.0.1"), "S")  # loads scapy now, while nothing waits
            self._bell.setblocking(False)
            self._button.setblocking(False)
        except OSError:
            self.close()
            raise

    def _socket(self, family: int, kind: int, protocol: int) -> socket.socket:
        sock = socket.socket(family, kind, protocol)
        self._open.append(sock)
        return sock

    def close(self) -> None:
        for sock in self._open:
            sock.close()

    def ring(self) -> None:
        """Wake the thread that listens."""
        try:
            self._button.send(b"\0")
        except OSError:
            return  # full of rings already, or closed

    def ask(self, target: bytes, port: int) -> bool:
        """Send a SYN. False if this machine is too busy, and it should be tried again.

        A packet that the kernel will not deliver (no route, a firewall of ours) is a packet
        without an answer.
        """
        return self._send(self._template(target, "S"), target, port, self.cookie(target, port))

    def hang_up(self, target: bytes, port: int) -> None:
        """Send the RST that our kernel did not: its number is the one that the peer awaits."""
        sequence = (self.cookie(target, port) + 1) & 0xFFFFFFFF
        self._send(self._template(target, "R"), target, port, sequence)

    def _send(self, template: Template, target: bytes, port: int, sequence: int) -> bool:
        try:
            self._out.sendto(template.to(target, port, sequence), (socket.inet_ntoa(target), 0))
        except OSError as error:
            return error.errno not in _BUSY
        return True

    def _template(self, target: bytes, flag: str) -> Template:
        return self._from(self.source(target), flag)

    @lru_cache(maxsize=64)  # noqa: B019 - it lives as long as the scan
    def _from(self, source: IPv4Address, flag: str) -> Template:
        return (packets.syn if flag == "S" else packets.rst)(source, self.port)

    @lru_cache(maxsize=4096)  # noqa: B019 - it lives as long as the scan
    def source(self, target: bytes) -> IPv4Address:
        """Return the address of ours that the kernel's routes choose for a target."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            try:
                sock.connect((socket.inet_ntoa(target), 9))  # of UDP: nothing is sent
            except OSError:
                return IPv4Address(0)
            return IPv4Address(sock.getsockname()[0])

    def cookie(self, target: bytes, port: int) -> int:
        """Return the sequence number of our SYN: whoever did not get it cannot answer it."""
        mixed = hashlib.blake2s(target + port.to_bytes(2), key=self._key, digest_size=4)
        return int.from_bytes(mixed.digest())

    def hear(self, seconds: float) -> Iterator[Answer]:
        """Wait for up to ``seconds``; yield the answers that are there and truly ours."""
        ready, _, _ = select.select([self._in, self._bell], [], [], max(0.0, seconds))
        if self._bell in ready:
            self._bell.recv(4096)
        if self._in not in ready:
            return
        for _ in range(_BATCH):
            try:
                packet = self._in.recv(128)
            except BlockingIOError:
                return
            except OSError:
                return  # the interface went down: carrier() tells
            answer = packets.parse(packet)
            if answer and answer.sequence == self.cookie(answer.target, answer.port):
                yield answer

    def carrier(self, interface: str) -> bool:
        """Say whether an interface is up and has a link."""
        request = struct.pack("16sH14x", interface.encode()[:15], 0)
        try:
            answer = fcntl.ioctl(self._reserved, _SIOCGIFFLAGS, request)
        except OSError:
            return False
        flags: int = struct.unpack_from("H", answer, 16)[0]
        return flags & _UP_AND_RUNNING == _UP_AND_RUNNING
