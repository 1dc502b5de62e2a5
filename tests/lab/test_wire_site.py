"""Troubles of a real site, as the kernel and nmap in the scanner's place meet them."""

from __future__ import annotations

import json
import sys

import pytest
from test_wire import scan, soon

from riskscan.lab import Frailty, Front, Reply, SwitchPort, WireHost, WireLab

pytestmark = pytest.mark.lab

FAR_NETWORK = "10.30.0.0/24"
ROUTER = WireHost(
    address="10.20.0.1",
    mac="04:d5:90:00:00:01",
    kind="router",
    ttl=255,
    fronts=(
        Front(network="10.20.0.128/25", proxy_arp=True),
        Front(network=FAR_NETWORK, reply=Reply.UNREACHABLE),
    ),
)
TARPIT = WireHost(address="10.20.0.20", mac="00:15:17:00:00:20", kind="tarpit", tarpit=True)
FRAIL = WireHost(
    address="10.20.0.21",
    mac="00:09:fb:00:00:21",
    kind="patient monitor",
    frailty=Frailty(packets_per_second=20),
)
FAR = WireHost(
    address="10.30.0.20",
    mac="00:11:32:00:00:20",
    kind="nas",
    open_ports=frozenset({443}),
    behind=ROUTER.address,
)
SHY = WireHost(
    address="10.30.0.21",
    mac="00:11:32:00:00:21",
    kind="pc",
    open_ports=frozenset({445}),
    answers_ping=False,
    drops_closed=True,
    behind=ROUTER.address,
)


def carrier(lab: WireLab) -> bool:
    shown = lab.run(["ip", "-j", "link", "show", "eth0"], capture_output=True, check=True).stdout
    return "LOWER_UP" in json.loads(shown)[0]["flags"]


def test_nmap_meets_the_troubles_of_the_table() -> None:
    with WireLab((ROUTER, TARPIT, FRAIL, FAR, SHY)) as lab:
        segment = scan(lab, "-sn", "-PR", "--max-retries", "1", "10.20.0.0-199")
        ports = scan(lab, "-Pn", "-sS", "-p1,443,60001", TARPIT.address)
        pinged = scan(lab, "-sn", "-PE", "10.30.0.16/29")
        asked = scan(lab, "-Pn", "-sS", "-p443,445", FAR.address, SHY.address)
        scan(lab, "-Pn", "-sS", "-F", "--max-retries", "0", FRAIL.address)
        felt = lab.counts()

    near = {ROUTER.address, lab.scanner, TARPIT.address, FRAIL.address}
    assert set(segment) == near | {f"10.20.0.{n}" for n in range(128, 200)}
    assert ports == {TARPIT.address: dict.fromkeys((1, 443, 60001), "open")}
    assert set(pinged) == {FAR.address}
    assert asked == {
        FAR.address: {443: "open", 445: "closed"},
        SHY.address: {443: "filtered", 445: "open"},
    }
    assert felt[FRAIL.address].lockups == 1
    assert {a: c.faults for a, c in felt.items() if c.faults} == {}


def test_a_connection_to_a_tarpit_hangs() -> None:
    wait = (
        "import socket\n"
        f"line = socket.create_connection(('{TARPIT.address}', 4321), timeout=5)\n"
        "line.sendall(b'hello')\n"
        "line.settimeout(0.5)\n"
        "try: print(line.recv(9))\n"
        "except TimeoutError: print('silence')\n"
    )
    with WireLab((ROUTER, TARPIT)) as lab:
        done = lab.run([sys.executable, "-c", wait], capture_output=True, text=True)
        felt = lab.counts()[TARPIT.address]

    assert done.stdout == "silence\n", done.stderr
    assert (felt.connections, felt.bytes_received) == ({4321: 1}, {4321: 5})


def test_a_port_that_shuts_can_take_the_carrier_with_it() -> None:
    port = SwitchPort(shuts_above=15, drops_carrier=True)
    with WireLab((ROUTER, TARPIT), port=port) as lab:
        before = carrier(lab)
        scan(lab, "-sn", "-PR", "--max-retries", "0", "--min-rate", "200", "10.20.0.0/24")
        assert before
        assert soon(lambda: not carrier(lab))
