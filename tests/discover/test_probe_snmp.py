"""SNMP against a responder on loopback that encodes its own replies (X.690, RFC 3416)."""

from __future__ import annotations

import asyncio
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.examine import ask
from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes import PROBES
from riskscan.discover.probes.codec.snmp3 import engine_facts
from riskscan.discover.probes.snmp import next_group, system_facts
from riskscan.lab.servers.server import Ledger
from riskscan.lab.servers.snmp import Snmp as Agent
from riskscan.model import OBSERVATION_KEYS, Host, Outcome, Policy, PortState, Service


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    size = bytes([length]) if length < 128 else b"\x82" + length.to_bytes(2)
    return bytes([tag]) + size + content


def _system(last: int) -> bytes:
    return bytes([0x2B, 6, 1, 2, 1, 1, last, 0])


def _binding(last: int, value: bytes) -> bytes:
    return _tlv(0x30, _tlv(6, _system(last)) + value)


GOOD = b"".join(
    (
        _binding(1, _tlv(4, b"HP ETHERNET MULTI-ENVIRONMENT,\r\nROM none")),
        _binding(2, _tlv(6, bytes([0x2B, 6, 1, 4, 1, 11, 2, 3, 9, 1]))),
        _binding(5, b"\x80\0"),  # noSuchObject
    )
)


def _response(request: bytes, bindings: bytes, status: int = 0) -> bytes:
    identifier = request[request.index(b"\xa0") + 2 :][:6]
    number = identifier[: 2 + identifier[1]]
    pdu = number + _tlv(2, bytes([status])) + _tlv(2, b"\0") + _tlv(0x30, bindings)
    return _tlv(0x30, _tlv(2, b"\1") + _tlv(4, b"public") + _tlv(0xA2, pdu))


@contextmanager
def agent(reply: object, heard: list[bytes]) -> Iterator[int]:
    """Answer each datagram with ``reply(request)``; say nothing if that is None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                try:
                    request, peer = sock.recvfrom(2048)
                except OSError:
                    return
                heard.append(request)
                if request and (made := reply(request)) is not None:  # type: ignore[operator]
                    sock.sendto(made, peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield sock.getsockname()[1]


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def version(message: bytes) -> int:
    """Return 1, 2 or 3, from the integer that opens an SNMP message (RFC 3416, RFC 3412)."""
    return {0: 1, 1: 2, 3: 3}[message[message.index(b"\x02\x01") + 2]]


def test_an_agent_that_knows_public_says_what_it_is():
    heard: list[bytes] = []
    with agent(lambda request: _response(request, GOOD), heard) as port:
        facts = peers.pairs(PROBES["snmp"].ask(peers.dialer(), peers.host(), port))
    assert facts == [
        ("snmp.community", "public"),
        ("snmp.version", "2c"),
        ("snmp.sysdescr", "HP ETHERNET MULTI-ENVIRONMENT, ROM none"),
        ("snmp.sysobjectid", "1.3.6.1.4.1.11.2.3.9.1"),
    ]
    assert len(heard) == 1
    assert b"public" in heard[0]
    assert b"\xa0" in heard[0]


def test_an_agent_that_stays_silent_hears_each_question_once():
    heard: list[bytes] = []
    with agent(lambda request: None, heard) as port:
        result = ask(PROBES["snmp"], peers.dialer(), peers.host(), port)
    assert result.outcome is Outcome.TIMED_OUT
    assert result.observations == ()
    assert [version(octets) for octets in heard] == [2, 3]


def test_an_agent_that_the_port_scan_heard_is_asked_for_version_1_too():
    heard: list[bytes] = []

    def reply(request: bytes) -> bytes | None:
        old = _response(request, _binding(1, _tlv(4, b"UPS"))) if version(request) == 1 else None
        return old and old.replace(b"\x02\x01\x01\x04", b"\x02\x01\x00\x04", 1)

    with agent(reply, heard) as port:
        result = ask(PROBES["snmp"], peers.dialer(), peers.host(udp=(port,)), port)
    assert [version(octets) for octets in heard] == [2, 3, 1]
    assert ("snmp.version", "1") in [(o.key, o.value) for o in result.observations]


def test_an_error_status_is_no_answer():
    with agent(lambda request: _response(request, GOOD, status=5), []) as port:
        result = ask(PROBES["snmp"], peers.dialer(), peers.host(), port)
    assert result.outcome is Outcome.PROTOCOL_ERROR


def test_garbage_is_never_taken_for_an_agent():
    for garbage in (b"\x30\x82\xff\xff", b"HTTP/1.1 400\r\n", bytes(100)):
        with agent(lambda request, said=garbage: said, []) as port:
            result = ask(PROBES["snmp"], peers.dialer(), peers.host(), port)
        assert result.outcome in (Outcome.PROTOCOL_ERROR, Outcome.TIMED_OUT)
        assert result.observations == ()


def test_it_is_asked_where_the_port_may_be_open_and_never_of_fragile_devices():
    def with_state(state: PortState) -> Host:
        return Host(peers.LOOPBACK, services=(Service(161, "udp", state),))

    probe = PROBES["snmp"]
    assert probe.wants(with_state(PortState.OPEN_OR_FILTERED)) == (161,)
    assert probe.wants(with_state(PortState.CLOSED)) == ()
    assert probe.wants(peers.host(161)) == ()
    assert Policy.FRAGILE not in probe.policies


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20))))
def test_only_the_objects_that_were_asked_for_are_kept(values: list[tuple[str, str]]):
    assert all(key in OBSERVATION_KEYS and text for key, text in system_facts(values))


def lab_agent(port: int, **more: object) -> None:
    Agent(
        port=port,
        description="KYOCERA Document Solutions Printing System",
        object_id="1.3.6.1.4.1.1347.41",
        name="KM1",
        **more,
    ).start(Ledger())


def test_a_printer_is_asked_its_model_and_serial_in_one_more_question():
    objects = {
        "1.3.6.1.2.1.25.3.2.1.3.1": "ECOSYS M2540dn",
        "1.3.6.1.2.1.43.5.1.1.17.1": "VCG7654321",
    }
    port = free_port()
    lab_agent(port, objects=objects)
    dialer = peers.dialer()
    facts = peers.pairs(PROBES["snmp"].ask(dialer, peers.host(9100), port))
    assert facts[-2:] == [("snmp.printer", "ECOSYS M2540dn"), ("snmp.serial", "VCG7654321")]
    assert dialer.connections == 2


def test_what_is_neither_printer_nor_ups_is_asked_once():
    with agent(lambda request: _response(request, _binding(1, _tlv(4, b"Linux"))), []) as port:
        dialer = peers.dialer()
        assert peers.pairs(PROBES["snmp"].ask(dialer, peers.host(), port))
    assert dialer.connections == 1


@pytest.mark.parametrize(
    ("oid", "ports", "asks_for"),
    [
        ("1.3.6.1.4.1.318.1.3.27", (), "snmp.ups-model"),
        ("1.3.6.1.4.1.2435.2.3.9.1", (), "snmp.printer"),
        ("1.3.6.1.4.1.11.2.3.9.1", (9100,), "snmp.printer"),
        ("1.3.6.1.4.1.11.2.3.7.11.33", (22,), None),
        ("1.3.6.1.4.1.8072.3.2.10", (), None),
    ],
)
def test_the_maker_decides_what_else_is_asked(oid: str, ports: tuple[int, ...], asks_for: str):
    group = next_group(peers.host(*ports), {"1.3.6.1.2.1.1.2.0": oid})
    assert (asks_for in group.values()) if group else asks_for is None


def test_an_agent_of_version_3_tells_its_engine_id_and_no_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """pysnmp itself answers: with a user of its own, and no community at all."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where it counts its boots
    from pysnmp.carrier.asyncio.dgram import udp
    from pysnmp.entity import config, engine
    from pysnmp.entity.rfc3413 import cmdrsp, context
    from pysnmp.proto.api import v2c

    port = free_port()
    ready, done = threading.Event(), threading.Event()

    async def serve() -> None:
        agent_engine = engine.SnmpEngine(v2c.OctetString(hexValue="8000013a03aabbccddeeff"))
        transport = udp.UdpTransport().open_server_mode(("127.0.0.1", port))
        config.add_transport(agent_engine, udp.DOMAIN_NAME, transport)
        config.add_v3_user(agent_engine, "keeper", config.USM_AUTH_HMAC96_SHA, "longenough")
        cmdrsp.GetCommandResponder(agent_engine, context.SnmpContext(agent_engine))
        ready.set()
        while not done.is_set():
            await asyncio.sleep(0.02)
        agent_engine.close_dispatcher()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(5)
    result = ask(PROBES["snmp"], peers.dialer(), peers.host(), port)
    done.set()
    thread.join(5)
    assert [(o.key, o.value) for o in result.observations] == [
        ("snmp.engine", "8000013a03aabbccddeeff"),
        ("snmp.engine-maker", "314"),
    ]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader_of_engine_ids(octets: bytes):
    with suppress(ProtocolError):
        engine_facts(octets)
