"""Windows Remote Management, up to the challenge of a login."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass

from riskscan.lab.servers.ntlm import Computer
from riskscan.lab.servers.server import Line, TcpServer


@dataclass(frozen=True, slots=True, kw_only=True)
class WinRm(TcpServer):
    """Answers ``POST /wsman`` with 401, and its opening of NTLM with a challenge (RFC 4559 4)."""

    port: int = 5985
    computer: Computer
    basic: bool = False
    """True: it also takes a password in the clear."""

    def talk(self, line: Line) -> None:
        while True:
            head = line.until(b"\r\n\r\n", limit=16_384).decode("latin-1")
            if not head.startswith("POST /wsman "):
                line.send(_reply("404 Not Found", []))
                return
            line.send(_reply("401", self._offers(head)))

    def _offers(self, head: str) -> list[str]:
        _, asked, token = head.partition("Authorization: Negotiate ")
        basic = ['Basic realm="WSMAN"'] if self.basic else []
        if not asked:
            return ["Negotiate", "Kerberos", *basic]
        try:
            opening = b64decode(token.partition("\r\n")[0], validate=True)
        except binascii.Error as error:
            raise ValueError("not base64") from error
        challenge = b64encode(self.computer.wrapped_challenge(opening)).decode()
        return [f"Negotiate {challenge}", *basic]


def _reply(status: str, offers: list[str]) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"WWW-Authenticate: {offer}" for offer in offers)]
    lines += ["Server: Microsoft-HTTPAPI/2.0", "Content-Length: 0", "", ""]
    return "\r\n".join(lines).encode()
