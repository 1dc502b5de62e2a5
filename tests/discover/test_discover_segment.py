"""ARP, ICMP and load, counted on a wire of its own in private network namespaces."""

from __future__ import annotations

import struct
import subprocess
from ipaddress import IPv4Address
from typing import Any

import bench
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.ports import TELLTALE_TCP
from riskscan.discover.raw import arp, arp_frame, beyond_packets

SHARE = ["unshare", "--user", "--map-root-user", "--net", "true"]


def _needs_namespaces() -> None:
    if subprocess.run(SHARE, capture_output=True).returncode:
        pytest.skip("this kernel lets no unprivileged process make a namespace")


@pytest.fixture(scope="module")
def fragile() -> dict[str, Any]:
    _needs_namespaces()
    return bench.bench("fragile")


def _by_address(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {host["address"]: host for host in result["hosts"]}


@pytest.mark.lab
def test_the_sweep_finds_talkers_sleepers_and_itself_with_their_macs(fragile: dict[str, Any]):
    hosts = _by_address(fragile)
    every = {bench.SCANNER, bench.TALKER, bench.PRINTER, bench.SILENT, bench.SLEEPER, bench.TWICE}
    assert set(hosts) == every
    assert hosts[bench.SCANNER]["found_by"] == ["self"]
    assert hosts[bench.SLEEPER]["mac"] == "02:00:00:00:00:50"
    assert hosts[bench.TALKER]["found_by"] == ["arp"]


@pytest.mark.lab
def test_two_macs_for_one_address_are_both_kept(fragile: dict[str, Any]):
    sightings = _by_address(fragile)[bench.TWICE]["sightings"]
    assert [(s["key"], s["value"]) for s in sightings] == [
        ("arp.mac", "02:00:00:00:00:60"),
        ("arp.other-mac", "02:00:00:00:00:61"),
    ]
    assert any("duplicate-address" in event and bench.TWICE in event for event in fragile["events"])


@pytest.mark.lab
def test_only_the_silent_are_asked_again(fragile: dict[str, Any]):
    asked = fragile["felt"]["arp"]
    assert asked["10.77.0.33"] == len(arp.WAVES) + 1
    assert asked[bench.TALKER] <= 2
    assert bench.SCANNER not in asked


@pytest.mark.lab
def test_a_fragile_device_suffers_no_more_than_promised(fragile: dict[str, Any]):
    felt = fragile["felt"]
    for address in (bench.TALKER, bench.PRINTER, bench.SILENT, bench.SLEEPER):
        assert set(felt["asked"][address]) <= set(TELLTALE_TCP)
        assert felt["packets"][address] <= 45
        assert felt["worst"][address] <= 8


@pytest.mark.lab
@pytest.mark.parametrize("scenario", ["fragile", "normal"])
def test_nothing_is_ever_written_to_print_and_hl7_ports(scenario: str, request):
    result = request.getfixturevalue("fragile") if scenario == "fragile" else None
    if result is None:
        _needs_namespaces()
        result = bench.bench("normal")
        assert max(result["felt"]["packets"].values()) <= 400
        assert max(result["felt"]["worst"].values()) <= 50
    heard = result["felt"]["heard"]
    assert not [name for name in heard if name.endswith((":9100", ":2575", ":515"))]
    assert heard[f"{bench.TALKER}:80"] > 0
    listens = [r["outcome"] for r in _by_address(result)[bench.TALKER]["probe_results"]]
    assert "answered" in listens


@pytest.mark.lab
def test_excluded_addresses_and_macs_receive_nothing():
    _needs_namespaces()
    result = bench.bench("excluded")
    hosts = _by_address(result)
    felt = result["felt"]
    assert bench.TALKER not in hosts
    assert bench.TALKER not in felt["packets"]
    assert bench.TALKER not in felt["arp"]
    assert hosts[bench.SLEEPER]["services"] == []
    assert bench.SLEEPER not in felt["packets"]


@pytest.mark.lab
def test_beyond_the_segment_ping_finds_what_answers_and_says_what_it_cannot_see():
    _needs_namespaces()
    result = bench.bench("beyond")
    hosts = _by_address(result)
    assert set(hosts) == {bench.TALKER, bench.PRINTER}
    assert hosts[bench.TALKER]["mac"] is None
    assert hosts[bench.TALKER]["found_by"] == ["icmp"]
    assert hosts[bench.TALKER]["sightings"][0]["value"] == "64"
    assert any("subnet-not-local" in event for event in result["events"])


@pytest.mark.lab
def test_without_raw_sockets_the_kernels_neighbours_are_found():
    _needs_namespaces()
    result = bench.bench("unprivileged")
    hosts = _by_address(result)
    assert {bench.TALKER, bench.PRINTER, bench.SILENT} <= set(hosts)
    assert hosts[bench.SILENT]["mac"]
    assert any("unprivileged-sweep" in event for event in result["events"])


def test_an_arp_request_is_what_rfc_826_says():
    frame = arp_frame.request_frame("02:00:00:00:00:01", IPv4Address("10.0.0.1"))
    assert bytes(frame[:6]) == b"\xff" * 6
    assert bytes(frame[12:22]) == bytes.fromhex("0806 0001 0800 06 04 0001")
    assert bytes(frame[28:32]) == IPv4Address("10.0.0.1").packed
    assert len(frame) == 42


@given(st.binary(max_size=80))
def test_no_bytes_break_the_readers_of_answers(octets: bytes):
    for prefix in (b"", bytes(12) + bytes.fromhex("08060001080006040002")):
        found = arp_frame.parse_reply(prefix + octets)
        assert found is None or len(found[1]) == 6
    for protocol in (1, 6, 17):
        header = b"\x45" + bytes(8) + bytes([protocol]) + bytes(10)
        heard = beyond_packets.parse(header + octets, 7)
        assert heard is None or 0 <= heard.ttl <= 255
    beyond_packets.parse(octets, 7)


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_a_numbered_echo_request_has_a_right_checksum(identifier: int, sequence: int):
    packet = bytearray(b"\x08\0\0\0" + identifier.to_bytes(2) + b"\0\0riskscan")
    beyond_packets.number(packet, sequence)
    assert beyond_packets.checksum(packet) == 0
    assert int.from_bytes(packet[6:8]) == sequence


def _packet(protocol: int, body: bytes, source: str = "10.0.0.5") -> bytes:
    header = b"\x45\0\0\x24" + bytes(4) + bytes([63, protocol]) + b"\0\0"
    return header + IPv4Address(source).packed + bytes([10, 0, 0, 1]) + body


def test_an_echo_reply_is_read_with_its_time_to_live():
    reply = _packet(1, b"\0\0\0\0" + (77).to_bytes(2) + b"\0\1riskscan")
    heard = beyond_packets.parse(reply, 77)
    assert heard is not None
    assert (IPv4Address(heard.address), heard.ttl) == (IPv4Address("10.0.0.5"), 63)
    assert beyond_packets.parse(reply, 78) is None


def test_a_refused_datagram_proves_life_only_if_its_receiver_refuses_it():
    ours = _packet(17, struct.pack("!HHHH", 5000, beyond_packets.TRACEROUTE, 8, 0))
    quoted = ours[:16] + IPv4Address("10.0.0.5").packed + ours[20:]
    for source, lives in (("10.0.0.5", True), ("10.0.0.254", False)):
        refusal = _packet(1, b"\3\3" + bytes(6) + quoted, source)
        assert (beyond_packets.parse(refusal, 1) is not None) is lives
