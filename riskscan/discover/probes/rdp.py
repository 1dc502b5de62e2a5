"""What Remote Desktop demands of someone who offers TLS only, and who the computer says it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import Fault, ProtocolError
from riskscan.discover.probes.codec import ber, ntlm
from riskscan.discover.probes.codec.rdp import (
    CREDSSP_NEGOTIATE,
    TLS_ONLY,
    TLS_OR_CREDSSP,
    connection_request,
    security,
)
from riskscan.discover.probes.tls import ANY_VERSION
from riskscan.model import Host, Observation, Policy

_LONGEST_CONFIRM = 512
_LONGEST_TOKEN = 8192


class Rdp:
    """Bytes sent, in order: one connection request of 19 bytes that offers TLS; then close. Only
    on a device that is not fragile, that knows TLS, and of which no other port has given the NTLM
    challenge: on a second connection, since a server names its choice once, a request that offers
    CredSSP too; if it is chosen, a TLS handshake and one CredSSP token with the anonymous NTLM
    NEGOTIATE; close at the challenge.

    It is the opening of every Remote Desktop session; none comes about. The challenge is the
    answer to a client that has not yet said who it is (MS-CSSP 3.1.5, MS-NLMP 2.2.1.2): no user
    is named and no password is tried.
    """

    name = "rdp"
    protocol = "tcp"
    policies = frozenset(Policy)

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port == 3389)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            demanded = _negotiate(wire, TLS_ONLY)
        yield Observation.of("rdp.security", demanded, port, "tcp")
        if demanded == "rdp" or host.triage.policy is Policy.FRAGILE or challenged(host):
            return
        with suppress(Fault):  # what it demands is known, whatever becomes of the challenge
            for key, value in self._challenge(dialer, port):
                yield Observation.of(key, value, port, "tcp")

    def _challenge(self, dialer: Dialer, port: int) -> Iterator[tuple[str, str]]:
        with dialer.dial(port) as wire:
            if _negotiate(wire, TLS_OR_CREDSSP) != "credssp":
                return
            wire.start_tls(ANY_VERSION)
            wire.send(CREDSSP_NEGOTIATE)
            answer = _element(wire)
        yield from ntlm.challenge_facts(answer, time.time())


def challenged(host: Host) -> bool:
    """Say whether some port of this host has given an NTLM challenge in this scan."""
    return any(o.key == "ntlm.build" for o in host.observations)


def _negotiate(wire: Wire, protocols: int) -> str:
    wire.send(connection_request(protocols))
    head = wire.read_exactly(4)
    if head[0] != 3:
        raise ProtocolError("not a TPKT packet")
    length = min(int.from_bytes(head[2:4]), _LONGEST_CONFIRM)
    return security(head + wire.read_exactly(max(0, length - 4)))


def _element(wire: Wire) -> bytes:
    """Read one ASN.1 element whose length stands in front of it."""
    head = wire.read_exactly(2)
    if head[1] > 0x80:
        head += wire.read_exactly(head[1] & 0x7F)
    _, size = ber.header(head)
    if head[0] != ber.SEQUENCE or size > _LONGEST_TOKEN:
        raise ProtocolError("not a CredSSP answer")
    return head + wire.read_exactly(size)
