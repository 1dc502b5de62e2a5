"""The stage as a whole on loopback, with real nmap, real servers and real probes."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import ClassVar

import peers
import pytest

from riskscan.discover import PACES, examine, parse_scope, sweep
from riskscan.discover.nmap import find_nmap
from riskscan.discover.preflight import Preflight
from riskscan.errors import NmapMissing
from riskscan.model import (
    Address,
    Event,
    Host,
    Notice,
    Observation,
    Outcome,
    Policy,
    PortState,
    Progress,
    Stage,
    Stretch,
    Triage,
    Vantage,
)

MODULE = importlib.import_module("riskscan.discover.sweep")
MACHINE = Preflight(Vantage(), "7.93", find_nmap()[0], privileged=False)
SCOPE = parse_scope(["127.0.0.1-3"])
NORMAL, FRAGILE = Triage(Policy.NORMAL, "ordinary"), Triage(Policy.FRAGILE, "medical")


class Found:
    """Stands in for the search: hosts on loopback, found without a sweep."""

    hosts: ClassVar[dict[Address, Host]] = {}
    late: ClassVar[list[Host]] = []
    live = 0
    macs: ClassVar[set[str]] = set()

    def __init__(self, *_: object, **__: object) -> None:
        return

    def first(self) -> Iterator[Host]:
        yield from self.hosts.values()

    def later(self, until: threading.Event) -> Iterator[Host]:
        until.wait()
        return iter(())

    def again(self) -> Iterator[Host]:
        yield from self.late

    def complete(self, host: Host) -> Host:
        return host

    def stretches(self) -> list[Stretch]:
        return []

    def close(self) -> None:
        return


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> dict[Address, Host]:
    """Three hosts on loopback."""
    hosts = {a: Host(a, found_by=("icmp",)) for a in SCOPE.addresses()}
    monkeypatch.setattr(Found, "hosts", hosts)
    monkeypatch.setattr(MODULE, "Search", Found)
    return hosts


def _paces(*tcp: int, telltale: tuple[int, ...] = ()):
    quick = replace(peers.QUICK, host_pps=500, tries=2)
    return {
        Policy.FRAGILE: replace(quick, tcp_ports=telltale),
        Policy.NORMAL: replace(quick, tcp_ports=tcp),
        Policy.ROBUST: replace(quick, tcp_ports=tcp),
    }


def _sweep(triage: Callable[[Host], Triage] = lambda host: NORMAL, **options: object):
    return sweep(SCOPE, triage=triage, preflight=MACHINE, **options)  # type: ignore[arg-type]


def test_hosts_come_with_every_asked_port_and_what_the_probes_learned():
    with peers.server(peers.says(b"220 welcome\r\n")) as peer:
        hosts = {str(h.address): h for h in _sweep(paces=_paces(peer.port, 1))}
    assert set(hosts) == {"127.0.0.1", "127.0.0.2", "127.0.0.3"}
    served = hosts["127.0.0.1"]
    assert [(s.port, s.state) for s in served.services] == [
        (1, PortState.CLOSED),
        (peer.port, PortState.OPEN),
    ]
    assert [(r.probe, r.outcome) for r in served.probe_results] == [("greeting", Outcome.ANSWERED)]
    assert served.observations == (Observation("tcp.greeting", "220 welcome", peer.port, "tcp"),)
    assert served.connections == 1
    assert hosts["127.0.0.2"].open_ports == ()


def test_addresses_already_done_are_left_alone():
    done: frozenset[Address] = frozenset({ip_address("127.0.0.1"), ip_address("127.0.0.3")})
    assert [str(h.address) for h in _sweep(paces=_paces(1), skip=done)] == ["127.0.0.2"]


def test_a_device_on_the_do_not_touch_list_is_reported_and_not_probed(found: dict[Address, Host]):
    address = ip_address("127.0.0.1")
    found[address] = replace(found[address], mac="00:09:fb:00:00:01")
    scope = parse_scope(["127.0.0.1"], ["00:09:fb"])
    with peers.server(peers.says(b"hello")) as peer:
        hosts = sweep(scope, triage=lambda h: NORMAL, preflight=MACHINE, paces=_paces(peer.port))
        touched = next(h for h in hosts if h.address == address)
    assert touched.triage.policy is Policy.FRAGILE
    assert touched.services == ()
    assert [r.outcome for r in touched.probe_results] == [Outcome.SKIPPED_FOR_SAFETY]
    assert peer.connections == 0


def test_a_device_that_shows_a_telltale_port_is_asked_no_other():
    def triage(host: Host) -> Triage:
        return FRAGILE if host.open_ports else NORMAL

    with peers.server(peers.silent()) as medical, peers.server(peers.silent()) as other:
        paces = _paces(medical.port, other.port, 1, telltale=(medical.port,))
        hosts = {str(h.address): h for h in _sweep(triage, paces=paces)}
    assert [s.port for s in hosts["127.0.0.1"].services] == [medical.port]
    assert hosts["127.0.0.1"].triage == FRAGILE
    assert other.connections == 0
    assert len(hosts["127.0.0.2"].services) == 3


def test_what_a_probe_learns_makes_the_rest_gentler_at_once(monkeypatch: pytest.MonkeyPatch):
    def triage(host: Host) -> Triage:
        return FRAGILE if any("pump" in o.value for o in host.observations) else NORMAL

    heard: list[bytes] = []
    with (
        peers.server(peers.says(b"pump ready\r\n")) as pump,
        peers.server(peers.silent(heard)) as other,
    ):
        first, second = sorted((pump, other), key=lambda p: p.port)
        paces = _paces(first.port, second.port)
        order = {pump.port: 0, other.port: 1}
        greeting = examine.PROBES["greeting"]
        wants = greeting.wants
        monkeypatch.setattr(
            type(greeting), "wants", lambda self, h: tuple(sorted(wants(h), key=order.__getitem__))
        )
        hosts = {str(h.address): h for h in _sweep(triage, paces=paces)}
    results = hosts["127.0.0.1"].probe_results
    assert [(r.port, r.outcome) for r in results] == [
        (pump.port, Outcome.ANSWERED),
        (other.port, Outcome.SKIPPED_FOR_SAFETY),
    ]
    assert hosts["127.0.0.1"].triage == FRAGILE
    assert other.connections == 1, "the connect of the port scan, and none of a probe"


def test_a_policy_never_becomes_looser():
    def triage(host: Host) -> Triage:
        return NORMAL if host.services else FRAGILE

    hosts = list(_sweep(triage, paces=_paces(2, telltale=(1,))))
    assert {h.triage for h in hosts} == {FRAGILE}
    assert {tuple(s.port for s in h.services) for h in hosts} == {(1,)}


def test_a_probe_with_a_fault_of_its_own_is_a_crash_and_the_host_goes_on(
    monkeypatch: pytest.MonkeyPatch,
):
    class Faulty:
        name = "faulty"
        protocol = "tcp"
        policies = frozenset(Policy)

        def wants(self, host: Host) -> tuple[int, ...]:
            return tuple(s.port for s in host.open_ports)

        def ask(self, dialer, host, port):
            yield Observation.of("tcp.silent", "true", port, "tcp")
            raise ZeroDivisionError("oh")

    registry = {"faulty": Faulty(), "greeting": examine.PROBES["greeting"]}
    monkeypatch.setattr(examine, "PROBES", registry)
    with peers.server(peers.says(b"220 x\r\n")) as peer:
        hosts = {str(h.address): h for h in _sweep(paces=_paces(peer.port))}
    crashed, after = hosts["127.0.0.1"].probe_results
    assert crashed.outcome is Outcome.CRASHED
    assert crashed.detail == "ZeroDivisionError: oh"
    assert [o.key for o in crashed.observations] == ["tcp.silent"]
    assert after.outcome is Outcome.ANSWERED


def _broken_nmap(tmp_path: Path, body: str) -> Preflight:
    program = tmp_path / "nmap"
    version = 'if [ "$1" = -V ]; then echo "Nmap version 7.93 ( https://nmap.org )"; exit; fi'
    program.write_text(f"#!/bin/sh\n{version}\n{body}\n")
    program.chmod(0o755)
    return replace(MACHINE, nmap_path=str(program))


def test_an_nmap_that_fails_is_said_so_and_never_read_as_no_open_ports(tmp_path: Path):
    events: list[Event] = []
    hosts = list(
        sweep(
            SCOPE,
            triage=lambda h: NORMAL,
            preflight=_broken_nmap(tmp_path, "exit 3"),
            paces=_paces(1),
            notify=events.append,
        )
    )
    assert {h.services for h in hosts} == {()}
    assert {r.outcome for h in hosts for r in h.probe_results} == {Outcome.CRASHED}
    notices = [e for e in events if isinstance(e, Notice)]
    assert [n.code for n in notices] == ["ports-failed"] * 3


def test_an_nmap_that_is_gone_ends_the_sweep(tmp_path: Path):
    gone = replace(MACHINE, nmap_path=str(tmp_path / "nmap"))
    with pytest.raises(NmapMissing):
        list(sweep(SCOPE, triage=lambda h: NORMAL, preflight=gone, paces=_paces(1)))


def _counted(events: list[Event], stage: Stage) -> list[tuple[int, int | None]]:
    return [(e.done, e.total) for e in events if isinstance(e, Progress) and e.stage is stage]


def test_progress_counts_every_host_through_both_stages():
    events: list[Event] = []
    list(_sweep(paces=_paces(1), notify=events.append))
    for stage in (Stage.PORTS, Stage.PROBES):
        counted = _counted(events, stage)
        assert sorted({done for done, _ in counted}) == [0, 1, 2, 3]
        assert counted[-1] == (3, 3)


def test_no_total_is_told_before_the_sweep_is_over_and_late_hosts_add_to_it(
    found: dict[Address, Host], monkeypatch: pytest.MonkeyPatch
):
    events: list[Event] = []
    late = Host(ip_address("127.0.0.9"), found_by=("arp", "late"))
    monkeypatch.setattr(Found, "late", [late])

    class Slow(Found):
        def first(self) -> Iterator[Host]:
            yield from super().first()
            while len(_counted(events, Stage.PORTS)) < 3:
                threading.Event().wait(0.01)

    monkeypatch.setattr(MODULE, "Search", Slow)
    hosts = list(_sweep(paces=_paces(1), notify=events.append))

    counted = _counted(events, Stage.PORTS)
    assert counted[:4] == [(1, None), (2, None), (3, None), (3, 3)]
    assert counted[4:] == [(3, 4), (4, 4)]
    assert [h.found_by for h in hosts if h.address == late.address] == [("arp", "late")]


def test_a_stop_kills_the_port_scans_and_yields_nothing_half_done(tmp_path: Path):
    stop = threading.Event()
    log = tmp_path / "pids"
    slow = _broken_nmap(tmp_path, f"echo $$ >> {log}\nexec sleep 60")
    threading.Timer(1.0, stop.set).start()
    hosts = list(sweep(SCOPE, triage=lambda h: NORMAL, preflight=slow, paces=_paces(1), stop=stop))
    assert hosts == []
    for pid in log.read_text().split():
        assert not Path(f"/proc/{pid}").exists()


def test_a_caller_that_walks_away_stops_the_sweep_without_its_event(tmp_path: Path):
    stop = threading.Event()
    hosts = _sweep(paces=_paces(1), stop=stop)
    next(hosts)
    hosts.close()
    assert not stop.is_set()
    assert not [t for t in threading.enumerate() if t.name.startswith("host")]


def test_the_paces_of_the_house_are_the_default():
    assert sweep.__kwdefaults__["paces"] is PACES


def test_a_fragile_device_with_many_open_ports_gets_three_connections_and_no_more():
    with ExitStack() as stack:
        open_ports = [stack.enter_context(peers.server(peers.says(b"hi\r\n"))) for _ in range(5)]
        ports = tuple(sorted(peer.port for peer in open_ports))
        paces = _paces(telltale=ports)
        most = PACES[Policy.FRAGILE].most_connections
        paces[Policy.FRAGILE] = replace(paces[Policy.FRAGILE], most_connections=most)
        hosts = {str(h.address): h for h in _sweep(lambda host: FRAGILE, paces=paces)}
    served = hosts["127.0.0.1"]
    outcomes = [result.outcome for result in served.probe_results]
    assert [s.port for s in served.open_ports] == list(ports)
    assert served.connections == most == 3
    assert outcomes.count(Outcome.ANSWERED) == 3
    assert outcomes.count(Outcome.SKIPPED_FOR_SAFETY) == 2
    assert "gets no more" in served.probe_results[-1].detail
