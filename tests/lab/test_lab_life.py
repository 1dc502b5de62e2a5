"""How a lab comes, is entered, is counted and goes: with or without root, in peace or by force."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from ordinary_user import as_ordinary_user, environment
from scanner_place import call_inside

import riskscan
from riskscan.errors import NamespacesDenied, RiskscanError
from riskscan.lab import CLINIC, SCANNER, Lab, LabHost, namespaces, wiring
from riskscan.lab.servers.silent import Mllp, RawPrint
from riskscan.lab.servers.text import Ssh
from riskscan.model import DeviceClass

pytestmark = pytest.mark.lab

ROOM = LabHost(
    name="room",
    address="192.168.50.77",
    mac="00:1a:01:00:00:77",
    device_class=DeviceClass.INFUSION_PUMP,
    vendor="ICU Medical",
    what="a host of this test's own table",
    servers=(RawPrint(port=9100), Mllp(port=2575), Ssh(port=22, banner="SSH-2.0-room")),
)
ROOT = Path(riskscan.__file__).resolve().parent.parent
NOBODY = 65_534

SMALL = """
import os, sys
from riskscan.lab import Lab, LabHost
from riskscan.lab.servers.text import Ssh
from riskscan.model import DeviceClass
ROOM = LabHost(name="room", address="192.168.50.77", mac="00:1a:01:00:00:77", vendor="", what="",
               device_class=DeviceClass.SERVER, servers=(Ssh(port=22, banner="SSH-2.0-x"),))
"""


def alive(pids: Iterable[int]) -> set[int]:
    """Those that run; a zombie is dead, whoever forgot to bury it."""
    return {pid for pid in pids if _state(pid) not in ("", "Z", "X")}


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def soon(true: Callable[[], bool]) -> bool:
    for _ in range(200):
        if true():
            return True
        time.sleep(0.05)
    return False


def connect(address: str, port: int, said: bytes = b"") -> None:
    with socket.create_connection((address, port), timeout=5) as line:
        line.sendall(said)


# Counts


def three_at_once(address: str, port: int) -> None:
    lines = [socket.create_connection((address, port), timeout=5) for _ in range(3)]
    time.sleep(0.2)  # all three are accepted before the first one closes
    for line in lines:
        line.close()


def test_counts_say_what_a_device_felt() -> None:
    with Lab([ROOM]) as lab:
        call_inside(lab, three_at_once, ROOM.address, 9100)
        call_inside(lab, connect, ROOM.address, 2575, b"\x0b\x1c\x0d")
        for _ in range(2):
            lab.run(["nmap", "-n", "-Pn", "-sS", "-p23", ROOM.address], capture_output=True)
        assert soon(lambda: lab.counts()[ROOM.address].connections == {9100: 3, 2575: 1})
        counts = lab.counts()[ROOM.address]
    assert counts.at_once == 3
    assert counts.bytes_received == {2575: 3}
    assert counts.first_bytes == {2575: b"\x0b\x1c\x0d"}
    assert counts.syns == {9100: 3, 2575: 1, 23: 2}
    assert counts.malformed == 0
    assert counts.faults == ()
    assert counts.packets_received >= counts.unicast >= counts.peak >= 6


def test_counts_notice_malformed_packets() -> None:
    with Lab([ROOM]) as lab:
        lab.run(["nmap", "-n", "-Pn", "-sX", "-p22", ROOM.address], capture_output=True)
        assert lab.counts()[ROOM.address].malformed >= 1


def test_counts_notice_datagrams_and_broadcasts() -> None:
    with Lab([ROOM]) as lab:
        before = lab.counts()[ROOM.address]
        lab.run(["nmap", "-n", "-sn", "-PR", "192.168.50.100-120"], capture_output=True)
        lab.run(["nmap", "-n", "-Pn", "-sU", "-p161", ROOM.address], capture_output=True)
        after = lab.counts()[ROOM.address]
    assert after.packets_received - before.packets_received > 20  # who-has, for everybody
    assert after.datagrams[161] >= 1
    assert after.unicast < 20


# Entering


def test_programs_run_in_the_scanners_place_and_nowhere_else() -> None:
    with Lab([ROOM]) as lab:
        shown = lab.run(["ip", "-br", "-4", "address"], capture_output=True, text=True).stdout
        assert f"{SCANNER.address}/24" in shown
        assert lab.run(["false"]).returncode == 1
        missing = lab.run(["no-such-program"], capture_output=True, text=True)
        assert missing.returncode == 127
        assert "no-such-program" in missing.stderr
    here = subprocess.run(
        ["ip", "-br", "-4", "address"], capture_output=True, text=True, check=True
    )
    assert SCANNER.address not in here.stdout


def test_a_process_that_entered_takes_its_children_along() -> None:
    script = SMALL + (
        "import subprocess\n"
        "with Lab([ROOM]) as lab:\n"
        "    lab.enter()\n"
        "    subprocess.run(['ip', '-br', '-4', 'address'], check=True)\n"
        "    print(lab.counts()[ROOM.address].faults, flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment()
    )
    assert done.returncode == 0, done.stderr
    assert f"{SCANNER.address}/24" in done.stdout
    assert done.stdout.endswith("()\n")


def test_a_process_with_threads_is_not_let_in() -> None:
    wait = threading.Event()
    thread = threading.Thread(target=wait.wait)
    with Lab([ROOM]) as lab:
        thread.start()
        try:
            with pytest.raises(NamespacesDenied, match=r"with \d+ threads"):
                lab.enter()
        finally:
            wait.set()
            thread.join()


def test_a_started_program_ends_with_its_starter() -> None:
    script = SMALL + (
        "with Lab([ROOM]) as lab:\n"
        "    print(lab.popen(['sleep', '600']).pid, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    parent = _start(script)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert soon(lambda: "sleep" in Path(f"/proc/{pid}/cmdline").read_text())
    parent.kill()
    parent.communicate()
    assert soon(lambda: not alive([pid]))


def test_a_lab_that_is_down_says_so() -> None:
    with Lab([ROOM]) as lab:
        pass
    for use in (lab.counts, lab.enter, lambda: lab.run(["true"])):
        with pytest.raises(RiskscanError, match="not up"):
            use()


# Going


def test_nothing_is_left_after_a_peaceful_end() -> None:
    with Lab(CLINIC) as lab:
        pids = lab.pids
        assert len(pids) == len(CLINIC) + 2  # the holder and the scanner's place
        theirs = {network for pid in pids for network in networks_of(pid)}
        assert len(theirs) == len(CLINIC) + 2
        # Other labs may be up at the same time, and a network's number is given out again: what
        # counts is that nobody who lived in these is alive.
        inside = dwellers(theirs)
        assert inside >= set(pids)
    assert alive(inside) == set()


def networks_of(pid: int) -> set[str]:
    return {str(Path(f"/proc/{pid}/ns/net").readlink())}


def dwellers(networks: set[str]) -> set[int]:
    """Processes that live in one of these network namespaces."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if networks_of(int(entry.name)) & networks:
                found.add(int(entry.name))
        except OSError:
            continue
    return found


def test_nothing_is_left_after_an_error_inside() -> None:
    with pytest.raises(ZeroDivisionError), Lab([ROOM]) as lab:
        pids = lab.pids
        raise ZeroDivisionError
    assert alive(pids) == set()


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_after_the_parent_is_killed(blow: signal.Signals) -> None:
    script = SMALL + (
        "from riskscan.lab import CLINIC\n"
        "with Lab(CLINIC) as lab:\n"
        "    print(*lab.pids, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    parent = _start(script)
    assert parent.stdout is not None
    pids = [int(word) for word in parent.stdout.readline().split()]
    namespaces_of_lab = {str(Path(f"/proc/{pid}/ns/net").readlink()) for pid in pids}
    assert len(namespaces_of_lab) == len(pids) == len(CLINIC) + 2
    inside = dwellers(namespaces_of_lab)
    assert inside >= set(pids)
    parent.send_signal(blow)
    parent.communicate()
    assert soon(lambda: not alive(inside))


def test_the_hosts_end_when_their_holder_is_killed() -> None:
    with Lab([ROOM]) as lab:
        holder, *hosts = lab.pids
        os.kill(holder, signal.SIGKILL)
        assert soon(lambda: not alive(hosts))
        with pytest.raises(RiskscanError):
            lab.counts()


def _start(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(),
    )


# Without root


def test_a_user_without_privileges_can_hold_a_clinic(reachable: Path) -> None:
    script = SMALL + (
        "from riskscan.lab import CLINIC\n"
        "assert os.geteuid() != 0\n"
        "with Lab(CLINIC) as lab:\n"
        "    lab.run(['id', '-u'])\n"
        "    lab.run(['touch', 'by-run'])\n"
        "    scan = lab.run(['nmap', '-n', '-sS', '-p22,23,104', '192.168.50.23',\n"
        "                    '192.168.60.20', '-oG', '-'], capture_output=True, text=True)\n"
        "    print(scan.stdout)\n"
        "    lab.enter()\n"
        "    open('by-enter', 'w').close()\n"
        "    print(len(lab.counts()), flush=True)\n"
    )
    done = as_ordinary_user(["-c", script], reachable)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("0\n")  # root, but only in there
    assert "23/open/tcp" in done.stdout
    assert "Host: 192.168.60.20" in done.stdout
    assert done.stdout.endswith(f"{len(CLINIC) + 1}\n")
    owners = {entry.name: entry.stat().st_uid for entry in reachable.iterdir()}
    assert owners == dict.fromkeys(("by-run", "by-enter"), reachable.stat().st_uid)


def test_nothing_of_an_unprivileged_lab_is_left_after_its_parent_is_killed(reachable: Path) -> None:
    script = SMALL + (
        "with Lab([ROOM]) as lab:\n    print(*lab.pids, flush=True)\n    os.kill(os.getpid(), 9)\n"
    )
    done = as_ordinary_user(["-c", script], reachable)
    pids = [int(word) for word in done.stdout.split()]
    assert len(pids) == 3, done.stderr
    assert soon(lambda: not alive(pids))


# Denied


def test_a_kernel_that_says_no_is_an_error_with_a_way_out() -> None:
    # A user namespace with a limit of no network namespaces: a true refusal, for this process only.
    script = SMALL + (
        "from riskscan.errors import NamespacesDenied\n"
        "try:\n"
        "    with Lab([ROOM]): pass\n"
        "except NamespacesDenied as error:\n"
        "    print(error.message); print(error.hint)\n"
    )
    limit = 'echo 0 > /proc/sys/user/max_net_namespaces && exec "$@"'
    done = subprocess.run(
        ["unshare", "-r", "sh", "-c", limit, "sh", sys.executable, "-c", script],
        capture_output=True, text=True, env=environment(),
    )  # fmt: skip
    message, hint = done.stdout.splitlines()
    assert message.startswith("the kernel does not let this user make a private network: ")
    assert "sudo" in hint


def test_a_refused_id_map_is_the_same_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(flags: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(namespaces, "unshare", refuse)
    with pytest.raises(NamespacesDenied, match="Operation not permitted") as caught:
        namespaces.own_network()
    assert caught.value.exit_code == 3
    assert caught.value.hint


def test_a_missing_program_is_named_with_the_package_that_has_it() -> None:
    with pytest.raises(NamespacesDenied, match="no-such-program") as caught:
        wiring.batch("no-such-program", [])
    assert "iproute2" in (caught.value.hint or "")


def test_a_kernel_setting_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    wiring.settle({"absent": "1"}, tmp_path)  # a kernel without that feature: nothing to do
    (tmp_path / "folder").mkdir()
    with pytest.raises(NamespacesDenied, match=str(tmp_path)):
        wiring.settle({"folder": "1"}, tmp_path)


@pytest.mark.parametrize(
    ("setting", "value", "advice"),
    [
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "restrict_unprivileged_userns=0"),
        ("kernel/unprivileged_userns_clone", "0", "unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "max_user_namespaces=10000"),
    ],
)
def test_the_hint_names_the_setting_that_forbids(
    tmp_path: Path, setting: str, value: str, advice: str
) -> None:
    assert namespaces.hint_for(tmp_path) == namespaces.SUDO_HINT
    path = tmp_path / setting
    path.parent.mkdir()
    path.write_text(value + "\n")
    hint = namespaces.hint_for(tmp_path)
    assert advice in hint
    assert "sudo" in hint


def test_a_host_that_cannot_be_built_is_named() -> None:
    bad = LabHost(
        name="broken",
        address="192.168.50.78",
        mac="00:1a:01:00:00:78",
        device_class=DeviceClass.SERVER,
        vendor="",
        what="two servers on one port",
        servers=(RawPrint(port=9100), RawPrint(port=9100)),
    )
    with pytest.raises(RiskscanError, match=r"broken: .*in use"), Lab([ROOM, bad]):
        pass


# By hand


def test_the_lab_can_be_held_from_a_terminal() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "riskscan.lab"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    shown = []
    while not shown or "Ctrl-C" not in shown[-1]:
        line = process.stdout.readline()
        assert line, shown
        shown.append(line)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate()
    assert process.returncode == 0
    assert "gone" in rest
    table = "".join(shown)
    assert all(host.address in table and host.mac in table for host in CLINIC)
