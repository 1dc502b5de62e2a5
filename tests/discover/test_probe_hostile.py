"""Servers that lie, flood, drip, hang up or keep silent: each ends in a fault, soon and small."""

from __future__ import annotations

import socket
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import lab_peers
import peers
import pytest

from riskscan.discover.examine import ask
from riskscan.discover.probes import PROBES
from riskscan.model import OBSERVATION_KEYS, Outcome

PROBED = (
    *("smb", "rdp", "http_ntlm", "ldap", "nfs", "mqtt", "amqp"),
    *("mssql", "redis", "memcached", "mongodb"),
    *("ftp_anonymous", "smb_guest"),
)
DATAGRAMS = ("netbios", "mssql_browser")
HURRIED = replace(peers.QUICK, deadline=0.5, read_timeout=0.2)
FAULTS = {Outcome.PROTOCOL_ERROR, Outcome.REFUSED, Outcome.TIMED_OUT}
FLOOD = 10_000_000


def _garbage(peer: socket.socket) -> None:
    peer.recv(4096)
    peer.sendall(bytes(range(256)) * 8)


def _flood(peer: socket.socket) -> None:
    peer.recv(4096)
    for _ in range(FLOOD // 100_000):
        peer.sendall(b"\x30\x84\x7f\xff" * 25_000)


def _drip(peer: socket.socket) -> None:
    peer.recv(4096)
    while True:
        peer.sendall(b"\0")
        time.sleep(0.1)


def _hang_up(peer: socket.socket) -> None:
    del peer


def _escape(peer: socket.socket) -> None:
    peer.recv(4096)
    peer.sendall(b"\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>\r\n" * 40)


HOSTILE: dict[str, Callable[[socket.socket], None]] = {
    "garbage": _garbage,
    "flood": _flood,
    "drip": _drip,
    "hang-up": _hang_up,
    "escape": _escape,
    "silence": peers.silent(),
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("name", PROBED)
def test_a_hostile_server_ends_in_a_fault(name: str, kind: str):
    with peers.server(HOSTILE[kind]) as peer:
        result = ask(PROBES[name], peers.dialer(HURRIED), peers.host(), peer.port)
    assert result.outcome in FAULTS, result.detail
    assert result.observations == ()
    assert peer.connections <= 2


@pytest.mark.parametrize("name", PROBED)
def test_a_flood_is_not_kept(name: str):
    with peers.server(_flood) as peer:
        tracemalloc.start()
        ask(PROBES[name], peers.dialer(HURRIED), peers.host(), peer.port)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 2_000_000


@pytest.mark.parametrize("name", DATAGRAMS)
@pytest.mark.parametrize("answer", [b"", b"\x05\xff\xff", b"\x84" * 60_000], ids=len)
def test_a_hostile_datagram_ends_in_a_fault(name: str, answer: bytes):
    with lab_peers.udp(lambda _: answer) as peer:
        result = ask(PROBES[name], peers.dialer(HURRIED), peers.host(), peer.port)
    assert result.outcome in FAULTS
    assert result.observations == ()
    assert len(peer.heard) == 1


def test_what_a_liar_says_is_capped_and_stays_in_the_vocabulary():
    names = b"".join(
        b"ServerName;X;InstanceName;" + b"I" * 900 + b";Version;9;tcp;1;;" for _ in range(60)
    )
    answer = b"\x05" + len(names).to_bytes(2, "little") + names
    with lab_peers.udp(lambda _: answer) as peer:
        found = ask(PROBES["mssql_browser"], peers.dialer(), peers.host(), peer.port).observations
    assert 0 < len(found) <= 64
    assert all(len(o.value) <= 512 and o.key in OBSERVATION_KEYS for o in found)
