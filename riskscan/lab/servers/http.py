"""Web servers, in the clear and over TLS: title pages, logins, redirects, status pages."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from email.utils import formatdate
from functools import cache

from riskscan.lab.servers.server import Line, TcpServer
from riskscan.lab.servers.tls import Tls

_REASONS = {
    200: "OK",
    301: "Moved Permanently",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
}

_STAYS = {True: b"Connection: keep-alive", False: b"Connection: close"}

LOGIN_FORM = (
    '<form method="post" action="/login"><input type="text" name="user">'
    '<input type="password" name="password"><button>Sign in</button></form>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Http(TcpServer):
    """A web server. With ``tls`` it speaks HTTPS."""

    title: str = ""
    server: str = ""
    """The Server header; none is sent if empty."""
    login: bool = False
    """True: the front page holds a form with a password field."""
    realm: str = ""
    """If set, every page asks for HTTP authentication in this realm (RFC 7617, RFC 7616)."""
    scheme: str = "Basic"
    redirect: str = ""
    """If set, the front page is a redirect to this location."""
    pages: tuple[tuple[str, str, str], ...] = ()
    """Further pages as path, content type, body."""
    icon: bytes = b""
    """What stands under /favicon.ico; nothing does if empty."""
    head: str = ""
    """Further elements of the front page's head."""
    headers: tuple[str, ...] = ()
    """Further header lines of every reply."""
    clock: int | None = None
    """Seconds by which the Date of a reply is ahead of the true time; none is sent if None."""
    tls: Tls | None = None

    def prepare(self) -> None:
        if self.tls:
            _context(self.tls)

    def talk(self, line: Line) -> None:
        if self.tls:
            line.secure(_context(self.tls))
        while self._exchange(line):
            pass

    def _exchange(self, line: Line) -> bool:
        """Answer one request; False if the connection is not to be kept."""
        head = line.until(b"\r\n\r\n", limit=16_384).decode("latin-1")
        stays = "\r\nconnection: keep-alive\r\n" in head.lower()
        line.send(self._answer(head).replace(b"Connection: close", _STAYS[stays], 1))
        return stays

    def _answer(self, head: str) -> bytes:
        method, _, rest = head.partition(" ")
        path, _, version = rest.partition("\r\n")[0].rpartition(" ")
        if not version.startswith("HTTP/"):
            return self._reply(400, "", "bad request", method)
        if method not in ("GET", "HEAD"):
            return self._reply(405, "", "method not allowed", method)
        return self._page(path, method)

    def _page(self, path: str, method: str) -> bytes:
        if self.realm:
            challenge = f'WWW-Authenticate: {self.scheme} realm="{self.realm}"'
            if self.scheme == "Digest":
                challenge += ', nonce="6c616b6573696465", qop="auth"'
            return self._reply(401, challenge, "authorization required", method)
        if path == "/" and self.redirect:
            return self._reply(301, f"Location: {self.redirect}", "moved", method)
        if path == "/":
            return self._reply(200, "", self._front(), method)
        if path == "/favicon.ico" and self.icon:
            return self._reply(200, "", self.icon, method, "image/x-icon")
        for known, kind, body in self.pages:
            if path == known:
                return self._reply(200, "", body, method, kind)
        return self._reply(404, "", "not found", method)

    def _front(self) -> str:
        form = LOGIN_FORM if self.login else "<p>Ready.</p>"
        return (
            "<!DOCTYPE html>\n<html><head><meta charset='utf-8'>"
            f"<title>{self.title}</title>{self.head}</head><body><h1>{self.title}</h1>{form}</body></html>\n"
        )

    def _reply(
        self, status: int, header: str, body: str | bytes, method: str, kind: str = "text/html"
    ) -> bytes:
        content = body if isinstance(body, bytes) else body.encode()
        charset = "" if isinstance(body, bytes) else "; charset=utf-8"
        lines = [
            f"HTTP/1.1 {status} {_REASONS[status]}",
            f"Content-Type: {kind}{charset}",
            f"Content-Length: {len(content)}",
            "Connection: close",
            *self.headers,
        ]
        if self.server:
            lines.append(f"Server: {self.server}")
        if self.clock is not None:
            lines.append(f"Date: {formatdate(time.time() + self.clock, usegmt=True)}")
        if header:
            lines.append(header)
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        return head if method == "HEAD" else head + content


@cache
def _context(tls: Tls) -> ssl.SSLContext:
    return tls.context()
