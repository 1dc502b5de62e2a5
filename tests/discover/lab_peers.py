"""The lab's own servers on loopback ports of the kernel's choosing, for probes to talk to."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import peers

from riskscan.lab.servers.server import Line, TcpServer, UdpServer


@contextmanager
def tcp(server: TcpServer) -> Iterator[peers.Server]:
    """Serve on a real port, as the lab does; ``heard`` keeps what each connection sent."""
    server.prepare()

    def talk(peer: socket.socket) -> None:
        line = _Heard(peer, started.heard)
        server.talk(line)
        with suppress(OSError):
            line.connection.close()

    with peers.server(talk) as started:
        yield started


class _Heard(Line):
    """Keeps what is said to the server, in the clear or inside TLS."""

    def __init__(self, connection: socket.socket, heard: list[bytes]) -> None:
        super().__init__(connection)
        self._heard = heard

    def exactly(self, count: int) -> bytes:
        return self._kept(super().exactly(count))

    def until(self, mark: bytes, limit: int = 8192) -> bytes:
        return self._kept(super().until(mark, limit))

    def some(self, limit: int = 4096) -> bytes:
        return self._kept(super().some(limit))

    def drain(self) -> None:
        self._heard.append(bytes(self._pending))
        self._pending.clear()
        while more := self.connection.recv(4096):
            self._heard.append(more)

    def _kept(self, octets: bytes) -> bytes:
        self._heard.append(octets)
        return octets


def said_to(peer: peers.Server, least: int) -> bytes:
    """Return all that a server was told, once it is ``least`` bytes or nothing more comes."""
    end = time.monotonic() + 2
    while len(b"".join(peer.heard)) < least and time.monotonic() < end:
        time.sleep(0.01)
    return b"".join(peer.heard)


class UdpPeer:
    """A port that answers datagrams, and keeps them."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.heard: list[bytes] = []


@contextmanager
def udp(server: UdpServer | Callable[[bytes], bytes | None]) -> Iterator[UdpPeer]:
    """Answer datagrams on a real port until the test is over."""
    answer = server.answer if isinstance(server, UdpServer) else server
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as endpoint:
        endpoint.bind(("127.0.0.1", 0))
        peer = UdpPeer(endpoint.getsockname()[1])

        def serve() -> None:
            with suppress(OSError):
                while True:
                    question, asker = endpoint.recvfrom(4096)
                    peer.heard.append(question)
                    if (reply := answer(question)) is not None:
                        endpoint.sendto(reply, asker)

        threading.Thread(target=serve, daemon=True).start()
        yield peer
