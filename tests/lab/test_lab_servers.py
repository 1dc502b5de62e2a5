"""No server dies of what it is sent; the test talks to them without any network."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.lab import CLINIC
from riskscan.lab.servers.dns import refuse
from riskscan.lab.servers.http import Http
from riskscan.lab.servers.server import Ledger, Line, TcpServer

TALKERS = [
    s
    for h in CLINIC
    for s in h.servers
    if isinstance(s, TcpServer) and not (isinstance(s, Http) and s.tls)
]

OPENINGS = (
    b"",
    b"GET / HTTP/1.1\r\n\r\n",
    b"POST /ipp HTTP/1.1\r\nContent-Length: 9\r\n\r\n",
    b"\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x01\0\0\0",
    b"\0\0\0\x45\xfeSMB\x40\0",
    b"\0\0\0\x2f\xffSMBr\0",
    b"RFB 003.008\n",
    b"USER anonymous\r\nPASS x\r\n",
    b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    b"\0\0\0\x08\x04\xd2\x16\x2f",
    b"\x0bMSH|^~\\&|",
)


def converse(server: TcpServer, said: bytes) -> bytes:
    """Say something to a server, hang up, and return all that it said."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(said)
        ours.shutdown(socket.SHUT_WR)
        theirs.settimeout(5)
        with suppress(OSError, ValueError):
            server.talk(Line(theirs))
        with suppress(OSError):  # a server that went over to TLS has closed it
            theirs.shutdown(socket.SHUT_WR)
        heard = b""
        while more := ours.recv(65_536):
            heard += more
    return heard


@pytest.mark.parametrize("server", TALKERS, ids=lambda s: s.label)
@given(opening=st.sampled_from(OPENINGS), rest=st.binary(max_size=200))
def test_any_bytes_end_in_an_orderly_way(server: TcpServer, opening: bytes, rest: bytes) -> None:
    converse(server, opening + rest)  # any other error than OSError or ValueError fails here


def test_http_tells_head_from_get() -> None:
    server = Http(port=80, title="Front page", login=True)
    got = converse(server, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    head = converse(server, b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"<title>Front page</title>" in got
    assert b'type="password"' in got
    assert head == got.partition(b"<!DOCTYPE")[0]


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /nowhere HTTP/1.1", b"404"),
        (b"DELETE / HTTP/1.1", b"405"),
        (b"hello", b"400"),
    ],
)
def test_http_answers_what_it_will_not_do(request_line: bytes, status: bytes) -> None:
    heard = converse(Http(port=80), request_line + b"\r\n\r\n")
    assert heard.split()[1] == status


def test_http_asks_for_a_password_where_it_has_a_realm() -> None:
    server = Http(port=80, realm="Billing archive")
    assert b'WWW-Authenticate: Basic realm="Billing archive"' in converse(
        server, b"GET / HTTP/1.0\r\n\r\n"
    )


@given(st.binary(max_size=100))
def test_dns_refuses_questions_and_nothing_else(message: bytes) -> None:
    with suppress(ValueError):
        answer = refuse(message)
        assert answer[:2] == message[:2]
        assert answer[2] & 0x80
        assert answer[3] == 5


def test_a_ledger_remembers_the_most_connections_open_at_once() -> None:
    ledger = Ledger()
    for port in (80, 80, 443):
        ledger.opened(port)
    ledger.closed()
    ledger.opened(80)
    assert ledger.connections == {80: 3, 443: 1}
    assert ledger.at_once == 3
