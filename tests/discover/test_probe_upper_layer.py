"""DICOM on ports that nobody registered: told by ten bytes, or left alone."""

from __future__ import annotations

import socket
from dataclasses import replace

import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom import AE, evt

from riskscan.discover.examine import ask
from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes import PROBES
from riskscan.discover.probes.codec.dicom_syntaxes import (
    CONTEXTS,
    RELEASE_RQ,
    STORAGE,
    TOOLKITS,
    UNREGISTERED_PORTS,
    abort,
    storage_classes,
    toolkit,
)
from riskscan.model import Outcome, Policy, ProbeResult

PACE = replace(peers.QUICK, read_timeout=0.3, deadline=8.0)
CT = "1.2.840.10008.5.1.4.1.1.2"


def _ask(port: int) -> ProbeResult:
    return ask(PROBES["upper_layer"], peers.dialer(PACE), peers.host(port), port)


def test_a_silent_dicom_node_is_recognised_and_asked_once():
    seen: list[str] = []
    entity = AE(ae_title="ELSEWHERE")
    entity.add_supported_context(CT)
    watched = (evt.EVT_CONN_OPEN, evt.EVT_REQUESTED, evt.EVT_RELEASED, evt.EVT_DIMSE_RECV)
    handlers = [(kind, lambda event: seen.append(event.event.name)) for kind in watched]
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    try:
        result = _ask(server.server_address[1])
    finally:
        server.shutdown()
    facts = [(o.key, o.value) for o in result.observations]
    assert result.outcome is Outcome.ANSWERED
    assert facts[:3] == [
        ("tcp.silent", "true"),
        ("dicom.upper-layer", "true"),
        ("dicom.abort", "0/0"),
    ]
    assert ("dicom.association", "accepted") in facts
    assert ("dicom.toolkit", "pynetdicom") in facts
    assert ("dicom.storage-class", "ct") in facts
    assert dict(facts)["dicom.max-pdu"].isdecimal()
    assert seen == ["EVT_CONN_OPEN", "EVT_CONN_OPEN", "EVT_REQUESTED", "EVT_RELEASED"]


def test_what_does_not_answer_as_dicom_hears_ten_bytes_and_no_more():
    heard: list[bytes] = []
    with peers.server(peers.answers(b"HTTP/1.1 400 Bad Request\r\n\r\n", heard)) as peer:
        result = _ask(peer.port)
    assert result.outcome is Outcome.PROTOCOL_ERROR
    assert [(o.key, o.value) for o in result.observations] == [("tcp.silent", "true")]
    assert (heard, peer.connections) == ([RELEASE_RQ], 1)


def test_a_port_that_speaks_first_hears_nothing():
    heard: list[bytes] = []

    def talkative(peer: socket.socket) -> None:
        peer.sendall(b"220 Ready\r\n")
        peers.silent(heard)(peer)

    with peers.server(talkative) as peer:
        result = _ask(peer.port)
    assert [(o.key, o.value) for o in result.observations] == [("tcp.greeting", "220 Ready")]
    assert heard == []


def test_it_is_never_asked_of_a_fragile_device_or_beside_a_serial_port():
    probe = PROBES["upper_layer"]
    assert Policy.FRAGILE not in probe.policies
    assert probe.wants(peers.host(4006, 9999)) == (4006,)
    assert probe.wants(peers.host(4001, 4006)) == ()
    assert set(probe.wants(peers.host(*range(1, 20_000)))) == UNREGISTERED_PORTS - {4006}


def test_a_port_is_asked_by_one_of_the_two_dicom_probes():
    every = peers.host(*range(1, 20_000))
    assert not set(PROBES["dicom"].wants(every)) & UNREGISTERED_PORTS
    assert not set(PROBES["greeting"].wants(every)) & UNREGISTERED_PORTS


@pytest.mark.parametrize(
    ("uid", "name", "named"),
    [
        ("1.2.276.0.7230010.3.0.3.6.7", "OFFIS_DCMTK_367", "DCMTK"),
        ("1.2.40.0.13.1.3", "dcm4che-5.23.2", "dcm4che"),
        ("2.16.840.1.114151.100.1.1", "MergeCOM3_412", "Merge DICOM Toolkit"),
        ("1.3.6.1.4.1.30071.80", "", None),
        ("1.2.840.113619.6.5", "1_2_5", None),
    ],
)
def test_a_library_is_told_from_a_product(uid: str, name: str, named: str | None):
    assert toolkit(uid, name) == named


def test_storage_classes_are_among_what_is_proposed():
    assert set(STORAGE) <= set(CONTEXTS)
    assert storage_classes(reversed(STORAGE)) == list(STORAGE.values())
    assert len(set(TOOLKITS.values())) == len(TOOLKITS)


@given(st.binary(max_size=20))
def test_only_an_abort_reads_as_one(octets: bytes):
    try:
        why = abort(octets)
    except ProtocolError:
        return
    assert octets[:1] == b"\x07" and "/" in why


@given(st.text(max_size=80), st.text(max_size=20))
def test_no_text_breaks_the_table_of_libraries(uid: str, name: str):
    assert toolkit(uid, name) in {None, *TOOLKITS.values(), "Merge DICOM Toolkit"}
