"""Which SSH server answers, and with which algorithms it would begin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import Fault, ProtocolError
from riskscan.discover.probes.codec.ssh_packets import (
    IDENTIFICATION,
    farewell,
    offers,
    packet_length,
)
from riskscan.model import Host, Observation, Policy

_PORTS = frozenset({22, 2222})
_MOST_READS = 16
_LINE = re.compile(rb"(?:\A|\n)SSH-[^\n]*\n")
_TWO = ("SSH-2.0-", "SSH-1.99-")


class Ssh:
    """Bytes sent, in order: none until the server has named itself; then our own identification
    line, and once the server has offered its algorithms, SSH_MSG_DISCONNECT. On a fragile device,
    or to a server of version 1: none.

    Both sides open every session so (RFC 4253 sections 4.2, 7.1, 11.1). No key is agreed, no user
    is named, nothing is logged in to.
    """

    name = "ssh"
    protocol = "tcp"
    policies = frozenset(Policy)

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port in _PORTS)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            heard = _listen(wire)
            banner = identification(heard)
            yield Observation.of("ssh.banner", banner, port, "tcp")
            if host.triage.policy is Policy.FRAGILE or not banner.startswith(_TWO):
                return
            for key, name in _offers(wire, after_identification(heard)):
                yield Observation.of(key, name, port, "tcp")


def _offers(wire: Wire, begun: bytes) -> list[tuple[str, str]]:
    """Open as a client does, and read the server's offer, of which ``begun`` may be there."""
    wire.send(IDENTIFICATION)
    head = begun + wire.read_exactly(max(0, 4 - len(begun)))
    end = 4 + packet_length(head)
    packet = head + wire.read_exactly(max(0, end - len(head)))
    told = list(offers(packet[4:end]))
    with suppress(Fault):
        wire.send(farewell())
    return told


def _listen(wire: Wire) -> bytes:
    heard = b""
    for _ in range(_MOST_READS):
        try:
            more = wire.read_until(b"\n")
        except Fault:
            if heard:
                break
            raise
        heard += more
        if not more or _LINE.search(heard):
            break
    return heard


def after_identification(octets: bytes) -> bytes:
    """Return what follows the identification string: some servers send their offer at once."""
    found = _LINE.search(octets)
    return octets[found.end() :] if found else b""


def identification(octets: bytes) -> str:
    """Return the identification string. A server may send other lines before it.

    Raises ``ProtocolError`` if there is none.
    """
    for line in octets.split(b"\n"):
        if line.startswith(b"SSH-"):
            return line.decode("utf-8", errors="replace").strip()
    raise ProtocolError("no SSH identification")
