"""Which SMB a server speaks, whether it insists on signing, and whether SMB 1 still works."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import ProtocolError, Refused
from riskscan.model import Host, Observation, Policy

_DIALECTS = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2", 0x0311: "3.1.1"}
_SIGNING_REQUIRED = 0x02
_LONGEST = 16_384
"""Bytes of a negotiate response that are read; real ones are a few hundred."""

_REFUSED_DIALECT = 0xFFFF


class Smb:
    """Bytes sent, in order: one SMB 2 NEGOTIATE that offers all dialects; close; then one SMB 1
    NEGOTIATE that offers ``NT LM 0.12`` alone; close.

    Negotiation is the first packet of every session (MS-SMB2 2.2.3, MS-CIFS 2.2.4.52.1). No
    session is set up, no user is named, no share is touched.
    """

    name = "smb"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port == 445)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        speaks_smb2 = False
        try:
            facts = smb2_facts(self._exchange(dialer, port, smb2_negotiate()))
            speaks_smb2 = True
            yield from (Observation.of(k, v, port, "tcp") for k, v in facts)
        except (ProtocolError, Refused):
            # A server that knows SMB 1 only hangs up here, and answers the next question.
            pass
        yield Observation.of("smb.v1", self._smb1(dialer, port, speaks_smb2), port, "tcp")

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
            wire.send(len(packet).to_bytes(4) + packet)
            return _message(wire)


def _message(wire: Wire) -> bytes:
    """Read one message with the length in front of it (MS-SMB2 2.1)."""
    head = wire.read(4)
    if not head:
        raise Refused("the peer hung up without an answer")
    head += wire.read_exactly(4 - len(head))
    length = int.from_bytes(head[1:])
    if head[0] != 0 or length > _LONGEST:
        raise ProtocolError("not an SMB message")
    return wire.read_exactly(length)


def smb2_negotiate() -> bytes:
    """Build a NEGOTIATE request with all dialects (MS-SMB2 2.2.1.2, 2.2.3)."""
    header = b"\xfeSMB" + (64).to_bytes(2, "little") + bytes(58)
    dialects = b"".join(d.to_bytes(2, "little") for d in _DIALECTS)
    contexts = _contexts()
    padding = bytes(-(len(header) + 36 + len(dialects)) % 8)
    offset = len(header) + 36 + len(dialects) + len(padding)
    body = (
        (36).to_bytes(2, "little")
        + len(_DIALECTS).to_bytes(2, "little")
        + (1).to_bytes(2, "little")  # signing enabled
        + bytes(2 + 4)  # reserved, capabilities
        + secrets.token_bytes(16)  # client GUID
        + offset.to_bytes(4, "little")
        + (2).to_bytes(2, "little")  # two contexts
        + bytes(2)
    )
    return header + body + dialects + padding + contexts


def _contexts() -> bytes:
    """The two contexts that 3.1.1 demands: integrity SHA-512, encryption AES-128-GCM or CCM."""
    integrity = bytes.fromhex("0100 2000 0100") + secrets.token_bytes(32)
    encryption = bytes.fromhex("0200 0200 0100")
    first = _context(1, integrity)
    return first + bytes(-len(first) % 8) + _context(2, encryption)


def _context(kind: int, payload: bytes) -> bytes:
    return kind.to_bytes(2, "little") + len(payload).to_bytes(2, "little") + bytes(4) + payload


def smb2_facts(message: bytes) -> list[tuple[str, str]]:
    """Read a NEGOTIATE response (MS-SMB2 2.2.4). Raises ``ProtocolError`` if it is none."""
    if len(message) < 70 or message[:4] != b"\xfeSMB" or message[12:14] != b"\0\0":
        raise ProtocolError("not an SMB 2 negotiate response")
    if int.from_bytes(message[8:12], "little") != 0:
        raise ProtocolError("the server refused to negotiate SMB 2")
    dialect = _DIALECTS.get(int.from_bytes(message[68:70], "little"))
    if dialect is None:
        raise ProtocolError("the server chose an SMB dialect that was not offered")
    signing = "required" if message[66] & _SIGNING_REQUIRED else "enabled"
    return [("smb.dialect", dialect), ("smb.signing", signing)]


_SMB1_DIALECT = b"\x02NT LM 0.12\0"
SMB1_NEGOTIATE = (
    b"\xffSMB\x72"
    + bytes(4)  # status
    + b"\x18"  # flags: paths are canonical and case-insensitive
    + (0xC801).to_bytes(2, "little")  # unicode, NT status, extended security, long names
    + bytes(12)  # process id high, signature, reserved
    + bytes(8)  # tree, process, user, multiplex ids
    + b"\0"  # no parameter words
    + len(_SMB1_DIALECT).to_bytes(2, "little")
    + _SMB1_DIALECT
)
"""NEGOTIATE with one dialect (MS-CIFS 2.2.3.1, 2.2.4.52.1)."""


def smb1_answer(message: bytes) -> str:
    """Read the answer to an offer of NT LM 0.12. Raises ``ProtocolError`` if it is none."""
    if len(message) < 35 or message[:5] != b"\xffSMB\x72":
        raise ProtocolError("not an SMB 1 negotiate response")
    chosen = int.from_bytes(message[33:35], "little")
    failed = int.from_bytes(message[5:9], "little") != 0
    return "refused" if failed or message[32] == 0 or chosen == _REFUSED_DIALECT else "accepted"
