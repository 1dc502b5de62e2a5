"""What a web server says of itself on its front page."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import Fault, ProtocolError
from riskscan.discover.probes.tls import ANY_VERSION, spoke_tls
from riskscan.model import Host, Observation, Policy

_PLAIN = frozenset(
    {80, 81, 591, 631, 3000, 3128, 5000, 5357, 5800, 5984, 5985, 5988, 7001, 7070, 7547}
    | {8000, 8008, 8040, 8041, 8042, 8080, 8081, 8082, 8083, 8088, 8090, 8880, 8888, 9000}
    | {9090, 9200, 10000, 16992, 57772}
)
_SECURE = frozenset(
    {443, 4343, 4443, 5001, 5986, 5989, 6443, 7443, 8006, 8043, 8443, 8444, 9443, 10443, 16993}
)
_ORTHANC = 8042
_HEADERS = {
    "server": "http.server",
    "x-powered-by": "http.powered-by",
    "location": "http.location",
}
_STATUS = re.compile(rb"HTTP/\d\.\d (\d{3})")
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,2000})", re.IGNORECASE)
_PASSWORD = re.compile(r"<input\b[^>]{0,500}?\btype\s{0,5}=\s{0,5}[\"']?password", re.IGNORECASE)
_REALM = re.compile(r"realm\s{0,5}=\s{0,5}\"([^\"]{0,500})\"", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]{0,5}(\d{1,9})\r", re.IGNORECASE)

Facts = list[tuple[str, str]]


class Http:
    """Bytes sent, in order: ``GET / HTTP/1.1`` with Host, User-Agent, Accept and Connection
    headers; over TLS where the port has shaken hands. On port 8042 of a device that is not
    fragile also ``GET /system``, Orthanc's anonymous status page.

    Reading a front page is what the port is there for; no link is followed, nothing is posted,
    no password is tried.
    """

    name = "http"
    protocol = "tcp"
    policies = frozenset(Policy)

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(
            s.port
            for s in host.open_ports
            if s.port in _PLAIN or (s.port in _SECURE and spoke_tls(host, s.port))
        )

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        secure = spoke_tls(host, port)
        yield Observation.of("http.tls", "true" if secure else "false", port, "tcp")
        for key, value in page_facts(self._get(dialer, port, "/", secure)):
            yield Observation.of(key, value, port, "tcp")
        if port == _ORTHANC and host.triage.policy is not Policy.FRAGILE:
            for product in orthanc_facts(self._get(dialer, port, "/system", secure)):
                yield Observation.of("http.product", product, port, "tcp")

    def _get(self, dialer: Dialer, port: int, path: str, secure: bool) -> bytes:
        with dialer.dial(port) as wire:
            if secure:
                wire.start_tls(ANY_VERSION)
            wire.send(request(str(dialer.address), path))
            return _response(wire)


def request(host: str, path: str) -> bytes:
    """Return an honest request for one page (RFC 9110, RFC 9112)."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: riskscan\r\n"
        "Accept: */*\r\nConnection: close\r\n\r\n"
    ).encode()


def _response(wire: Wire) -> bytes:
    head = wire.read_until(b"\r\n\r\n", b"\n\n")
    length = _LENGTH.search(head.partition(b"\r\n\r\n")[0] + b"\r\n")
    wanted = len(head.partition(b"\r\n\r\n")[0]) + 4 + int(length[1]) if length else None
    body = bytearray(head)
    while (wanted is None or len(body) < wanted) and b"</html>" not in body[-64:].lower():
        try:
            more = wire.read()
        except Fault:
            break
        if not more:
            break
        body += more
    return bytes(body)


def page_facts(octets: bytes) -> Facts:
    """Read an HTTP response. Raises ``ProtocolError`` if it is none."""
    status = _STATUS.match(octets)
    if status is None:
        raise ProtocolError("not an HTTP response")
    head, _, body = _split(octets)
    facts = [("http.status", status[1].decode())]
    for name, value in _header_lines(head):
        if key := _HEADERS.get(name):
            facts.append((key, value))
        elif name == "www-authenticate":
            facts += _challenge(value)
    return facts + _body_facts(body)


def _split(octets: bytes) -> tuple[str, str, str]:
    text = octets.decode("utf-8", errors="replace").replace("\r\n", "\n")
    return text.partition("\n\n")


def _header_lines(head: str) -> Iterator[tuple[str, str]]:
    for line in head.split("\n")[1:100]:
        name, colon, value = line.partition(":")
        if colon and value.strip():
            yield name.strip().lower(), value.strip()


def _challenge(value: str) -> Facts:
    facts = [("http.auth", value.split(maxsplit=1)[0].lower())]
    if realm := _REALM.search(value):
        facts.append(("http.realm", realm[1]))
    return facts


def _body_facts(body: str) -> Facts:
    facts: Facts = []
    if (title := _TITLE.search(body)) and (words := " ".join(html.unescape(title[1]).split())):
        facts.append(("http.title", words))
    if _PASSWORD.search(body):
        facts.append(("http.login-form", "true"))
    return facts


def orthanc_facts(octets: bytes) -> list[str]:
    """Return ``Orthanc <version>`` if the status page is Orthanc's and open to anyone."""
    _, _, body = _split(octets)
    try:
        page = json.loads(body[body.index("{") : body.rindex("}") + 1])
    except (ValueError, RecursionError):
        return []
    if not isinstance(page, dict) or not {"ApiVersion", "Version"} <= page.keys():
        return []
    return [f"Orthanc {page['Version']}"]
