"""What passes between the two processes: nothing is lost on the way, nothing odd gets through."""

from __future__ import annotations

import json
import socket
import sys
import threading
from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.faults import AnswersEverywhere, PortsUnknown, Stopped, WentSilent
from riskscan.discover.question import Question
from riskscan.discover.raw import channel, messages
from riskscan.discover.raw.introduce_job import request
from riskscan.errors import NmapFailed
from riskscan.model import PortState, Scope, Segment, Service

PORTS = st.integers(1, 65_535)
ADDRESSES = st.ip_addresses()
SERVICES = st.builds(Service, PORTS, st.sampled_from(["tcp", "udp"]), st.sampled_from(PortState))
QUESTIONS = st.builds(
    Question,
    ADDRESSES,
    st.lists(PORTS, max_size=20, unique=True).map(tuple),
    st.lists(PORTS, max_size=20, unique=True).map(tuple),
    st.integers(1, 1000),
    st.integers(1, 10),
    st.booleans(),
    st.integers(0, 10),
    st.booleans(),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


def _sent(message: Any) -> Any:
    """What the other side reads."""
    return json.loads(json.dumps(message))


@given(QUESTIONS)
def test_a_question_arrives_as_it_was_asked(question: Question) -> None:
    assert messages.question_of(_sent(messages.question_message(question))) == question


@given(st.lists(SERVICES, max_size=20).map(tuple))
def test_states_arrive_as_they_were_found(services: tuple[Service, ...]) -> None:
    assert messages.services_of(_sent(messages.services_message(services))) == services
    fault = messages.fault_of(_sent(messages.fault_message(WentSilent("it did", services))))
    assert isinstance(fault, WentSilent)
    assert (str(fault), fault.services) == ("it did", services)


def test_a_session_arrives_as_it_was_told() -> None:
    net = ip_network("192.168.1.0/24")
    segments = (
        Segment("eth0", net, ip_address("192.168.1.9"), "02:00:00:00:00:09", None),
        Segment("tun0", ip_network("fe80::/64"), ip_address("fe80::1"), None, ip_address("::1")),
    )
    scope = Scope((net,), (ip_network("192.168.1.7/32"),), ("02:00:00",))
    told = _sent(messages.session_message(scope, segments))
    assert messages.session_of(told) == (scope, segments)


@pytest.mark.parametrize(
    "error",
    [
        AnswersEverywhere("all"),
        PortsUnknown("none"),
        NmapFailed("badly"),
        ValueError("what?"),
        Stopped(),
        OSError(19, "No such device"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_fault_stays_of_its_kind(error: Exception) -> None:
    arrived = messages.fault_of(_sent(messages.fault_message(error)))
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)


def test_any_other_error_there_is_a_fault_here() -> None:
    arrived = messages.fault_of(_sent(messages.fault_message(KeyError("x"))))
    assert isinstance(arrived, PortsUnknown)


@given(JSON)
def test_nothing_but_a_message_is_read_as_one(value: Any) -> None:
    for read in (
        messages.question_of,
        messages.services_of,
        messages.session_of,
        messages.fault_of,
        messages.address_of,
        messages.mac_of,
        messages.interface_of,
    ):
        try:
            read(value)
        except ValueError:
            continue


@given(QUESTIONS, st.data())
def test_a_question_with_one_odd_field_is_refused(question: Question, data: st.DataObject) -> None:
    message = _sent(messages.question_message(question))
    key = data.draw(st.sampled_from(sorted(message)))
    odd = data.draw(st.sampled_from([None, [None], -1, 10**9, "x", {}, 1.5, [0], [65_536], ["80"]]))
    with pytest.raises(ValueError, match=r"."):
        messages.question_of({**message, key: odd})
    with pytest.raises(ValueError, match="fields"):
        messages.question_of({**message, "argv": ["sh"]})


@pytest.mark.parametrize("name", ["../eth0", "eth0/..", "", ".", "..", "a" * 16, "eth 0", "e\n"])
def test_what_is_no_interface_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        messages.interface_of(name)


# the channel


def _heard(octets: bytes, at_a_time: int) -> list[Any]:
    ours, theirs = socket.socketpair()

    def write() -> None:
        with theirs, suppress(BrokenPipeError):  # whoever had enough of it has hung up
            for start in range(0, len(octets), at_a_time):
                theirs.sendall(octets[start : start + at_a_time])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        return list(channel.Channel(ours).lines())
    finally:
        ours.close()
        writer.join()


@given(st.lists(st.dictionaries(st.text(max_size=9), JSON, max_size=3), max_size=5), st.data())
def test_messages_come_whole_however_they_are_cut(sent: list[Any], data: st.DataObject) -> None:
    octets = b"".join(json.dumps(message).encode() + b"\n" for message in sent)
    assert _heard(octets, data.draw(st.integers(1, 50))) == sent


@pytest.mark.parametrize(
    "octets", [b"GET / HTTP/1.0\n", b"[]\n", b"\xff\xfe\n", b"\n", b"[" * 99999]
)
def test_garbage_is_no_message(octets: bytes) -> None:
    with pytest.raises(ValueError, match="line"):
        _heard(octets + b"\n", 65_536)


def test_a_line_that_is_too_long_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "LONGEST", 1000)
    with pytest.raises(ValueError, match="too long"):
        _heard(b'{"x":"' + b"y" * 5000, 700)


def test_a_neighbour_is_written_as_the_kernel_reads_it() -> None:
    packet = request(7, b"\x0a\0\0\5", bytes(range(6)))
    assert len(packet) == int.from_bytes(packet[:4], sys.byteorder) == 48
    assert packet[20:24] == (7).to_bytes(4, sys.byteorder)
    assert b"\x08\0\1\0\x0a\0\0\5" in packet
    assert b"\x0a\0\2\0\0\1\2\3\4\5" in packet
