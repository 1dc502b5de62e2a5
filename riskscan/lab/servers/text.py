"""Servers that open with a line of text: SSH up to its first packet, Telnet, RTSP."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass

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
