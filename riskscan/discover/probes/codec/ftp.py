"""The two commands of FTP with which a stranger says so, and the answers to them."""

from __future__ import annotations

from riskscan.discover.faults import ProtocolError

USER = b"USER anonymous\r\n"
PASS = b"PASS riskscan@riskscan.invalid\r\n"
"""RFC 1635 asks for an e-mail address; this one exists nowhere (RFC 2606) and names the asker."""
QUIT = b"QUIT\r\n"

READY, NEEDS_PASSWORD = 220, 331
_LET_IN = frozenset({202, 230})
_NOT_LOGGED_IN = 530


def reply_code(octets: bytes) -> int | None:
    """Return the code of a reply (RFC 959 4.2), which may have many lines; None if more must come.

    Raises ``ProtocolError`` if it is none.
    """
    code = octets[:3]
    if code and not code.isdigit():
        raise ProtocolError("not an FTP reply")
    lines = octets.split(b"\n")[:-1]
    ended = any(line[:3] == code and line[3:4] in (b" ", b"\r", b"") for line in lines)
    return int(code) if ended else None


def verdict(code: int, *, after_password: bool, offers_no_tls: bool) -> str | None:
    """Return 'accepted' or 'refused'; None where the answer settles neither.

    Before the password, 530 may only mean that encryption comes first, unless there is none.
    Any other answer is about the server, such as 421 for one that is full.
    """
    if code in _LET_IN:
        return "accepted"
    settled = after_password or offers_no_tls
    return "refused" if code == _NOT_LOGGED_IN and settled else None
