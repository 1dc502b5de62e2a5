"""A wire for the port engine: devices made of bytes on one end of a veth pair, the engine on ours.

Run as ``engine_bench.py scan SCENARIO`` inside a fresh network namespace. The devices answer ARP
and TCP by hand and keep what they felt: every packet, every odd one, every connection that was
opened and never closed. Prints one JSON object. Nothing outlives it.
"""

from __future__ import annotations

import heapq
import json
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, ip_network
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCANNER = "10.88.0.1"
OPEN_PC, FIREWALLED, TARPIT, DYING, BARRED = (f"10.88.0.{n}" for n in (20, 30, 40, 50, 60))
LISTENING = {22, 80, 443, 445, 3389, 8080, 9200, 51000}
MANY = [f"10.88.0.{n}" for n in range(100, 140)]
DYING_AFTER = 40
SYN, RST, ACK = 2, 4, 16


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def checksum_is_right(octets: bytes) -> bool:
    total = sum(struct.unpack(f"!{(len(octets) + 1) // 2}H", octets + b"\0" * (len(octets) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total == 0xFFFF


class Devices:
    """Hosts as a table of what they answer. Half-open connections are asked again for a second."""

    def __init__(self) -> None:
        self.moments: dict[str, list[float]] = defaultdict(list)
        self.syns: Counter[str] = Counter()
        self.tries: Counter[tuple[str, int]] = Counter()
        self.resets: Counter[str] = Counter()
        self.malformed: list[str] = []
        self.repeated = 0
        self.half_open: dict[tuple[str, int], int] = {}
        self.most_half_open = 0
        self.lossy = False
        self._arrived: Counter[tuple[str, int]] = Counter()
        self._later: list[tuple[float, tuple[str, int], bytes]] = []
        self._raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self._raw.bind(("dev0", 0))

    def run(self) -> None:
        while True:
            self._raw.settimeout(0.05)
            try:
                frame, (_, _, kind, *_) = self._raw.recvfrom(2048)
            except OSError:
                kind = socket.PACKET_OUTGOING
            while self._later and self._later[0][0] <= time.monotonic():
                _, key, again = heapq.heappop(self._later)
                if key in self.half_open:
                    self.repeated += 1
                    self._send(again)
                    heapq.heappush(self._later, (time.monotonic() + 0.7, key, again))
            if kind == socket.PACKET_OUTGOING:
                continue
            if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\1":
                self._arp(frame)
            elif frame[12:14] == b"\x08\0" and frame[23] == 6:
                self._tcp(frame)

    def _send(self, frame: bytes) -> None:
        try:
            self._raw.send(frame)
        except OSError:
            return  # the link is down

    def _arp(self, frame: bytes) -> None:
        target = socket.inet_ntoa(frame[38:42])
        if target != SCANNER:
            own = b"\x02\0" + frame[38:42]
            arp = frame[14:20] + b"\0\2" + own + frame[38:42] + frame[22:32]
            self._send(frame[6:12] + own + b"\x08\x06" + arp)

    def _tcp(self, frame: bytes) -> None:
        packet = frame[14 : 14 + struct.unpack_from("!H", frame, 16)[0]]
        target = socket.inet_ntoa(packet[16:20])
        segment = packet[20:]
        port, flags = struct.unpack_from("!H", segment, 2)[0], segment[13]
        if self.lossy and self._is_lost(target, flags):
            return
        self.moments[target].append(time.monotonic())
        pseudo = packet[12:20] + struct.pack("!HH", 6, len(segment))
        if packet[0] != 0x45 or not checksum_is_right(packet[:20]):
            self.malformed.append(f"IP header to {target}")
        if not checksum_is_right(pseudo + segment) and flags == SYN:
            self.malformed.append(f"TCP checksum to {target}")
        if flags == SYN:
            self.syns[target] += 1
            self.tries[target, port] += 1
            self._answer(frame, packet, target, port)
        elif flags & RST:
            self.resets[target] += 1
            self.half_open.pop((target, port), None)
        else:
            self.malformed.append(f"flags {flags} to {target}")

    def _is_lost(self, target: str, flags: int) -> bool:
        """Lose the first RST to a host and every third; of all else every tenth packet."""
        kind = (target, flags & RST)
        self._arrived[kind] += 1
        return self._arrived[kind] % (3 if flags & RST else 10) == 1

    def _answer(self, frame: bytes, packet: bytes, target: str, port: int) -> None:
        if target == BARRED:
            header = struct.pack("!BBHHHBBH", 0x45, 0, 56, 0, 0, 64, 1, 0) + packet[16:20]
            icmp = b"\x03\x0d" + bytes(6) + packet[:28]
            self._send(frame[6:12] + frame[:6] + b"\x08\0" + header + packet[12:16] + icmp)
            return
        accepts = target == TARPIT or port in LISTENING
        dead = target == DYING and self.syns[target] > DYING_AFTER
        if dead or (target == FIREWALLED and not accepts):
            return
        flags = SYN | ACK if accepts and target != DYING else RST | ACK
        number = (struct.unpack_from("!I", packet, 24)[0] + 1) & 0xFFFFFFFF
        reply = self._reply(frame, packet, number, flags)
        self._send(reply)
        if flags & SYN:
            self.half_open[target, port] = number
            at_once = sum(address == target for address, _ in self.half_open)
            self.most_half_open = max(self.most_half_open, at_once)
            heapq.heappush(self._later, (time.monotonic() + 0.7, (target, port), reply))

    def _reply(self, frame: bytes, packet: bytes, number: int, flags: int) -> bytes:
        ports = packet[22:24] + packet[20:22]
        tcp = ports + struct.pack("!IIBBHHH", 7, number, 0x50, flags, 8192, 0, 0)
        pseudo = packet[16:20] + packet[12:16] + struct.pack("!HH", 6, len(tcp))
        tcp = tcp[:16] + _complement(pseudo + tcp) + tcp[18:]
        header = struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64, 6, 0)
        header += packet[16:20] + packet[12:16]
        header = header[:10] + _complement(header) + header[12:]
        return frame[6:12] + frame[:6] + b"\x08\0" + header + tcp

    def felt(self) -> dict[str, object]:
        return {
            "packets": {a: len(at) for a, at in self.moments.items()},
            "worst": {
                a: max(sum(s <= x < s + 1 for x in at) for s in at)
                for a, at in self.moments.items()
            },
            "syns": dict(self.syns),
            "tries": max(self.tries.values(), default=0),
            "resets": dict(self.resets),
            "malformed": self.malformed,
            "repeated": self.repeated,
            "most_half_open": self.most_half_open,
            "half_open": [f"{a}:{p}" for a, p in self.half_open],
        }


def _complement(octets: bytes) -> bytes:
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return (~total & 0xFFFF).to_bytes(2)


def devices() -> None:
    sys.stdin.readline()
    ip("link", "set", "dev0", "up")
    made = Devices()
    made.lossy = sys.argv[2] == "lossy"
    threading.Thread(target=made.run, daemon=True).start()
    print("up", flush=True)
    for _ in sys.stdin:
        print(json.dumps(made.felt()), flush=True)


# the scanner


class Wire:
    """Our end: the engine, and a way to ask the devices what they felt."""

    def __init__(self, scenario: str) -> None:
        self._child = subprocess.Popen(
            ["unshare", "--net", sys.executable, __file__, "devices", scenario],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        ip("link", "set", "lo", "up")
        ip("link", "add", "scan0", "type", "veth", "peer", "name", "dev0")
        time.sleep(0.2)
        ip("link", "set", "dev0", "netns", str(self._child.pid))
        ip("link", "set", "scan0", "up")
        ip("addr", "add", SCANNER + "/24", "dev", "scan0")
        self._say()
        self.events: list[str] = []

    def _say(self) -> str:
        assert self._child.stdin and self._child.stdout
        print("go", file=self._child.stdin, flush=True)
        return self._child.stdout.readline()

    def felt(self) -> dict[str, object]:
        return json.loads(self._say())

    def engine(self, scope=None):
        from riskscan.discover.brake import Brake
        from riskscan.discover.raw.engine import PortEngine
        from riskscan.model import Scope

        return PortEngine(
            scope or Scope((ip_network("10.88.0.0/24"),)),
            near=lambda _address: True,
            interfaces=["scan0"],
            notify=lambda event: self.events.append(str(event)),
            brake=Brake(),
        )

    def ask(self, engine, targets, ports, pps=40, **options) -> dict[str, object]:
        from riskscan.discover.faults import Fault
        from riskscan.discover.question import Question

        def one(target: str) -> object:
            question = Question(IPv4Address(target), tuple(ports), (), pps, 2, **options)
            try:
                return {s.port: s.state.value for s in engine.ask(question)}
            except Fault as fault:
                return f"{type(fault).__name__}: {fault}"

        with ThreadPoolExecutor(len(targets)) as pool:
            return dict(zip(targets, pool.map(one, targets), strict=True))


def _ports() -> list[int]:
    from riskscan.discover.ports import NORMAL_TCP

    return sorted(NORMAL_TCP)


def everything(wire: Wire) -> dict[str, object]:
    """All kinds of devices at once, then nmap on the same ports of those that it can end with."""
    targets = [OPEN_PC, FIREWALLED, TARPIT, DYING, BARRED, *MANY]
    with wire.engine() as engine:
        states = wire.ask(engine, targets, _ports(), most=4)
    felt = wire.felt()
    from riskscan.discover.brake import Brake
    from riskscan.discover.nmap import Nmap
    from riskscan.discover.question import Question

    nmap = Nmap("nmap", privileged=True, brake=Brake())
    theirs = {
        target: {
            s.port: s.state.value
            for s in nmap.ask(Question(IPv4Address(target), tuple(_ports()), (), 200, 2))
        }
        for target in (OPEN_PC, FIREWALLED)
    }
    return {"states": states, "nmap": theirs, "felt": felt}


def killed(wire: Wire) -> dict[str, object]:
    """A process that asks is killed in the middle."""
    asker = subprocess.Popen([sys.executable, __file__, "forever"], stdout=subprocess.PIPE)
    assert asker.stdout
    asker.stdout.readline()
    time.sleep(1.0)
    asker.send_signal(signal.SIGKILL)
    asker.wait()
    asker.stdout.close()
    time.sleep(0.3)
    return {"felt": wire.felt()}


def forever() -> None:
    wire = Wire.__new__(Wire)
    wire.events = []
    with wire.engine() as engine:
        print("up", flush=True)
        wire.ask(engine, MANY, LISTENING, pps=10)


def eaten(wire: Wire) -> dict[str, object]:
    """A firewall of this machine swallows what its kernel says over TCP."""
    ip("rule", "add", "ipproto", "tcp", "blackhole")
    with wire.engine() as engine:
        states = wire.ask(engine, [OPEN_PC], [1, 2, 3, 4, *sorted(LISTENING)], pps=5)
        time.sleep(1.0)
        return {"states": states, "felt": wire.felt()}


def out_of_scope(wire: Wire) -> dict[str, object]:
    """The scope says no after five packets."""

    class Fickle:
        asked = 0

        def allows(self, _address: object) -> bool:
            self.asked += 1
            return self.asked <= 5

    with wire.engine(Fickle()) as engine:
        return {"states": wire.ask(engine, [OPEN_PC], _ports()), "felt": wire.felt()}


def link(wire: Wire) -> dict[str, object]:
    """The cable is pulled for two seconds."""

    def pull() -> None:
        ip("link", "set", "scan0", "down")
        time.sleep(2.0)
        ip("link", "set", "scan0", "up")

    timer = threading.Timer(1.0, pull)
    with wire.engine() as engine:
        timer.start()
        states = wire.ask(engine, [OPEN_PC, *MANY[:5]], _ports())
    return {"states": states, "felt": wire.felt()}


def lossy(wire: Wire) -> dict[str, object]:
    """One packet in ten is lost on the way to the devices, and of the resets every third."""
    with wire.engine() as engine:
        states = wire.ask(engine, [OPEN_PC, *MANY[:7]], _ports(), most=4)
        time.sleep(2.0)
    return {"states": states, "felt": wire.felt()}


def through_the_sweep(wire: Wire) -> dict[str, object]:
    """What a scan uses, on its way from address to services."""
    from riskscan import discover
    from riskscan.model import Policy, Triage

    scope = discover.parse_scope([OPEN_PC, TARPIT, DYING])
    found = discover.sweep(
        scope,
        triage=lambda host: Triage(Policy.NORMAL, "the test says so"),
        preflight=discover.preflight(scope),
        notify=lambda event: wire.events.append(str(event)),
    )
    hosts = {
        str(h.address): {
            "ports": {s.port: s.state.value for s in h.services if s.protocol == "tcp"},
            "seen": [o.key for o in h.sightings],
            "results": [(r.probe, r.outcome.value) for r in h.probe_results],
        }
        for h in found
    }
    return {"hosts": hosts, "felt": wire.felt()}


SCENARIOS = {
    f.__name__: f for f in (everything, killed, eaten, out_of_scope, link, lossy, through_the_sweep)
}


def scan(scenario: str) -> None:
    wire = Wire(scenario)
    result = SCENARIOS[scenario](wire)
    print(json.dumps({**result, "events": wire.events}))


def bench(scenario: str) -> dict:
    """Run a scenario in namespaces of its own and return what came of it."""
    share = ["unshare", "--user", "--map-root-user", "--net"]
    done = subprocess.run(
        [*share, sys.executable, __file__, "scan", scenario],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    {"devices": devices, "forever": forever}.get(sys.argv[1], lambda: scan(sys.argv[2]))()
