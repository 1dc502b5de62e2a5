"""Servers that speak in lines: SSH up to its first packet, Telnet, FTP, RTSP."""

from __future__ import annotations

import os
import socket
import struct
from dataclasses import dataclass

from riskscan.lab.patients import PATIENT_NAMES
from riskscan.lab.servers.server import Line, TcpServer

_KEXINIT = 20  # RFC 4253 section 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Ssh(TcpServer):
    """Says who it is, offers its algorithms (RFC 4253 sections 4.2 and 7.1), and hangs up."""

    banner: str
    """``SSH-2.0-software comment``, without the end of line."""

    def talk(self, line: Line) -> None:
        line.send(self.banner.encode("ascii") + b"\r\n")
        line.until(b"\n", limit=255)
        line.send(_packet(_key_exchange()))
        line.drain()


def _key_exchange() -> bytes:
    lists = (
        "curve25519-sha256,ecdh-sha2-nistp256",
        "ssh-ed25519,rsa-sha2-512",
        *("aes128-ctr,aes256-gcm@openssh.com",) * 2,
        *("hmac-sha2-256,hmac-sha2-512",) * 2,
        *("none",) * 2,
        *("",) * 2,
    )
    packed = b"".join(struct.pack(">I", len(names)) + names.encode() for names in lists)
    return bytes([_KEXINIT]) + os.urandom(16) + packed + b"\0" + bytes(4)


def _packet(payload: bytes) -> bytes:
    # RFC 4253 section 6: length, padding length, payload, padding, in all a multiple of 8.
    padding = 8 - (len(payload) + 5) % 8
    padding += 8 if padding < 4 else 0
    size = 1 + len(payload) + padding
    return struct.pack(">IB", size, padding) + payload + os.urandom(padding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telnet(TcpServer):
    """Negotiates a little (RFC 854), shows a login prompt, and lets nobody in."""

    greeting: str

    def talk(self, line: Line) -> None:
        # IAC DO TERMINAL-TYPE, IAC WILL ECHO, IAC WILL SUPPRESS-GO-AHEAD
        line.send(b"\xff\xfd\x18\xff\xfb\x01\xff\xfb\x03")
        line.send(f"\r\n{self.greeting}\r\n\r\nlogin: ".encode())
        for _ in range(3):
            line.until(b"\n")
            line.send(b"Password: ")
            line.until(b"\n")
            line.send(b"\r\nLogin incorrect\r\n\r\nlogin: ")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rtsp(TcpServer):
    """A camera's stream port (RFC 2326): tells its methods, shows nothing without a login."""

    realm: str
    server: str

    def talk(self, line: Line) -> None:
        while True:
            request = line.until(b"\r\n\r\n").decode("latin-1")
            method = request.partition(" ")[0]
            if "RTSP/1.0" not in request.partition("\r\n")[0]:
                raise ValueError("not RTSP")
            line.send(self._reply(method, _sequence(request)))

    def _reply(self, method: str, sequence: str) -> bytes:
        if method == "OPTIONS":
            head = "RTSP/1.0 200 OK\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"
        else:
            head = (
                "RTSP/1.0 401 Unauthorized\r\n"
                f'WWW-Authenticate: Digest realm="{self.realm}", nonce="6c616b6573696465"'
            )
        return f"{head}\r\nCSeq: {sequence}\r\nServer: {self.server}\r\n\r\n".encode("latin-1")


def _sequence(request: str) -> str:
    for field in request.split("\r\n"):
        name, _, value = field.partition(":")
        if name.lower() == "cseq":
            return value.strip()[:16]
    return "0"
