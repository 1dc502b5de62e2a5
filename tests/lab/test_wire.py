"""The wire is what its table says, loses and delays as told, counts, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ordinary_user import as_ordinary_user, environment

from riskscan.errors import NamespacesDenied
from riskscan.lab import CLINIC, Lab, Line, WireHost, WireLab, practice, wire_holder
from riskscan.lab.wire_table import KINDS

pytestmark = pytest.mark.lab

NETWORK = "10.20.0.0/26"
SERVER = WireHost(
    address="10.20.0.20", mac="0c:c4:7a:00:00:20", kind="server", open_ports=frozenset({22, 443})
)
DESK = WireHost(
    address="10.20.0.21",
    mac="b0:83:fe:00:00:21",
    kind="windows pc",
    open_ports=frozenset({445}),
    answers_ping=False,
    drops_closed=True,
)
PHONE = WireHost(
    address="10.20.0.22", mac="9a:00:00:00:00:22", kind="phone", wakes_after=0.08, drops_closed=True
)
HOSTS = (SERVER, DESK, PHONE)
PATIENT = ("--max-retries", "3", "--min-rtt-timeout", "500ms")
"""So that nmap waits for sleepers, and on a busy machine."""


@pytest.fixture
def wire() -> Iterator[WireLab]:
    with WireLab(HOSTS, NETWORK) as lab:
        yield lab


def scan(lab: Lab | WireLab, *words: str) -> dict[str, dict[int, str]]:
    """Return what nmap says of each host that is up: the state of each port that it lists."""
    done = lab.run(["nmap", "-n", *words, "-oG", "-"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[int, str]] = {}
    for line in done.stdout.splitlines():
        if address := re.match(r"Host: (\S+)", line):
            ports = re.findall(r"(\d+)/([a-z|]+)/tcp", line)
            found.setdefault(address[1], {}).update({int(p): state for p, state in ports})
    return found


def soon(true: Callable[[], bool]) -> bool:
    for _ in range(200):
        if true():
            return True
        time.sleep(0.05)
    return False


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


# What it answers


def test_every_host_answers_arp_and_nobody_else_does(wire: WireLab) -> None:
    found = scan(wire, "-sn", "-PR", *PATIENT, NETWORK)

    assert set(found) == {wire.scanner, *(host.address for host in HOSTS)}


def test_a_sleeper_misses_the_first_request_for_it(wire: WireLab) -> None:
    asked = ["-sn", "-PR", "--max-retries", "0", PHONE.address]

    assert [set(scan(wire, *asked)) for _ in range(2)] == [set(), {PHONE.address}]


def test_ping_is_answered_by_those_who_do(wire: WireLab) -> None:
    found = scan(wire, "-sn", "-PE", "--disable-arp-ping", SERVER.address, DESK.address)

    assert set(found) == {SERVER.address}


def test_ports_are_open_closed_or_silent_as_the_table_says(wire: WireLab) -> None:
    found = scan(wire, "-Pn", "-sS", "-p22,443,445", SERVER.address, DESK.address)

    assert found == {
        SERVER.address: {22: "open", 443: "open", 445: "closed"},
        DESK.address: {22: "filtered", 443: "filtered", 445: "open"},
    }


def test_a_closed_datagram_port_is_refused(wire: WireLab) -> None:
    words = ["nmap", "-n", "-Pn", "-sU", "-p161", "-oG", "-", SERVER.address]
    shown = wire.run(words, capture_output=True, text=True).stdout

    assert "161/closed/udp" in shown
    assert set(wire.counts()[SERVER.address].datagrams) == {161}


def test_a_kernels_connection_is_taken_and_reset_when_it_speaks(wire: WireLab) -> None:
    speak = (
        "import socket\n"
        f"line = socket.create_connection(('{SERVER.address}', 22), timeout=5)\n"
        "line.sendall(b'hello')\n"
        "try: print(line.recv(9))\n"
        "except ConnectionResetError: print('reset')\n"
    )
    done = wire.run([sys.executable, "-c", speak], capture_output=True, text=True)

    assert done.stdout == "reset\n", done.stderr
    felt = wire.counts()[SERVER.address]
    assert (felt.connections, felt.at_once, felt.bytes_received) == ({22: 1}, 1, {22: 5})


def test_a_large_segment_is_found_whole() -> None:
    with WireLab(1600, "10.20.0.0/20") as lab:
        found = scan(lab, "-sn", "-PR", "--min-rate", "3000", *PATIENT, "10.20.0.0/20")

        assert set(found) - {lab.scanner} == {host.address for host in lab.hosts}


# What it counts


def test_packets_are_counted_for_the_host_that_feels_them(wire: WireLab) -> None:
    scan(wire, "-Pn", "-sS", "-p22,23,443", SERVER.address)
    felt = wire.counts()

    assert felt[SERVER.address].syns == {22: 1, 23: 1, 443: 1}
    assert felt[SERVER.address].malformed == 0
    assert 1 <= felt[SERVER.address].at_once <= 2
    assert felt[SERVER.address].unicast >= felt[SERVER.address].peak >= 3
    assert felt[SERVER.address].packets_received > felt[SERVER.address].unicast  # who-has
    assert felt[DESK.address].unicast == 0
    assert {host: counts.faults for host, counts in felt.items() if counts.faults} == {}


@pytest.mark.parametrize("technique", ["-sX", "-sN", "-sF"])
def test_malformed_probes_are_counted_and_answered_as_by_a_real_stack(
    wire: WireLab, technique: str
) -> None:
    found = scan(wire, "-Pn", technique, "-p22,23", SERVER.address)

    assert found[SERVER.address] == {22: "open|filtered", 23: "closed"}
    assert wire.counts()[SERVER.address].malformed >= 2


def test_half_open_connections_are_counted_while_they_last(wire: WireLab) -> None:
    # A scanner whose kernel never says that it wants no connection: three stay half-open.
    flood = (
        "import socket\n"
        "from scapy.layers.inet import IP, TCP\n"
        "raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)\n"
        f"syn = IP(src='10.20.0.11', dst='{SERVER.address}')\n"
        "for source in (40001, 40002, 40003):\n"
        f"    raw.sendto(bytes(syn / TCP(sport=source, dport=443)), ('{SERVER.address}', 0))\n"
    )
    done = wire.run([sys.executable, "-c", flood], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert soon(lambda: wire.counts()[SERVER.address].at_once == 3)
    assert wire.counts()[SERVER.address].connections == {}


# What it loses and delays


ECHO = """
import socket, struct, sys, time
def checksum(data): return ~(int.from_bytes(data) % 0xFFFF) & 0xFFFF
def send(number):
    body = struct.pack(">BBHHHQ", 8, 0, 0, 77, number & 0xFFFF, number)
    sock.sendto(body[:2] + checksum(body).to_bytes(2) + body[4:], (sys.argv[1], 0))
def take(seconds):
    sock.settimeout(seconds)
    try:
        while True:
            packet = sock.recv(128)
            if packet[20] == 0: back.append(int.from_bytes(packet[28:36]))
    except (TimeoutError, BlockingIOError): return
sock, back = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP), []
while not back:  # until the MAC address is known
    send(0)
    take(0.3)
for number in range(1, int(sys.argv[2]) + 1):
    send(number)
    time.sleep(0.0005)
    take(0)
take(0.5)
print(len(set(back) - {0}))
"""


def echoes(lab: Lab | WireLab, address: str, count: int) -> int:
    """Return how many of so many echo requests were answered."""
    words = [sys.executable, "-c", ECHO, address, str(count)]
    done = lab.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_a_good_line_loses_nothing(wire: WireLab) -> None:
    assert echoes(wire, SERVER.address, 3000) == 3000
    assert wire.counts()[SERVER.address].peak > 500


def test_a_bad_line_loses_its_share_in_each_direction() -> None:
    with WireLab(HOSTS, NETWORK, loss=0.1, seed=7) as lab:
        answered = echoes(lab, SERVER.address, 3000)
        heard = lab.counts()[SERVER.address].unicast
    # Six standard deviations: sqrt(3000 * 0.9 * 0.1) = 16, and sqrt(3000 * 0.81 * 0.19) = 21.
    assert 2700 - 100 <= heard <= 2700 + 110  # a few more to begin with
    assert 2430 - 130 <= answered <= 2430 + 130


def test_a_long_line_takes_its_time_there_and_back() -> None:
    with WireLab(HOSTS, NETWORK, delay=0.15) as lab:
        took = _rtt(lab, SERVER.address)
    assert took >= 0.3  # a delay is a promise; how much later it gets is the machine's affair


def _rtt(lab: Lab | WireLab, address: str) -> float:
    connect = (
        "import socket, time\n"
        f"try: socket.create_connection(('{address}', 9), timeout=20)\n"
        "except ConnectionRefusedError: pass\n"  # by now the MAC address is known
        "before = time.monotonic()\n"
        f"try: socket.create_connection(('{address}', 9), timeout=20)\n"
        "except ConnectionRefusedError: print(time.monotonic() - before)\n"
    )
    done = lab.run([sys.executable, "-c", connect], capture_output=True, text=True)
    return float(done.stdout)


def test_the_clinic_can_stand_behind_a_bad_line() -> None:
    host = next(host for host in CLINIC if host.name == "ehr")
    line = Line(delay=0.05, loss=0.1, seed=3)
    with Lab([host], line=line) as lab:
        pids = lab.pids
        answered = echoes(lab, host.address, 2000)
        assert _rtt(lab, host.address) >= 0.1
        found = scan(lab, "-Pn", "-sT", "--max-retries", "9", "-p443,444", host.address)
    # As above: sqrt(2000 * 0.81 * 0.19) = 18 is one standard deviation.
    assert 1620 - 110 <= answered <= 1620 + 110
    assert found[host.address] == {443: "open", 444: "closed"}
    assert all(gone(pid) for pid in pids)


# Who stands on it


def test_the_same_seed_makes_the_same_practice() -> None:
    assert practice("10.20.0.0/24", 64, seed=5) == practice("10.20.0.0/24", 64, seed=5)
    assert practice("10.20.0.0/24", 64, seed=5) != practice("10.20.0.0/24", 64, seed=6)


@pytest.mark.parametrize(("network", "count"), [("10.20.0.0/24", 253), ("10.20.0.0/16", 26_214)])
def test_a_made_up_practice_has_every_kind_and_nobody_twice(network: str, count: int) -> None:
    hosts = practice(network, count, leave_free=frozenset({"10.20.0.10"}))

    assert len(hosts) == len({h.address for h in hosts}) == len({h.mac for h in hosts}) == count
    assert {host.kind for host in hosts} == {kind.name for kind in KINDS}
    assert "10.20.0.10" not in {host.address for host in hosts}
    assert sum(kind.share for kind in KINDS) == 100


def test_a_network_that_is_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="larger than"):
        practice("10.20.0.0/29", 20)


# How it goes


HELD = (
    "import os, sys\n"
    "from riskscan.lab import WireLab\n"
    "with WireLab(20, '10.20.0.0/27') as lab:\n"
    f"    words = ['nmap', '-n', '-sn', '-PR', *{PATIENT}, '10.20.0.0/27', '-oG', '-']\n"
    "    up = lab.run(words, capture_output=True, text=True).stdout.count('Status: Up')\n"
    "    print(up, *lab.pids, flush=True)\n"
)


def test_nothing_is_left_after_a_peaceful_end() -> None:
    with WireLab(HOSTS, NETWORK) as lab:
        (pid,) = lab.pids
        assert Path(f"/proc/{pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()
    assert gone(pid)


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_after_the_parent_is_killed(blow: signal.Signals) -> None:
    script = HELD + "    sys.stdin.read()\n"
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(),
    )
    assert parent.stdout is not None
    up, pid = map(int, parent.stdout.readline().split())
    parent.send_signal(blow)
    parent.communicate()
    assert up == 21
    assert soon(lambda: gone(pid))


def test_a_user_without_privileges_can_hold_a_wire(reachable: Path) -> None:
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        pytest.skip("no TAP for ordinary users here")
    done = as_ordinary_user(["-c", HELD], reachable)

    assert done.stdout.startswith("21 "), done.stderr


def test_a_machine_without_tap_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(NamespacesDenied, match="tun: No such file") as caught:
        wire_holder.open_tap(tmp_path / "tun")
    assert "modprobe tun" in (caught.value.hint or "")
