"""The clinic as a scanner meets it: who is there, and what is open."""

from __future__ import annotations

import socket
import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from riskscan.lab import CLINIC, CLINIC_NETWORKS, Lab, LabHost, truth

pytestmark = pytest.mark.lab

FromScanner = Callable[..., Any]
NEAR, FAR = (ip_network(n) for n in CLINIC_NETWORKS)
HOSTS = {h.name: h for h in CLINIC}


def nmap(lab: Lab, *options: str) -> ET.Element:
    done = lab.run(["nmap", "-n", "-oX", "-", *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return ET.fromstring(done.stdout)  # noqa: S314 - our own nmap's output


def up(report: ET.Element) -> dict[str, str | None]:
    """Address to MAC of every host that answered."""
    found: dict[str, str | None] = {}
    for host in report.iter("host"):
        marks = {a.get("addrtype"): a.get("addr", "") for a in host.iter("address")}
        found[marks["ipv4"]] = marks["mac"].lower() if "mac" in marks else None
    return found


def states(report: ET.Element) -> dict[tuple[str, str, int], str]:
    return {
        (host.find("address").get("addr"), p.get("protocol"), int(p.get("portid"))): p.find(
            "state"
        ).get("state")
        for host in report.iter("host")
        for p in host.iter("port")
    }  # type: ignore[union-attr, arg-type, misc]


# Who is there?


def test_every_host_of_the_segment_answers_arp_with_its_mac(clinic: Lab) -> None:
    found = up(nmap(clinic, "-sn", "-PR", "--min-rate", "500", str(NEAR)))
    found.pop(clinic.scanner.address)
    assert found == {h.address: h.mac for h in CLINIC if ip_address(h.address) in NEAR}


def test_hosts_beyond_the_router_answer_ping_without_a_mac(clinic: Lab) -> None:
    found = up(nmap(clinic, "-sn", "-PE", "--min-rate", "500", str(FAR)))
    assert found == {str(a): None for a in truth(CLINIC) if a in FAR}


def test_only_hosts_that_answer_ping_do(clinic: Lab) -> None:
    near = [h for h in CLINIC if ip_address(h.address) in NEAR]
    addresses = [h.address for h in near]
    found = up(nmap(clinic, "-sn", "-PE", "--disable-arp-ping", "--max-retries", "1", *addresses))
    assert set(found) == {h.address for h in near if h.answers_ping}
    assert {h.name for h in near if not h.answers_ping} == {"manager-pc", "desk-phone", "pump"}


def test_open_closed_and_dropped_ports_are_those_of_the_table(clinic: Lab) -> None:
    ports = sorted({port for h in CLINIC for kind, port in h.open_ports if kind == "tcp"} | {7})
    known = truth(CLINIC)
    seen: dict[tuple[str, str, int], str] = {}
    for some in _pieces(ports, 20):  # of more than 25 that are alike nmap names only the number
        options = ["-Pn", "-sS", "--max-retries", "1", "-p", ",".join(map(str, some))]
        seen |= states(nmap(clinic, *options, *map(str, known)))
    expected = {
        (str(address), "tcp", port): _state(host, port)
        for address, host in known.items()
        for port in ports
    }
    assert seen == expected


def _pieces(ports: list[int], size: int) -> list[list[int]]:
    return [ports[start : start + size] for start in range(0, len(ports), size)]


def _state(host: LabHost, port: int) -> str:
    if host.tarpit or ("tcp", port) in host.open_ports:
        return "open"
    return "filtered" if host.drops_closed else "closed"


def test_time_to_live_tells_network_gear_from_windows_from_linux(
    from_scanner: FromScanner,
) -> None:
    assert from_scanner(time_to_live, HOSTS["switch"].address) == 255
    assert from_scanner(time_to_live, HOSTS["front-desk"].address) == 128
    assert from_scanner(time_to_live, HOSTS["billing-pc"].address) == 127  # one router between
    assert from_scanner(time_to_live, HOSTS["pacs"].address) == 64


def time_to_live(address: str) -> int:
    echo = struct.pack(">BBHHH", 8, 0, 0xF7FE, 1, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        raw.settimeout(5)
        raw.sendto(echo, (address, 0))
        return raw.recv(1500)[8]


NO_IPV6 = not Path("/proc/net/if_inet6").exists()


@pytest.mark.skipif(NO_IPV6, reason="the kernel of this machine has no IPv6")
def test_who_has_ipv6_and_answers_ping_answers_the_echo_to_all_nodes(
    from_scanner: FromScanner,
) -> None:
    segment = [h for h in CLINIC if ip_address(h.address) in NEAR]
    answering = {str(h.link_local) for h in segment if h.link_local and h.answers_ping}

    assert from_scanner(all_nodes, len(answering)) == answering
    assert {h.name for h in segment if not h.link_local} >= {"pump", "decoy"}


def all_nodes(wanted: int) -> set[str]:
    """Return who answers an echo to ff02::1 (RFC 4443 section 4.1), itself left out."""
    found: set[str] = set()
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as raw:
        card = socket.if_nametoindex("eth0")
        raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
        raw.settimeout(1)
        for number in range(3):  # a host that is slow to find the scanner may miss the first
            raw.sendto(struct.pack(">BBHHH", 128, 0, 0, 7, number), ("ff02::1", 0, 0, card))
            with suppress(TimeoutError):
                while len(found) < wanted:
                    answer, (source, *_) = raw.recvfrom(1500)
                    if answer[0] == 129:
                        found.add(source.partition("%")[0])
        with suppress(TimeoutError):
            while True:  # and who should not have answered
                answer, (source, *_) = raw.recvfrom(1500)
                if answer[0] == 129:
                    found.add(source.partition("%")[0])
    return found


def test_the_decoy_takes_every_connection_and_says_nothing(
    clinic: Lab, from_scanner: FromScanner
) -> None:
    address = HOSTS["decoy"].address
    before = clinic.counts()[address]

    assert from_scanner(silence, address, [1, 80, 9100, 65_535]) == [True] * 4
    felt = clinic.counts()[address]
    assert felt.at_once - before.at_once <= 1
    assert felt.connections[65_535] == 1
    assert felt.bytes_received[9100] == 5
    assert not felt.faults


def silence(address: str, ports: list[int]) -> list[bool]:
    """Say of each port whether it accepts, takes a word, and answers nothing."""
    silent = []
    for port in ports:
        with socket.create_connection((address, port), timeout=5) as line:
            line.sendall(b"hello")
            line.settimeout(0.3)
            try:
                line.recv(9)
            except TimeoutError:
                silent.append(True)
    return silent
