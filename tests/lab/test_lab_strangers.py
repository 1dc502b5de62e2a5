"""Windows, directory, database, broker and NFS servers of the lab survive whatever is sent."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.lab.servers.broker import Amqp, Mqtt
from riskscan.lab.servers.datastore import Memcached, MongoDb, Redis
from riskscan.lab.servers.directory import active_directory
from riskscan.lab.servers.netbios import NetBios
from riskscan.lab.servers.nfs import Mountd, Portmapper
from riskscan.lab.servers.ntlm import Computer
from riskscan.lab.servers.server import Line, TcpServer, UdpServer
from riskscan.lab.servers.smb import Smb
from riskscan.lab.servers.sqlserver import SqlBrowser, SqlServer
from riskscan.lab.servers.winrm import WinRm

PC = Computer(name="FRONTDESK")
TALKERS: tuple[TcpServer, ...] = (
    *(Smb(newest=0x0311, signing_required=True, computer=PC), WinRm(computer=PC), SqlServer()),
    *(active_directory("dc1", "clinic.example"), Redis(), Memcached(), MongoDb(), Mqtt(), Amqp()),
    *(Portmapper(), Mountd(exports=(("/a", ("*",)),))),
)
OPENINGS = (
    b"",
    b"\0\0\0\x45\xfeSMB\x40\0",
    b"\x12\x01\0\x29\0\0\0\0",
    b"\x30\x0c\x02\x01\x01\x63\x07",
    b"\x30\x84\xff\xff\xff\xff",
    b"\x10\x0c\0\4MQTT",
    b"AMQP\0\0\x09\x01",
    b"\x44\0\0\0\1\2\3\4\0\0\0\0\xd4\x07\0\0",
    b"\x80\0\0\x28" + bytes(11) + b"\2",
    b"POST /wsman HTTP/1.1\r\nAuthorization: Negotiate AAAA\r\n\r\n",
)


@pytest.mark.parametrize("server", TALKERS, ids=lambda s: s.label)
@given(opening=st.sampled_from(OPENINGS), rest=st.binary(max_size=200))
def test_any_bytes_end_in_an_orderly_way(server: TcpServer, opening: bytes, rest: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(opening + rest)
        ours.shutdown(socket.SHUT_WR)
        theirs.settimeout(5)
        with suppress(OSError, ValueError):  # any other error is a fault of the server
            server.talk(Line(theirs))


@pytest.mark.parametrize(
    "server",
    [NetBios(name="FRONTDESK"), SqlBrowser(server_name="X", instances=(("A", "1", 1),))],
    ids=lambda s: s.label,
)
@given(st.binary(max_size=80))
def test_any_datagram_is_answered_or_ignored(server: UdpServer, octets: bytes) -> None:
    with suppress(ValueError):
        answer = server.answer(octets)
        assert answer is None or len(answer) < 600
