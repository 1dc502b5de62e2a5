"""What directories, databases, brokers and file servers tell a stranger, up to their greeting."""

from __future__ import annotations

import socket
from collections.abc import Callable

import lab_peers
import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.examine import ask
from riskscan.discover.faults import ProtocolError
from riskscan.discover.ports import FORBIDDEN_PORTS
from riskscan.discover.probes import (
    PROBES,
    amqp,
    ldap,
    memcached,
    mongodb,
    mqtt,
    mssql,
    mssql_browser,
    netbios,
    nfs,
    redis,
)
from riskscan.discover.probes.codec import bson, oncrpc
from riskscan.discover.probes.codec.web_status import front_page
from riskscan.lab.servers import ber
from riskscan.lab.servers.broker import Amqp, Mqtt
from riskscan.lab.servers.datastore import Memcached, MongoDb, Redis
from riskscan.lab.servers.directory import Ldap, active_directory
from riskscan.lab.servers.netbios import NetBios
from riskscan.lab.servers.nfs import Mountd, Portmapper
from riskscan.lab.servers.server import TcpServer, UdpServer
from riskscan.lab.servers.sqlserver import SqlBrowser, SqlServer
from riskscan.lab.servers.tls import Tls
from riskscan.model import Outcome, Policy

Facts = list[tuple[str, str]]

TOLD: list[tuple[str, TcpServer, Facts, bytes]] = [
    (
        "ldap",
        active_directory("dc1", "lakeside.example"),
        [
            ("ldap.anonymous", "true"),
            ("ldap.naming-context", "DC=lakeside,DC=example"),
            ("ldap.dns-name", "dc1.lakeside.example"),
            ("ldap.domain-level", "7"),
            ("ldap.forest-level", "7"),
            ("ldap.dc-level", "7"),
            ("ldap.sasl", "GSSAPI"),
            ("ldap.sasl", "GSS-SPNEGO"),
            ("ldap.sasl", "EXTERNAL"),
            ("ldap.sasl", "DIGEST-MD5"),
            ("tls.starttls", "missing"),
        ],
        ldap.SEARCH + ldap.START_TLS + ldap.UNBIND,
    ),
    (
        "mssql",
        SqlServer(version=(13, 0, 5026), encryption=3),
        [("mssql.version", "13.0.5026"), ("mssql.encryption", "required")],
        mssql.PRELOGIN,
    ),
    ("redis", Redis(), [("redis.auth", "none")], b"PING\r\n"),
    ("redis", Redis(password=True), [("redis.auth", "required")], b"PING\r\n"),
    (
        "memcached",
        Memcached(version="1.5.6"),
        [("memcached.auth", "none"), ("memcached.version", "1.5.6")],
        b"version\r\n",
    ),
    ("mqtt", Mqtt(), [("mqtt.auth", "none")], mqtt.CONNECT + mqtt.DISCONNECT),
    ("mqtt", Mqtt(anonymous=False), [("mqtt.auth", "required")], mqtt.CONNECT),
    (
        "amqp",
        Amqp(mechanisms="PLAIN ANONYMOUS"),
        [
            ("amqp.product", "RabbitMQ"),
            ("amqp.version", "3.12.1"),
            ("amqp.sasl", "PLAIN"),
            ("amqp.sasl", "ANONYMOUS"),
        ],
        amqp.HEADER,
    ),
]


@pytest.mark.parametrize(
    ("name", "server", "facts", "said"),
    TOLD,
    ids=[f"{name}-{n}" for n, (name, *_) in enumerate(TOLD)],
)
def test_one_connection_gives_the_greeting_and_no_byte_more_is_sent(
    name: str, server: TcpServer, facts: Facts, said: bytes
):
    with lab_peers.tcp(server) as peer:
        result = ask(PROBES[name], peers.dialer(), peers.host(), peer.port)
        told = lab_peers.said_to(peer, len(said))
    assert result.outcome is Outcome.ANSWERED, result.detail
    assert peers.pairs(iter(result.observations)) == facts
    assert told == said
    assert peer.connections == 1


@pytest.mark.parametrize(
    ("reply", "auth"),
    [
        (b"-DENIED Redis is running in protected mode\r\n", "refused"),
        (b"-NOAUTH Authentication required.\r\n", "required"),
        (b"-LOADING Redis is loading the dataset in memory\r\n", "none"),
    ],
    ids=["protected", "password", "loading"],
)
def test_redis_says_whether_it_talks_to_strangers(reply: bytes, auth: str):
    assert redis.answer(reply) == auth


@pytest.mark.parametrize(
    ("server", "facts"),
    [
        (MongoDb(wire_version=6), ["6", "standalone", "none"]),
        (
            MongoDb(wire_version=21, replica_set="rs0", password=True),
            ["21", "replica-set", "required"],
        ),
        (MongoDb(wire_version=5), ["5", "standalone"]),
    ],
    ids=["alone", "replica-set", "before 3.6"],
)
def test_mongodb_answers_hello_and_goodbye_and_its_set_is_not_named(
    server: MongoDb, facts: list[str]
):
    with lab_peers.tcp(server) as peer:
        found = peers.pairs(PROBES["mongodb"].ask(peers.dialer(), peers.host(), peer.port))
    keys = ("mongodb.wire-version", "mongodb.role", "mongodb.auth")[: len(facts)]
    assert found == list(zip(keys, facts, strict=True))
    assert peer.connections == 1
    assert b"isMaster" in b"".join(peer.heard)


@pytest.mark.parametrize(
    "document",
    [
        b"\x01ok\0" + bytes(8) + b"\x10code\0\x3b\0\0\0",  # 59: the command is not known
        b"\x01ok\0" + bytes(8) + b"\x02errmsg\0\x02\0\0\0x\0",
        b"\x08ismaster\0\x01",
    ],
    ids=["unknown command", "another error", "another answer"],
)
def test_only_a_clear_answer_to_the_goodbye_says_whether_mongodb_wants_a_login(document: bytes):
    whole = (5 + len(document)).to_bytes(4, "little") + document + b"\0"
    with pytest.raises(ProtocolError):
        mongodb.admission(bytes(5) + whole)


def test_the_goodbye_to_mongodb_ends_no_session():
    said = mongodb.goodbye(b"abcd")
    assert int.from_bytes(said[:4], "little") == len(said)
    assert bson.top_level(said[21:]) == {"endSessions": None, "$db": "admin"}
    assert b"endSessions\0\x05\0\0\0\0" in said, "the list is empty"


def test_a_directory_that_hides_its_root_is_no_anonymous_one():
    hidden = ber.pack(0x65, ber.pack(0x0A, b"\x30") + ber.pack(4, b"") * 2)
    message = ber.pack(ber.SEQUENCE, ber.integer(1) + hidden)
    assert ldap.answer(message) == ([("ldap.anonymous", "false")], True)


def test_the_directory_is_asked_for_its_root_alone():
    with lab_peers.tcp(Ldap(root={"vendorName": ("Samba Team",), "secret": ("x",)})) as peer:
        found = peers.pairs(PROBES["ldap"].ask(peers.dialer(), peers.host(), peer.port))
    assert found[:-1] == [("ldap.anonymous", "true"), ("ldap.vendor", "Samba Team")]
    assert found[-1] == ("tls.starttls", "missing")


def test_a_directory_that_goes_over_to_tls_shows_its_certificate_in_the_same_connection():
    tls = Tls(name="dc1.lakeside.example", self_signed=True)
    with lab_peers.tcp(Ldap(root={"vendorName": ("x",)}, tls=tls)) as peer:
        result = ask(PROBES["ldap"], peers.dialer(), peers.host(), peer.port)
        told = lab_peers.said_to(peer, len(ldap.SEARCH + ldap.START_TLS + ldap.UNBIND))
    facts = peers.pairs(iter(result.observations))
    assert result.outcome is Outcome.ANSWERED
    assert ("tls.starttls", "offered") in facts
    assert ("tls.subject", "CN=dc1.lakeside.example") in facts
    assert ("tls.self-signed", "true") in facts
    assert told == ldap.SEARCH + ldap.START_TLS + ldap.UNBIND
    assert peer.connections == 1


def test_a_directory_that_breaks_off_at_tls_keeps_what_it_told():
    def breaks_off(peer: socket.socket) -> None:
        peer.recv(4096)
        peer.sendall(ber.pack(ber.SEQUENCE, ber.integer(1) + ENTRY))
        peer.sendall(ber.pack(ber.SEQUENCE, ber.integer(1) + DONE))
        peer.recv(4096)
        peer.sendall(ber.pack(ber.SEQUENCE, ber.integer(0) + GOODBYE))

    with peers.server(breaks_off) as peer:
        result = ask(PROBES["ldap"], peers.dialer(), peers.host(), peer.port)
    assert peers.pairs(iter(result.observations)) == [("ldap.anonymous", "true")]
    assert result.outcome is Outcome.ANSWERED


ENTRY = ber.pack(0x64, ber.pack(4, b"") + ber.pack(ber.SEQUENCE, b""))
DONE = ber.pack(0x65, ber.pack(0x0A, b"\0") + ber.pack(4, b"") * 2)
GOODBYE = ber.pack(0x78, ber.pack(0x0A, b"\x34") + ber.pack(4, b"") * 2)


DATAGRAMS: list[tuple[str, UdpServer, Facts, int]] = [
    (
        "netbios",
        NetBios(name="FRONTDESK", domain="LAKESIDE", mac="b0:83:fe:41:0c:11", user="DRSMITH"),
        [
            ("netbios.name", "FRONTDESK"),
            ("netbios.domain", "LAKESIDE"),
            ("netbios.role", "file-server"),
            ("netbios.mac", "b0:83:fe:41:0c:11"),
        ],
        50,
    ),
    (
        "netbios",
        NetBios(name="DC1", domain="LAKESIDE", domain_controller=True),
        [
            ("netbios.name", "DC1"),
            ("netbios.domain", "LAKESIDE"),
            ("netbios.role", "file-server"),
            ("netbios.role", "domain-controller"),
            ("netbios.role", "domain-master"),
        ],
        50,
    ),
    (
        "mssql_browser",
        SqlBrowser(
            server_name="PMSERVER",
            instances=(("DENTRIX", "15.0.2000.5", 1433), ("SQLEXPRESS", "12.0.6024.0", 50172)),
        ),
        [
            ("mssql.server-name", "PMSERVER"),
            ("mssql.instance", "DENTRIX"),
            ("mssql.instance-version", "15.0.2000.5"),
            ("mssql.instance-port", "1433"),
            ("mssql.instance", "SQLEXPRESS"),
            ("mssql.instance-version", "12.0.6024.0"),
            ("mssql.instance-port", "50172"),
        ],
        1,
    ),
]


@pytest.mark.parametrize(
    ("name", "server", "facts", "size"),
    DATAGRAMS,
    ids=["netbios", "netbios-dc", "sql-browser"],
)
def test_one_datagram_gives_the_names_and_no_user(
    name: str, server: UdpServer, facts: Facts, size: int
):
    with lab_peers.udp(server) as peer:
        result = ask(PROBES[name], peers.dialer(), peers.host(), peer.port)
    assert peers.pairs(iter(result.observations)) == facts
    assert [len(octets) for octets in peer.heard] == [size]


@pytest.mark.parametrize("name", ["netbios", "mssql_browser"])
def test_an_unanswered_datagram_is_not_repeated(name: str):
    with lab_peers.udp(lambda _: None) as peer:
        result = ask(PROBES[name], peers.dialer(), peers.host(), peer.port)
    assert result.outcome is Outcome.TIMED_OUT
    assert len(peer.heard) == 1


@pytest.mark.parametrize(("name", "port"), [("netbios", 137), ("mssql_browser", 1434)])
def test_a_datagram_goes_only_where_something_may_listen(name: str, port: int):
    assert PROBES[name].wants(peers.host(udp=(port,))) == (port,)
    assert PROBES[name].wants(peers.host(port)) == ()


@pytest.mark.parametrize(
    ("exports", "audiences"),
    [
        ((("/records", ("*",)),), {"world"}),
        ((("/records", ("10.0.0.5",)), ("/pub", ()), ("/b", ("10.0.0.6",))), {"list", "world"}),
        ((), set()),
    ],
    ids=["world", "both", "nothing"],
)
def test_nfs_counts_exports_and_keeps_no_path(
    exports: tuple[tuple[str, tuple[str, ...]], ...],
    audiences: set[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(nfs, "believable", lambda port: True)  # the kernel may choose any port here
    with (
        lab_peers.tcp(Mountd(exports=exports)) as mountd,
        lab_peers.tcp(Portmapper(mountd=mountd.port)) as portmapper,
    ):
        found = peers.pairs(PROBES["nfs"].ask(peers.dialer(), peers.host(), portmapper.port))
    assert found[0] == ("nfs.exports", str(len(exports)))
    assert {value for key, value in found[1:]} == audiences
    assert mountd.connections == portmapper.connections == 1


@pytest.mark.parametrize("port", [104, 445, 11112, *sorted(FORBIDDEN_PORTS), 65_536, 0])
def test_a_portmapper_cannot_send_the_probe_to_another_protocol(port: int):
    with lab_peers.tcp(Portmapper(mountd=port)) as peer:
        dialer = peers.dialer()
        result = ask(PROBES["nfs"], dialer, peers.host(), peer.port)
    assert result.outcome is Outcome.PROTOCOL_ERROR
    assert dialer.connections == 1
    assert result.observations == ()
    assert peer.connections == 1


def test_nfs_is_asked_only_where_it_is_served():
    assert PROBES["nfs"].wants(peers.host(111, 2049)) == (111,)
    assert PROBES["nfs"].wants(peers.host(111)) == ()


ASKED = (
    *("ldap", "netbios", "smb", "http_ntlm", "nfs", "mqtt", "amqp"),
    *("mssql", "mssql_browser", "redis", "memcached", "mongodb"),
)


@pytest.mark.parametrize("name", ASKED)
def test_none_of_these_is_asked_of_a_fragile_device(name: str):
    assert PROBES[name].policies == {Policy.NORMAL, Policy.ROBUST}


PARSERS: tuple[Callable[[bytes], object], ...] = (
    lambda o: list(ldap.answer(o)[0]),
    lambda o: ldap.may_start_tls(ber.pack(0x30, ber.integer(2) + o)),
    lambda o: list(ldap.answer(ber.pack(0x30, ber.integer(1) + ber.pack(0x64, o)))[0]),
    mssql.prelogin_facts,
    mssql_browser.instances,
    lambda o: mssql_browser.instances(b"\5" + len(o).to_bytes(2, "little") + o),
    redis.answer,
    memcached.facts,
    lambda o: memcached.facts(b"VERSION " + o),
    mqtt.answer,
    amqp.start_facts,
    lambda o: amqp.start_facts(bytes.fromhex("000a000a0009") + o + b"\xce"),
    lambda o: amqp.start_facts(
        bytes.fromhex("000a000a0009") + len(o).to_bytes(4) + o + bytes(4) + b"\xce"
    ),
    mongodb.hello_facts,
    mongodb.admission,
    lambda o: bson.top_level((len(o) + 5).to_bytes(4, "little") + o + b"\0"),
    lambda o: netbios.status_facts(o, o[:2]),
    lambda o: netbios.status_facts(_status(o), b"\1\2"),
    lambda o: oncrpc.results(o, 1),
    oncrpc.port,
    oncrpc.exports,
)


def _status(table: bytes) -> bytes:
    head = b"\1\2\x84\0" + bytes(8) + netbios.request(b"")[10:]
    return head + bytes(6) + table


@given(st.binary(max_size=400))
def test_no_bytes_break_a_parser(octets: bytes):
    for parse in PARSERS:
        try:
            parse(octets)
        except ProtocolError:
            continue


@given(st.lists(st.sampled_from([b"\0\0\0\1", bytes(4), b"\xff" * 4, b"a" * 8]), max_size=50))
def test_no_export_list_is_read_for_ever(words: list[bytes]):
    try:
        count, audiences = oncrpc.exports(b"".join(words))
    except ProtocolError:
        return
    assert count <= 500
    assert set(audiences) <= {"world", "list"}


def test_opensearch_names_itself_on_its_front_page():
    page = '{"version": {"distribution": "opensearch", "number": "2.11.0"}}'
    assert front_page(page) == [("http.product", "OpenSearch 2.11.0")]
