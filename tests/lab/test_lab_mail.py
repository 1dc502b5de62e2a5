"""The mail servers of the lab end in an orderly way whatever they are sent."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.lab.servers.mail import Imap, Pop3, Smtp
from riskscan.lab.servers.server import Line, TcpServer

SERVERS = (Smtp(greeting="ESMTP"), Pop3(greeting="ready"), Imap(greeting="ready"))
LINES = (b"EHLO x\r\n", b"CAPA\r\n", b"a CAPABILITY\r\n", b"STARTTLS\r\n", b"QUIT\r\n", b"\r\n")


@pytest.mark.parametrize("server", SERVERS, ids=lambda s: s.label)
@given(lines=st.lists(st.sampled_from(LINES), max_size=5), rest=st.binary(max_size=100))
def test_any_bytes_end_in_an_orderly_way(
    server: TcpServer, lines: list[bytes], rest: bytes
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b"".join(lines) + rest)
        ours.shutdown(socket.SHUT_WR)
        theirs.settimeout(5)
        with suppress(OSError, ValueError):
            server.talk(Line(theirs))
