"""Servers that mean harm, or only look so: each probe leaves in time, with an outcome."""

from __future__ import annotations

import socket
import time
from dataclasses import replace

import peers
import pytest

from riskscan.discover.examine import ask
from riskscan.discover.probes import PROBES
from riskscan.model import OBSERVATION_CAP, Outcome, Policy

PACE = replace(peers.QUICK, read_timeout=0.3, deadline=0.7)
NAMES = ("tls", "dicom", "upper_layer", "http", "ssh", "vnc", "greeting")
ASKED = [
    (name, policy)
    for name in NAMES
    for policy in (Policy.NORMAL, Policy.FRAGILE)
    if policy in PROBES[name].policies
]


def _garbage(peer: socket.socket) -> None:
    peer.sendall(bytes(range(128, 256)) * 40)
    peer.recv(4096)


def _ten_megabytes(peer: socket.socket) -> None:
    for _ in range(160):
        peer.sendall(b"A" * 65_536)


def _long_line(peer: socket.socket) -> None:
    peer.recv(16)
    peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    _ten_megabytes(peer)


def _nothing(peer: socket.socket) -> None:
    while peer.recv(4096):
        pass


def _drip(peer: socket.socket) -> None:
    for octet in b"220-SSH-2.0-HTTP/1.1 200" * 20:
        peer.sendall(bytes((octet,)))
        time.sleep(0.05)


def _hang_up(peer: socket.socket) -> None:
    peer.close()


def _reset(peer: socket.socket) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    peer.close()


def _escapes(peer: socket.socket) -> None:
    peer.sendall(b"220 \x1b[2J<script>alert(1)</script>=cmd()\r\n" * 3)
    peer.recv(4096)


TRICKS = (_garbage, _ten_megabytes, _long_line, _nothing, _drip, _hang_up, _reset, _escapes)


@pytest.mark.parametrize("trick", TRICKS, ids=lambda t: t.__name__.strip("_"))
@pytest.mark.parametrize(("name", "policy"), ASKED)
def test_a_probe_survives_and_keeps_little(name: str, policy: Policy, trick: peers.Talk):
    with peers.server(trick) as peer:
        dialer = peers.dialer(PACE)
        result = ask(PROBES[name], dialer, peers.host(peer.port, policy=policy), peer.port)
    assert result.outcome is not Outcome.CRASHED, result.detail
    assert len(result.observations) <= 60
    assert all(len(o.value) <= OBSERVATION_CAP for o in result.observations)
    assert dialer.connections <= 3
