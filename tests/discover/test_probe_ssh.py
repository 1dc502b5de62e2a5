"""What an SSH server offers before any login, and how politely it is left."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress

import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.examine import ask
from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes import PROBES
from riskscan.discover.probes.codec.ssh_packets import (
    IDENTIFICATION,
    farewell,
    offers,
    packet_length,
)
from riskscan.discover.probes.ssh import after_identification
from riskscan.model import OBSERVATION_KEYS, Outcome, ProbeResult

LISTS = (
    "curve25519-sha256,diffie-hellman-group1-sha1",
    "ssh-ed25519,ssh-rsa",
    "aes256-gcm@openssh.com,3des-cbc",
    "aes256-gcm@openssh.com",
    "hmac-sha2-256",
    "hmac-md5",
    *("none",) * 2,
    *("",) * 2,
)


def offer(*lists: str) -> bytes:
    packed = b"".join(struct.pack(">I", len(names)) + names.encode() for names in lists)
    payload = bytes([20]) + bytes(16) + packed + bytes(5)
    padding = 12 - (len(payload) + 5) % 8
    return struct.pack(">IB", 1 + len(payload) + padding, padding) + payload + bytes(padding)


def _ask(talk: peers.Talk) -> tuple[ProbeResult, int]:
    with peers.server(talk) as peer:
        return ask(PROBES["ssh"], peers.dialer(), peers.host(22), peer.port), peer.connections


@pytest.mark.parametrize("eager", [True, False], ids=["offers-at-once", "waits-for-us"])
def test_algorithms_are_read_in_one_connection_and_a_goodbye_is_said(eager: bool):
    heard: list[bytes] = []
    left = threading.Event()

    def sshd(peer: socket.socket) -> None:
        peer.sendall(b"SSH-2.0-dropbear_2019.78\r\n" + (offer(*LISTS) if eager else b""))
        heard.append(peer.recv(4096))
        if not eager:
            peer.sendall(offer(*LISTS))
        peers.silent(heard)(peer)
        left.set()

    result, connections = _ask(sshd)
    facts = [(o.key, o.value) for o in result.observations]
    assert (result.outcome, connections) == (Outcome.ANSWERED, 1)
    assert facts == [
        ("ssh.banner", "SSH-2.0-dropbear_2019.78"),
        ("ssh.kex", "curve25519-sha256"),
        ("ssh.kex", "diffie-hellman-group1-sha1"),
        ("ssh.host-key", "ssh-ed25519"),
        ("ssh.host-key", "ssh-rsa"),
        ("ssh.cipher", "aes256-gcm@openssh.com"),
        ("ssh.cipher", "3des-cbc"),
        ("ssh.mac", "hmac-sha2-256"),
        ("ssh.mac", "hmac-md5"),
    ]
    assert left.wait(5)
    assert b"".join(heard) == IDENTIFICATION + farewell()
    assert {key for key, _ in facts} <= set(OBSERVATION_KEYS)


def test_a_server_of_version_1_hears_nothing():
    heard: list[bytes] = []

    def sshd(peer: socket.socket) -> None:
        peer.sendall(b"SSH-1.5-OldBox\r\n")
        peers.silent(heard)(peer)

    result, _ = _ask(sshd)
    assert [o.value for o in result.observations] == ["SSH-1.5-OldBox"]
    assert heard == []


def test_a_banner_is_kept_when_the_offer_fails():
    def sshd(peer: socket.socket) -> None:
        peer.sendall(b"SSH-2.0-x\r\n" + b"\xff" * 100)
        peer.recv(100)

    result, _ = _ask(sshd)
    assert result.outcome is Outcome.PROTOCOL_ERROR
    assert [o.key for o in result.observations] == ["ssh.banner"]


def test_a_goodbye_is_one_packet_that_a_server_can_read():
    said = farewell()
    assert len(said) % 8 == 0
    assert packet_length(said) == len(said) - 4
    assert said[4] >= 4


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader_of_offers(octets: bytes):
    after_identification(octets)
    for attempt in (octets, bytes([4, 20]) + bytes(16) + octets):
        try:
            told = list(offers(attempt))
        except ProtocolError:
            continue
        assert len(told) <= 6 * 40
        assert all(0 < len(name) <= 64 for _, name in told)
    if len(octets) >= 4:
        with suppress(ProtocolError):
            assert 12 <= packet_length(octets) <= 35_000
