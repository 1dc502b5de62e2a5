"""A machine with a cable, containers and a VPN, made of a fresh network namespace.

Run as ``preflight_bench.py look TARGET`` inside one. Prints what a preflight for the target says,
as one JSON object. Nothing outlives it.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEIGHBOUR, NEIGHBOUR_MAC = "10.67.0.20", "02:00:00:00:67:20"
OWN, SECONDARY, CONTAINERS = "10.67.0.1", "10.67.0.2", "172.17.0.1"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def neighbour() -> None:
    print("up", flush=True)
    sys.stdin.readline()
    ip("link", "set", "dev0", "address", NEIGHBOUR_MAC, "up")
    ip("addr", "add", f"{NEIGHBOUR}/23", "dev", "dev0")
    print("ready", flush=True)
    sys.stdin.readline()


def look(target: str) -> None:
    from riskscan import discover

    child = subprocess.Popen(
        ["unshare", "--net", sys.executable, __file__, "neighbour"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin and child.stdout
    child.stdout.readline()
    ip("link", "set", "lo", "up")
    ip("link", "add", "cable0", "type", "veth", "peer", "name", "dev0", "netns", str(child.pid))
    ip("link", "set", "cable0", "up")
    for address in (OWN, SECONDARY):
        ip("addr", "add", f"{address}/23", "dev", "cable0")
    ip("link", "add", "docker0", "type", "bridge")
    ip("link", "set", "docker0", "up")
    ip("addr", "add", f"{CONTAINERS}/16", "dev", "docker0")
    ip("tuntap", "add", "dev", "tun0", "mode", "tun")
    ip("addr", "add", "10.8.0.2/24", "dev", "tun0")
    ip("link", "set", "tun0", "up")
    for half in ("0.0.0.0/1", "128.0.0.0/1"):
        ip("route", "add", half, "dev", "tun0")
    print("go", file=child.stdin, flush=True)
    child.stdout.readline()
    with suppress(OSError):
        socket.create_connection((NEIGHBOUR, 80), timeout=2)
    found = discover.preflight(discover.parse_scope([target]))
    child.stdin.close()
    child.wait()
    said: dict[str, str] = {}
    for notice in found.notices:
        said[notice.code] = f"{said.get(notice.code, '')}{notice.text}; "
    result = {
        "segments": [(s.interface, str(s.network)) for s in found.vantage.segments],
        "own": [a for a in (OWN, SECONDARY, CONTAINERS, NEIGHBOUR) if found.own(ip_address(a))],
        "neighbours": {str(a): mac for a, mac in found.neighbours.items()},
        "notices": said,
        "proposed": [str(s.network) for s in discover.local_segments()],
    }
    print(json.dumps(result))


def bench(target: str) -> dict:
    """Run a look in namespaces of its own and return what came of it."""
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", sys.executable, __file__, "look", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    neighbour() if sys.argv[1] == "neighbour" else look(sys.argv[2])
