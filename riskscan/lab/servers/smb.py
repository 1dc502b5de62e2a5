"""A file server up to the answer to a login: SMB 2 and 3, and SMB 1 where it still is."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass

from riskscan.lab.servers.ntlm import Computer, is_nameless
from riskscan.lab.servers.server import Line, TcpServer

_SMB1, _SMB2 = b"\xffSMB", b"\xfeSMB"
_NEGOTIATE1, _NEGOTIATE2, _SESSION_SETUP, _LOGOFF = 0x72, 0x0000, 0x0001, 0x0002
_NT_LM = b"\x02NT LM 0.12\0"
_INVALID_PARAMETER, _NOT_SUPPORTED = 0xC000_000D, 0xC000_00BB
_MORE_TO_COME = 0xC000_0016  # STATUS_MORE_PROCESSING_REQUIRED
_ACCESS_DENIED = 0xC000_0022
_SESSION_FLAGS = {"guest": 1, "null": 2}
_ENABLED, _REQUIRED = 1, 2
_EXTENDED_SECURITY = 0x08  # upper byte of Flags2
_WILDCARD = 0x02FF
_FILETIME = 133_000_000_000_000_000

# SPNEGO NegTokenInit that offers NTLMSSP (RFC 4178), as [MS-SPNG] has it.
_SPNEGO = bytes.fromhex("601c06062b0601050502a0123010a00e300c060a2b06010401823702020a")


@dataclass(frozen=True, slots=True, kw_only=True)
class Smb(TcpServer):
    """Answers NEGOTIATE ([MS-SMB2] 2.2.4, [MS-SMB] 2.2.4.5.2); the opening of a session with a
    challenge (2.2.6) if it is a named computer, and the nameless answer to that as it is told to.
    Whoever names a user is turned away by closing, as is anything else."""

    port: int = 445
    newest: int
    """Newest dialect: 0x0202, 0x0210, 0x0300, 0x0302, 0x0311."""
    signing_required: bool
    version_1: bool = False
    computer: Computer | None = None
    stranger: str = "refused"
    """What a caller without a name becomes: ``guest``, ``null`` or ``refused``."""

    def talk(self, line: Line) -> None:
        while True:
            message = _framed(line)
            if message.startswith(_SMB2):
                reply = self._second(message)
            elif message.startswith(_SMB1):
                reply = self._first(message)
            else:
                raise ValueError("not SMB")
            line.send(struct.pack(">I", len(reply)) + reply)

    def _first(self, message: bytes) -> bytes:
        """Answer an SMB 1 negotiation: with SMB 2 if it is offered, else with SMB 1 if allowed."""
        if len(message) < 35 or message[4] != _NEGOTIATE1:
            raise ValueError("not a negotiation")
        if b"\x02SMB 2.???\0" in message and self.newest > 0x0202:
            return self._chosen(_WILDCARD, bytes(8))
        if b"\x02SMB 2.002\0" in message:
            return self._chosen(0x0202, bytes(8))
        if not self.version_1 or _NT_LM not in message:
            raise ValueError("no dialect in common")  # Windows closes the connection
        return self._smb1_answer(message)

    def _smb1_answer(self, message: bytes) -> bytes:
        offered = message[35:].split(b"\0")
        index = offered.index(_NT_LM[:-1])
        head = _SMB1 + struct.pack("<BIBH", _NEGOTIATE1, 0, 0x88, 0xC801) + bytes(12)
        head += message[24:32]  # TID, PID, UID and MID are the client's
        security = 0x03 | (0x0C if self.signing_required else 0x04)
        extended = bool(message[11] & _EXTENDED_SECURITY)
        capabilities = 0xE3FD | (0x8000_0000 if extended else 0)
        words = struct.pack("<HBHHIII", index, security, 50, 1, 16_644, 65_536, 0)
        words += struct.pack("<IQhB", capabilities, _FILETIME, 0, 0 if extended else 8)
        # a GUID and SPNEGO, or an 8-byte challenge and two empty names
        blob = os.urandom(16) + _SPNEGO if extended else os.urandom(8) + bytes(4)
        return head + bytes([len(words) // 2]) + words + struct.pack("<H", len(blob)) + blob

    def _second(self, message: bytes) -> bytes:
        if len(message) < 64 + 36:
            raise ValueError("shorter than a negotiation")
        (command,), (count,) = (struct.unpack_from("<H", message, at) for at in (12, 64 + 2))
        ident = message[24:32]
        if command == _SESSION_SETUP and self.computer:
            if is_nameless(message):
                return self._nameless(ident, message[40:48])
            return _challenge(self.computer.wrapped_challenge(message), ident)
        if command == _LOGOFF:
            return _header(_LOGOFF, ident, 0) + struct.pack("<HH", 4, 0)
        if command != _NEGOTIATE2:
            return _refusal(command, ident, _NOT_SUPPORTED)
        if count == 0 or len(message) < 100 + 2 * count:
            return _refusal(command, ident, _INVALID_PARAMETER)
        offered = struct.unpack_from(f"<{count}H", message, 100)
        common = [d for d in offered if d <= self.newest and d in _DIALECTS]
        if not common:
            return _refusal(command, ident, _NOT_SUPPORTED)
        return self._chosen(max(common), ident)

    def _nameless(self, ident: bytes, session: bytes) -> bytes:
        if self.stranger not in _SESSION_FLAGS:
            return _refusal(_SESSION_SETUP, ident, _ACCESS_DENIED)
        head = bytearray(_header(_SESSION_SETUP, ident, 0))
        head[40:48] = session
        return bytes(head) + struct.pack("<HHHH", 9, _SESSION_FLAGS[self.stranger], 64 + 8, 0)

    def _chosen(self, dialect: int, ident: bytes) -> bytes:
        mode = _ENABLED | (_REQUIRED if self.signing_required else 0)
        contexts = _preauthentication() if dialect == 0x0311 else b""
        offset = 128 + len(_SPNEGO) + (-len(_SPNEGO)) % 8
        body = struct.pack("<HHHH", 65, mode, dialect, 1 if contexts else 0) + bytes(range(16))
        body += struct.pack("<IIII", 0x07, 8 << 20, 8 << 20, 8 << 20)
        now = self.computer.filetime() if self.computer else _FILETIME
        body += struct.pack("<QQHHI", now, 0, 128, len(_SPNEGO), offset if contexts else 0)
        body += _SPNEGO
        if contexts:
            body += bytes(offset - 64 - len(body)) + contexts
        return _header(_NEGOTIATE2, ident, 0) + body


_DIALECTS = (0x0202, 0x0210, 0x0300, 0x0302, 0x0311)


def _framed(line: Line) -> bytes:
    """Read one message behind its four-byte length (direct TCP, [MS-SMB2] 2.1)."""
    (size,) = struct.unpack(">I", line.exactly(4))
    if size > 65_536:
        raise ValueError("longer than a negotiation")
    return line.exactly(size)


def _header(command: int, ident: bytes, status: int) -> bytes:
    head = _SMB2 + struct.pack("<HHIHHII", 64, 0, status, command, 1, 1, 0)
    return head + ident + bytes(4 + 4 + 8 + 16)


def _refusal(command: int, ident: bytes, status: int) -> bytes:
    return _header(command, ident, status) + struct.pack("<HBBI", 9, 0, 0, 0) + b"\0"


def _challenge(token: bytes, ident: bytes) -> bytes:
    head = bytearray(_header(_SESSION_SETUP, ident, _MORE_TO_COME))
    head[40:48] = os.urandom(8)  # the session to be
    return bytes(head) + struct.pack("<HHHH", 9, 0, 64 + 8, len(token)) + token


def _preauthentication() -> bytes:
    # [MS-SMB2] 2.2.3.1.1: SHA-512, with a salt of 32 bytes.
    capabilities = struct.pack("<HHH", 1, 32, 1) + os.urandom(32)
    return struct.pack("<HHI", 1, len(capabilities), 0) + capabilities
