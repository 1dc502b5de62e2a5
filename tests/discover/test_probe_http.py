"""The web probe against real servers: where it goes, where it does not, and what it keeps."""

from __future__ import annotations

import socket
from collections.abc import Callable
from hashlib import sha256

import lab_peers
import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.examine import ask
from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes import PROBES
from riskscan.discover.probes.codec.http_message import is_whole, parse, request
from riskscan.discover.probes.codec.web_page import (
    clock_facts,
    icon_path,
    leads_to,
    on_server,
    page_facts,
)
from riskscan.discover.probes.codec.web_status import STATUS_PAGES, capability, front_page
from riskscan.lab.servers.http import Http
from riskscan.lab.servers.server import Line
from riskscan.model import OBSERVATION_KEYS, Outcome, Policy, ProbeResult

ICON = b"\0\0\1\0" + bytes(300)
CAPABILITY = (
    '{"resourceType":"CapabilityStatement","software":{"name":"HAPI FHIR Server","version":'
    '"6.8.0"},"fhirVersion":"4.0.1","rest":[{"mode":"server","security":{"service":[{"coding":'
    '[{"code":"SMART-on-FHIR"}]}]},"resource":[{"type":"Patient"}'
)
"""Cut short, as the byte cap cuts the real ones."""


class Site:
    """A lab web server on loopback, and the paths that it was asked for."""

    def __init__(self, **options: object) -> None:
        self.paths: list[str] = []
        site = Http(port=0, **options)  # type: ignore[arg-type]
        answer = type(site)._answer

        def talk(peer: socket.socket) -> None:
            line = Line(peer)
            while True:
                head = line.until(b"\r\n\r\n").decode()
                self.paths.append(head.split()[1])
                line.send(answer(site, head).replace(b"Connection: close", b"Connection: x", 1))

        self.talk: peers.Talk = talk


def visit(site: Site, policy: Policy = Policy.NORMAL, known: int = 80) -> tuple[ProbeResult, int]:
    with peers.server(site.talk) as peer:
        result = ask(PROBES["http"], peers.dialer(), peers.host(known, policy=policy), peer.port)
    return result, peer.connections


def told(result: ProbeResult) -> list[tuple[str, str]]:
    return [(o.key, o.value) for o in result.observations]


def test_all_that_is_asked_of_one_port_fits_into_one_connection():
    site = Site(
        redirect="/login.html",
        pages=(("/login.html", "text/html", "<title>HP LaserJet</title><input type=password>"),),
        icon=ICON,
        headers=("X-Frame-Options: DENY", "Set-Cookie: sid=5ecre7; Path=/", "Server: Virata"),
    )
    result, connections = visit(site)
    facts = told(result)
    assert result.outcome is Outcome.ANSWERED
    assert connections == 1
    assert site.paths == ["/", "/login.html", "/favicon.ico"]
    assert facts[:2] == [("http.tls", "false"), ("http.status", "301")]
    for fact in (
        ("http.title", "HP LaserJet"),
        ("http.login-form", "true"),
        ("http.location", "/login.html"),
        ("http.header", "x-frame-options"),
        ("http.cookie", "sid"),
        ("http.favicon", sha256(ICON).hexdigest()),
    ):
        assert facts.count(fact) == 1, fact
    assert "5ecre7" not in repr(facts)


def test_a_fragile_device_is_asked_for_its_front_page_alone():
    site = Site(redirect="/login.html", icon=ICON)
    result, connections = visit(site, Policy.FRAGILE)
    assert (site.paths, connections) == (["/"], 1)
    assert ("http.location", "/login.html") in told(result)


def test_a_page_that_leads_on_for_ever_is_followed_twice():
    hops = tuple(
        (f"/{n}", "text/html", f'<meta http-equiv=refresh content="0; url=/{n + 1}">')
        for n in range(9)
    )
    site = Site(redirect="/0", pages=hops)
    visit(site)
    assert site.paths == ["/", "/0", "/1", "/favicon.ico"]


@pytest.mark.parametrize(
    ("redirect", "followed"),
    [
        ("/ui/", True),
        ("ui/index.html", True),
        ("https://10.1.1.1/", False),
        ("//10.1.1.1/x", False),
        ("http://127.0.0.1:1/x", False),
        ("/system/reboot", False),
        ("/logout?next=1", False),
        ("/a b", False),
        ("/" + "a" * 400, False),
        ("http://[::1/x", False),
        ("javascript:x", False),
    ],
)
def test_only_a_harmless_page_of_the_same_server_is_followed(redirect: str, followed: bool):
    site = Site(redirect=redirect)
    visit(site)
    assert (len([p for p in site.paths if p != "/favicon.ico"]) == 2) is followed


@pytest.mark.parametrize(
    ("title", "page", "body", "fact"),
    [
        ("Orthanc Explorer", "/system", '{"ApiVersion":1,"Version":"1.12.1"}', "Orthanc 1.12.1"),
        ("Mirth Connect Administrator", "/api/server/version", "4.5.0", "Mirth Connect 4.5.0"),
        (
            "iLO 5",
            "/xmldata?item=all",
            "<PN>Integrated Lights-Out 5 (iLO 5)</PN><FWRI>2.44</FWRI>",
            "iLO 5 2.44",
        ),
        (
            "UniFi Network",
            "/status",
            '{"meta":{"server_version":"7.3.83"}}',
            "UniFi Network 7.3.83",
        ),
        (
            "Nextcloud",
            "/status.php",
            '{"productname":"Nextcloud","versionstring":"27.1.2"}',
            "Nextcloud 27.1.2",
        ),
    ],
)
def test_a_product_that_gives_a_sign_is_asked_for_its_version(
    title: str, page: str, body: str, fact: str
):
    site = Site(title=title, pages=((page, "text/plain", body),))
    assert ("http.product", fact) in told(visit(site)[0])
    assert page in site.paths


def test_a_fhir_server_names_itself_and_no_resource_is_read():
    site = Site(title="HAPI FHIR", pages=(("/fhir/metadata", "application/json", CAPABILITY),))
    facts = told(visit(site)[0])
    assert ("fhir.software", "HAPI FHIR Server") in facts
    assert ("fhir.software-version", "6.8.0") in facts
    assert ("fhir.version", "4.0.1") in facts
    assert ("fhir.security", "SMART-on-FHIR") in facts
    assert set(site.paths) == {"/", "/fhir/metadata", "/favicon.ico"}


def test_no_path_is_tried_without_a_sign():
    site = Site(title="Welcome", login=True)
    visit(site)
    assert site.paths == ["/", "/favicon.ico"]


def test_a_page_full_of_signs_gets_four_requests():
    site = Site(
        title="OpenEMR FHIR Nextcloud", head="<link rel=icon href=/i.ico>", redirect="", icon=ICON
    )
    visit(site, known=8042)
    assert len(site.paths) == 4


def test_a_server_that_hangs_up_is_not_dialled_again_for_its_icon():
    page = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"
    with peers.server(peers.answers(page)) as peer:
        result = ask(PROBES["http"], peers.dialer(), peers.host(80), peer.port)
    assert (result.outcome, peer.connections) == (Outcome.ANSWERED, 1)


def test_a_missing_page_that_a_front_page_leads_to_says_nothing():
    site = Site(redirect="/gone", title="404")
    assert [key for key, _ in told(visit(site)[0])] == ["http.tls", "http.status", "http.location"]


@pytest.mark.parametrize(
    ("body", "fact"),
    [
        ('{"couchdb":"Welcome","version":"3.1.1"}', "CouchDB 3.1.1"),
        (
            '{"version":{"number":"7.10.2"},"tagline":"You Know, for Search"}',
            "Elasticsearch 7.10.2",
        ),
    ],
)
def test_databases_that_greet_in_json_are_named(body: str, fact: str):
    assert front_page(body) == [("http.product", fact)]
    assert front_page("[" * 60_000) == []


def test_chunks_are_put_together_and_their_end_is_known():
    page = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<tit\r\n9;x=y\r\nle>Pump</\r\n"
    )
    assert not is_whole(page)
    assert is_whole(page + b"0\r\n\r\n")
    assert parse(page + b"0\r\n\r\n").keeps_alive
    assert ("http.title", "Pump") in page_facts(page + b"0\r\n\r\n")


def test_a_request_names_an_ipv6_host_as_a_url_does():
    assert b"\r\nHost: [fe80::1]\r\n" in request("fe80::1", "/")


def test_every_status_page_is_literal_and_every_fact_has_a_key():
    assert all(page.path.startswith("/") and "%" not in page.path for page in STATUS_PAGES)
    for page in STATUS_PAGES:
        assert page.ports or page.signs
        assert set(page.signs) <= set(OBSERVATION_KEYS)
    assert {key for key, _ in capability(CAPABILITY)} <= set(OBSERVATION_KEYS)


@pytest.mark.parametrize(
    "unit", ["<meta ", "<link ", "<meta content=", "location=", "&#", "{", '"software":']
)
def test_a_page_made_to_be_slow_is_read_at_once(unit: str):
    page = parse(b"HTTP/1.1 200 OK\r\n\r\n" + (unit * 16_000).encode()[:65_000])
    assert page_facts(b"HTTP/1.1 200 OK\r\n\r\n" + page.body)[0] == ("http.status", "200")
    assert leads_to(page, "http://127.0.0.1/") is None
    assert icon_path(page, "http://127.0.0.1/") == "/favicon.ico"
    for status in STATUS_PAGES:
        assert status.read(page.text) == []


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader_of_messages(octets: bytes):
    is_whole(octets)
    for octets_ in (octets, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + octets):
        try:
            page = parse(octets_)
        except ProtocolError:
            continue
        assert len(page.body) <= len(octets_)


@given(st.text(max_size=300), st.sampled_from(STATUS_PAGES))
def test_no_text_breaks_a_reader(text: str, page: object):
    reader: Callable[[str], object] = page.read  # type: ignore[attr-defined]
    reader(text)
    reader('{"resourceType":"CapabilityStatement","software":' + text)
    target = on_server(text, "http://127.0.0.1:8080/a/b")
    assert target is None or target.startswith("/")


NOW = 1_795_003_600.0


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("Date: Wed, 18 Nov 2026 10:06:40 GMT", ["-7200"]),
        ("Date: Wed, 18 Nov 2026 12:06:40 GMT", ["0"]),
        ("Date: Wed, 18 Nov 2026 12:06:40", ["0"]),
        ("Date: Thu, 01 Jan 1970 00:12:00 GMT", []),
        ("Date: Wed, 18 Nov 2026 10:06:40 GMT\r\nAge: 7200", []),
        ("Date: yesterday", []),
        ("Date: Wed, 99 Nov 20260000000000 10:06:40 GMT", []),
        ("Server: x", []),
    ],
)
def test_the_clock_of_a_server_is_read_from_its_page_unless_it_never_was_set(
    head: str, told: list[str]
):
    page = parse(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode())
    assert [value for _, value in clock_facts(page, NOW)] == told


@given(st.text(max_size=80).filter(lambda t: t.isprintable()))
def test_no_date_breaks_the_reader(date: str):
    page = parse(b"HTTP/1.1 200 OK\r\nDate: " + date.encode() + b"\r\n\r\n")
    for key, value in clock_facts(page, NOW):
        assert (key, value.lstrip("-").isdigit()) == ("http.clock-skew", True)


def test_the_clock_of_a_page_is_told_once_and_of_a_fragile_device_too():
    for policy in (Policy.NORMAL, Policy.FRAGILE):
        with lab_peers.tcp(Http(port=80, title="x", clock=-7200)) as peer:
            host = peers.host(80, policy=policy)
            found = ask(PROBES["http"], peers.dialer(), host, peer.port).observations
        skews = [int(o.value) for o in found if o.key == "http.clock-skew"]
        assert len(skews) == 1
        assert abs(skews[0] + 7200) <= 3
