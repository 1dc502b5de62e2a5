"""Listening before a scan: what it adds, whom it misses, and that nobody is asked meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from riskscan.discover.brake import Brake
from riskscan.discover.faults import Stopped
from riskscan.discover.listening import MOST_SHOWN, Listening
from riskscan.discover.overheard import Overheard
from riskscan.discover.preflight import Preflight
from riskscan.identify import triage
from riskscan.lab import Lab, LabHost, place
from riskscan.model import (
    DeviceClass,
    Event,
    Host,
    Notice,
    Policy,
    Progress,
    Scope,
    Segment,
    Stage,
    Vantage,
)

NETWORK = ip_network("10.66.0.0/24")
DELL = "f8:b1:56:00:00:{:02x}"
SCOPE = Scope((NETWORK,), (ip_network("10.66.0.7/32"),), ("f8:b1:56:00:00:08",))
SEGMENT = Segment("eth0", NETWORK, ip_address("10.66.0.1"), "02:00:00:00:00:01")


def said(number: int, kind: str = "philips-connect", address: str | None = "") -> dict[str, Any]:
    where = f"10.66.0.{number}" if address == "" else address
    payload = b64encode(b"").decode()
    return {"kind": kind, "mac": DELL.format(number), "address": where, "payload": payload}


@dataclass
class Wire:
    """What the process with the raw sockets would say; then it fails, if it is to."""

    messages: list[dict[str, Any]]
    failure: Exception | None = None
    asked: list[Any] = field(default_factory=list)

    def run(self, job: str, params: dict[str, Any], *, brake: Brake) -> Iterator[dict[str, Any]]:
        self.asked.append((job, params))
        for message in self.messages:
            brake.check()
            yield message
        if self.failure:
            raise self.failure


def listened(
    wire: Wire | None, *segments: Segment, brake: Brake | None = None
) -> tuple[Listening, list[Event]]:
    events: list[Event] = []
    preflight = Preflight(Vantage(segments=segments or (SEGMENT,)), nmap_version="7.94")
    listening = Listening(SCOPE, preflight, events.append, brake or Brake())
    listening.run(wire, 3)
    return listening, events


def codes(events: list[Event]) -> list[str]:
    return [event.code for event in events if isinstance(event, Notice)]


def test_each_interface_is_listened_on_once_and_the_seconds_are_told():
    wire = Wire([{"second": 1}, said(5), {"second": 2}, {"second": 3}])

    _, events = listened(wire, SEGMENT, SEGMENT)

    assert wire.asked == [("listen", {"interfaces": ["eth0"], "seconds": 3})]
    assert [e for e in events if isinstance(e, Progress)] == [
        Progress(Stage.LISTEN, done, 3, f"{heard} heard")
        for done, heard in ((0, 0), (1, 0), (2, 1), (2, 1), (3, 1))
    ]
    assert codes(events) == ["listened"]


def test_who_announced_itself_as_medical_is_fragile_from_its_first_packet():
    listening, _ = listened(Wire([said(5)]))
    host = Host(ip_address("10.66.0.5"), DELL.format(5))

    assert triage(host).policy is Policy.NORMAL
    assert triage(listening.told(host)).policy is Policy.FRAGILE
    other = Host(ip_address("10.66.0.6"), DELL.format(6))
    assert listening.told(other) == other


def test_only_what_may_be_asked_is_asked_first():
    heard = [said(n) for n in (5, 7, 8)] + [said(9, address="10.99.0.9")]

    listening, _ = listened(Wire(heard))

    assert listening.seeds() == {ip_address("10.66.0.5"): DELL.format(5)}


def test_who_was_heard_and_not_found_is_named():
    found, by_arp, by_address, elsewhere, missed = (
        said(5),
        said(6, "arp"),
        {**said(10), "mac": DELL.format(99)},
        said(9, address="10.99.0.9"),
        said(11, address=None),
    )
    listening, events = listened(Wire([found, by_arp, by_address, elsewhere, missed]))
    listening.told(Host(ip_address("10.66.0.5"), DELL.format(5)))
    listening.told(Host(ip_address("10.66.0.10"), DELL.format(10)))
    listening.conclude({DELL.format(6)})

    (text,) = [e.text for e in events if isinstance(e, Notice) and e.code == "heard-not-found"]
    assert text.startswith(f"{DELL.format(11)} announced itself")


def test_a_wire_full_of_strangers_does_not_flood_the_report():
    listening, events = listened(Wire([said(n) for n in range(20, 60)]))
    listening.conclude()

    lines = [e.text for e in events if isinstance(e, Notice) and e.code == "heard-not-found"]
    assert len(lines) == MOST_SHOWN + 1
    assert lines[-1].startswith(f"{40 - MOST_SHOWN} more devices")


def test_an_interface_that_goes_away_ends_the_listening_and_not_the_scan():
    listening, events = listened(Wire([said(5)], OSError(100, "Network is down")))

    assert codes(events) == ["listening-failed", "listened"]
    assert ip_address("10.66.0.5") in listening.seeds()


def test_who_may_not_listen_or_has_no_wire_is_told_so():
    tunnel = Segment("tun0", NETWORK, ip_address("10.66.0.1"), None)
    for wire, segments in ((None, ()), (Wire([]), (tunnel,))):
        _, events = listened(wire, *segments)
        assert [type(e) for e in events] == [Notice]
        assert codes(events) == ["not-listened"]


def test_it_ends_when_the_scan_should():
    brake = Brake()
    brake.halt()
    with pytest.raises(Stopped):
        listened(Wire([said(5)]), brake=brake)


def test_an_address_is_among_those_of_its_sender():
    heard = Overheard()
    for message in (said(5), said(5, address=None), said(5, address="fe80::5")):
        heard.take(message)
    assert heard.senders() == {DELL.format(5): (ip_address("10.66.0.5"), ip_address("fe80::5"))}


# in a lab

SENDER = """
import socket, sys, time
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(([name for _, name in socket.if_nameindex() if name != "lo"][0], 0))
while True:
    wire.send(bytes.fromhex(sys.argv[1]))
    time.sleep(0.5)
"""


def pc(last: int) -> LabHost:
    return LabHost(
        name=f"pc-{last}",
        address=f"192.168.50.{last}",
        mac=DELL.format(last),
        device_class=DeviceClass.WORKSTATION,
        vendor="Dell",
        what="a PC that offers nothing",
        ipv6=False,
    )


ANNOUNCES, QUIET = pc(31), pc(32)


def announcement(host: LabHost) -> bytes:
    frame = Ether(src=host.mac, dst="ff:ff:ff:ff:ff:ff")
    packet = frame / IP(src=host.address, dst="192.168.50.255") / UDP(sport=24005, dport=24005)
    return bytes(packet / Raw(bytes(20)))


@dataclass(frozen=True)
class Visit:
    """A scan that was stopped while it listened, and the same gone on with."""

    stopped: subprocess.CompletedProcess[str]
    felt_while_listening: dict[str, Any]
    said: list[dict[str, Any]]
    felt: dict[str, Any]


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    database = str(tmp_path_factory.mktemp("listening") / "a.db")
    scan = [sys.executable, "-m", "riskscan", "scan", "--json-progress", "--db", database]
    targets = ["192.168.50.31-32"]
    with Lab((ANNOUNCES, QUIET)) as lab:
        there = [sys.executable, "-I", "-S", place.__file__, str(lab.pids[2])]
        frame = announcement(ANNOUNCES).hex()
        with subprocess.Popen([*there, sys.executable, "-c", SENDER, frame]) as sender:
            try:
                options: Any = {"capture_output": True, "text": True, "timeout": 120}
                stopped = lab.run(
                    [*scan, *targets, "--listen", "3600", "--max-duration", "3s"], **options
                )
                before = lab.counts()
                done = lab.run([*scan, "--resume", "--listen", "2"], **options)
            finally:
                sender.kill()
        assert done.returncode == 0, done.stderr
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        return Visit(stopped, before, lines, lab.counts())


@pytest.mark.lab
def test_a_scan_that_is_stopped_while_it_listens_has_asked_nobody(visit: Visit):
    assert visit.stopped.returncode == 4, visit.stopped.stderr
    assert "--resume" in visit.stopped.stderr
    for host in (ANNOUNCES, QUIET):
        felt = visit.felt_while_listening[host.address]
        assert (felt.syns, felt.datagrams) == ({}, {})


@pytest.mark.lab
def test_it_listens_again_when_it_is_asked_to_and_then_looks(visit: Visit):
    stages = [line["stage"] for line in visit.said if line["event"] == "progress"]
    assert stages.index("sweep") == stages.count("listen")
    heard = [line["note"] for line in visit.said if line.get("stage") == "listen"]
    assert heard[-1] == "1 heard"
    assert "heard-not-found" not in {line.get("code") for line in visit.said}


@pytest.mark.lab
def test_a_monitor_that_was_heard_is_asked_what_a_fragile_device_bears(visit: Visit):
    felt, other = visit.felt[ANNOUNCES.address], visit.felt[QUIET.address]
    assert len(felt.syns) == 12
    assert felt.datagrams == {}
    assert len(other.syns) > 50
