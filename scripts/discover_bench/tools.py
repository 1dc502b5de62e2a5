"""Who looks: each program, how it is started, and how its answer is read."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from xml.etree import ElementTree

from discover_bench.networks import Scenario, tarpits
from riskscan.discover.pace import ARP_PPS, ARP_PPS_LARGE
from riskscan.discover.ports import NORMAL_TCP
from riskscan.discover.profile import PROFILES
from riskscan.model import Policy

ENTRY = Path(__file__).resolve().parent.parent / "bench_discover"
RISKSCAN = (sys.executable, "-m", "riskscan")

STANDARD_LIST = tuple(sorted(NORMAL_TCP))
LIST_OF_200 = tuple(
    dict.fromkeys((*NORMAL_TCP, *PROFILES["thorough"].paces[Policy.NORMAL].tcp_ports))
)[:200]
"""The standard list, and the next of the thorough profile's."""

GENTLE_LIST = frozenset(PROFILES["gentle"].paces[Policy.NORMAL].tcp_ports)

ASKED = {"ports": STANDARD_LIST, "ports200": LIST_OF_200}
SWEEP_TRIES = 2
"""Requests for each address that another ARP scanner is told to send, as riskscan on a large
segment."""


@dataclass(frozen=True)
class Found:
    """What a tool says of one host."""

    ports: frozenset[int] = frozenset()
    policy: str | None = None


Finds = dict[str, Found]
Reader = Callable[[str], Finds]


@dataclass(frozen=True)
class Tool:
    """A program, how it is started, and how its answer is read."""

    name: str
    argv: tuple[str, ...]
    read: Reader
    asks: frozenset[int] | None = None
    """TCP ports of its list, if that is not the job's."""
    spares: frozenset[str] = frozenset()
    """Addresses that it was told to leave out."""
    ended_after: float | None = None
    """Seconds after which it is ended because it does not end by itself; what it said counts."""
    may_fail: bool = False
    """Whether its exit status says something other than that it failed."""
    database: Path | None = None
    """Where riskscan remembers its scans."""


def tools(scenario: Scenario, job: str, folder: Path) -> Iterator[Tool]:
    """Yield who can do a job there, installed or not; riskscan first."""
    nets = scenario.networks
    if job in ("whole", "rescan", "resume"):
        yield _whole(nets, folder / "bench.db")
        if job == "whole":
            yield _nmap_whole(scenario)
        return
    yield Tool("riskscan", (sys.executable, str(ENTRY), "--inside", job, *nets), read_inside)
    if job in ASKED:
        listed = ",".join(map(str, sorted(ASKED[job])))
        yield Tool("nmap", ("nmap", "-n", "-sS", "-T4", "-p", listed, "-oX", "-", *nets), read_nmap)
        return
    yield Tool("nmap", ("nmap", "-n", "-sn", "-oX", "-", *nets), read_nmap)
    if len(nets) == 1:  # the others know one segment only
        yield from _sweepers(nets[0], ARP_PPS_LARGE if scenario.is_large else ARP_PPS)


def _whole(nets: tuple[str, ...], database: Path) -> Tool:
    words = ("scan", *nets, "--practice", "Bench", "--db", str(database), "-q")
    return Tool("riskscan", (*RISKSCAN, *words), _stored(database), GENTLE_LIST, database=database)


def _nmap_whole(scenario: Scenario) -> Tool:
    spares = tarpits(scenario.lab())
    words = ["nmap", "-n", "-sS", "-sV", "-O", "-T4", "-oX", "-", *scenario.networks]
    if spares:
        words += ["--exclude", ",".join(sorted(spares))]
    return Tool("nmap", tuple(words), read_nmap, spares=spares)


def _sweepers(net: str, pps: int) -> Iterator[Tool]:
    """Yield what else sweeps, at riskscan's rate where it can be told one."""
    rate, addresses = f"{pps}/s x{SWEEP_TRIES}", ip_network(net).num_addresses
    pause, tries = f"{1_000_000 // pps}u", str(SWEEP_TRIES)
    words = ("-I", "eth0", f"--interval={pause}", f"--retry={tries}", net)
    yield Tool(f"arp-scan {rate}", ("arp-scan", *words), read_addresses)
    asked = ("--arp", "-e", "eth0", "--rate", str(pps), "--retries", str(SWEEP_TRIES - 1), net)
    takes = addresses * SWEEP_TRIES / pps + 3
    yield Tool(f"masscan {rate}", ("masscan", *asked), read_addresses, ended_after=takes)
    yield Tool("fping", ("fping", "-a", "-q", "-g", net), read_addresses, may_fail=True)


def read_inside(text: str) -> Finds:
    said = json.loads(text)
    return {a: Found(frozenset(host["ports"]), host["policy"]) for a, host in said.items()}


def _stored(database: Path) -> Reader:
    def read(_text: str) -> Finds:
        words = ("devices", "--format", "json", "--db", str(database))
        done = subprocess.run([*RISKSCAN, *words], capture_output=True, check=True)
        return {d["address"]: Found(_tcp(d["ports"]), d["policy"]) for d in json.loads(done.stdout)}

    return read


def _tcp(ports: Collection[str]) -> frozenset[int]:
    return frozenset(int(p.partition("/")[0]) for p in ports if p.endswith("/tcp"))


def read_nmap(text: str) -> Finds:
    found: Finds = {}
    for host in ElementTree.fromstring(text).iter("host"):  # noqa: S314 - of the nmap run here
        status, address = host.find("status"), host.find("address[@addrtype='ipv4']")
        if status is None or address is None or status.get("state") != "up":
            continue
        ports = (p.get("portid") for p in host.iterfind("ports/port/state[@state='open']/.."))
        found[address.get("addr", "")] = Found(frozenset(int(p) for p in ports if p))
    return found


def read_addresses(text: str) -> Finds:
    """Take an address for found if a line begins with it, or says that it is up."""
    lines = r"^(?:Discovered \S+ port 0/arp on )?(\d+\.\d+\.\d+\.\d+)\b"
    return {a: Found() for a in re.findall(lines, text, re.MULTILINE)}
