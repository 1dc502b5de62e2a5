"""DICOM against a real pynetdicom node, and against things that only pretend to be one."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom import AE, evt

from riskscan.discover.examine import ask
from riskscan.discover.probes import PROBES
from riskscan.discover.probes.codec.dicom_syntaxes import (
    CONTEXTS,
    rejection,
    services,
)
from riskscan.model import Outcome, ProbeResult

ROOMY = replace(peers.QUICK, read_timeout=2.0, deadline=8.0)
VERIFICATION, CT, FIND = (
    "1.2.840.10008.1.1",
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.2.2.1",
)


@contextmanager
def node(*syntaxes: str, seen: list[str] | None = None, **options: Any) -> Iterator[int]:
    entity = AE(ae_title="LAKESIDE")
    for syntax in syntaxes:
        entity.add_supported_context(syntax)
    entity.require_called_aet = options.pop("require_called", False)
    entity.require_calling_aet = options.pop("require_calling", [])
    log = seen if seen is not None else []
    watched = (evt.EVT_REQUESTED, evt.EVT_RELEASED, evt.EVT_ABORTED, evt.EVT_DIMSE_RECV)
    handlers = [(kind, lambda event: log.append(event.event.name)) for kind in watched]
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers, **options)
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


def _ask(port: int, tls: tuple[int, ...] = ()) -> ProbeResult:
    host = peers.host(port, tls=tls)
    return ask(PROBES["dicom"], peers.dialer(ROOMY), host, port)


def _facts(result: ProbeResult) -> list[tuple[str, str]]:
    return [(o.key, o.value) for o in result.observations]


def test_an_open_node_says_what_it_runs_and_serves_and_is_left_properly():
    seen: list[str] = []
    with node(VERIFICATION, CT, FIND, seen=seen) as port:
        result = _ask(port)
    facts = _facts(result)
    assert result.outcome is Outcome.ANSWERED
    assert facts[0] == ("dicom.association", "accepted")
    assert facts[1][0] == "dicom.implementation-uid"
    assert facts[1][1].startswith("1.2.826.0.1.3680043.9.3811.")
    assert facts[2][0] == "dicom.implementation-version"
    assert facts[2][1].startswith("PYNETDICOM_")
    assert [value for key, value in facts if key == "dicom.context"] == [
        "verification",
        "storage",
        "study-root-find",
    ]
    assert facts[-1] == ("dicom.tls", "false")
    assert seen == ["EVT_REQUESTED", "EVT_RELEASED"]


def test_a_node_that_serves_nothing_we_propose_still_accepted_us():
    with node("1.2.840.10008.5.1.4.1.1.481.3") as port:
        facts = _facts(_ask(port))
    assert facts[0] == ("dicom.association", "accepted")
    assert not [value for key, value in facts if key == "dicom.context"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"require_called": True}, "called-ae"), ({"require_calling": ["CT1"]}, "calling-ae")],
)
def test_a_node_that_checks_titles_says_which(options: dict[str, Any], reason: str):
    with node(VERIFICATION, **options) as port:
        result = _ask(port)
    assert result.outcome is Outcome.ANSWERED
    assert _facts(result) == [
        ("dicom.association", "rejected"),
        ("dicom.reject", reason),
        ("dicom.reject-code", "1/1/7" if reason == "called-ae" else "1/1/3"),
        ("dicom.tls", "false"),
    ]


def test_inside_tls_where_the_port_has_shaken_hands(tmp_path: Path):
    pem, _ = peers.make_certificate(tmp_path)
    with node(VERIFICATION, ssl_context=peers.tls_context(pem)) as port:
        facts = _facts(_ask(port, tls=(port,)))
    assert facts[0] == ("dicom.association", "accepted")
    assert facts[-1] == ("dicom.tls", "true")


def test_an_abort_is_an_answer():
    with peers.server(peers.answers(b"\x07\0\0\0\0\x04\0\0\0\0")) as peer:
        result = _ask(peer.port)
    assert result.outcome is Outcome.ANSWERED
    assert _facts(result)[0] == ("dicom.association", "aborted")


@pytest.mark.parametrize(
    "reply",
    [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x02\0\xff\xff\xff\xff" + b"a" * 4000],
    ids=["hangs-up", "http", "claims-four-gigabytes"],
)
def test_what_does_not_speak_dicom_is_a_protocol_error(reply: bytes):
    with peers.server(peers.answers(reply)) as peer:
        result = _ask(peer.port)
    assert result.outcome is Outcome.PROTOCOL_ERROR
    assert result.observations == ()


def test_a_closed_port_is_refused():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert _ask(unused.getsockname()[1]).outcome is Outcome.REFUSED


@pytest.mark.parametrize("reply", [b"", b"\x02\0\0\0\x01\0" + b"a" * 20])
def test_a_node_that_stalls_is_left_in_time(reply: bytes):
    def stall(peer: socket.socket) -> None:
        peer.recv(4096)
        peer.sendall(reply)
        time.sleep(5)

    pace = replace(peers.QUICK, read_timeout=0.1, deadline=1.0)
    with peers.server(stall) as peer:
        result = ask(PROBES["dicom"], peers.dialer(pace), peers.host(peer.port), peer.port)
    assert result.outcome in (Outcome.TIMED_OUT, Outcome.PROTOCOL_ERROR)


def test_at_most_thirty_contexts_are_proposed():
    assert len(CONTEXTS) <= 30


@given(st.integers(0, 255), st.integers(0, 255))
def test_every_rejection_has_a_name(source: int, reason: int):
    assert rejection(source, reason) in {"calling-ae", "called-ae", "other"}


@given(st.lists(st.sampled_from(sorted(CONTEXTS)) | st.text(max_size=20)))
def test_services_are_named_once_each(accepted: list[str]):
    named = services(accepted)
    assert len(named) == len(set(named))
    assert set(named) <= set(CONTEXTS.values())
