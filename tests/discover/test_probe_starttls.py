"""Old encryption behind STARTTLS: asked as on a TLS port, never taken for refused by mistake."""

from __future__ import annotations

import socket
import ssl
import threading
from dataclasses import replace

import lab_peers
import peers
import pytest

from riskscan.discover.examine import ask
from riskscan.discover.pace import PACES
from riskscan.discover.probes import PROBES
from riskscan.discover.restraint import restraint
from riskscan.lab.servers.directory import Ldap
from riskscan.lab.servers.mail import Imap, Pop3, Smtp
from riskscan.lab.servers.server import Line, TcpServer
from riskscan.lab.servers.tls import Tls
from riskscan.model import Host, Observation, Outcome, Policy, ProbeResult

PROBE = PROBES["starttls"]
OLD = Tls(name="mail.lakeside.example", oldest=ssl.TLSVersion.TLSv1)
NEW = Tls(name="mail.lakeside.example")
WORDS_OF_A_LOGIN = (b"USER", b"PASS", b"LOGIN", b"AUTH P", b"MAIL FROM")


def _servers(tls: Tls) -> list[tuple[TcpServer, str]]:
    """Pair each server with the key by which its protocol is known."""
    return [
        (Smtp(greeting="ESMTP", tls=tls), "smtp.greeting"),
        (Pop3(greeting="hi", tls=tls), "pop3.greeting"),
        (Imap(greeting="hi", tls=tls), "imap.greeting"),
        (Ldap(root={"vendorName": ("x",)}, tls=tls), "ldap.vendor"),
    ]


def _knows(port: int, *facts: tuple[str, str]) -> Host:
    seen = tuple(Observation(key, value, port, "tcp") for key, value in facts)
    found = ProbeResult("earlier", port, "tcp", Outcome.ANSWERED, seen)
    return replace(peers.host(port), probe_results=(found,))


def _ask(port: int, key: str, *, version: str = "TLSv1.3") -> ProbeResult:
    shaken = [("tls.version", version)] if version else []
    offered = ("postgres.ssl" if key == "postgres.ssl" else "tls.starttls", "offered")
    known = _knows(port, (key, "x"), offered, *shaken)
    assert PROBE.wants(known) == (port,)
    return ask(PROBE, peers.dialer(), known, port)


def _values(result: ProbeResult, key: str) -> set[str]:
    return {o.value for o in result.observations if o.key == key}


@pytest.mark.parametrize(("server", "key"), _servers(OLD), ids=lambda x: getattr(x, "label", ""))
def test_a_server_that_still_takes_tls_1_0_is_found_behind_its_greeting(
    server: TcpServer, key: str
):
    with lab_peers.tcp(server) as peer:
        result = _ask(peer.port, key)
        told = lab_peers.said_to(peer, 1)
    assert result.outcome is Outcome.ANSWERED
    assert _values(result, "tls.offers") == {"TLSv1.1", "TLSv1"}
    assert peer.connections == 2, "as many as a TLS port gets beside its first handshake"
    assert not [word for word in WORDS_OF_A_LOGIN if word in told.upper()]


@pytest.mark.parametrize(("server", "key"), _servers(NEW), ids=lambda x: getattr(x, "label", ""))
def test_a_server_that_refuses_old_encryption_is_seen_to(server: TcpServer, key: str):
    with lab_peers.tcp(server) as peer:
        result = _ask(peer.port, key)
    assert result.outcome is Outcome.ANSWERED
    assert _values(result, "tls.refuses") == {"TLSv1", "TLSv1.1"}
    assert _values(result, "tls.weak-ciphers") == {"refused"}
    assert peer.connections == 2


def test_a_database_is_asked_after_its_own_request_for_tls():
    server = _Postgres(port=5432)
    with lab_peers.tcp(server) as peer:
        result = _ask(peer.port, "postgres.ssl")
    assert _values(result, "tls.offers") == {"TLSv1.1", "TLSv1"}
    assert peer.connections == 2


class _Postgres(TcpServer):
    def talk(self, line: Line) -> None:
        assert line.exactly(8) == bytes.fromhex("0000000804d2162f")
        line.send(b"S")
        line.secure(OLD.context())


def test_ftp_goes_over_by_auth_tls():
    heard: list[bytes] = []
    context = OLD.context()

    def ftpd(peer: socket.socket) -> None:
        peer.sendall(b"220-Welcome\r\n220 ready\r\n")
        heard.append(peer.recv(100))
        peer.sendall(b"234 go on\r\n")
        context.wrap_socket(peer, server_side=True)

    with peers.server(ftpd) as peer:
        result = _ask(peer.port, "ftp.greeting")
    assert heard[0] == b"AUTH TLS\r\n"
    assert "TLSv1" in _values(result, "tls.offers")


@pytest.mark.parametrize("reply", [b"454 not now\r\n", b""])
def test_a_server_that_does_not_go_over_again_is_not_said_to_refuse_anything(reply: bytes):
    left = threading.Event()

    def smtpd(peer: socket.socket) -> None:
        peer.sendall(b"220 mail\r\n")
        peer.recv(100)
        peer.sendall(b"250-mail\r\n250 STARTTLS\r\n")
        peer.recv(100)
        peer.sendall(reply)
        left.set()

    with peers.server(smtpd) as peer:
        result = _ask(peer.port, "smtp.greeting")
    assert left.wait(5)
    assert result.outcome is not Outcome.ANSWERED
    assert result.observations == ()
    assert peer.connections == 1


def test_where_our_own_handshake_failed_one_hello_of_long_ago_takes_its_place():
    with lab_peers.tcp(Smtp(greeting="ESMTP", tls=OLD)) as peer:
        result = _ask(peer.port, "smtp.greeting", version="")
    assert _values(result, "tls.offers") == {"TLSv1"}
    assert peer.connections == 1


def test_only_who_offered_tls_is_asked_and_no_fragile_device():
    assert PROBE.wants(_knows(25, ("smtp.greeting", "x"), ("tls.starttls", "missing"))) == ()
    assert PROBE.wants(_knows(5432, ("postgres.ssl", "refused"))) == ()
    fragile = peers.host(25, policy=Policy.FRAGILE)
    pace = PACES[Policy.FRAGILE]
    assert restraint(fragile, PROBE, 25, pace, also_open=(), allowed=True)
