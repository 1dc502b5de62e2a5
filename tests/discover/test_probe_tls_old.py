"""TLS that our own library no longer speaks: told from the server's first flight."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.examine import ask
from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes import PROBES
from riskscan.discover.probes.codec.tls_hello import (
    CANCEL,
    OLD_SUITES,
    SSL3,
    TLS10,
    TLS11,
    TLS12,
    VERSIONS,
    WEAK_SUITES,
    Flight,
    client_hello,
    is_whole,
    server_flight,
    version_facts,
)
from riskscan.model import OBSERVATION_KEYS, Outcome, Policy, ProbeResult

RC4 = 0x0005
ALERT = bytes.fromhex("15030100020228")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    return peers.make_certificate(tmp_path_factory.mktemp("old"), bits=1024)


def flight(version: int, suite: int, der: bytes = b"") -> bytes:
    """Write the first flight of a server, as one record (RFC 5246 section 7.4)."""
    hello = version.to_bytes(2) + bytes(32) + b"\0" + suite.to_bytes(2) + b"\0"
    chain = len(der).to_bytes(3) + der
    messages = [(2, hello), (11, len(chain).to_bytes(3) + chain), (14, b"")]
    body = b"".join(bytes([kind]) + len(text).to_bytes(3) + text for kind, text in messages)
    return b"\x16" + version.to_bytes(2) + len(body).to_bytes(2) + body


class Relic:
    """A server that takes one old version and one suite, and hangs up on anything newer."""

    def __init__(self, version: int, suite: int, der: bytes) -> None:
        self.heard: list[bytes] = []
        self.left = threading.Event()
        self._version, self._suite, self._der = version, suite, der

    def talk(self, peer: socket.socket) -> None:
        hello = peer.recv(4096)
        self.heard.append(hello)
        offered = int.from_bytes(hello[9:11])
        fits = self._suite.to_bytes(2) in hello and offered >= self._version
        modern = b"\x00\x2b" in hello  # supported_versions, RFC 8446: it stumbles over those
        if modern or not fits:
            peer.sendall(ALERT)
            return
        peer.sendall(flight(self._version, self._suite, self._der))
        self.heard.append(peer.recv(100))
        self.left.set()


def _ask(talk: peers.Talk, policy: Policy = Policy.NORMAL) -> tuple[ProbeResult, int]:
    with peers.server(talk) as peer:
        host = peers.host(443, policy=policy)
        return ask(PROBES["tls"], peers.dialer(), host, peer.port), peer.connections


def _facts(result: ProbeResult) -> list[tuple[str, str]]:
    return [(o.key, o.value) for o in result.observations]


@pytest.mark.parametrize("version", [SSL3, TLS10])
def test_a_relic_is_named_with_its_suite_and_certificate(
    certificate: tuple[Path, bytes], version: int
):
    relic = Relic(version, RC4, certificate[1])
    result, connections = _ask(relic.talk)
    facts = _facts(result)
    assert (result.outcome, connections) == (Outcome.ANSWERED, 2)
    assert facts[:4] == [
        ("tls.offers", VERSIONS[version]),
        ("tls.weak-ciphers", "accepted"),
        ("tls.weak-cipher", "TLS_RSA_WITH_RC4_128_SHA"),
        ("tls.chain-length", "1"),
    ]
    assert ("tls.subject", "CN=pacs.example") in facts
    assert ("tls.key", "RSA 1024") in facts
    assert {key for key, _ in facts} <= set(OBSERVATION_KEYS)
    assert "tls.version" not in dict(facts)  # no handshake: nothing may speak inside it
    assert relic.left.wait(5)
    assert relic.heard[-1] == CANCEL


def test_a_fragile_relic_is_not_asked_again(certificate: tuple[Path, bytes]):
    result, connections = _ask(Relic(TLS10, RC4, certificate[1]).talk, Policy.FRAGILE)
    assert (result.outcome, connections, result.observations) == (Outcome.PROTOCOL_ERROR, 1, ())


def test_a_modern_server_refuses_old_versions_and_weak_suites_in_three_connections(
    certificate: tuple[Path, bytes],
):
    context = peers.tls_context(certificate[0])
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    result, connections = _ask(peers.over_tls(context, peers.says()))
    facts = _facts(result)
    assert connections == 3
    assert [v for k, v in facts if k == "tls.refuses"] == ["TLSv1", "TLSv1.1"]
    assert ("tls.weak-ciphers", "refused") in facts
    assert ("tls.chain-length", "1") in facts


def test_a_server_with_anonymous_suites_is_caught(certificate: tuple[Path, bytes]):
    context = peers.tls_context(certificate[0])
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ALL:eNULL:@SECLEVEL=0")
    result, connections = _ask(peers.over_tls(context, peers.says()))
    facts = dict(_facts(result))
    assert connections == 3
    assert facts["tls.weak-ciphers"] == "accepted"
    assert facts["tls.weak-cipher"] in WEAK_SUITES.values()


@pytest.mark.parametrize("first", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_every_old_version_is_told_in_three_connections_at_most(
    certificate: tuple[Path, bytes], first: ssl.TLSVersion
):
    context = peers.tls_context(certificate[0])
    with pytest.warns(DeprecationWarning):
        context.minimum_version = first
    result, connections = _ask(peers.over_tls(context, peers.says()))
    facts = _facts(result)
    assert connections == 3
    assert ("tls.offers", "TLSv1.1") in facts
    known = ("tls.offers" if first is ssl.TLSVersion.TLSv1 else "tls.refuses", "TLSv1")
    assert known in facts


def test_alpn_is_offered_on_web_ports_alone(certificate: tuple[Path, bytes]):
    context = peers.tls_context(certificate[0])
    context.set_alpn_protocols(["h2", "http/1.1"])
    from riskscan.discover.probes import tls

    with peers.server(peers.over_tls(context, peers.says())) as peer:
        mail = ask(PROBES["tls"], peers.dialer(), peers.host(443), peer.port)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tls, "_WEB", frozenset({peer.port}))
            web = ask(PROBES["tls"], peers.dialer(), peers.host(443), peer.port)
    assert "tls.alpn" not in dict(_facts(mail))
    assert dict(_facts(web))["tls.alpn"] in ("h2", "http/1.1")
    assert not {25, 110, 143, 465, 636, 990, 993, 995, 2762} & tls._WEB


@pytest.mark.parametrize("newest", [SSL3, TLS10, TLS11, TLS12])
def test_a_hello_is_one_well_formed_record(newest: int):
    said = client_hello(newest, (*WEAK_SUITES, *OLD_SUITES), bytes(32))
    assert int.from_bytes(said[3:5]) == len(said) - 5
    assert int.from_bytes(said[6:9]) == len(said) - 9
    assert int.from_bytes(said[9:11]) == newest


@pytest.mark.parametrize(
    ("agreed", "offered", "facts"),
    [
        (TLS11, ("TLSv1", "TLSv1.1"), [("tls.offers", "TLSv1.1")]),
        (TLS10, ("TLSv1", "TLSv1.1"), [("tls.offers", "TLSv1"), ("tls.refuses", "TLSv1.1")]),
        (None, ("TLSv1", "TLSv1.1"), [("tls.refuses", "TLSv1"), ("tls.refuses", "TLSv1.1")]),
        (SSL3, ("TLSv1",), [("tls.offers", "SSLv3"), ("tls.refuses", "TLSv1")]),
    ],
)
def test_what_a_server_picks_says_what_it_refuses(
    agreed: int | None, offered: tuple[str, ...], facts: list[tuple[str, str]]
):
    told = Flight(agreed, RC4, ()) if agreed is not None else None
    assert list(version_facts(told, *offered)) == facts


def test_a_flight_that_comes_in_pieces_is_put_together(certificate: tuple[Path, bytes]):
    whole = flight(TLS10, RC4, certificate[1])
    body = whole[5:]
    pieces = b"".join(
        b"\x16\x03\x01" + len(body[i : i + 100]).to_bytes(2) + body[i : i + 100]
        for i in range(0, len(body), 100)
    )
    assert is_whole(pieces)
    assert not is_whole(pieces[:-120])
    assert server_flight(pieces) == server_flight(whole)


@given(st.binary(max_size=400), st.sampled_from([b"", flight(TLS10, RC4)[:60], b"\x16\x03\x01"]))
def test_no_bytes_break_the_reader_of_flights(octets: bytes, start: bytes):
    is_whole(start + octets)
    try:
        told = server_flight(start + octets)
    except ProtocolError:
        return
    assert told.version in VERSIONS
    assert len(told.certificates) <= 10
