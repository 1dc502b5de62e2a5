"""The one door: scope, one at a time, the gap, the deadline, the cap, the forbidden ports."""

from __future__ import annotations

import gc
import socket
import struct
import threading
import time
from dataclasses import replace
from ipaddress import ip_network

import peers
import pytest

from riskscan.discover.brake import Brake
from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import (
    Fault,
    OutOfScope,
    ProtocolError,
    Refused,
    SkippedForSafety,
    Stopped,
    TimedOut,
)
from riskscan.discover.ports import FORBIDDEN_PORTS
from riskscan.discover.probes.tls import ANY_VERSION
from riskscan.model import Scope


def test_an_address_out_of_scope_is_never_connected_to():
    with peers.server(peers.says(b"hello")) as peer:
        elsewhere = Scope((ip_network("10.0.0.0/24"),))
        with pytest.raises(OutOfScope), peers.dialer(scope=elsewhere).dial(peer.port):
            pass
        excluded = replace(peers.SCOPE, exclude=(ip_network("127.0.0.1/32"),))
        refused = peers.dialer(scope=excluded)
        with pytest.raises(OutOfScope), refused.dial(peer.port):
            pass
        with pytest.raises(OutOfScope), refused.lease(peer.port):
            pass
        assert peer.connections == 0
        assert refused.connections == 0


@pytest.mark.parametrize("port", sorted(FORBIDDEN_PORTS))
def test_no_byte_and_no_lease_is_given_to_a_forbidden_port(port: int):
    heard: list[bytes] = []
    with peers.server(peers.silent(heard), port=port):
        dialer = peers.dialer()
        with dialer.dial(port) as wire:
            with pytest.raises(SkippedForSafety):
                wire.send(b"\r\n")
            with pytest.raises(SkippedForSafety):
                wire.start_tls(ANY_VERSION)
        with pytest.raises(SkippedForSafety), dialer.lease(port):
            pass
    assert heard == []


def test_only_one_connection_is_open_at_once():
    with peers.server(peers.says(b"x")) as peer:
        dialer = peers.dialer()
        with dialer.dial(peer.port), pytest.raises(SkippedForSafety), dialer.dial(peer.port):
            pass
        with dialer.dial(peer.port) as wire:
            assert wire.read() == b"x"
        assert dialer.connections == 2


class _NotedBrake(Brake):
    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)


def test_there_is_a_gap_between_two_connections():
    brake = _NotedBrake()
    dialer = Dialer(peers.SCOPE, peers.LOOPBACK, replace(peers.QUICK, gap=30.0), brake)
    dialer.begin()
    with peers.server(peers.says(b"x")) as peer:
        for _ in range(2):
            with dialer.dial(peer.port):
                pass
        with dialer.lease(peer.port):
            pass
    assert all(20 < wait <= 30 for wait in brake.waits)
    assert len(brake.waits) == 3


def test_a_closed_port_is_refused_and_a_silent_one_times_out():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(Refused), peers.dialer().dial(unused.getsockname()[1]):
            pass
    with (
        peers.server(peers.silent()) as peer,
        peers.dialer().dial(peer.port) as wire,
        pytest.raises(TimedOut),
    ):
        wire.read()


def test_a_peer_that_drips_is_left_at_the_deadline():
    def drip(peer: socket.socket) -> None:
        while True:
            peer.sendall(b".")
            time.sleep(0.05)

    dialer = peers.dialer(replace(peers.QUICK, deadline=0.5))
    with peers.server(drip) as peer, dialer.dial(peer.port) as wire, pytest.raises(TimedOut):
        wire.read_exactly(1000)


def test_no_more_than_the_cap_is_read():
    dialer = peers.dialer(replace(peers.QUICK, byte_cap=1000))
    with peers.server(peers.says(b"a" * 50_000)) as peer, dialer.dial(peer.port) as wire:
        assert len(wire.read_until(b"never")) == 1000
        with pytest.raises(ProtocolError):
            wire.read_exactly(1)


def test_a_stop_is_noticed_before_the_next_connection():
    stop = threading.Event()
    dialer = Dialer(peers.SCOPE, peers.LOOPBACK, replace(peers.QUICK, gap=30.0), Brake(stop))
    threading.Timer(0.2, stop.set).start()
    with pytest.raises(Stopped), dialer.dial(80):
        pass
    assert dialer.connections == 0


def test_a_peer_that_resets_before_the_handshake_leaves_no_socket_behind():
    dialed, gone = threading.Event(), threading.Event()

    def reset(connection: socket.socket) -> None:
        assert dialed.wait(5)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        gone.set()

    with peers.server(reset) as peer, peers.dialer().dial(peer.port) as wire:
        dialed.set()
        assert gone.wait(5)
        with pytest.raises(Fault):
            wire.start_tls(ANY_VERSION)
    gc.collect()  # a socket that nobody closed would be warned of here, and fail the test
