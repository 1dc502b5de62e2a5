"""SNMP against a responder on loopback that encodes its own replies (X.690, RFC 3416)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import peers
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.examine import ask
from riskscan.discover.probes import PROBES
from riskscan.discover.probes.snmp import system_facts
from riskscan.model import Host, Outcome, Policy, PortState, Service


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


def test_an_agent_that_stays_silent_is_asked_once_only():
    heard: list[bytes] = []
    with agent(lambda request: None, heard) as port:
        result = ask(PROBES["snmp"], peers.dialer(), peers.host(), port)
    assert result.outcome is Outcome.TIMED_OUT
    assert result.observations == ()
    assert len(heard) == 1


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
def test_only_the_three_scalars_are_kept(values: list[tuple[str, str]]):
    assert list(system_facts(values)) == []
