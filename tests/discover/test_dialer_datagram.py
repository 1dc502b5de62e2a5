"""One datagram through the dialer, against real UDP sockets on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network

import peers
import pytest

from riskscan.discover.faults import OutOfScope, Refused, SkippedForSafety, TimedOut
from riskscan.discover.ports import FORBIDDEN_PORTS
from riskscan.model import Scope


@contextmanager
def udp(answer: Callable[[socket.socket, bytes, tuple[str, int]], None]) -> Iterator[int]:
    """Hand each datagram to ``answer`` once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                try:
                    answer(sock, *sock.recvfrom(4096))
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield sock.getsockname()[1]


def test_one_datagram_is_sent_and_counted_and_its_answer_returned():
    heard: list[bytes] = []

    def answer(sock: socket.socket, octets: bytes, peer: tuple[str, int]) -> None:
        heard.append(octets)
        sock.sendto(b"yes", peer)

    dialer = peers.dialer()
    with udp(answer) as port:
        assert dialer.datagram(port, b"who?") == [b"yes"]
    assert heard == [b"who?"]
    assert dialer.connections == 1


def test_answers_from_another_port_of_the_device_count_up_to_the_number_wanted():
    def answer(sock: socket.socket, octets: bytes, peer: tuple[str, int]) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            for number in range(9):
                other.sendto(bytes([number]), peer)

    with udp(answer) as port:
        assert peers.dialer().datagram(port, b"who?", most=3) == [b"\0", b"\1", b"\2"]


def test_answers_of_another_device_do_not_count():
    def answer(sock: socket.socket, octets: bytes, peer: tuple[str, int]) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.2", 0))
            other.sendto(b"me!", peer)

    with udp(answer) as port, pytest.raises(TimedOut):
        peers.dialer().datagram(port, b"who?")


def test_a_closed_port_refuses_and_a_silent_one_times_out():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        with pytest.raises(TimedOut):
            peers.dialer().datagram(port, b"who?")
    with pytest.raises(Refused):
        peers.dialer().datagram(port, b"who?")


def test_scope_and_the_ports_that_hear_nothing_hold_for_datagrams_too():
    nowhere = peers.dialer(scope=Scope((ip_network("192.0.2.0/24"),)))
    with pytest.raises(OutOfScope):
        nowhere.datagram(5353, b"who?")
    for port in FORBIDDEN_PORTS:
        with pytest.raises(SkippedForSafety):
            peers.dialer().datagram(port, b"who?")
