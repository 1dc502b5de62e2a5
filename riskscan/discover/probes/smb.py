"""Which SMB a server speaks, whether it insists on signing, who it says it is, and whether SMB 1
still works."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import Fault, ProtocolError, Refused
from riskscan.discover.probes.codec import ntlm
from riskscan.discover.probes.codec.smb import (
    SMB1_NEGOTIATE,
    smb1_answer,
    smb2_facts,
    smb2_negotiate,
    smb2_session_setup,
)
from riskscan.model import Host, Observation, Policy

_LONGEST = 16_384
"""Bytes of a negotiate response that are read; real ones are a few hundred."""


class Smb:
    """Bytes sent, in order: one SMB 2 NEGOTIATE that offers all dialects; on the same connection
    one SESSION_SETUP with the anonymous NTLM NEGOTIATE; close at the challenge; then, since a
    connection negotiates once, on a second one: an SMB 1 NEGOTIATE that offers ``NT LM 0.12``
    alone; close.

    Negotiation is the first packet of every session (MS-SMB2 2.2.3, MS-CIFS 2.2.4.52.1), and the
    challenge is the answer to a client that has not yet said who it is (MS-NLMP 2.2.1.2). No
    session comes about, no user is named, no password is tried, no share is touched.
    """

    name = "smb"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port == 445)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        speaks_smb2 = False
        try:
            for key, value in self._smb2(dialer, port):
                speaks_smb2 = True
                yield Observation.of(key, value, port, "tcp")
        except (ProtocolError, Refused):
            # A server that knows SMB 1 only hangs up here, and answers the next question.
            pass
        yield Observation.of("smb.v1", self._smb1(dialer, port, speaks_smb2), port, "tcp")

    def _smb2(self, dialer: Dialer, port: int) -> Iterator[tuple[str, str]]:
        with dialer.dial(port) as wire:
            yield from smb2_facts(exchange(wire, smb2_negotiate()), time.time())
            with suppress(Fault):  # the negotiation stands, whatever becomes of the challenge
                challenge = exchange(wire, smb2_session_setup())
                yield from ntlm.challenge_facts(challenge, time.time())

    def _smb1(self, dialer: Dialer, port: int, speaks_smb2: bool) -> str:
        try:
            return smb1_answer(self._exchange(dialer, port, SMB1_NEGOTIATE))
        except (ProtocolError, Refused):
            if not speaks_smb2:
                raise
            # Windows without SMB 1 resets the connection instead of answering.
            return "refused"

    def _exchange(self, dialer: Dialer, port: int, packet: bytes) -> bytes:
        with dialer.dial(port) as wire:
            return exchange(wire, packet)


def exchange(wire: Wire, packet: bytes) -> bytes:
    """Send one message and return the answer, both behind their length (MS-SMB2 2.1).

    Raises ``Refused`` if the peer hangs up instead, ``ProtocolError`` if it answers otherwise.
    """
    wire.send(len(packet).to_bytes(4) + packet)
    return _message(wire)


def _message(wire: Wire) -> bytes:
    head = wire.read(4)
    if not head:
        raise Refused("the peer hung up without an answer")
    head += wire.read_exactly(4 - len(head))
    length = int.from_bytes(head[1:])
    if head[0] != 0 or length > _LONGEST:
        raise ProtocolError("not an SMB message")
    return wire.read_exactly(length)
