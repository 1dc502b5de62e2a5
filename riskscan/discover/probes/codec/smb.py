"""SMB up to the answer to a stranger: negotiation, and a session for a caller without a name."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes.codec import ntlm

_DIALECTS = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2", 0x0311: "3.1.1"}
_SIGNING_REQUIRED = 0x02
_REFUSED_DIALECT = 0xFFFF

_NO_SESSION = bytes(8)
_SESSION_SETUP = b"\x01\0"
_SUCCESS, _MORE_TO_COME = 0x0000_0000, 0xC000_0016
_REFUSALS = frozenset(
    {
        0xC000_0022,  # STATUS_ACCESS_DENIED
        0xC000_006D,  # STATUS_LOGON_FAILURE
        0xC000_006E,  # STATUS_ACCOUNT_RESTRICTION
        0xC000_0072,  # STATUS_ACCOUNT_DISABLED
        0xC000_015B,  # STATUS_LOGON_TYPE_NOT_GRANTED
    }
)
"""Answers that mean no to this caller (MS-ERREF 2.3.1); any other may mean no to the question."""
_IS_GUEST, _IS_NULL = 0x0001, 0x0002


def smb2_negotiate() -> bytes:
    """Build a NEGOTIATE request with all dialects (MS-SMB2 2.2.1.2, 2.2.3)."""
    header = _header(command=0, ident=0)
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


def smb2_session_setup() -> bytes:
    """Build a SESSION_SETUP request with an anonymous first token (MS-SMB2 2.2.5)."""
    return _session_setup(ntlm.NEGOTIATE_IN_SPNEGO, ident=1)


def smb2_anonymous_session(session: bytes) -> bytes:
    """Build the second SESSION_SETUP request, with the anonymous AUTHENTICATE_MESSAGE."""
    return _session_setup(ntlm.AUTHENTICATE_IN_SPNEGO, ident=2, session=session)


def smb2_logoff(session: bytes) -> bytes:
    """Build a LOGOFF request (MS-SMB2 2.2.7)."""
    return _header(command=2, ident=3, charge=1, session=session) + b"\x04\0\0\0"


def _session_setup(token: bytes, ident: int, session: bytes = _NO_SESSION) -> bytes:
    body = (
        (25).to_bytes(2, "little")
        + b"\0\x01"  # no binding; signing enabled
        + bytes(4 + 4)  # capabilities, channel
        + (64 + 24).to_bytes(2, "little")
        + len(token).to_bytes(2, "little")
        + bytes(8)  # no earlier session
    )
    return _header(command=1, ident=ident, charge=1, session=session) + body + token


def _header(command: int, ident: int, charge: int = 0, session: bytes = _NO_SESSION) -> bytes:
    """The header of a request (MS-SMB2 2.2.1.2); it asks for one credit.

    ``charge`` is the credits that it uses: one from SMB 2.1 on; SMB 2.0.2 does not look.
    """
    return (
        b"\xfeSMB"
        + (64).to_bytes(2, "little")
        + charge.to_bytes(2, "little")
        + bytes(4)  # status
        + command.to_bytes(2, "little")
        + (1).to_bytes(2, "little")
        + bytes(4 + 4)  # flags, next command
        + ident.to_bytes(8, "little")
        + bytes(8)  # process and tree id
        + session
        + bytes(16)  # signature
    )


def _contexts() -> bytes:
    """The two contexts that 3.1.1 demands: integrity SHA-512, encryption AES-128-GCM or CCM."""
    integrity = bytes.fromhex("0100 2000 0100") + secrets.token_bytes(32)
    encryption = bytes.fromhex("0200 0200 0100")
    first = _context(1, integrity)
    return first + bytes(-len(first) % 8) + _context(2, encryption)


def _context(kind: int, payload: bytes) -> bytes:
    return kind.to_bytes(2, "little") + len(payload).to_bytes(2, "little") + bytes(4) + payload


def smb2_facts(message: bytes, now: float) -> list[tuple[str, str]]:
    """Read a NEGOTIATE response (MS-SMB2 2.2.4); ``now`` is our clock, for the skew of theirs.

    Raises ``ProtocolError`` if it is none.
    """
    if len(message) < 70 or message[:4] != b"\xfeSMB" or message[12:14] != b"\0\0":
        raise ProtocolError("not an SMB 2 negotiate response")
    if int.from_bytes(message[8:12], "little") != 0:
        raise ProtocolError("the server refused to negotiate SMB 2")
    dialect = _DIALECTS.get(int.from_bytes(message[68:70], "little"))
    if dialect is None:
        raise ProtocolError("the server chose an SMB dialect that was not offered")
    signing = "required" if message[66] & _SIGNING_REQUIRED else "enabled"
    return [("smb.dialect", dialect), ("smb.signing", signing), *_of_server(message, now)]


def _of_server(message: bytes, now: float) -> Iterator[tuple[str, str]]:
    """Yield its GUID and its clocks, where they are set: Windows 10 and later hide the second."""
    guid, system_time, start_time = message[72:88], message[104:112], message[112:120]
    if len(guid) == 16 and any(guid):
        yield "smb.server-guid", str(UUID(bytes_le=guid))
    if skew := ntlm.clock_skew(system_time, now):
        yield "smb.clock-skew", skew
    started = ntlm.filetime(start_time)
    if started is not None and 0 < started <= now:
        yield "smb.boot-time", datetime.fromtimestamp(int(started), UTC).isoformat()


def begun_session(message: bytes) -> bytes:
    """Return the id of the session that a challenge begins (MS-SMB2 3.3.5.5).

    Raises ``ProtocolError`` if the server did not ask for more.
    """
    if _status(message) != _MORE_TO_COME:
        raise ProtocolError("the server gave no challenge")
    return message[40:48]


def session_given(message: bytes) -> str:
    """Read the last SESSION_SETUP response (MS-SMB2 2.2.6): 'guest', 'null', 'other', 'refused'.

    Raises ``ProtocolError`` if it settles nothing.
    """
    status = _status(message)
    if status in _REFUSALS:
        return "refused"
    if status != _SUCCESS or len(message) < 68:
        raise ProtocolError(f"the server answered with status {status:#010x}")
    flags = int.from_bytes(message[66:68], "little")
    if flags & _IS_GUEST:
        return "guest"
    return "null" if flags & _IS_NULL else "other"


def _status(message: bytes) -> int:
    if len(message) < 64 or message[:4] != b"\xfeSMB" or message[12:14] != _SESSION_SETUP:
        raise ProtocolError("not an SMB 2 session setup response")
    return int.from_bytes(message[8:12], "little")


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
