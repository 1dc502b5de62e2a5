"""HTTP/1.1 messages (RFC 9110, RFC 9112): one request, and a response as far as it came."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address

from riskscan.discover.faults import ProtocolError

_STATUS = re.compile(rb"HTTP/(\d\.\d) (\d{3})")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[^\n]{0,200}\n")
_MOST_HEADERS = 100
_WITHOUT_BODY = (204, 304)


@dataclass(frozen=True, slots=True)
class Response:
    """A response; ``body`` may be cut, and nothing in it is to be trusted."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, values without blanks around them; empty values left out."""
    body: bytes
    whole: bool
    """Whether all of the body came; unknown, and so False, where only the hang-up ends it."""
    keeps_alive: bool
    """Whether another request may follow on the same connection."""

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")


def request(
    host: str, path: str, *, keep: bool = False, accept: str = "*/*", extra: str = ""
) -> bytes:
    """Return an honest request for one page. ``extra`` is one more header line, if any."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {_bracketed(host)}\r\nUser-Agent: riskscan\r\n"
        f"Accept: {accept}\r\nConnection: {'keep-alive' if keep else 'close'}\r\n"
        f"{extra}{chr(13) + chr(10) if extra else ''}\r\n"
    ).encode()


def _bracketed(host: str) -> str:
    """Return a host as RFC 3986 3.2.2 writes it."""
    return f"[{host}]" if ip_address(host).version == 6 else host


def is_whole(octets: bytes) -> bool:
    """Say whether no more of a response is to be waited for."""
    try:
        response = parse(octets)
    except ProtocolError:
        return _STATUS.match(octets) is None and len(octets) > 16
    return response.whole or b"</html>" in octets[-64:].lower()


def parse(octets: bytes) -> Response:
    """Read a response. Raises ``ProtocolError`` if it is none, or its head is not complete."""
    status = _STATUS.match(octets)
    end = _END_OF_HEAD.search(octets)
    if status is None:
        raise ProtocolError("not an HTTP response")
    if end is None:
        raise ProtocolError("the head of the HTTP response is cut short")
    headers = _headers(octets[: end.start()])
    code = int(status[2])
    body, whole = _body(code, dict(headers), octets[end.end() :])
    connection = dict(headers).get("connection", "").lower()
    stays = connection != "close" if status[1] == b"1.1" else connection == "keep-alive"
    return Response(code, headers, body, whole, whole and stays)


def _headers(head: bytes) -> tuple[tuple[str, str], ...]:
    lines = head.decode("utf-8", errors="replace").replace("\r\n", "\n").split("\n")
    split = (line.partition(":") for line in lines[1 : _MOST_HEADERS + 1])
    return tuple((n.strip().lower(), v.strip()) for n, colon, v in split if colon and v.strip())


def _body(code: int, headers: dict[str, str], rest: bytes) -> tuple[bytes, bool]:
    """Return the body and whether it is whole (RFC 9112 section 6.3)."""
    if code in _WITHOUT_BODY:
        return b"", True
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return _dechunked(rest)
    length = headers.get("content-length", "")
    if length.isdecimal() and len(length) < 12:
        return rest[: int(length)], len(rest) >= int(length)
    return rest, False


def _dechunked(rest: bytes) -> tuple[bytes, bool]:
    body = bytearray()
    at = 0
    while size := _CHUNK.match(rest, at):
        length = int(size[1], 16)
        if length == 0:
            return bytes(body), rest.endswith(b"\n\r\n") or rest.endswith(b"\n\n")
        body += rest[size.end() : size.end() + length]
        at = size.end() + length + 2
    return bytes(body), False
