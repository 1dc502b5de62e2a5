"""What a web server says of itself on its front page, and on the pages meant for anyone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from hashlib import sha256

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import Fault, SkippedForSafety
from riskscan.discover.probes.codec.http_message import Response, is_whole, parse, request
from riskscan.discover.probes.codec.web_page import (
    clock_facts,
    icon_path,
    leads_to,
    response_facts,
)
from riskscan.discover.probes.codec.web_status import STATUS_PAGES, front_page
from riskscan.discover.probes.tls import ANY_VERSION, spoke_tls
from riskscan.model import Host, Observation, Policy

_PLAIN = frozenset(
    {80, 81, 591, 631, 3000, 3128, 5000, 5357, 5800, 5984, 5985, 5988, 7001, 7070, 7547}
    | {8000, 8008, 8040, 8041, 8042, 8080, 8081, 8082, 8083, 8088, 8090, 8880, 8888, 9000}
    | {9090, 9200, 10000, 16992, 57772}
    | {82, 83, 84, 85, 280, 800, 888, 2080, 3001, 3030, 4040, 4080, 4567, 5002, 5050, 5080, 5200}
    | {7080, 7090, 7180, 8001, 8002, 8003, 8010, 8020, 8084, 8085, 8087, 8180, 8181, 8222, 8280}
    | {8500, 8889, 9001, 9080, 9091, 9191, 10080, 15672, 16080, 18080, 49152, 52773}
)
_SECURE = frozenset(
    {443, 4343, 4443, 5001, 5986, 5989, 6443, 7443, 8006, 8043, 8443, 8444, 9443, 10443, 16993}
    | {444, 2083, 2381, 5443, 8445, 8531, 8843, 9392}
)
_MOST_REQUESTS = 4
_MOST_STEPS = 2


class Http:
    """Bytes sent, in order: ``GET / HTTP/1.1`` with Host, User-Agent, Accept and Connection
    headers; over TLS where the port has shaken hands. On devices that are not fragile at most
    three more such requests to the same port, on the same connection where the server keeps it
    open: the page that ``/`` leads to, if it is on this server, twice at most; an anonymous status
    page of a product that has given a sign of itself, such as Orthanc's ``/system`` or the FHIR
    ``/metadata``; the site's icon, never on a connection of its own.

    Reading a front page is what the port is there for. Nothing is posted, no password is tried,
    no path is guessed, and none that names an act is followed.
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
        curious = host.triage.policy is not Policy.FRAGILE
        told: dict[tuple[str, str], None] = {}
        with closing(_Visit(dialer, port, secure, _MOST_REQUESTS if curious else 1)) as visit:
            for fact in _pages(visit) if curious else _front(visit):
                if fact not in told:
                    told[fact] = None
                    yield Observation.of(*fact, port, "tcp")
            if not curious:
                return
            signs = [*told, *_subjects(host, port)]
            for fact in (*_status(visit, port, signs), *_icon(visit)):
                yield Observation.of(*fact, port, "tcp")


def _subjects(host: Host, port: int) -> list[tuple[str, str]]:
    subjects = (o for o in host.observations if o.key == "tls.subject" and o.port == port)
    return [(o.key, o.value) for o in subjects]


def _front(visit: _Visit) -> Iterator[tuple[str, str]]:
    front = visit.front()
    yield from response_facts(front)
    yield from clock_facts(front, time.time())


def _pages(visit: _Visit) -> Iterator[tuple[str, str]]:
    """Read the front page, and the page that it leads to; the status is that of the first."""
    yield from _front(visit)
    front = visit.page
    yield from front_page(front.text)
    for _ in range(_MOST_STEPS):
        path = leads_to(visit.page, visit.base)
        page = visit.get(path) if path and path not in visit.seen else None
        if page is None or (page.status >= 400 and page.status not in (401, 403)):
            return
        visit.land(page)
        yield from (fact for fact in response_facts(page) if fact[0] != "http.status")


def _status(visit: _Visit, port: int, signs: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Ask the pages on which a product names itself, where there is a sign of it."""
    for question in STATUS_PAGES:
        if question.fits(port, signs) and question.path not in visit.seen:
            page = visit.get(question.path, accept=question.accept, extra=question.extra)
            if page is not None and page.status == 200:
                yield from question.read(page.text)


def _icon(visit: _Visit) -> Iterator[tuple[str, str]]:
    icon = visit.get(icon_path(visit.page, visit.base), dial=False)
    if icon and icon.status == 200 and icon.whole and icon.body and not _looks_like_a_page(icon):
        yield "http.favicon", sha256(icon.body).hexdigest()
        # Public collections list icons by MD5; nothing rests on its strength.


def _looks_like_a_page(icon: Response) -> bool:
    return icon.body.lstrip()[:1] == b"<" and b"<svg" not in icon.body[:1000]


class _Visit:
    """Requests to one port, on one connection for as long as the server keeps it open."""

    page: Response
    """The page that was read last of those that the front page leads to."""
    base: str
    """Its URL."""

    def __init__(self, dialer: Dialer, port: int, secure: bool, most: int) -> None:
        self._dialer, self._port, self._secure = dialer, port, secure
        self._left = most
        self._open = ExitStack()
        self._wire: Wire | None = None
        self.seen: list[str] = []

    def front(self) -> Response:
        """Ask for ``/``. Raises a ``Fault`` if it is not answered."""
        front = self._ask("/", "*/*", "")
        self.land(front)
        return front

    def get(
        self, path: str, *, accept: str = "*/*", extra: str = "", dial: bool = True
    ) -> Response | None:
        """Ask for one page more; None if there were enough, or it is not answered."""
        if not self._left or not (dial or self._wire):
            return None
        try:
            return self._ask(path, accept, extra)
        except SkippedForSafety:
            raise
        except Fault:
            self.close()
            return None

    def land(self, page: Response) -> None:
        """Take the page that was asked for last as the one that the site shows its visitors."""
        host = str(self._dialer.address)
        host = f"[{host}]" if ":" in host else host
        scheme = "https" if self._secure else "http"
        self.page, self.base = page, f"{scheme}://{host}:{self._port}{self.seen[-1]}"

    def close(self) -> None:
        self._wire = None
        self._open.close()

    def _ask(self, path: str, accept: str, extra: str) -> Response:
        if self._wire is None:
            self._wire = self._open.enter_context(self._dialer.dial(self._port))
            if self._secure:
                self._wire.start_tls(ANY_VERSION)
        self._left -= 1
        self.seen.append(path)
        keep = self._left > 0
        host = str(self._dialer.address)
        self._wire.send(request(host, path, keep=keep, accept=accept, extra=extra))
        response = _response(self._wire)
        if not (keep and response.keeps_alive):
            self.close()
        return response


def _response(wire: Wire) -> Response:
    heard = b""
    try:
        while not is_whole(heard) and (more := wire.read()):
            heard += more
    except Fault:
        if not heard:
            raise
    return parse(heard)
