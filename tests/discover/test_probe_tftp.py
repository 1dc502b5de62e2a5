"""TFTP: asked for what cannot be granted, and whatever is handed out is not kept."""

from __future__ import annotations

import lab_peers
import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.examine import ask
from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes import PROBES
from riskscan.discover.probes.tftp import answer, request
from riskscan.lab.patients import PATIENT_NAMES
from riskscan.lab.servers.tftp import Tftp
from riskscan.model import Host, Observation, Outcome, ProbeResult

PROBE = PROBES["tftp"]


def _values(result: ProbeResult) -> list[tuple[str, str]]:
    return [(o.key, o.value) for o in result.observations]


def _ask(peer: lab_peers.UdpPeer, host: Host) -> ProbeResult:
    return ask(PROBE, peers.dialer(), host, peer.port)


def test_a_server_is_known_by_its_refusal_of_one_datagram():
    with lab_peers.udp(Tftp()) as peer:
        result = _ask(peer, peers.host())
    assert _values(result) == [("tftp.answer", "error 4")]
    assert len(peer.heard) == 1


def test_each_request_names_another_file_that_does_not_exist():
    with lab_peers.udp(Tftp()) as peer:
        _ask(peer, peers.host())
        _ask(peer, peers.host())
    first, second = peer.heard
    assert first != second
    assert all(
        q.startswith(b"\0\1riskscan-") and q.endswith(b".invalid\0mail\0") for q in peer.heard
    )


def test_data_that_is_handed_out_all_the_same_is_neither_kept_nor_acknowledged():
    name = PATIENT_NAMES[0].encode()
    with lab_peers.udp(lambda _: b"\0\3\0\1" + name * 20) as peer:
        result = _ask(peer, peers.host())
    assert _values(result) == [("tftp.answer", "data")]
    assert PATIENT_NAMES[0] not in repr(result)
    assert len(peer.heard) == 1


@pytest.mark.parametrize("reply", [b"", b"\0\5", b"\0\5\1\0x\0", b"HTTP/1.1 400\r\n", b"\0\4\0\1"])
def test_what_is_not_tftp_is_not_taken_for_it(reply: bytes):
    with pytest.raises(ProtocolError):
        answer(reply)


@pytest.mark.parametrize("code", range(9))
def test_every_error_is_an_answer(code: int):
    assert answer(b"\0\5" + code.to_bytes(2) + b"text\0") == f"error {code}"


@given(st.binary(max_size=600))
def test_no_bytes_break_the_reader_and_none_of_them_are_kept(octets: bytes):
    try:
        said = answer(octets)
    except ProtocolError:
        return
    assert said == "data" or said.removeprefix("error ").isdigit()


@given(st.binary(max_size=100))
def test_any_datagram_to_the_lab_server_is_answered_or_ignored(octets: bytes):
    try:
        reply = Tftp().answer(octets)
    except ValueError:
        return
    assert reply is None or reply[:2] in (b"\0\5", b"\0\3")


def test_a_server_that_says_nothing_is_not_open():
    with lab_peers.udp(lambda _: None) as peer:
        result = _ask(peer, peers.host())
    assert (result.outcome, _values(result)) == (Outcome.TIMED_OUT, [])
    assert Observation.of("tftp.answer", "x").key == "tftp.answer"
    assert request("x").count(b"\0") == 3
