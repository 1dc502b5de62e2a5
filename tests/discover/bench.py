"""A segment of its own for one test: a scanner's namespace, a devices' namespace, one wire.

Run as ``bench.py scan SCENARIO``, inside a fresh network namespace. It makes a second one for the
devices, joins both by a veth pair, scans, and prints one JSON object: the hosts as found, and
what the devices felt (packets per address, bytes per port). Nothing outlives it.
"""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NETWORK = "10.77.0."
SCANNER, TALKER, PRINTER, SILENT, SLEEPER, TWICE = (
    NETWORK + n for n in ("1", "20", "30", "40", "50", "60")
)
MEDICAL_PORTS = (80, 104, 2575)
PRINTER_PORTS = (9100, 2575, 515)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def worst_second(moments: list[float]) -> int:
    """Return the most packets that came within any one second."""
    return max(sum(start <= at < start + 1 for at in moments) for start in moments)


# the devices


class Devices:
    """Listens on real sockets, answers ARP for two addresses by hand, and counts everything."""

    def __init__(self) -> None:
        self.packets: Counter[str] = Counter()
        self.asked: dict[str, set[int]] = {}
        self.moments: dict[str, list[float]] = {}
        self.heard: Counter[str] = Counter()
        self._requests: Counter[str] = Counter()
        self._raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self._raw.bind(("dev0", 0))

    def serve(self) -> None:
        for address, ports in ((TALKER, MEDICAL_PORTS), (PRINTER, PRINTER_PORTS)):
            for port in ports:
                listener = socket.create_server((address, port))
                threading.Thread(
                    target=self._listen, args=(listener, f"{address}:{port}"), daemon=True
                ).start()
        threading.Thread(target=self._watch, daemon=True).start()

    def _listen(self, listener: socket.socket, name: str) -> None:
        while True:
            peer, _ = listener.accept()
            with peer:
                peer.settimeout(4)
                try:
                    while octets := peer.recv(4096):
                        self.heard[name] += len(octets)
                        if name.endswith(":80"):
                            peer.sendall(b"HTTP/1.0 200 OK\r\n\r\n<title>Monitor</title>")
                            break
                except OSError:
                    continue

    def _watch(self) -> None:
        while True:
            frame, (_, _, kind, *_) = self._raw.recvfrom(2048)
            if kind == socket.PACKET_OUTGOING:
                continue
            if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\1":
                self._answer_arp(frame)
            elif frame[12:14] == b"\x08\0":
                self._count(frame)

    def _count(self, frame: bytes) -> None:
        target = socket.inet_ntoa(frame[30:34])
        self.packets[target] += 1
        self.moments.setdefault(target, []).append(time.monotonic())
        if frame[23] in (6, 17):
            self.asked.setdefault(target, set()).add(struct.unpack("!H", frame[36:38])[0])

    def _answer_arp(self, frame: bytes) -> None:
        target = socket.inet_ntoa(frame[38:42])
        self._requests[target] += 1
        if target == SLEEPER and self._requests[target] >= 2:
            self._reply(frame, "02:00:00:00:00:50")
        elif target == TWICE and self._requests[target] == 1:
            self._reply(frame, "02:00:00:00:00:60")
            self._reply(frame, "02:00:00:00:00:61")

    def _reply(self, request: bytes, mac: str) -> None:
        own = bytes.fromhex(mac.replace(":", ""))
        arp = request[14:20] + b"\0\2" + own + request[38:42] + request[22:32]
        self._raw.send(request[6:12] + own + b"\x08\x06" + arp)

    def felt(self) -> dict[str, object]:
        return {
            "packets": dict(self.packets),
            "asked": {address: sorted(ports) for address, ports in self.asked.items()},
            "heard": dict(self.heard),
            "worst": {address: worst_second(at) for address, at in self.moments.items()},
            "arp": dict(self._requests),
        }


def devices() -> None:
    sys.stdin.readline()
    ip("link", "set", "lo", "up")
    ip("link", "set", "dev0", "up")
    for address in (TALKER, PRINTER, SILENT):
        ip("addr", "add", f"{address}/24", "dev", "dev0")
    ip("route", "add", "default", "via", SCANNER)
    served = Devices()
    served.serve()
    print("up", flush=True)
    sys.stdin.readline()
    print(json.dumps(served.felt()), flush=True)


# the scanner


def scan(scenario: str) -> None:
    child = subprocess.Popen(
        ["unshare", "--net", sys.executable, __file__, "devices"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin and child.stdout
    ip("link", "set", "lo", "up")
    ip("link", "add", "scan0", "type", "veth", "peer", "name", "dev0")
    ip("link", "set", "dev0", "netns", str(child.pid))
    ip("link", "set", "scan0", "up")
    ip("addr", "add", SCANNER + "/24", "dev", "scan0")
    print("go", file=child.stdin, flush=True)
    child.stdout.readline()
    hosts, events = SCENARIOS[scenario]()
    print("stop", file=child.stdin, flush=True)
    felt = json.loads(child.stdout.readline())
    child.wait()
    result = {"hosts": [asdict(h) for h in hosts], "events": events, "felt": felt}
    print(json.dumps(result, default=str))


def sweep_all(policy: str, exclude: tuple[str, ...] = (), **options: bool) -> tuple[list, list]:
    from riskscan import discover
    from riskscan.model import Policy, Triage

    scope = discover.parse_scope([options.pop("target", NETWORK + "0/26")], exclude)
    events: list[str] = []
    found = discover.sweep(
        scope,
        triage=lambda host: Triage(Policy(policy), "the test says so"),
        preflight=discover.preflight(scope, **options),
        notify=lambda event: events.append(str(event)),
    )
    return list(found), events


def beyond() -> tuple[list, list]:
    """Make the devices' network one that is reached through a route, and has no ARP from here."""
    ip("addr", "flush", "dev", "scan0")
    ip("addr", "add", SCANNER + "/32", "dev", "scan0")
    ip("route", "add", NETWORK + "0/24", "dev", "scan0", "src", SCANNER)
    return sweep_all("fragile", target=NETWORK + "16/28")


SCENARIOS = {
    "fragile": lambda: sweep_all("fragile"),
    "normal": lambda: sweep_all("normal"),
    "excluded": lambda: sweep_all("normal", ("02:00:00", TALKER)),
    "unprivileged": lambda: sweep_all("fragile", privileged=False),
    "beyond": beyond,
}


def bench(scenario: str) -> dict:
    """Run a scenario in namespaces of its own and return what came of it."""
    done = subprocess.run(
        [
            "unshare",
            "--user",
            "--map-root-user",
            "--net",
            sys.executable,
            __file__,
            "scan",
            scenario,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    devices() if sys.argv[1] == "devices" else scan(sys.argv[2])
