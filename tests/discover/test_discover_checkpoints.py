"""A scan that was interrupted goes on where each device was, and asks nothing twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from ipaddress import IPv4Address

import peers
import pytest
from test_discover_sweep import FRAGILE, NORMAL, _paces, _sweep
from test_discover_sweep import found as _found  # noqa: F401 - three hosts on loopback
from test_engine_asking import Run, _peer, _question

from riskscan.discover.brake import Brake
from riskscan.discover.checkpoints import Checkpoints
from riskscan.discover.faults import Stopped
from riskscan.discover.raw.engine.asking import Asking
from riskscan.discover.raw.engine.packets import Reply
from riskscan.model import (
    Address,
    Begun,
    Host,
    Observation,
    Outcome,
    Policy,
    PortState,
    ProbeResult,
    Service,
    Stretch,
    Tried,
)

ONE = IPv4Address("127.0.0.1")
SILENT, REFUSES = lambda *_: None, lambda *_: Reply.REFUSED


# the engine


def test_a_port_that_was_silent_before_is_asked_only_as_often_as_is_left() -> None:
    question = replace(_question((443, 444)), tried=(Tried(443, 1),))

    run = Run(question, SILENT, _peer())

    assert (run.times(443), run.times(444)) == (1, 2)
    assert run.states == {443: PortState.FILTERED, 444: PortState.FILTERED}


def test_a_port_that_was_asked_when_the_scan_was_killed_is_asked_once_more() -> None:
    question = replace(_question((443,)), tried=(Tried(443, 2),))

    run = Run(question, REFUSES, _peer())

    assert (run.times(443), run.states) == (1, {443: PortState.CLOSED})


def test_what_was_silent_before_is_no_sign_that_packets_are_lost() -> None:
    ports = tuple(range(1000, 1060))
    peer = _peer()

    Run(replace(_question(ports), tried=tuple(Tried(p, 1) for p in ports)), REFUSES, peer)

    assert (peer.losses.any, peer.slower, peer.asked) == (False, 1, 60)


def test_silence_that_may_be_distress_is_not_told_as_an_answer() -> None:
    """A host that answered everything falls silent: that is no filter."""
    ports = tuple(range(1000, 1030))
    asking = Asking(_question(ports), _peer())
    now, heard = 0.0, 0
    while not asking.resting:
        now = max(now, asking.due())
        port = asking.pick(now)
        if port is None:
            continue
        asking.sent(port, now)
        if heard < 12:
            asking.heard(port, Reply.REFUSED, now + 0.004)
            heard += 1

    states = [standing.state for standing in asking.standings.values()]

    assert states.count(PortState.CLOSED) == 12
    assert PortState.FILTERED not in states
    assert states.count(None) >= 10


# what is kept


def test_only_the_newest_word_on_a_device_is_written_and_none_on_a_finished_one() -> None:
    written: list[Begun] = []
    checkpoints = Checkpoints(lambda begun, *_: written.extend(begun), Brake())
    last = Begun(Host(ONE, mac="00:00:00:00:00:01"))
    for begun in (Begun(Host(ONE)), last, Begun(Host(ONE + 1))):
        checkpoints.note(begun)
    checkpoints.drop(ONE + 1)

    checkpoints.all_found()
    checkpoints.write()

    assert written == [last]


def test_another_device_at_the_address_begins_anew() -> None:
    before = {ONE: Begun(Host(ONE, mac="00:00:00:00:00:01"))}
    checkpoints = Checkpoints(None, Brake(), before)

    assert checkpoints.of(Host(ONE, mac="00:00:00:00:00:01")) == before[ONE]
    assert checkpoints.of(Host(ONE, mac="00:00:00:00:00:02")) is None


def test_a_thread_that_waits_to_be_written_is_let_go_when_the_scan_ends() -> None:
    brake = Brake()
    checkpoints = Checkpoints(lambda *_: None, brake)
    threading.Timer(0.1, brake.halt).start()

    with pytest.raises(Stopped):
        checkpoints.note_first(Begun(Host(ONE)))


# a scan that goes on


def _kept() -> tuple[dict[Address, Begun], list[bool], object]:
    newest: dict[Address, Begun] = {}
    all_found: list[bool] = []

    def keep(begun: Sequence[Begun], every: bool, _sweep: Sequence[Stretch]) -> None:
        newest.update({each.address: each for each in begun})
        all_found.append(every)

    return newest, all_found, keep


def test_what_was_answered_before_is_not_asked_again() -> None:
    seen = (Observation.of("ssh.banner", "SSH-2.0-before", 22, "tcp"),)
    with peers.server(peers.says(b"220 welcome\r\n")) as peer:
        ports = (1, peer.port)
        said = ProbeResult("greeting", peer.port, "tcp", Outcome.ANSWERED, seen)
        # What was asked: port 1, in truth closed, and one greeting, in truth another.
        known = Host(ONE, found_by=("icmp",), triage=NORMAL, connections=1)
        known = replace(
            known,
            services=(
                Service(1, "tcp", PortState.FILTERED),
                Service(peer.port, "tcp", PortState.OPEN),
            ),
            probe_results=(said,),
        )
        hosts = {h.address: h for h in _sweep(paces=_paces(*ports), begun={ONE: Begun(known)})}

    assert hosts[ONE].asked(1) is PortState.FILTERED
    assert [r for r in hosts[ONE].probe_results if r.probe == "greeting"] == [said]
    assert hosts[ONE + 1].asked(1) is PortState.CLOSED


def test_what_was_found_fragile_before_stays_so() -> None:
    known = Host(ONE, triage=FRAGILE, services=(Service(1, "tcp", PortState.CLOSED),))

    hosts = {h.address: h for h in _sweep(paces=_paces(2), begun={ONE: Begun(known)})}

    assert hosts[ONE].triage == FRAGILE
    assert hosts[ONE].asked(2) is None
    assert hosts[ONE + 1].triage == NORMAL


def test_a_device_that_was_only_found_is_judged_by_what_is_known_now() -> None:
    hosts = {h.address: h for h in _sweep(paces=_paces(1), begun={ONE: Begun(Host(ONE))})}

    assert hosts[ONE].triage == NORMAL
    assert hosts[ONE].asked(1) is PortState.CLOSED


def test_ports_that_could_not_be_asked_before_are_asked_now() -> None:
    failed = ProbeResult("ports", None, None, Outcome.CRASHED)
    known = Host(ONE, triage=NORMAL, probe_results=(failed,))

    hosts = {h.address: h for h in _sweep(paces=_paces(1), begun={ONE: Begun(known)})}

    assert hosts[ONE].asked(1) is PortState.CLOSED
    assert failed not in hosts[ONE].probe_results


def test_connections_to_a_fragile_device_are_counted_before_they_are_made() -> None:
    newest, _, keep = _kept()
    counted: list[int] = []

    def answer(connection: object) -> None:
        counted.append(newest[ONE].host.connections)
        peers.says(b"hi\r\n")(connection)  # type: ignore[arg-type]

    with ExitStack() as stack:
        servers = [stack.enter_context(peers.server(answer)) for _ in range(3)]
        ports = tuple(sorted(peer.port for peer in servers))
        paces = _paces(telltale=ports)
        paces[Policy.FRAGILE] = replace(paces[Policy.FRAGILE], most_connections=3)
        known = Begun(Host(ONE, found_by=("icmp",), triage=FRAGILE, connections=1))
        hosts = {
            h.address: h
            for h in _sweep(lambda host: FRAGILE, paces=paces, begun={ONE: known}, checkpoint=keep)
        }

    assert hosts[ONE].connections == 3
    assert len(counted) >= 2
    assert [n for n in counted if n > 1][:2] == [2, 3]


def test_everybody_found_is_kept_before_it_is_said_that_all_were() -> None:
    newest, all_found, keep = _kept()

    for _ in _sweep(paces=_paces(1), checkpoint=keep):
        time.sleep(0.01)

    assert all_found.count(True) == 1
    assert set(newest) == {ONE, ONE + 1, ONE + 2}
