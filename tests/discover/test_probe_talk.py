"""What FTP, mail and Telnet servers are asked after their greeting, and what never."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.examine import ask
from riskscan.discover.probes import PROBES, greeting
from riskscan.discover.probes.codec.features import (
    TALKS,
    can_upgrade,
    features,
    greeting_ended,
)
from riskscan.discover.probes.codec.telnet import negotiation, refusals, telnet_text
from riskscan.lab.servers.mail import Imap, Pop3, Smtp
from riskscan.lab.servers.server import Line, TcpServer
from riskscan.lab.servers.tls import Tls
from riskscan.model import OBSERVATION_KEYS, Outcome, Policy, ProbeResult

TLS = Tls(name="mail.lakeside.example", self_signed=True)
SERVERS = [
    Smtp(greeting="ESMTP Postfix", tls=TLS),
    Pop3(greeting="hi", tls=TLS),
    Imap(greeting="hi", tls=TLS),
]
FORBIDDEN_WORDS = (b"USER", b"PASS", b"LOGIN", b"AUTH P", b"MAIL", b"LIST", b"SELECT", b"VRFY")


class Mirror:
    """A server of the lab on loopback, and all that it was sent in clear."""

    def __init__(self, server: TcpServer) -> None:
        server.prepare()
        self.heard = b""
        self.done = threading.Event()
        self._server = server

    def talk(self, peer: socket.socket) -> None:
        mirror = self

        class Ear(Line):
            def until(self, mark: bytes, limit: int = 8192) -> bytes:
                said = super().until(mark, limit)
                mirror.heard += said
                return said

        ear = Ear(peer)
        try:
            self._server.talk(ear)
        finally:
            ear.connection.close()
            self.done.set()


def _ask(talk: peers.Talk, port: int, policy: Policy = Policy.NORMAL) -> tuple[ProbeResult, int]:
    """Ask a server that sits on a free port what is asked of the usual one."""
    with pytest.MonkeyPatch.context() as patch, peers.server(talk) as peer:
        patch.setitem(greeting._EXPECTED, peer.port, greeting._EXPECTED[port])
        if port in greeting._TELNET:
            patch.setattr(greeting, "_TELNET", frozenset({peer.port}))
        host = peers.host(peer.port, policy=policy)
        return ask(PROBES["greeting"], peers.dialer(), host, peer.port), peer.connections


def _facts(result: ProbeResult) -> list[tuple[str, str]]:
    return [(o.key, o.value) for o in result.observations]


@pytest.mark.parametrize("server", SERVERS, ids=lambda s: s.label)
def test_a_mail_server_tells_its_features_and_certificate_in_one_connection(server: TcpServer):
    mirror = Mirror(server)
    result, connections = _ask(mirror.talk, server.port)
    facts = _facts(result)
    assert (result.outcome, connections) == (Outcome.ANSWERED, 1)
    assert ("tls.starttls", "offered") in facts
    assert ("tls.subject", "CN=mail.lakeside.example") in facts
    assert ("tls.self-signed", "true") in facts
    assert {key.partition(".")[0] for key, _ in facts} == {facts[0][0].partition(".")[0], "tls"}
    assert {key for key, _ in facts} <= set(OBSERVATION_KEYS)
    assert mirror.done.wait(5)
    assert not [word for word in FORBIDDEN_WORDS if word in mirror.heard.upper()]


def test_a_mail_server_without_tls_says_so_and_how_passwords_travel():
    mirror = Mirror(Smtp(greeting="ESMTP"))
    facts = _facts(_ask(mirror.talk, 25)[0])
    assert ("tls.starttls", "missing") in facts
    assert ("smtp.extension", "AUTH PLAIN LOGIN") in facts
    assert mirror.done.wait(5)
    assert mirror.heard == b"EHLO riskscan.invalid\r\nQUIT\r\n"


@pytest.mark.parametrize("server", SERVERS, ids=lambda s: s.label)
def test_a_fragile_device_hears_nothing_after_its_greeting(server: TcpServer):
    heard: list[bytes] = []

    def talk(peer: socket.socket) -> None:
        peer.sendall(server._greet())  # type: ignore[attr-defined]
        peers.silent(heard)(peer)

    result, _ = _ask(talk, server.port, Policy.FRAGILE)
    assert len(result.observations) == 1
    assert heard == []


def test_ftp_with_a_long_greeting_is_asked_for_its_features_alone():
    heard: list[bytes] = []
    left = threading.Event()

    def ftpd(peer: socket.socket) -> None:
        for line in (b"220-Welcome\r\n", b" of 3 lines\r\n", b"220 ProFTPD Server\r\n"):
            peer.sendall(line)
        heard.append(peer.recv(100))
        peer.sendall(b"211-Features:\r\n UTF8\r\n MLST type*;size*;\r\n211 End\r\n")
        heard.append(peer.recv(100))
        peers.silent(heard)(peer)
        left.set()

    result, connections = _ask(ftpd, 21)
    assert _facts(result) == [
        ("ftp.greeting", "220-Welcome"),
        ("ftp.feature", "UTF8"),
        ("ftp.feature", "MLST type*;size*;"),
        ("tls.starttls", "missing"),
    ]
    assert connections == 1
    assert left.wait(5)
    assert b"".join(heard) == b"FEAT\r\nQUIT\r\n"


def test_a_server_that_keeps_its_features_to_itself_is_not_said_to_lack_tls():
    def ftpd(peer: socket.socket) -> None:
        peer.sendall(b"220 ready\r\n")
        peer.recv(100)
        peer.sendall(b"530 log in first\r\n")
        peer.recv(100)

    assert _facts(_ask(ftpd, 21)[0]) == [("ftp.greeting", "220 ready")]


def test_a_server_that_goes_back_on_its_offer_of_tls_keeps_what_it_said():
    def smtpd(peer: socket.socket) -> None:
        peer.sendall(b"220 mail\r\n")
        peer.recv(100)
        peer.sendall(b"250-mail\r\n250 STARTTLS\r\n")
        peer.recv(100)
        peer.sendall(b"220 ready\r\n")
        peer.recv(100)
        peer.sendall(b"this is no handshake")

    result, _ = _ask(smtpd, 25)
    assert result.outcome is Outcome.PROTOCOL_ERROR
    assert ("tls.starttls", "offered") in _facts(result)


def test_telnet_options_are_declined_so_that_the_name_follows():
    heard: list[bytes] = []

    def telnetd(peer: socket.socket) -> None:
        peer.sendall(b"\xff\xfd\x18\xff\xfb\x01")
        heard.append(peer.recv(100))
        peer.sendall(b"\r\nNPort 5110\r\nlogin: ")
        peer.recv(100)

    facts = _facts(_ask(telnetd, 23)[0])
    assert facts == [
        ("telnet.greeting", "NPort 5110 login:"),
        ("telnet.negotiation", "do 24, will 1"),
    ]
    assert heard == [b"\xff\xfc\x18\xff\xfe\x01"]


def test_a_database_shows_its_certificate_on_the_connection_that_offered_tls(tmp_path: Path):
    pem, _ = peers.make_certificate(tmp_path)
    secured = peers.over_tls(peers.tls_context(pem), peers.says())

    def postgres(peer: socket.socket) -> None:
        peer.recv(8)
        peer.sendall(b"S")
        secured(peer)

    with peers.server(postgres) as peer:
        result = ask(PROBES["postgres"], peers.dialer(), peers.host(5432), peer.port)
    facts = _facts(result)
    assert (result.outcome, peer.connections) == (Outcome.ANSWERED, 1)
    assert facts[0] == ("postgres.ssl", "offered")
    assert ("tls.subject", "CN=pacs.example") in facts


def test_finger_and_the_r_commands_are_not_dialled():
    assert PROBES["greeting"].wants(peers.host(79, 512, 513, 514)) == ()


@pytest.mark.parametrize(
    ("key", "answer", "told"),
    [
        ("ftp.greeting", b"211-x\r\n AUTH TLS\r\n211 end\r\n", ["AUTH TLS"]),
        ("ftp.greeting", b"500 what\r\n", None),
        ("smtp.greeting", b"250-me\r\n250 STARTTLS\r\n", ["STARTTLS"]),
        ("pop3.greeting", b"+OK\r\nSTLS\r\n.\r\n", ["STLS"]),
        ("pop3.greeting", b"-ERR\r\n", None),
        ("imap.greeting", b"* CAPABILITY IMAP4 STARTTLS\r\na1 OK\r\n", ["IMAP4", "STARTTLS"]),
    ],
)
def test_features_are_read_as_each_protocol_writes_them(
    key: str, answer: bytes, told: list[str] | None
):
    talk = TALKS[key]
    assert talk.ended.search(answer)
    assert features(talk, answer) == told
    assert can_upgrade(talk, told or []) is (told is not None)


@given(st.binary(max_size=300), st.sampled_from(sorted(TALKS)))
def test_no_bytes_break_a_reader_of_features(octets: bytes, key: str):
    talk = TALKS[key]
    greeting_ended(key, octets)
    talk.ended.search(octets)
    told = features(talk, talk.granted + octets)
    assert told is not None
    assert len(told) <= 40
    assert all(len(line) <= 100 for line in told)


@given(st.binary(max_size=300))
def test_telnet_is_declined_option_by_option_and_never_agreed_to(octets: bytes):
    said = refusals(octets)
    assert len(said) % 3 == 0
    assert set(said[1::3]) <= {252, 254}
    assert len(said) <= 96
    assert negotiation(octets).count(",") <= 31
    assert isinstance(telnet_text(octets), str)
