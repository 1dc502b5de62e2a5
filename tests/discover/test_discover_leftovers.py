"""nmap names what no probe understood: whom it may ask, on which ports, and how little it sends."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address

import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover import leftovers, ports, ports_rarer
from riskscan.discover.brake import Brake
from riskscan.discover.examine import Examination
from riskscan.discover.faults import Stopped
from riskscan.discover.nmap import Nmap, find_nmap
from riskscan.discover.ports import FORBIDDEN_PORTS, MLLP_PORTS
from riskscan.discover.probes import PROBES
from riskscan.discover.profile import PROFILES
from riskscan.errors import NmapFailed
from riskscan.identify.triage import SIGNS_TCP
from riskscan.model import (
    OBSERVATION_CAP,
    OBSERVATION_KEYS,
    Host,
    Observation,
    Outcome,
    Policy,
    PortState,
    ProbeResult,
    Service,
    Triage,
)

HERE = ip_address("127.0.0.1")
PATH = find_nmap()[0]


def host(*results: ProbeResult, open: tuple[int, ...] = ()) -> Host:
    services = tuple(Service(port, "tcp", PortState.OPEN) for port in open)
    return Host(HERE, services=services, probe_results=results)


def said(probe: str, port: int, key: str) -> ProbeResult:
    seen = (Observation.of(key, "anything", port, "tcp"),)
    return ProbeResult(probe, port, "tcp", Outcome.ANSWERED, seen)


def xml(service: str, *, port: int = 8200, address: str = "127.0.0.1") -> bytes:
    return (
        f'<nmaprun><host><address addr="{address}" addrtype="ipv4"/><ports>'
        f'<port protocol="tcp" portid="{port}"><state state="open"/>{service}</port>'
        "</ports></host></nmaprun>"
    ).encode()


# -- which ports ------------------------------------------------------------------------------


def test_what_a_probe_understood_is_no_leftover_and_what_kept_silent_is_one() -> None:
    seen = host(
        said("http", 8000, "http.status"),
        said("greeting", 8200, "tcp.silent"),
        ProbeResult("tls", 8201, "tcp", Outcome.PROTOCOL_ERROR),
        open=(8000, 8200, 8201, 9100, 104),
    )

    assert leftovers.leftovers(seen) == (8200, 8201)


def test_nothing_is_named_on_a_port_of_a_medical_printing_serial_or_industrial_protocol() -> None:
    by_reason = {**ports.NORMAL_TCP, **ports_rarer.RARER_TCP}
    words = ("DICOM", "HL7", "serial", "printer", "raw print", "Modbus", "building", "state only")
    listed = {p for p, reason in by_reason.items() if any(word in reason for word in words)}

    assert len(listed) > 40
    assert listed <= leftovers.NEVER_NAMED
    assert FORBIDDEN_PORTS | MLLP_PORTS | set(SIGNS_TCP) <= leftovers.NEVER_NAMED
    assert {631, 515, 2575, 104, 4242, 4001, 24105, 47808, *range(9100, 9108)} <= (
        leftovers.NEVER_NAMED
    )


@given(st.sampled_from(sorted(leftovers.NEVER_NAMED)), st.integers(0, 2))
def test_no_command_line_is_made_for_such_a_port(port: int, intensity: int) -> None:
    with pytest.raises(ValueError, match="not let name"):
        leftovers.arguments(PATH, HERE, port, intensity)


@given(st.integers(1, 65535).filter(lambda p: p not in leftovers.NEVER_NAMED), st.integers(0, 2))
def test_the_command_line_asks_one_port_with_ordinary_connections_alone(
    port: int, intensity: int
) -> None:
    argv = leftovers.arguments(PATH, HERE, port, intensity)

    assert argv[argv.index("-p") + 1] == f"T:{port}"
    assert {"-sT", "--unprivileged", "-Pn", "--host-timeout", "--max-retries"} <= set(argv)
    assert not {"-O", "-A", "-sS", "-sU", "-sC", "--script", "--privileged"} & set(argv)


def test_an_intensity_above_two_is_refused() -> None:
    with pytest.raises(ValueError, match="intensity 3"):
        leftovers.arguments(PATH, HERE, 8200, 3)


# -- what nmap says ---------------------------------------------------------------------------


def test_what_nmap_found_out_becomes_observations() -> None:
    service = (
        '<service name="http" product="nginx" version="1.2" extrainfo="Ubuntu" ostype="Linux" '
        'method="probed" conf="10"><cpe>cpe:/a:igor_sysoev:nginx:1.2</cpe></service>'
    )

    seen = list(leftovers.read(xml(service), HERE, 8200))

    assert {o.key: o.value for o in seen} == {
        "nmap.service": "http",
        "nmap.product": "nginx",
        "nmap.version": "1.2",
        "nmap.extra": "Ubuntu",
        "nmap.os": "Linux",
        "nmap.cpe": "cpe:/a:igor_sysoev:nginx:1.2",
    }
    assert {(o.port, o.protocol) for o in seen} == {(8200, "tcp")}


@pytest.mark.parametrize(
    "written",
    [
        xml('<service name="trivnet1" method="table" conf="3"/>'),
        xml('<service name="http" method="probed"/>', port=8201),
        xml('<service name="http" method="probed"/>', address="127.0.0.2"),
        b"<nmaprun/>",
    ],
    ids=["looked up by number", "another port", "another host", "nothing"],
)
def test_what_nmap_did_not_find_out_there_says_nothing(written: bytes) -> None:
    assert list(leftovers.read(written, HERE, 8200)) == []


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_whatever_nmap_writes_is_read_or_refused(written: bytes) -> None:
    with suppress(NmapFailed):
        assert list(leftovers.read(written, HERE, 8200)) == []


@given(st.text(min_size=1, max_size=OBSERVATION_CAP * 2))
def test_the_words_of_a_device_are_capped_and_their_keys_known(words: str) -> None:
    from xml.sax.saxutils import quoteattr

    written = xml(f'<service name="x" product={quoteattr(words)} method="probed"/>')
    with suppress(NmapFailed, UnicodeEncodeError):
        for seen in leftovers.read(written, HERE, 8200):
            assert len(seen.value) <= OBSERVATION_CAP
            assert seen.key in OBSERVATION_KEYS


# -- the stage, with real nmap and real servers -----------------------------------------------


@pytest.fixture
def shell() -> Iterator[peers.Server]:
    """A server that our probes are kept from, and that nmap knows."""
    with peers.server(peers.says(b"SSH-2.0-OpenSSH_9.2\r\n")) as server:
        yield server


def examine(
    port: int, policy: Policy, monkeypatch: pytest.MonkeyPatch, *, robust: bool = False
) -> Host:
    """Examine a host with one open port, in a scan that names leftovers, without our probes."""
    for name in list(PROBES):
        monkeypatch.delitem(PROBES, name)
    quick = replace(peers.QUICK, host_pps=500, tcp_ports=(port,))
    paces = dict.fromkeys(Policy, quick) | {Policy.ROBUST: replace(quick, version_intensity=2)}
    brake = Brake()
    return Examination(
        Host(HERE, found_by=("connect",)),
        scope=peers.SCOPE,
        triage=lambda host: Triage(policy, "the test says so"),
        paces=paces,
        nmap=Nmap(PATH, privileged=False, brake=brake),
        notify=lambda event: None,
        brake=brake,
        robust=lambda host: robust,
    ).run(lambda stage: None)


@pytest.mark.parametrize(
    ("policy", "robust"), [(Policy.ROBUST, False), (Policy.NORMAL, True)], ids=["before", "now"]
)
def test_a_robust_device_has_its_leftovers_named(
    shell: peers.Server, monkeypatch: pytest.MonkeyPatch, policy: Policy, robust: bool
) -> None:
    seen = examine(shell.port, policy, monkeypatch, robust=robust)

    assert {(o.key, o.value) for o in seen.observations} >= {
        ("nmap.product", "OpenSSH"),
        ("nmap.version", "9.2"),
    }
    assert seen.triage.policy is policy, "naming makes no other question laxer"
    assert shell.connections <= 1 + leftovers.MOST_CONNECTIONS


@pytest.mark.parametrize(("policy", "robust"), [(Policy.FRAGILE, True), (Policy.NORMAL, False)])
def test_no_other_device_has(
    shell: peers.Server, monkeypatch: pytest.MonkeyPatch, policy: Policy, robust: bool
) -> None:
    seen = examine(shell.port, policy, monkeypatch, robust=robust)

    assert not [r for r in seen.probe_results if r.probe == leftovers.NAME]
    assert shell.heard == []


def test_only_a_thorough_scan_names_leftovers_and_two_connections_are_its_limit() -> None:
    naming = {
        (name, policy)
        for name, profile in PROFILES.items()
        for policy, pace in profile.paces.items()
        if pace.version_intensity is not None or pace.connections != 1
    }

    assert naming == {("thorough", Policy.ROBUST)}
    assert PROFILES["thorough"].paces[Policy.ROBUST].connections == 2


def test_a_silent_port_gets_one_connection_after_the_other_and_no_script_runs() -> None:
    at_once, most, lock = 0, 0, threading.Lock()

    def talk(peer: object) -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        peer.settimeout(30)  # type: ignore[attr-defined]
        with suppress(OSError):
            while peer.recv(4096):  # type: ignore[attr-defined]
                pass
        with lock:
            at_once -= 1

    with peers.server(talk) as silent:
        # At intensity 0, for time: one port that keeps silent takes 26 seconds at 2.
        argv = [w for w in leftovers.arguments(PATH, HERE, silent.port, 0) if w not in ("-oX", "-")]
        done = subprocess.run([*argv, "-d"], capture_output=True, text=True, check=True)
        assert silent.connections <= leftovers.MOST_CONNECTIONS
    assert most <= 2
    assert "Loaded 1 scripts" in done.stderr + done.stdout


def test_the_brake_kills_it_at_once() -> None:
    stop = threading.Event()
    with peers.server(peers.silent()) as silent:
        threading.Timer(1.0, stop.set).start()
        begun = time.monotonic()
        with pytest.raises(Stopped):
            leftovers.ask(PATH, HERE, silent.port, 2, Brake(stop))
    assert time.monotonic() - begun < 20
