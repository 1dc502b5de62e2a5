"""The one file of riskscan, beside ``discover`` and ``lab``, that opens a connection: HTTPS only.

Only ``riskscan knowledge update`` comes here. Nothing about the practice is sent: a GET, the name
of this program, and what the server itself said of the copy that is held (RFC 9110, section 13).
"""

from __future__ import annotations

import http.client
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlsplit

from riskscan.errors import FeedRefused

QUIET = 20.0
"""Longest wait for the next bytes, in seconds."""
_PIECE = 64 * 1024
_LONGEST_TAG = 200
_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Copy:
    """What a server said of the copy that is held, so that it need not send it again."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came: the body, or None if the copy that is held is still the newest."""

    body: bytes | None
    copy: Copy


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows a redirect on the same host over HTTPS, and no other."""

    max_redirections = _REDIRECTS
    max_repeats = _REDIRECTS

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        here, there = urlsplit(req.full_url), urlsplit(newurl)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise FeedRefused(f"{here.hostname} sends us to another host, which is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def get(url: str, *, cap: int, held: Copy = Copy(), within: float = 120.0) -> Reply:
    """Fetch one file of at most ``cap`` bytes, wholly received within ``within`` seconds.

    Certificates are checked against the system's authorities (or ``SSL_CERT_FILE``). A proxy of
    the environment is used. Raises FeedRefused with the reason for anything but the whole file.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username:
        raise FeedRefused(f"{url!r} is no plain https address")
    host, ends = parts.hostname, time.monotonic() + within
    try:
        with _opened(url, held, _hurried(ends)) as answer:
            return Reply(_body(answer, host, cap), _copy(answer.headers))
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.NOT_MODIFIED:
            return Reply(None, held)
        raise FeedRefused(f"{host} answers {error.code}") from error
    except urllib.error.URLError as error:
        raise FeedRefused(f"{host} cannot be reached: {_why(error.reason)}") from error
    except TimeoutError as error:
        is_over = time.monotonic() >= ends
        slow = f"takes longer than {within:g} s" if is_over else f"sent nothing for {QUIET:g} s"
        raise FeedRefused(f"{host} {slow}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise FeedRefused(f"{host} broke off: {_why(error)}") from error


def _hurried(ends: float) -> ssl.SSLContext:
    """Return the rules of TLS for connections that are over at that time of the monotonic clock.

    A time-out counts from the last byte: a server that drips its headers would keep us for days.
    """

    class Hurried(ssl.SSLSocket):
        def recv_into(self, *arguments: Any, **named: Any) -> int:
            left = ends - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.settimeout(min(QUIET, left))
            return super().recv_into(*arguments, **named)

    context = ssl.create_default_context()
    context.sslsocket_class = Hurried
    return context


def _opened(url: str, held: Copy, context: ssl.SSLContext) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, headers={"User-Agent": "riskscan"})  # noqa: S310 https
    if held.etag:
        request.add_header("If-None-Match", held.etag)
    if held.last_modified:
        request.add_header("If-Modified-Since", held.last_modified)
    opener = urllib.request.OpenerDirector()  # build_opener() would add http, ftp and file
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPSHandler(context=context),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
        _SameHost(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    answer: http.client.HTTPResponse = opener.open(request, timeout=QUIET)
    return answer


def _body(answer: http.client.HTTPResponse, host: str, cap: int) -> bytes:
    promised = answer.headers.get("Content-Length", "")
    if promised.isdecimal() and int(promised) > cap:
        raise FeedRefused(f"{host} offers {int(promised):,} bytes; at most {cap:,} are taken")
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read1(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > cap:
            raise FeedRefused(f"{host} sends more than {cap:,} bytes")
    if promised.isdecimal() and size != int(promised):
        raise FeedRefused(f"{host} broke off after {size:,} of {int(promised):,} bytes")
    return b"".join(pieces)


def _copy(headers: http.client.HTTPMessage) -> Copy:
    return Copy(_tag(headers.get("ETag", "")), _tag(headers.get("Last-Modified", "")))


def _tag(value: str) -> str:
    """Return a header that can be sent back as it came, or nothing."""
    fine = value.isascii() and value.isprintable() and len(value) <= _LONGEST_TAG
    return value if fine else ""


def _why(reason: object) -> str:
    text = str(reason) or type(reason).__name__
    return text.encode("ascii", "replace").decode("ascii")[:_LONGEST_TAG]
