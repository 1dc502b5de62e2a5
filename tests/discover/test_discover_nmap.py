"""nmap: its command line, its process, and every way in which its answer can be incomplete."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from ipaddress import ip_address
from pathlib import Path

import nmap as python_nmap
import peers
import pytest

from riskscan.discover.brake import Brake
from riskscan.discover.faults import Stopped
from riskscan.discover.nmap import Nmap, arguments, find_nmap, parse, run
from riskscan.discover.question import Question
from riskscan.errors import NmapFailed, NmapMissing
from riskscan.model import PortState

RECORDED = Path(__file__).parents[2] / "fixtures" / "discover" / "nmap_loopback.xml"
ASKED = Question(peers.LOOPBACK, tcp=(22, 80, 443), udp=(161,), pps=40, tries=2)


@pytest.fixture(scope="module")
def scanner() -> python_nmap.PortScanner:
    return python_nmap.PortScanner()


def test_the_command_asks_for_port_states_and_nothing_else():
    argv = arguments("nmap", ASKED, privileged=True)
    assert argv[0] == "nmap"
    assert argv[-1] == "127.0.0.1"
    assert {"-n", "-Pn", "-sS", "-sU"} <= set(argv)
    assert not {"-sV", "-O", "-A", "-sC", "--script", "-f", "-sN", "-sX", "-sF"} & set(argv)
    assert not any(a.startswith("--script") or a.startswith("-T") for a in argv)


def test_the_pace_stands_on_the_command_line():
    argv = arguments("nmap", ASKED, privileged=True)
    assert argv[argv.index("--max-rate") + 1] == "40"
    assert argv[argv.index("--min-rate") + 1] == "40"
    assert argv[argv.index("--max-retries") + 1] == "1"


def test_udp_ports_hear_an_empty_datagram_unless_their_protocol_is_known():
    argv = arguments("nmap", ASKED, privileged=True)
    assert argv[argv.index("--data-length") + 1] == "0"
    known = Question(peers.LOOPBACK, (), (161,), pps=5, tries=2, udp_payload=True)
    assert "--data-length" not in arguments("nmap", known, privileged=True)


def test_without_raw_sockets_it_connects():
    argv = arguments("nmap", Question(peers.LOOPBACK, (80,), (), 40, 2), privileged=False)
    assert "-sT" in argv
    assert "-sS" not in argv


def test_an_ipv6_address_is_asked_as_one():
    question = Question(ip_address("fd00::5"), (80,), (), 40, 2)
    assert "-6" in arguments("nmap", question, privileged=True)


def test_a_recorded_answer_gives_every_asked_port(scanner: python_nmap.PortScanner):
    services = parse(scanner, RECORDED.read_bytes(), "", ASKED)
    assert [(s.protocol, s.port) for s in services] == [
        ("tcp", 22),
        ("tcp", 80),
        ("tcp", 443),
        ("udp", 161),
    ]
    assert {s.state for s in services} == {PortState.CLOSED}


def _without_host(xml: str) -> str:
    return re.sub(r"<host .*</host>", "", xml, flags=re.DOTALL)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda xml: xml[: len(xml) // 2],
        lambda xml: "",
        lambda xml: "nmap: command failed",
        lambda xml: _without_host(xml),
        lambda xml: re.sub(r"<runstats>.*</runstats>", "", xml, flags=re.DOTALL),
        lambda xml: xml.replace('addr="127.0.0.1"', 'addr="127.0.0.9"'),
        lambda xml: re.sub(r'<port protocol="tcp" portid="443">.*?</port>', "", xml),
        lambda xml: re.sub(r'state="(closed)"', 'state="wobbly"', xml),
    ],
    ids=["cut", "empty", "text", "no-host", "no-summary", "other-host", "gone", "odd"],
)
def test_an_incomplete_answer_is_a_failure_and_never_no_open_ports(scanner, spoil):
    spoilt = spoil(RECORDED.read_text())
    with pytest.raises(NmapFailed):
        parse(scanner, spoilt.encode(), "", ASKED)


def test_real_nmap_finds_a_real_port():
    with peers.server(peers.says(b"")) as open_port, socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = unused.getsockname()[1]
        engine = Nmap(find_nmap()[0], privileged=False, brake=Brake())
        services = engine.ask(Question(peers.LOOPBACK, (open_port.port, closed), (), 100, 2))
    assert [(s.port, s.state) for s in services] == [
        (open_port.port, PortState.OPEN),
        (closed, PortState.CLOSED),
    ]


def test_many_alike_ports_are_not_lost_in_the_summary():
    ports = tuple(range(20_000, 20_060))
    services = Nmap("nmap", privileged=False, brake=Brake()).ask(
        Question(peers.LOOPBACK, ports, (), 1000, 2)
    )
    assert tuple(s.port for s in services) == ports


def _fake(tmp_path: Path, body: str) -> str:
    program = tmp_path / "nmap"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return str(program)


def test_a_failing_nmap_is_asked_once_more_and_then_reported(tmp_path: Path):
    version = 'if [ "$1" = -V ]; then echo "Nmap version 7.93 ( https://nmap.org )"; exit; fi'
    log = tmp_path / "log"
    path = _fake(tmp_path, f"{version}\necho run >> {log}\necho broken >&2\nexit 1")
    with pytest.raises(NmapFailed, match="broken"):
        Nmap(path, privileged=True, brake=Brake()).ask(ASKED)
    assert log.read_text().splitlines() == ["run", "run"]


def test_an_nmap_that_is_killed_once_is_repeated_and_its_answer_used(tmp_path: Path):
    once = f"if [ ! -e {tmp_path}/ran ]; then touch {tmp_path}/ran; kill -9 $$; fi"
    version = 'if [ "$1" = -V ]; then echo "Nmap version 7.93 ( https://nmap.org )"; exit; fi'
    path = _fake(tmp_path, f"{version}\n{once}\ncat {RECORDED}")
    assert len(Nmap(path, privileged=True, brake=Brake()).ask(ASKED)) == 4


def test_a_hanging_nmap_is_given_up(tmp_path: Path):
    with pytest.raises(NmapFailed, match="in time"):
        run([_fake(tmp_path, "exec sleep 60")], seconds=0.3, brake=Brake())


def test_stopping_the_scan_kills_nmap_and_all_it_started(tmp_path: Path):
    stop = threading.Event()
    path = _fake(tmp_path, f"sleep 61 & echo $! > {tmp_path}/child; echo up > {tmp_path}/up; wait")
    threading.Timer(0.5, stop.set).start()
    with pytest.raises(Stopped):
        run([path], seconds=60, brake=Brake(stop))
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        if not _runs(child):
            break
        time.sleep(0.05)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_a_missing_nmap_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    with pytest.raises(NmapMissing):
        run([str(tmp_path / "nmap")], seconds=1, brake=Brake())
    real = python_nmap.PortScanner
    nowhere = (str(tmp_path / "nmap"),)
    monkeypatch.setattr(python_nmap, "PortScanner", lambda: real(nmap_search_path=nowhere))
    with pytest.raises(NmapMissing) as caught:
        find_nmap()
    assert "install" in (caught.value.hint or "")


def test_a_program_dies_with_the_process_that_runs_it_even_if_that_is_killed(tmp_path):
    word = tmp_path / "pid"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho $$ > {word}.new; mv {word}.new {word}; exec sleep 60\n")
    program.chmod(0o755)
    code = (
        "import sys\n"
        "from riskscan.discover.brake import Brake\n"
        "from riskscan.discover.raw.nmap_job import run\n"
        "run(sys.argv[1:], seconds=60, brake=Brake())\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(program)]) as runner:
        assert _comes_true(word.exists)
        child = int(word.read_text())
        runner.send_signal(signal.SIGKILL)
    assert _comes_true(lambda: _has_ended(child)), "it goes on"


def _comes_true(said) -> bool:
    end = time.monotonic() + 20
    while not said() and time.monotonic() < end:
        time.sleep(0.02)
    return said()


def _has_ended(pid: int) -> bool:
    """Say whether a process is no more, or waits only for somebody to hear of its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
