"""Mail servers up to the login: SMTP (RFC 5321), POP3 (RFC 1939), IMAP (RFC 3501)."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import cache

from riskscan.lab.servers.server import Line, TcpServer
from riskscan.lab.servers.tls import Tls

_MOST_COMMANDS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _MailServer(TcpServer):
    """Greets, tells what it can do, goes over to TLS if it has a certificate, lets nobody in."""

    greeting: str
    """What follows the status of the first line."""
    tls: Tls | None = None
    """If set, the command that begins TLS is offered and obeyed."""

    def prepare(self) -> None:
        if self.tls:
            _context(self.tls)

    def talk(self, line: Line) -> None:
        line.send(self._greet())
        offers = self.tls is not None
        for _ in range(_MOST_COMMANDS):
            command = line.until(b"\n", limit=1000).decode("latin-1").strip()
            reply, follow = self._obey(command, offers)
            line.send(reply)
            if follow == "bye":
                return
            if follow == "tls" and self.tls:
                line.secure(_context(self.tls))
                offers = False

    def _greet(self) -> bytes:
        raise NotImplementedError

    def _obey(self, command: str, offers: bool) -> tuple[bytes, str]:
        """Return the reply to a command, and ``tls`` or ``bye`` if that follows it."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp(_MailServer):
    """Takes no mail."""

    port: int = 25
    name: str = "mail.lakeside.example"

    def _greet(self) -> bytes:
        return f"220 {self.greeting}\r\n".encode()

    def _obey(self, command: str, offers: bool) -> tuple[bytes, str]:
        verb = command.upper().partition(" ")[0]
        if verb == "EHLO":
            lines = [self.name, "SIZE 10240000", *(("STARTTLS",) if offers else ())]
            middle = "".join(f"250-{each}\r\n" for each in lines)
            return f"{middle}250 AUTH PLAIN LOGIN\r\n".encode(), ""
        if verb == "STARTTLS" and offers:
            return b"220 ready\r\n", "tls"
        return (b"221 bye\r\n", "bye") if verb == "QUIT" else (b"530 log in first\r\n", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pop3(_MailServer):
    """Shows no mailbox."""

    port: int = 110

    def _greet(self) -> bytes:
        return f"+OK {self.greeting}\r\n".encode()

    def _obey(self, command: str, offers: bool) -> tuple[bytes, str]:
        verb = command.upper()
        if verb == "CAPA":
            stls = "STLS\r\n" if offers else ""
            return f"+OK\r\nUSER\r\nTOP\r\n{stls}.\r\n".encode(), ""
        if verb == "STLS" and offers:
            return b"+OK begin\r\n", "tls"
        return (b"+OK bye\r\n", "bye") if verb == "QUIT" else (b"-ERR log in first\r\n", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imap(_MailServer):
    """Shows no mailbox."""

    port: int = 143

    def _greet(self) -> bytes:
        return f"* OK {self.greeting}\r\n".encode()

    def _obey(self, command: str, offers: bool) -> tuple[bytes, str]:
        tag, _, verb = command.partition(" ")
        tag = tag[:20] or "*"
        if verb.upper() == "CAPABILITY":
            words = "IMAP4rev1 STARTTLS LOGINDISABLED" if offers else "IMAP4rev1 AUTH=PLAIN"
            return f"* CAPABILITY {words}\r\n{tag} OK\r\n".encode(), ""
        if verb.upper() == "STARTTLS" and offers:
            return f"{tag} OK begin\r\n".encode(), "tls"
        if verb.upper() == "LOGOUT":
            return f"* BYE\r\n{tag} OK\r\n".encode(), "bye"
        return f"{tag} NO log in first\r\n".encode(), ""


@cache
def _context(tls: Tls) -> ssl.SSLContext:
    return tls.context()
