"""A segment whose kernels speak IPv6: a scanner's namespace, a bridge, two devices on it.

Run as ``ipv6_bench.py look HOW SCOPE [EXCLUDED]`` inside a fresh network namespace. One device has
an IPv4 address, the other none. Prints one JSON object: what came of it, and which frames of the
scanner each device received. Nothing outlives it.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BOTH_MAC, SIX_MAC, SCANNER_MAC = (f"02:00:00:00:06:{n}" for n in ("20", "30", "01"))
BOTH, BOTH6, SIX6 = "10.66.0.20", "fd66::20", "fd66::30"
NETWORK = "10.66.0.0/24"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def quick() -> None:
    """Use IPv6 addresses at once, without a second of looking for duplicates."""
    Path("/proc/sys/net/ipv6/conf/all/disable_ipv6").write_text("0")
    for which in ("all", "default"):
        Path(f"/proc/sys/net/ipv6/conf/{which}/accept_dad").write_text("0")


def device(mac: str, *addresses: str) -> None:
    quick()
    print("up", flush=True)
    sys.stdin.readline()
    ip("link", "set", "dev0", "address", mac)
    ip("link", "set", "dev0", "up")
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x86DD))
    raw.bind(("dev0", 0x86DD))
    for address in addresses:
        ip("addr", "add", address, "dev", "dev0")
    frames: list[str] = []
    threading.Thread(target=watch, args=(raw, frames), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(frames), flush=True)


def watch(raw: socket.socket, frames: list[str]) -> None:
    while True:
        frame = raw.recv(2048)
        if frame[6:12].hex(":") == SCANNER_MAC:
            frames.append(frame.hex())


def start(name: str, mac: str, *addresses: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        ["unshare", "--net", sys.executable, __file__, "device", mac, *addresses],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    read(child)
    ip("link", "add", name, "type", "veth", "peer", "name", "dev0", "netns", str(child.pid))
    ip("link", "set", name, "master", "lan0", "up")
    print("go", file=child.stdin, flush=True)
    return child


def read(child: subprocess.Popen[str]) -> str:
    assert child.stdout
    return child.stdout.readline()


def look(how: str, target: str, *exclude: str) -> None:
    from riskscan import discover

    quick()
    ip("link", "set", "lo", "up")
    ip("link", "add", "lan0", "address", SCANNER_MAC, "type", "bridge", "forward_delay", "0")
    ip("link", "set", "lan0", "up")
    children = [
        start("both", BOTH_MAC, f"{BOTH}/24", f"{BOTH6}/64"),
        start("six", SIX_MAC, f"{SIX6}/64"),
    ]
    ip("addr", "add", "10.66.0.1/24", "dev", "lan0")
    ip("addr", "add", "fd66::1/64", "dev", "lan0")
    for child in children:
        read(child)
    scope = discover.parse_scope([target], exclude)
    events: list[str] = []
    seen = HOW[how](scope, discover.preflight(scope), lambda event: events.append(str(event)))
    felt = []
    for child in children:
        print("stop", file=child.stdin, flush=True)
        felt.append(json.loads(read(child)))
        child.wait()
    print(json.dumps({how: seen, "felt": felt, "events": events}, default=str))


def heard(scope: Any, found: Any, notify: Callable[[Any], None]) -> Any:
    """Do the one job and nothing else."""
    from riskscan.discover.brake import Brake
    from riskscan.discover.ipv6 import neighbours6
    from riskscan.discover.raw.client import open_raw_sockets

    with open_raw_sockets(scope, found.vantage.segments, lambda _event: None) as raw:
        return neighbours6(raw, found, Brake(), notify)


def swept(scope: Any, found: Any, notify: Callable[[Any], None]) -> Any:
    """Do a whole sweep, as a scan does it."""
    from riskscan import discover
    from riskscan.model import Policy, Triage

    gentle = Triage(Policy.FRAGILE, "the test says so")
    hosts = discover.sweep(scope, triage=lambda _host: gentle, preflight=found, notify=notify)
    return {
        str(host.address): [s.value for s in host.sightings if s.key == "ip6.address"]
        for host in hosts
    }


HOW = {"heard": heard, "swept": swept}


def bench(*words: str) -> dict:
    """Run a look in namespaces of its own and return what came of it."""
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", sys.executable, __file__, "look", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    device(*sys.argv[2:]) if sys.argv[1] == "device" else look(*sys.argv[2:])
