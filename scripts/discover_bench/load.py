"""What one run found and cost, counted at the devices."""

from __future__ import annotations

import re
import statistics
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from discover_bench.networks import Truth, carries, truth_of
from discover_bench.tools import ASKED, Finds, Found, Tool
from riskscan.discover.ports import TELLTALE_TCP
from riskscan.lab import Counts, Lab, WireLab

FORBIDDEN = frozenset((*range(9100, 9108), 2575, 6661, 4001, 24105, 502, 47808))
"""TCP ports on which a byte is an act: raw print, MLLP, serial lines, monitors, controllers."""

LANES = ("fragile", "normal", "robust")


@dataclass
class Result:
    """One tool, once: what it found and what it cost."""

    seconds: float
    stopped: bool = False
    """Its time was up; what it had found is not known."""
    hosts: int | None = None
    ports: int | None = None
    ports_asked: int | None = None
    """How many open ports it asks for at all: riskscan asks a fragile device less."""
    false: list[str] = field(default_factory=list)
    """Hosts and ports that it reports and that are not there."""
    missed: list[str] = field(default_factory=list)
    sent: int = 0
    median: float = 0.0
    most: int = 0
    peak: int = 0
    at_once: dict[str, int] = field(default_factory=dict)
    """Most connections at once to any device, by policy; half-open ones too on emulated hosts."""
    malformed: int = 0
    forbidden_bytes: int = 0
    fragile_most: int = 0
    fragile_peak: int = 0
    megabytes: float = 0.0
    """Most memory that the program and its children held together."""
    time_share: float | None = None
    """Of a second scan: its time, as a share of the first one's."""
    packet_share: float | None = None
    """Of a second scan: what it sent, as a share of the first; of a resumed one: what was sent
    beyond an uninterrupted scan, as a share of that."""
    left_running: int | None = None
    """Children that outlived a kill by more than two seconds."""

    @property
    def complete(self) -> bool:
        return not self.stopped and not self.missed


def resident(pid: int) -> int:
    """Return the most memory (kB) that a program and its children of now have held, each."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    peak = re.search(r"^VmHWM:\s+(\d+)", text, re.MULTILINE)
    return (int(peak[1]) if peak else 0) + sum(map(resident, children(pid)))


def children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text(encoding="ascii").split())
        except OSError:
            continue  # it ended
    return found


def descendants(pid: int) -> list[int]:
    own = children(pid)
    return own + [below for child in own for below in descendants(child)]


def sent(lab: Lab | WireLab) -> int:
    """Return how many frames the scanner's card sent."""
    shown = lab.run(["cat", "/proc/net/dev"], capture_output=True, text=True, check=True).stdout
    card = next(line for line in shown.splitlines() if line.strip().startswith("eth0:"))
    return int(card.partition(":")[2].split()[9])


def feel(result: Result, lab: Lab | WireLab, finds: Finds) -> None:
    """Note what the devices felt. What a router between two networks carries is left out."""
    truth, counts = truth_of(lab), lab.counts()
    routers = {host.address for host in lab.hosts if carries(host)}
    felt = {a: c for a, c in counts.items() if a in truth and a not in routers}
    lanes = {a: _lane(finds.get(a), truth[a]) for a in felt}
    result.median = statistics.median(c.unicast for c in felt.values())
    result.most = max(c.unicast for c in felt.values())
    result.peak = max(c.peak for c in felt.values())
    result.malformed = sum(c.malformed for c in felt.values())
    result.forbidden_bytes = sum(map(_forbidden, counts.values()))
    result.at_once = {
        lane: max((c.at_once for a, c in felt.items() if lanes[a] == lane), default=0)
        for lane in LANES
    }
    frail = [
        c
        for a, c in felt.items()
        if (truth[a].fragile or lanes[a] == "fragile") and not truth[a].disguised
    ]
    result.fragile_most = max((c.unicast for c in frail), default=0)
    result.fragile_peak = max((c.peak for c in frail), default=0)


def _lane(found: Found | None, truth: Truth) -> str:
    """Return how a device was treated; where a tool does not say, how it should be."""
    return (found and found.policy) or ("fragile" if truth.fragile else "normal")


def _forbidden(counts: Counts) -> int:
    return sum(size for port, size in counts.bytes_received.items() if port in FORBIDDEN)


def compare(result: Result, found: Finds, lab: Lab | WireLab, job: str, tool: Tool) -> None:
    """Hold what a tool says to the truth, without what it was told to leave out."""
    truth = {a: t for a, t in truth_of(lab).items() if a not in tool.spares}
    scanner = lab.scanner if isinstance(lab, WireLab) else lab.scanner.address
    found = {a: f for a, f in found.items() if a != scanner}
    result.hosts = len(found.keys() & truth.keys())
    result.missed = sorted(truth.keys() - found.keys())
    result.false = sorted(found.keys() - truth.keys())
    if job != "sweep":
        _compare_ports(result, found, truth, job, tool)


def _compare_ports(
    result: Result, found: Finds, truth: Mapping[str, Truth], job: str, tool: Tool
) -> None:
    every = {(a, p) for a, t in truth.items() for p in listed(t.ports, job)}
    said = {(a, p) for a, f in found.items() for p in f.ports}
    asked = {(a, p) for a, p in every if _asks(found.get(a), p, tool)}
    result.ports = len(said & every)
    result.ports_asked = len(asked)
    result.missed += sorted(f"{a}:{p}" for a, p in asked - said)
    result.false += sorted(f"{a}:{p}" for a, p in said if a in truth and p not in truth[a].ports)


def listed(ports: Collection[int], job: str) -> frozenset[int]:
    """Return which of these ports the list of a job holds."""
    return frozenset(ports) & frozenset(ASKED[job]) if job in ASKED else frozenset(ports)


def _asks(found: Found | None, port: int, tool: Tool) -> bool:
    """Say whether a tool asks a host for an open port; of a host that it missed it should have."""
    if found is not None and found.policy == "fragile":
        return port in TELLTALE_TCP
    return tool.asks is None or port in tool.asks
