"""TLS against real servers: certificate, versions, refusals, and hostile certificates."""

from __future__ import annotations

import ssl
from pathlib import Path

import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.examine import ask
from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes import PROBES
from riskscan.discover.probes.codec.certificate import certificate_facts
from riskscan.model import Outcome, Policy


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    return peers.make_certificate(tmp_path_factory.mktemp("tls"), days=-30, bits=1024)


def _ask(pem: Path, only: ssl.TLSVersion | None, policy: Policy):
    with peers.server(peers.over_tls(peers.tls_context(pem, only), peers.says())) as peer:
        dialer = peers.dialer()
        result = ask(PROBES["tls"], dialer, peers.host(443, policy=policy), peer.port)
        return result, dialer.connections


def test_the_certificate_is_read_in_full(certificate: tuple[Path, bytes]):
    result, _ = _ask(certificate[0], None, Policy.FRAGILE)
    facts = [(o.key, o.value) for o in result.observations]
    told = dict(facts)
    assert told["tls.subject"] == told["tls.issuer"] == "CN=pacs.example"
    assert [value for key, value in facts if key == "tls.san"] == ["pacs.example", "127.0.0.1"]
    assert told["tls.self-signed"] == "true"
    assert told["tls.key"] == "RSA 1024"
    assert told["tls.signature"] == "sha256"
    assert len(told["tls.sha256"]) == 64
    assert told["tls.not-before"] < told["tls.not-after"]
    assert told["tls.not-after"].endswith("+00:00")
    assert told["tls.version"] == "TLSv1.3"
    assert told["tls.cipher"].startswith("TLS_")


def test_a_fragile_device_bears_one_handshake(certificate: tuple[Path, bytes]):
    result, connections = _ask(certificate[0], None, Policy.FRAGILE)
    assert connections == 1
    assert not [o for o in result.observations if o.key == "tls.refuses"]


def test_an_ordinary_device_bears_two_more_and_shows_its_floor(certificate: tuple[Path, bytes]):
    result, connections = _ask(certificate[0], ssl.TLSVersion.TLSv1_2, Policy.NORMAL)
    assert result.outcome is Outcome.ANSWERED
    assert connections == 3
    offers = [o.value for o in result.observations if o.key == "tls.offers"]
    refuses = [o.value for o in result.observations if o.key == "tls.refuses"]
    assert offers == ["TLSv1.2"]
    assert refuses == ["TLSv1", "TLSv1.1"]


def test_a_server_that_knows_only_tls_1_0_is_understood(certificate: tuple[Path, bytes]):
    result, connections = _ask(certificate[0], ssl.TLSVersion.TLSv1, Policy.NORMAL)
    assert result.outcome is Outcome.ANSWERED
    told = [(o.key, o.value) for o in result.observations]
    assert ("tls.version", "TLSv1") in told
    assert ("tls.offers", "TLSv1") in told
    assert ("tls.refuses", "TLSv1.1") in told
    assert connections == 2


def test_a_port_without_tls_is_a_protocol_error():
    with peers.server(peers.answers(b"HTTP/1.0 400 Bad Request\r\n\r\n")) as peer:
        result = ask(PROBES["tls"], peers.dialer(), peers.host(443), peer.port)
    assert result.outcome is Outcome.PROTOCOL_ERROR
    assert result.observations == ()


def test_a_web_page_is_fetched_inside_tls_where_the_port_has_shaken_hands(
    certificate: tuple[Path, bytes],
):
    page = b"HTTP/1.0 200 OK\r\n\r\n<title>PACS</title>"
    context = peers.tls_context(certificate[0])
    with peers.server(peers.over_tls(context, peers.answers(page))) as peer:
        known = peers.host(peer.port, tls=(peer.port,))
        facts = peers.pairs(PROBES["http"].ask(peers.dialer(), known, peer.port))
    assert ("http.tls", "true") in facts
    assert ("http.title", "PACS") in facts


@given(st.binary(max_size=300))
def test_no_bytes_break_the_certificate_reader(octets: bytes):
    with pytest.raises(ProtocolError):
        list(certificate_facts(octets))


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@given(st.data())
def test_a_certificate_with_a_broken_byte_never_raises_anything_else(
    certificate: tuple[Path, bytes], data: st.DataObject
):
    der = bytearray(certificate[1])
    der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = list(certificate_facts(bytes(der)))
    except ProtocolError:
        return
    assert all(key.startswith("tls.") for key, _ in facts)
