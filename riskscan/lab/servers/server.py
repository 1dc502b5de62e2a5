"""What every server of the lab shares: a port, a ledger of what came, a line to the other side."""

from __future__ import annotations

import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

PATIENCE = 20.0
"""Seconds that a server waits for the other side before it hangs up."""

_LONGEST_LINE = 8192


class Ledger:
    """Connections and faults of one host's servers, written to by their threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = 0
        self.at_once = 0
        self.connections: Counter[int] = Counter()
        self.faults: list[str] = []

    def opened(self, port: int) -> None:
        with self._lock:
            self.connections[port] += 1
            self._open += 1
            self.at_once = max(self.at_once, self._open)

    def closed(self) -> None:
        with self._lock:
            self._open -= 1

    def fault(self, where: str, error: BaseException) -> None:
        """Note an error that no input should have caused."""
        with self._lock:
            self.faults.append(f"{where}: {type(error).__name__}: {error}"[:300])


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One open port of a host."""

    port: int
    protocol: ClassVar[str] = "tcp"

    def start(self, ledger: Ledger) -> None:
        """Open the port on every address of this namespace, and serve it from threads."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        return f"{type(self).__name__} {self.port}/{self.protocol}"


class Line:
    """One accepted connection, in the words that the protocols need. All may raise OSError."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._pending = bytearray()

    def send(self, text: bytes) -> None:
        self.connection.sendall(text)

    def some(self, limit: int = 4096) -> bytes:
        """Return what is there, waiting for the first byte; empty when the other side closed."""
        if self._pending:
            taken = bytes(self._pending[:limit])
            del self._pending[:limit]
            return taken
        return self.connection.recv(limit)

    def exactly(self, count: int) -> bytes:
        """Return ``count`` bytes. Raises ConnectionError if the other side closes before."""
        self._fill(lambda: len(self._pending) >= count)
        taken = bytes(self._pending[:count])
        del self._pending[:count]
        return taken

    def until(self, mark: bytes, limit: int = _LONGEST_LINE) -> bytes:
        """Return everything up to and with ``mark``. Raises ConnectionError beyond ``limit``."""
        self._fill(lambda: mark in self._pending or len(self._pending) > limit)
        end = self._pending.find(mark)
        if end < 0:
            raise ConnectionError("no end of line")
        taken = bytes(self._pending[: end + len(mark)])
        del self._pending[: end + len(mark)]
        return taken

    def _fill(self, enough: Callable[[], bool]) -> None:
        while not enough():
            more = self.connection.recv(4096)
            if not more:
                raise ConnectionError("closed by the other side")
            self._pending += more

    def drain(self) -> None:
        """Read and forget until the other side closes or the patience ends."""
        self._pending.clear()
        while self.connection.recv(4096):
            pass

    def secure(self, context: ssl.SSLContext) -> None:
        """Go on in TLS, as the server."""
        self.connection = context.wrap_socket(self.connection, server_side=True)

    def close(self) -> None:
        with suppress(OSError):  # the other side was faster
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpServer(Server):
    """A server that talks with each connection in a thread of its own."""

    def talk(self, line: Line) -> None:
        """Hold one conversation. OSError and ValueError end it; any other error is our fault."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Make what takes time, such as a key, before the port opens."""

    def start(self, ledger: Ledger) -> None:
        self.prepare()
        listener = socket.create_server(("0.0.0.0", self.port), backlog=128)
        threading.Thread(target=self._accept, args=(listener, ledger), daemon=True).start()

    def _accept(self, listener: socket.socket, ledger: Ledger) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                continue  # it was gone before it was taken (RST); the listener itself never closes
            ledger.opened(self.port)
            threading.Thread(target=self._serve, args=(connection, ledger), daemon=True).start()

    def _serve(self, connection: socket.socket, ledger: Ledger) -> None:
        connection.settimeout(PATIENCE)
        line = Line(connection)
        try:
            self.talk(line)
        except (OSError, ValueError):
            pass  # they hung up, were too slow, or did not speak the protocol
        except Exception as error:
            ledger.fault(self.label, error)
        finally:
            line.close()
            ledger.closed()


@dataclass(frozen=True, slots=True, kw_only=True)
class UdpServer(Server):
    """A server that answers single datagrams."""

    protocol: ClassVar[str] = "udp"

    def answer(self, question: bytes) -> bytes | None:
        """Return the reply to one datagram, or None for silence. ValueError is silence too."""
        raise NotImplementedError

    def start(self, ledger: Ledger) -> None:
        endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        endpoint.bind(("0.0.0.0", self.port))
        threading.Thread(target=self._serve, args=(endpoint, ledger), daemon=True).start()

    def _serve(self, endpoint: socket.socket, ledger: Ledger) -> None:
        while True:
            try:
                question, asker = endpoint.recvfrom(4096)
                reply = self.answer(question)
                if reply is not None:
                    endpoint.sendto(reply, asker)
            except (OSError, ValueError):
                continue
            except Exception as error:
                ledger.fault(self.label, error)
