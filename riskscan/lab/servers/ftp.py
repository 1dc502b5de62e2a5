"""An FTP server (RFC 959), in the clear: its folder is named after patients."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from riskscan.lab.patients import PATIENT_NAMES
from riskscan.lab.servers.server import Line, TcpServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ftp(TcpServer):
    """Greets (RFC 959); lets anonymous in, if told so, to a folder named after patients."""

    greeting: str
    anonymous: bool = False

    def talk(self, line: Line) -> None:
        line.send(f"220 {self.greeting}\r\n".encode())
        session = _FtpSession(line, self.anonymous)
        while True:
            text = line.until(b"\n", limit=512).decode("latin-1").strip()
            verb, _, argument = text.partition(" ")
            if not session.obey(verb.upper(), argument):
                return


_SIMPLE = {"SYST": "215 UNIX Type: L8", "NOOP": "200 OK.", "TYPE": "200 OK."}


class _FtpSession:
    """One control connection, and the listener of its next transfer."""

    def __init__(self, line: Line, anonymous: bool) -> None:
        self._line = line
        self._anonymous = anonymous
        self._user = ""
        self._in = False
        self._passive: socket.socket | None = None

    def obey(self, verb: str, argument: str) -> bool:
        """Answer one command; False when the conversation is over."""
        if verb == "QUIT":
            self._say("221 Goodbye.")
            return False
        if verb == "USER":
            self._user, self._in = argument.lower(), False
            self._say("331 Password required.")
        elif verb == "PASS":
            self._in = self._anonymous and self._user in ("anonymous", "ftp")
            self._say("230 Logged in." if self._in else "530 Login incorrect.")
        elif verb == "FEAT":
            self._say("211-Features:\r\n UTF8\r\n SIZE\r\n211 End")
        elif verb in _SIMPLE:
            self._say(_SIMPLE[verb])
        elif verb not in ("PASV", "LIST", "NLST"):
            self._say("502 Command not implemented.")  # AUTH too: there is no TLS here
        elif not self._in:
            self._say("530 Please login with USER and PASS.")
        else:
            self._transfer(verb)
        return True

    def _transfer(self, verb: str) -> None:
        if verb == "PASV":
            self._say(f"227 Entering Passive Mode ({self._listen()}).")
        elif self._passive is None:
            self._say("425 Use PASV first.")
        else:
            self._say("150 Here comes the directory listing.")
            self._list(self._passive)
            self._passive = None
            self._say("226 Directory send OK.")

    def _listen(self) -> str:
        if self._passive:
            self._passive.close()
        address = self._line.connection.getsockname()[0]
        self._passive = socket.create_server((address, 0))
        self._passive.settimeout(5)
        port = self._passive.getsockname()[1]
        return ",".join([*address.split("."), str(port >> 8), str(port & 255)])

    def _list(self, passive: socket.socket) -> None:
        with passive:
            connection, _ = passive.accept()
        with connection:
            files = "".join(f"{name}_RESULT.TXT\r\n" for name in PATIENT_NAMES[:2])
            connection.sendall(files.encode("ascii"))

    def _say(self, text: str) -> None:
        self._line.send(text.encode("ascii") + b"\r\n")
