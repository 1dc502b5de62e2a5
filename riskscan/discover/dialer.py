"""The one door from a probe to a device: every connection is checked, counted and paced here."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Lock

from riskscan.discover.brake import Brake
from riskscan.discover.faults import (
    Fault,
    OutOfScope,
    ProtocolError,
    Refused,
    SkippedForSafety,
    TimedOut,
)
from riskscan.discover.ports import FORBIDDEN_PORTS
from riskscan.model import Address, Pace, Scope

_CHUNK = 4096
_LONGEST_DATAGRAM = 65_535
_TELL_ERRORS = {4: (socket.IPPROTO_IP, 11), 6: (socket.IPPROTO_IPV6, 25)}
"""IP_RECVERR and IPV6_RECVERR (linux/in.h, linux/in6.h), which Python has no names for."""


class Wire:
    """One open connection. It reads a capped number of bytes and knows when to give up."""

    def __init__(self, sock: socket.socket, port: int, pace: Pace, end: float) -> None:
        self._sock = sock
        self._port = port
        self._pace = pace
        self._end = end
        self._left = pace.byte_cap

    def send(self, octets: bytes) -> None:
        """Send. Raises ``SkippedForSafety`` on a port that must never hear a byte."""
        _refuse_forbidden(self._port)
        with _faults("sending"):
            self._sock.settimeout(self._patience())
            self._sock.sendall(octets)

    def read(self, most: int = _CHUNK) -> bytes:
        """Return what comes next; empty at the end of the stream or of the byte cap.

        Raises ``TimedOut`` if nothing comes, ``Refused`` if the peer resets.
        """
        with _faults("waiting for an answer"):
            self._sock.settimeout(self._patience())
            octets = self._sock.recv(min(most, self._left)) if self._left else b""
        self._left -= len(octets)
        return octets

    def read_exactly(self, count: int) -> bytes:
        """Return ``count`` bytes. Raises ``ProtocolError`` if the stream ends before."""
        octets = b""
        while len(octets) < count:
            more = self.read(count - len(octets))
            if not more:
                raise ProtocolError(f"the answer ended after {len(octets)} bytes")
            octets += more
        return octets

    def read_until(self, *ends: bytes) -> bytes:
        """Return all that comes until one of ``ends`` is in it, the peer stops, or time is up.

        Raises what ``read`` raises if nothing came at all.
        """
        octets = b""
        try:
            while more := self.read():
                octets += more
                if any(end in octets for end in ends):
                    break
        except Fault:
            if not octets:
                raise
        return octets

    def start_tls(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        """Shake hands once; reads and sends go through TLS from then on.

        Raises ``ProtocolError`` if the peer does not speak TLS or will not agree.
        """
        _refuse_forbidden(self._port)
        with _faults("the TLS handshake"):
            self._sock.settimeout(self._patience())
            # No name is sent: an address is not a legal SNI value (RFC 6066 section 3).
            context.sslsocket_class = _Secured
            secured = context.wrap_socket(self._sock)
        self._sock = secured
        if secured.version() is None:
            raise ProtocolError("the peer was gone before the TLS handshake")
        return secured

    def close(self) -> None:
        self._sock.close()

    def _patience(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimedOut("the time for this probe is up")
        return min(self._pace.read_timeout, left)


class _Secured(ssl.SSLSocket):
    """Closes itself when it is dropped.

    A peer that resets at the wrong moment makes :mod:`ssl` raise before it hands the socket over,
    and nobody else could close it then.
    """

    def __del__(self) -> None:
        self.close()


class Dialer:
    """Connects probes to one device, one connection at a time, with a gap between two.

    It is bound to an address, so a probe cannot even name another one. ``pace`` may be made
    stricter at any time; ``connections`` counts what the device was asked to bear.
    """

    def __init__(
        self,
        scope: Scope,
        address: Address,
        pace: Pace,
        brake: Brake,
        spend: Callable[[int], None] = lambda _connections: None,
    ) -> None:
        """``spend`` is told of each connection before it is made: how many that will be."""
        self.address = address
        self.pace = pace
        self.connections = 0
        self._scope = scope
        self._brake = brake
        self._spend = spend
        self._line = Lock()
        self._free_at = time.monotonic() + pace.gap
        self._end = float("inf")

    def begin(self) -> None:
        """Start the clock for one probe on one port."""
        self._end = time.monotonic() + self.pace.deadline

    @contextmanager
    def dial(self, port: int) -> Iterator[Wire]:
        """Connect over TCP.

        Raises ``OutOfScope``, ``Refused``, ``TimedOut``, or ``Stopped`` if the scan should end.
        """
        with self._turn():
            wire = Wire(self._connect(port), port, self.pace, self._end)
            try:
                if self.pace.breath:
                    self._brake.wait(self.pace.breath)
                yield wire
            finally:
                wire.close()

    @contextmanager
    def lease(self, port: int) -> Iterator[float]:
        """Lend the line to a library that opens its own socket, under the same rules.

        Yields the seconds that it may take. Raises what ``dial`` raises before it connects, and
        ``SkippedForSafety`` on a port that must never hear a byte, since a library will write.
        """
        _refuse_forbidden(port)
        with self._turn():
            yield max(0.1, min(self.pace.deadline, self._end - time.monotonic()))

    def datagram(self, port: int, octets: bytes, most: int = 1) -> list[bytes]:
        """Send one UDP datagram, once, and return up to ``most`` answers in the order heard.

        An answer counts from any port of the device: those of SSDP and WS-Discovery may come from
        another than the one asked. Raises what ``dial`` raises, ``SkippedForSafety`` on a port that
        must never hear a byte, and ``TimedOut`` if nothing is answered.
        """
        with self.lease(port) as seconds:
            return _datagram(self.address, port, octets, most, self._patience(seconds), self.pace)

    def _patience(self, seconds: float) -> float:
        return min(seconds, self.pace.read_timeout)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._line.acquire(blocking=False):
            raise SkippedForSafety("another connection to this device is still open")
        try:
            self._brake.wait(max(0.0, self._free_at - time.monotonic()))
            if not self._scope.allows(self.address):
                raise OutOfScope(f"{self.address} is not in scope")
            self._spend(self.connections + 1)
            self.connections += 1
            yield
        finally:
            self._free_at = time.monotonic() + self.pace.gap
            self._line.release()

    def _connect(self, port: int) -> socket.socket:
        patience = min(self.pace.connect_timeout, self._end - time.monotonic())
        if patience <= 0:
            raise TimedOut("the time for this probe is up")
        with _faults("connecting"):
            return socket.create_connection((str(self.address), port), timeout=patience)


def _datagram(
    address: Address, port: int, octets: bytes, most: int, patience: float, pace: Pace
) -> list[bytes]:
    v6 = address.version == 6
    answers: list[bytes] = []
    end, left = time.monotonic() + patience, pace.byte_cap
    with (
        socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM) as sock,
        _faults("waiting for an answer"),
    ):
        # Without it, only a connected socket is told that the port is closed.
        sock.setsockopt(*_TELL_ERRORS[address.version], 1)
        sock.sendto(octets, (str(address), port))
        while len(answers) < most and left > 0 and (wait := end - time.monotonic()) > 0:
            sock.settimeout(wait)
            try:
                answer, (sender, *_) = sock.recvfrom(min(left, _LONGEST_DATAGRAM))
            except TimeoutError:
                break
            except ConnectionError:
                if answers:
                    break
                raise
            if ip_address(sender.partition("%")[0]) == address:
                answers.append(answer)
                left -= len(answer)
    if not answers:
        raise TimedOut("no answer to the datagram")
    return answers


def _refuse_forbidden(port: int) -> None:
    if port in FORBIDDEN_PORTS:
        raise SkippedForSafety(f"nothing is ever sent to port {port}")


@contextmanager
def _faults(doing: str) -> Iterator[None]:
    """Translate what sockets and TLS raise into the faults that the sweep knows."""
    try:
        yield
    except TimeoutError as error:
        raise TimedOut(f"no answer while {doing}") from error
    except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        raise Refused(f"the peer hung up while {doing}") from error
    except ssl.SSLError as error:
        raise ProtocolError(f"{doing} failed: {error.reason or 'unknown reason'}") from error
    except OSError as error:
        raise TimedOut(f"{error.strerror or 'not reachable'} while {doing}") from error
