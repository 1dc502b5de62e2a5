"""What a web server says of itself on a page: its headers and the few elements that name it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from riskscan.discover.probes.codec.http_message import Response, parse

Facts = list[tuple[str, str]]

_HEADERS = {
    "server": "http.server",
    "x-powered-by": "http.powered-by",
    "location": "http.location",
}
_PROTECTIVE = frozenset(
    {"strict-transport-security", "content-security-policy", "x-frame-options"}
    | {"x-content-type-options", "referrer-policy", "permissions-policy"}
)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,2000})", re.IGNORECASE)
_PASSWORD = re.compile(r"<input\b[^>]{0,500}?\btype\s{0,5}=\s{0,5}[\"']?password", re.IGNORECASE)
_REALM = re.compile(r"realm\s{0,5}=\s{0,5}\"([^\"]{0,500})\"", re.IGNORECASE)
_META = re.compile(r"<meta\b([^>]{0,500})", re.IGNORECASE)
_LINK = re.compile(r"<link\b([^>]{0,500})", re.IGNORECASE)
_SCRIPTED = re.compile(r"\blocation(?:\.href)?\s{0,5}=\s{0,5}[\"']([^\"'<>\s]{1,300})[\"']")
_REFRESH = re.compile(r"(?i)\burl\s{0,5}=\s{0,5}[\"']?([^\"'\s>]{1,300})")
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,250}")
_ACTS = re.compile(r"(?i)log-?o(?:ut|ff)|reboot|restart|shut-?down|reset|delete|erase|format")
_APIS = {"fhir": r"\bFHIR\b|/fhir\b", "dicomweb": r"(?i)/dicom-web\b|\bDICOM-?web\b"}
_MOST_ELEMENTS = 50
_MOST_COOKIES = 10
_LONGEST_DATE = 64
_CLOCK_IS_SET = datetime(2020, 1, 1, tzinfo=UTC)
"""Earlier times are those of devices that begin to count anew when they are switched on."""
_STUB = 4096
"""Characters of a page that does no more than send the browser on by script."""


def page_facts(octets: bytes) -> Facts:
    """Read an HTTP response. Raises ``ProtocolError`` if it is none."""
    return response_facts(parse(octets))


def response_facts(page: Response) -> Facts:
    """Return key and value of each fact in a response, in the order of the message."""
    facts = [("http.status", f"{page.status:03}")]
    cookies = 0
    for name, value in page.headers:
        if key := _HEADERS.get(name):
            facts.append((key, value))
        elif name == "www-authenticate":
            facts += _challenge(value)
        elif name in _PROTECTIVE:
            facts.append(("http.header", name))
        elif name == "set-cookie" and cookies < _MOST_COOKIES:
            cookies += 1
            facts.append(("http.cookie", value.partition("=")[0].strip()[:64]))
    return list(dict.fromkeys(facts + _body_facts(page)))


def clock_facts(page: Response, now: float) -> Facts:
    """Return by how many seconds a server's clock is ahead of ``now``, if it has set one.

    A server without a clock sends no Date (RFC 9110 6.6.1), or one that counts from its start,
    which is no wrong clock; an Age says that the page waited in a cache (RFC 9111 5.1).
    """
    told = page.header("date")
    if not told or page.header("age"):
        return []
    try:
        moment = parsedate_to_datetime(told[:_LONGEST_DATE])
    except (ValueError, OverflowError):
        return []
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment < _CLOCK_IS_SET:
        return []
    return [("http.clock-skew", str(round(moment.timestamp() - now)))]


def _challenge(value: str) -> Facts:
    facts = [("http.auth", value.split(maxsplit=1)[0].lower())]
    if realm := _REALM.search(value):
        facts.append(("http.realm", realm[1]))
    return facts


def _body_facts(page: Response) -> Facts:
    body, facts = page.text, Facts()
    if (title := _TITLE.search(body)) and (words := " ".join(html.unescape(title[1]).split())):
        facts.append(("http.title", words))
    if _PASSWORD.search(body):
        facts.append(("http.login-form", "true"))
    for name, content in _metas(body, "name", "content"):
        if name.lower() == "generator":
            facts.append(("http.generator", content))
    facts += (("http.api", api) for api, sign in _APIS.items() if re.search(sign, body))
    if page.header("dav") or page.header("ms-author-via"):
        facts.append(("http.api", "webdav"))
    return facts


def _metas(body: str, first: str, second: str) -> Iterator[tuple[str, str]]:
    for number, found in enumerate(_META.finditer(body)):
        if number >= _MOST_ELEMENTS:
            return
        one, other = _attribute(found[1], first), _attribute(found[1], second)
        if one and other:
            yield one, other


def _attribute(element: str, name: str) -> str:
    found = re.search(rf"(?i)\b{name}\s{{0,5}}=\s{{0,5}}(\"[^\"]*|'[^']*|[^\s\"'>]+)", element)
    return html.unescape(found[1].strip("\"'")).strip() if found else ""


def leads_to(page: Response, base: str) -> str | None:
    """Return the path on the same server that a page sends its reader on to, if any.

    ``base`` is the URL of the page. A path that names an act, such as a restart, is none.
    """
    told = page.header("location") if 300 <= page.status < 400 else ""
    body = page.text
    for kind, content in () if told else _metas(body, "http-equiv", "content"):
        if kind.lower() == "refresh" and (found := _REFRESH.search(content)):
            told = told or found[1]
    if not told and len(body) < _STUB and (found := _SCRIPTED.search(body)):
        told = found[1]
    path = on_server(told, base) if told else None
    return None if path is None or _ACTS.search(path) else path


def icon_path(page: Response, base: str) -> str:
    """Return where the site's icon lies: as the page says if that is on this server."""
    for number, found in enumerate(_LINK.finditer(page.text)):
        if number >= _MOST_ELEMENTS:
            break
        if "icon" in _attribute(found[1], "rel").lower().split():
            path = on_server(_attribute(found[1], "href"), base)
            return "/favicon.ico" if path is None or _ACTS.search(path) else path
    return "/favicon.ico"


def on_server(target: str, base: str) -> str | None:
    """Return the path and query of ``target`` if it lies on the server of ``base``."""
    try:
        there, here = urlsplit(urljoin(base, target)), urlsplit(base)
        usual = {"http": 80, "https": 443}
        same = there.scheme == here.scheme and there.hostname == here.hostname
        if not same or (there.port or usual.get(there.scheme)) != (
            here.port or usual.get(here.scheme)
        ):
            return None
    except ValueError:
        return None
    path = (there.path or "/") + (f"?{there.query}" if there.query else "")
    return path if _PATH.fullmatch(path) else None
