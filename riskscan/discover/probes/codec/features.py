"""What FTP, SMTP, POP3 and IMAP servers say that they can do, before anyone logs in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_MOST_FEATURES = 40
_LONGEST_FEATURE = 100


@dataclass(frozen=True, slots=True)
class Talk:
    """One question after the greeting, and the words around it."""

    key: str
    """Of the observation that each feature becomes."""
    question: bytes
    ended: re.Pattern[bytes]
    """Matches where the answer, or the greeting, is complete."""
    granted: bytes
    """How a good answer begins."""
    features: Callable[[str], list[str]]
    upgrade: re.Pattern[str]
    """The feature that says the server can go over to TLS."""
    start_tls: bytes
    ready: bytes
    """How the answer to ``start_tls`` begins if the handshake may follow."""
    farewell: bytes


def _reply_lines(text: str) -> list[str]:
    """Read RFC 5321 4.2.1: every line bears the code; the first only greets."""
    return [line[4:] for line in text.splitlines()[1:] if line[:3] == "250"]


def _feat_lines(text: str) -> list[str]:
    """Read RFC 2389 3.2: features are the lines that begin with a space."""
    return [line[1:] for line in text.splitlines() if line.startswith(" ")]


def _dotted_lines(text: str) -> list[str]:
    """Read RFC 2449 5: lines up to a lone dot, after the status."""
    return [line for line in text.splitlines()[1:] if line != "."]


def _untagged_words(text: str) -> list[str]:
    """Read RFC 3501 7.2.1: words after ``* CAPABILITY``."""
    found = re.search(r"(?:\A|\n)\* CAPABILITY ([^\r\n]{0,4000})", text)
    return found[1].split() if found else []


_THREE_DIGITS = re.compile(rb"(?:\A|\n)\d{3}(?: [^\n]*)?\r?\n")

TALKS: dict[str, Talk] = {
    "ftp.greeting": Talk(
        "ftp.feature",
        b"FEAT\r\n",
        _THREE_DIGITS,
        b"211",
        _feat_lines,
        re.compile(r"(?i)AUTH\b[^\n]{0,40}\bTLS"),
        b"AUTH TLS\r\n",
        b"234",
        b"QUIT\r\n",
    ),
    "smtp.greeting": Talk(
        "smtp.extension",
        b"EHLO riskscan.invalid\r\n",
        _THREE_DIGITS,
        b"250",
        _reply_lines,
        re.compile(r"(?i)STARTTLS\b"),
        b"STARTTLS\r\n",
        b"220",
        b"QUIT\r\n",
    ),
    "pop3.greeting": Talk(
        "pop3.capability",
        b"CAPA\r\n",
        re.compile(rb"\A-ERR[^\n]*\n|(?:\A|\n)\.\r?\n"),
        b"+OK",
        _dotted_lines,
        re.compile(r"(?i)STLS\b"),
        b"STLS\r\n",
        b"+OK",
        b"QUIT\r\n",
    ),
    "imap.greeting": Talk(
        "imap.capability",
        b"a1 CAPABILITY\r\n",
        re.compile(rb"(?:\A|\n)a1 [^\n]*\n"),
        b"* CAPABILITY",
        _untagged_words,
        re.compile(r"(?i)STARTTLS\b"),
        b"a2 STARTTLS\r\n",
        b"a2 OK",
        b"a3 LOGOUT\r\n",
    ),
}
"""Key of the greeting to what is asked next: RFC 2389 and 4217, 5321 and 3207, 2449 and 2595, 3501.
The name in EHLO is one that exists nowhere (RFC 2606)."""


def features(talk: Talk, answer: bytes) -> list[str] | None:
    """Return what a server can do, a line or word each; None if it did not say."""
    if not answer.startswith(talk.granted):
        return None
    text = answer.decode("utf-8", errors="replace")
    told = (line.strip()[:_LONGEST_FEATURE] for line in talk.features(text))
    return list(dict.fromkeys(line for line in told if line))[:_MOST_FEATURES]


def can_upgrade(talk: Talk, told: list[str]) -> bool:
    """Say whether one of the features is the offer to go over to TLS."""
    return any(talk.upgrade.match(feature) for feature in told)


def greeting_ended(key: str, octets: bytes) -> bool:
    """Say whether a greeting is complete; those of FTP and SMTP may have several lines."""
    if key in ("ftp.greeting", "smtp.greeting"):
        return _THREE_DIGITS.search(octets) is not None
    return octets.endswith(b"\n")
