"""Newer facts are taken from a server that serves them well; from any other nothing is."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator
from datetime import date
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from knowledge.feed_server import (
    Answer,
    FeedServer,
    catalogue,
    csaf,
    cut_off,
    endless,
    entry,
    epss,
    redirect,
    serving,
    status,
)

from riskscan import knowledge
from riskscan.errors import FeedRefused
from riskscan.knowledge import Outcome, advisories, known_exploited, renewal, scores
from riskscan.knowledge.fetch import Copy, get

TODAY = date(2026, 11, 21)
KEV, LIST, DOCUMENT, EPSS = (
    "/kev.json",
    "/csaf/changes.csv",
    "/csaf/2026/icsma-26-300-01.json",
    "/epss",
)
CHANGES = (
    b"2026/icsa-26-310-02.json,2026-11-06T07:00:00.000000Z\n"
    b"2026/icsma-26-300-01.json,2026-10-27T06:00:00.000000Z\n"
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FeedServer]:
    with serving(tmp_path_factory.mktemp("feeds")) as server:
        yield server


@pytest.fixture
def server(running: FeedServer, monkeypatch: pytest.MonkeyPatch) -> FeedServer:
    """A server whose authority is trusted, with three good feeds."""
    monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    running.answers.clear()
    running.asked.clear()
    running.serve(KEV, catalogue())
    running.serve(LIST, CHANGES)
    running.serve(DOCUMENT, csaf())
    running.serve(EPSS, epss())
    return running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    where = tmp_path / "data" / "knowledge"
    monkeypatch.setenv("RISKSCAN_KNOWLEDGE", str(where))
    return where


def update(server: FeedServer, folder: Path) -> dict[str, Outcome]:
    sources = {
        "known-exploited": server.url + KEV,
        "medical-advisories": server.url + LIST,
        "epss": server.url + EPSS,
    }
    done = knowledge.update(where=folder, today=TODAY, sources=sources)
    return {outcome.feed: outcome for outcome in done}


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("*")}


def test_good_feeds_are_taken_and_are_in_force_at_once(server: FeedServer, folder: Path) -> None:
    before = knowledge.revision()
    done = update(server, folder)
    known = knowledge.load()
    [mirth] = known.exploited_in("mirth connect")
    ages = {feed.name: (feed.as_of, feed.shipped) for feed in known.feeds}

    assert all(outcome.changed for outcome in done.values()), done
    assert len(known.exploited) == 12
    assert (mirth.affected[0].before, mirth.ransomware) == ("4.4.1", True)
    assert ages["known-exploited"] == ages["epss"] == (date(2026, 11, 20), False)
    assert ages["medical-advisories"] == (date(2026, 10, 27), False)
    assert [score.cve for score in known.scores] == ["CVE-2023-43208"]
    assert "ICSMA-26-300-01" in {advisory.id for advisory in known.advisories}
    assert "ICSMA-25-037-02" in {advisory.id for advisory in known.advisories}
    assert knowledge.revision() != before


def test_what_is_held_can_be_read_by_its_owner_alone(server: FeedServer, folder: Path) -> None:
    update(server, folder)

    assert sorted(file.name for file in folder.iterdir()) == [
        "epss.json",
        "known-exploited.json",
        "medical-advisories.json",
    ]
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_is_up_to_date_is_not_sent_again(server: FeedServer, folder: Path) -> None:
    update(server, folder)
    held = contents(folder)
    server.asked.clear()
    done = update(server, folder)

    assert not any(outcome.changed or outcome.refused for outcome in done.values())
    assert [path for path, _ in server.asked] == [KEV, LIST, EPSS]
    assert all(headers["If-None-Match"] == '"1"' for _, headers in server.asked)
    assert contents(folder) == held


def test_an_advisory_is_fetched_again_once_it_was_changed(server: FeedServer, folder: Path) -> None:
    update(server, folder)
    server.serve(LIST, CHANGES.replace(b"2026-10-27", b"2026-11-10"), etag='"2"')
    server.serve(DOCUMENT, csaf(day="2026-11-10", document_added=1))
    done = update(server, folder)
    server.asked.clear()
    update(server, folder)

    assert done["medical-advisories"].changed
    assert DOCUMENT not in [path for path, _ in server.asked]


def test_nothing_of_the_practice_is_sent(server: FeedServer, folder: Path) -> None:
    update(server, folder)

    for _, headers in server.asked:
        assert set(headers) <= {"Accept-Encoding", "Host", "User-Agent", "Connection"}
        assert headers["User-Agent"] == "riskscan"


BAD_CATALOGUES: dict[str, tuple[Answer | bytes, str]] = {
    "cut off by the server": (cut_off(catalogue()[:500], 9000), "broke off after 500 of 9,000"),
    "cut off at the source": (catalogue()[:-40], "cannot be read"),
    "one that counts itself wrongly": (catalogue(count=1400), "1400 entries and has 12"),
    "far too large": (cut_off(b"", 10**9), "1,000,000,000 bytes"),
    "endless": (endless(b" " * 2**20), "more than"),
    "older than what came with riskscan": (catalogue(day="2021-11-03"), "older"),
    "of the future": (catalogue(day="2099-01-01"), "yet to come"),
    "emptied": (catalogue(vulnerabilities=[], count=0), "0 entries, what is held has"),
    "nested deeply": (b"[" * 200_000, "cannot be read"),
    "a page of a captive portal": (b"<html>Please log in</html>", "cannot be read"),
    "with a path for a name": (catalogue(entry("../../etc/passwd")), "vulnerabilities"),
    "one with the same entry twice": (catalogue(entry()), "twice"),
    "missing": (status(404), "answers 404"),
    "on another host": (redirect("https://127.0.0.2:1/kev.json"), "another host"),
    "on this machine": (redirect("file:///etc/passwd"), "answers 302"),
    "without encryption": (redirect("http://127.0.0.1:1/kev.json"), "another host"),
    "in a circle": (redirect(KEV), "302"),
}


@pytest.mark.parametrize("kind", BAD_CATALOGUES)
@pytest.mark.parametrize("fresh", [True, False], ids=["nothing held", "a good one held"])
def test_a_bad_catalogue_changes_nothing_and_says_why(
    server: FeedServer, folder: Path, kind: str, fresh: bool
) -> None:
    if not fresh:
        update(server, folder)
        server.serve(EPSS, epss(), etag='"1"')
    bad, complaint = BAD_CATALOGUES[kind]
    if isinstance(bad, bytes):
        server.serve(KEV, bad, etag='"bad"')
    else:
        server.answers[KEV] = bad
    held = contents(folder)
    before = knowledge.load().exploited
    done = update(server, folder)

    assert done["known-exploited"].refused
    assert complaint in done["known-exploited"].text
    assert knowledge.load().exploited == before
    assert {n: c for n, c in contents(folder).items() if n in held} == held
    assert not (folder / "known-exploited.json").exists() or not fresh
    assert not list(folder.glob(".new-*"))
    assert not done["epss"].refused, "one bad feed must not keep the others away"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (epss()[:-12], "cut off"),
        (epss(packed=False)[:-3], "cut off in mid-line"),
        (epss(day="2026-1-1"), "do not begin"),
        (epss("CVE-2023-43208,7.5,0.1"), "no number of its kind"),
        (epss("CVE-2023-43208,nan,0.1"), "no number of its kind"),
        (epss("CVE-2023-43208,0.5"), "three columns"),
        (b"\x1f\x8bnonsense", "cannot be unpacked"),
    ],
)
def test_bad_scores_are_refused(body: bytes, complaint: str) -> None:
    with pytest.raises(FeedRefused, match=complaint):
        scores.parse(body, frozenset({"CVE-2023-43208"}))


def test_scores_that_unpack_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores, "UNPACKED_CAP", 2**20)

    with pytest.raises(FeedRefused, match="unpack to more than 1 MB"):
        scores.parse(epss(*(["CVE-1999-0001,0.1,0.1"] * 100_000)), frozenset())


@pytest.mark.parametrize(
    ("listed", "document", "complaint"),
    [
        (CHANGES[:-9], csaf(), "cut off"),
        (CHANGES.replace(b"icsma", b"icsa"), csaf(), "no medical one"),
        (b"x\n", csaf(), "no path and day"),
        (CHANGES.replace(b"2026-10-27", b"2019-10-27"), csaf(), "older"),
        (CHANGES, csaf(id="ICSMA-26-300-09"), "holds ICSMA-26-300-09"),
        (CHANGES, csaf(id="ICSA-26-300-01"), "no CSAF document"),
        (CHANGES, csaf()[:-1], "no CSAF document"),
        (CHANGES, b"{}", "no CSAF document"),
    ],
)
def test_a_bad_list_or_advisory_changes_nothing(
    server: FeedServer, folder: Path, listed: bytes, document: bytes, complaint: str
) -> None:
    server.serve(LIST, listed)
    server.serve(DOCUMENT, document)
    done = update(server, folder)

    assert done["medical-advisories"].refused
    assert complaint in done["medical-advisories"].text
    assert not (folder / "medical-advisories.json").exists()


def test_a_path_of_the_list_cannot_lead_out_of_its_folder() -> None:
    lines = (
        b"2026/icsma-26-300-01.json,2026-10-27T06:00:00Z\n"
        b"https://evil.example/2026/icsma-26-300-02.json,2026-10-27T06:00:00Z\n"
        b"../../2026/icsma-26-300-03.json,2026-10-27T06:00:00Z\n"
    )

    assert {path for path, _ in advisories.listed(lines).values()} == {
        f"2026/icsma-26-300-0{n}.json" for n in (1, 2, 3)
    }


def test_a_server_whose_certificate_nobody_vouches_for_is_not_read(
    server: FeedServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    done = update(server, folder)

    assert all(outcome.refused for outcome in done.values())
    assert "certificate verify failed" in done["known-exploited"].text.lower()
    assert server.asked == []


def test_a_server_that_drips_is_left(server: FeedServer) -> None:
    server.answers["/slow"] = endless(b" ", pause=0.01)

    with pytest.raises(FeedRefused, match=r"longer than 0\.2 s"):
        get(server.url + "/slow", cap=10**6, within=0.2)


def test_a_server_that_drips_its_headers_is_left(server: FeedServer) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        for _ in range(1000):
            request.wfile.write(b"H")
            time.sleep(0.01)

    server.answers["/drip"] = answer

    with pytest.raises(FeedRefused, match=r"longer than 0\.2 s"):
        get(server.url + "/drip", cap=10**6, within=0.2)


def test_a_server_that_falls_silent_is_left(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("riskscan.knowledge.fetch.QUIET", 0.2)
    server.answers["/mute"] = endless(b" ", pause=2)

    with pytest.raises(FeedRefused, match=r"sent nothing for 0\.2 s"):
        get(server.url + "/mute", cap=10**6)


def test_a_redirect_on_the_same_host_is_followed(server: FeedServer) -> None:
    server.answers["/current"] = redirect(KEV)

    assert get(server.url + "/current", cap=10**6).body == catalogue()


def test_a_tag_that_could_not_be_sent_back_is_forgotten(server: FeedServer) -> None:
    server.serve("/odd", b"x", etag="é" * 300)

    assert get(server.url + "/odd", cap=10).copy == Copy()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "file:///etc/passwd", "https://a@b/", "x", ""]
)
def test_only_plain_https_addresses_are_fetched(url: str) -> None:
    with pytest.raises(FeedRefused, match="no plain https address"):
        get(url, cap=10)


def test_a_damaged_file_is_not_used_and_its_feed_says_so(server: FeedServer, folder: Path) -> None:
    update(server, folder)
    (folder / "known-exploited.json").write_text('{"feed": "known-exploited"}')
    feed = knowledge.load().feed("known-exploited")

    assert feed is not None
    assert feed.shipped
    assert "damaged" in feed.fault
    assert update(server, folder)["known-exploited"].changed


def test_an_entry_that_cisa_has_taken_back_is_gone(server: FeedServer, folder: Path) -> None:
    raw = json.loads(catalogue())
    raw["vulnerabilities"] = [*raw["vulnerabilities"][1:], entry("CVE-2020-9999", product="Other")]
    server.serve(KEV, json.dumps(raw).encode())
    update(server, folder)

    assert knowledge.load().exploited_in("Mirth Connect") == ()


def test_a_new_entry_on_a_product_is_found_under_the_names_of_its_devices() -> None:
    more = entry("CVE-2026-24858", vendorProject="Fortinet", product="FortiOS")
    flaws = known_exploited.with_versions(known_exploited.parse(catalogue(more)))

    assert next(f for f in flaws if f.cve == "CVE-2026-24858").also_named == ("FortiGate",)


def test_hostile_text_of_a_feed_is_cleaned() -> None:
    more = entry("CVE-2026-1", product="x") | {
        "cveID": "CVE-2026-10000",
        "product": "\x1b[2J\u202eRouter\n\x00" + "y" * 5000,
    }
    [flaw] = [f for f in known_exploited.parse(catalogue(more)).flaws if "Router" in f.product]

    assert flaw.product.startswith("[2JRouter ")
    assert flaw.product.isprintable()
    assert len(flaw.product) <= 200


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_fact_or_a_reason(raw: bytes) -> None:
    for read in (
        known_exploited.parse,
        advisories.parse,
        advisories.listed,
        partial(scores.parse, wanted=frozenset()),
    ):
        for body in (raw, epss(packed=False) + raw, CHANGES + raw):
            try:
                read(body)
            except FeedRefused as refused:
                assert refused.message


def test_the_official_sources_are_https_and_each_has_a_cap() -> None:
    assert set(renewal.SOURCES) == set(renewal.CAPS) == set(knowledge.FEEDS)
    assert all(url.startswith("https://") for url in renewal.SOURCES.values())
    assert list(renewal.SOURCES)[-1] == "epss"
