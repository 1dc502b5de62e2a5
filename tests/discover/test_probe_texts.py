"""Probes that read or ask in text: HTTP, SSH, greetings, MLLP, VNC, PostgreSQL."""

from __future__ import annotations

import socket
from dataclasses import replace

import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.examine import ask
from riskscan.discover.faults import Fault, ProtocolError
from riskscan.discover.probes import PROBES
from riskscan.discover.probes.codec.telnet import telnet_text
from riskscan.discover.probes.codec.web_page import page_facts
from riskscan.discover.probes.codec.web_status import orthanc
from riskscan.discover.probes.greeting import greeting, mysql_version
from riskscan.discover.probes.postgres import answer
from riskscan.discover.probes.ssh import identification
from riskscan.discover.probes.vnc import version
from riskscan.model import Outcome, Policy

PAGE = (
    b"HTTP/1.1 401 Unauthorized\r\nServer: Boa/0.94\r\nX-Powered-By: PHP/5.4\r\n"
    b'WWW-Authenticate: Basic realm="IP Camera"\r\nContent-Type: text/html\r\n\r\n'
    b"<html><HEAD><title>\n Sign &amp; in </title></head>"
    b'<form><input name=p type="password"></form></html>'
)


def test_a_web_page_names_its_server():
    heard: list[bytes] = []
    with peers.server(peers.answers(PAGE, heard)) as peer:
        facts = peers.pairs(PROBES["http"].ask(peers.dialer(), peers.host(80), peer.port))
    assert facts == [
        ("http.tls", "false"),
        ("http.status", "401"),
        ("http.server", "Boa/0.94"),
        ("http.powered-by", "PHP/5.4"),
        ("http.auth", "basic"),
        ("http.realm", "IP Camera"),
        ("http.title", "Sign & in"),
        ("http.login-form", "true"),
    ]
    assert heard[0].startswith(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: riskscan\r\n")
    assert peer.connections == 1


def test_a_redirect_is_noted_and_not_followed():
    reply = b"HTTP/1.1 302 Found\r\nLocation: https://10.1.1.1/login\r\nContent-Length: 0\r\n\r\n"
    with peers.server(peers.answers(reply)) as peer:
        facts = peers.pairs(PROBES["http"].ask(peers.dialer(), peers.host(80), peer.port))
    assert ("http.location", "https://10.1.1.1/login") in facts
    assert peer.connections == 1


def test_a_page_of_known_length_is_not_waited_for_longer():
    def keep_alive(peer: socket.socket) -> None:
        peer.recv(4096)
        peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\n<title>Pump</title>")
        peer.recv(1)

    pace = replace(peers.QUICK, read_timeout=100.0, deadline=100.0)
    with peers.server(keep_alive) as peer:
        facts = peers.pairs(PROBES["http"].ask(peers.dialer(pace), peers.host(80), peer.port))
    assert ("http.title", "Pump") in facts


def test_orthanc_names_itself_only_in_its_own_status_page():
    page = '{"ApiVersion": 23, "Name": "LAKESIDE", "Version": "1.12.1"}'
    assert orthanc(page) == [("http.product", "Orthanc 1.12.1")]
    assert orthanc('{"Version": "1"}') == []
    assert orthanc("{" * 60_000) == []


def test_something_else_than_http_is_a_protocol_error_with_what_was_learned():
    with peers.server(peers.answers(b"SSH-2.0-x\r\n")) as peer:
        result = ask(PROBES["http"], peers.dialer(), peers.host(80), peer.port)
    assert result.outcome is Outcome.PROTOCOL_ERROR
    assert [o.key for o in result.observations] == ["http.tls"]


def test_ssh_of_a_fragile_device_is_read_and_not_spoken_to():
    heard: list[bytes] = []

    def sshd(peer: socket.socket) -> None:
        peer.sendall(b"Authorised use only\r\nSSH-2.0-Open")
        peer.sendall(b"SSH_7.4\r\n")
        peers.silent(heard)(peer)

    with peers.server(sshd) as peer:
        fragile = peers.host(22, policy=Policy.FRAGILE)
        facts = peers.pairs(PROBES["ssh"].ask(peers.dialer(), fragile, peer.port))
    assert facts == [("ssh.banner", "SSH-2.0-OpenSSH_7.4")]
    assert heard == []


@pytest.mark.parametrize(
    ("port", "said", "fact"),
    [
        (21, b"220 FTP server (Version 6.4) ready.\r\n", "ftp.greeting"),
        (25, b"220 mail ESMTP Postfix\r\n", "smtp.greeting"),
        (110, b"+OK ready\r\n", "pop3.greeting"),
        (143, b"* OK IMAP4rev1\r\n", "imap.greeting"),
        (21, b"Hello there\r\n", "tcp.greeting"),
        (9999, b"SSH-2.0-dropbear\r\n", "ssh.banner"),
        (9999, b"RFB 003.008\n", "vnc.version"),
        (9999, b"\x0bMSH|^~\\&|LAB||||||ORU^R01\rPID|||1||DOE^JANE\r\x1c\r", "mllp.listens"),
        (9999, b"1H|\\^&|||ANALYZER\r", "mllp.listens"),
    ],
)
def test_a_greeting_is_named_by_port_and_by_what_it_says(port: int, said: bytes, fact: str):
    assert greeting(port, said)[0] == fact


def test_a_message_that_a_port_pushes_is_never_kept():
    for said in (b"\x0bMSH|^~\\&|\rPID|||1||DOE^JANE\r", b"PID|||1||DOE^JANE\r\nOBX|1\r\n"):
        assert "DOE" not in "".join(greeting(5000, said))
    with pytest.raises(ProtocolError):
        greeting(5000, bytes(range(128, 160)) + b"DOE^JANE")


def test_telnet_options_are_stripped():
    said = b"\xff\xfd\x18\xff\xfa\x18\x01\xff\xf0\xff\xfb\x01\r\nMRI console\r\nlogin: "
    assert telnet_text(said) == "MRI console login:"
    assert telnet_text(b"\xff\xfd") == ""


def test_a_telnet_server_that_only_negotiates_is_still_one():
    assert greeting(23, b"\xff\xfd\x18") == ("telnet.greeting", "")


def test_mysql_gives_its_version():
    packet = b"\x4a\0\0\0\x0a5.5.62-MariaDB\0" + bytes(40)
    assert greeting(3306, packet) == ("mysql.version", "5.5.62-MariaDB")
    with pytest.raises(ProtocolError):
        mysql_version(b"\x45\0\0\0\xffj\x04Host is not allowed")


def test_a_port_that_waits_for_its_client_is_silent_and_hears_nothing():
    heard: list[bytes] = []
    with peers.server(peers.silent(heard)) as peer:
        result = ask(PROBES["greeting"], peers.dialer(), peers.host(), peer.port)
    assert result.outcome is Outcome.ANSWERED
    assert [(o.key, o.value) for o in result.observations] == [("tcp.silent", "true")]
    assert heard == []


def test_an_hl7_listener_hears_nothing_and_what_it_says_is_dropped():
    heard: list[bytes] = []

    def talkative(peer: socket.socket) -> None:
        peer.sendall(b"\x0bMSH|^~\\&|PID|||1||DOE^JANE\r\x1c\r")
        peers.silent(heard)(peer)

    with peers.server(talkative) as peer:
        facts = peers.pairs(PROBES["mllp"].ask(peers.dialer(), peers.host(2575), peer.port))
    assert facts == [("mllp.listens", "true")]
    assert heard == []


@pytest.mark.parametrize(
    ("named", "reply", "sent", "types"),
    [
        (b"RFB 003.008\n", b"\x02\x01\x02", b"RFB 003.008\n", ["none", "vnc-auth"]),
        (b"RFB 003.003\n", b"\0\0\0\x02", b"RFB 003.003\n", ["vnc-auth"]),
        (b"RFB 003.889\n", b"\x03\x13\x12\x1e", b"RFB 003.008\n", ["vencrypt", "tls", "apple-30"]),
        (b"RFB 003.008\n", b"\0\0\0\0\x04busy", b"RFB 003.008\n", []),
    ],
)
def test_vnc_lists_its_security_types(named: bytes, reply: bytes, sent: bytes, types: list[str]):
    heard: list[bytes] = []

    def rfb(peer: socket.socket) -> None:
        peer.sendall(named)
        heard.append(peer.recv(12))
        peer.sendall(reply)

    with peers.server(rfb) as peer:
        facts = peers.pairs(PROBES["vnc"].ask(peers.dialer(), peers.host(5900), peer.port))
    assert heard == [sent]
    assert facts[0] == ("vnc.version", named.decode().strip())
    assert [value for key, value in facts[1:]] == types


def test_a_fragile_vnc_server_hears_nothing():
    heard: list[bytes] = []

    def rfb(peer: socket.socket) -> None:
        peer.sendall(b"RFB 003.008\n")
        peers.silent(heard)(peer)

    fragile = peers.host(5900, policy=Policy.FRAGILE)
    with peers.server(rfb) as peer:
        facts = peers.pairs(PROBES["vnc"].ask(peers.dialer(), fragile, peer.port))
    assert facts == [("vnc.version", "RFB 003.008")]
    assert heard == []


@pytest.mark.parametrize(("reply", "value"), [(b"S", "offered"), (b"N", "refused")])
def test_postgres_says_whether_it_offers_tls(reply: bytes, value: str):
    heard: list[bytes] = []
    with peers.server(peers.answers(reply, heard)) as peer:
        result = ask(PROBES["postgres"], peers.dialer(), peers.host(5432), peer.port)
    assert [(o.key, o.value) for o in result.observations] == [("postgres.ssl", value)]
    assert heard == [bytes.fromhex("0000000804d2162f")]


@given(st.binary(max_size=400))
def test_no_bytes_break_a_parser(octets: bytes):
    for parse in (page_facts, identification, answer, version, mysql_version):
        try:
            parse(octets)
        except Fault:
            continue
    telnet_text(octets)
    for port in (21, 23, 3306, 9999):
        try:
            key, value = greeting(port, octets)
        except Fault:
            continue
        assert key and isinstance(value, str)


@given(st.binary(max_size=200))
def test_no_http_body_breaks_the_page_reader(body: bytes):
    facts = page_facts(b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n" + body)
    assert facts[0] == ("http.status", "200")


def test_a_page_made_to_be_slow_is_read_at_once():
    hostile = b"HTTP/1.1 200 OK\r\n\r\n" + b"<input " * 9000 + b"<title" * 9000
    assert page_facts(hostile) == [("http.status", "200")]
