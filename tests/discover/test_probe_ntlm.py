"""Who a Windows computer says it is to a stranger, whatever carries the question."""

from __future__ import annotations

import socket
import struct
from base64 import b64decode, b64encode
from dataclasses import replace

import lab_peers
import peers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from riskscan.discover.examine import ask
from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes import PROBES, http_ntlm
from riskscan.discover.probes.codec import ber, ntlm
from riskscan.discover.probes.codec import rdp as rdp_codec
from riskscan.discover.probes.codec import smb as smb_codec
from riskscan.lab.servers.desktop import Rdp
from riskscan.lab.servers.ntlm import Computer
from riskscan.lab.servers.server import TcpServer
from riskscan.lab.servers.smb import Smb
from riskscan.lab.servers.winrm import WinRm
from riskscan.model import Host, Observation, Outcome, Policy, ProbeResult

DC = Computer(
    name="CLINIC-DC1",
    domain="LAKESIDE",
    dns_domain="lakeside.example",
    version=(10, 0, 17763),
    skew=-7200,
)
NAMED = {
    "ntlm.build": "10.0.17763",
    "ntlm.computer": "CLINIC-DC1",
    "ntlm.domain": "LAKESIDE",
    "ntlm.dns-name": "clinic-dc1.lakeside.example",
    "ntlm.dns-domain": "lakeside.example",
    "ntlm.forest": "lakeside.example",
}


def _knows(*facts: tuple[str, str, int]) -> Host:
    """Make a host of which these facts were learned before."""
    seen = tuple(Observation(key, value, port, "tcp") for key, value, port in facts)
    found = ProbeResult("earlier", None, None, Outcome.ANSWERED, seen)
    return replace(peers.host(445, 3389, 80), probe_results=(found,))


@pytest.mark.parametrize(
    ("name", "server", "connections"),
    [
        ("smb", Smb(newest=0x0311, signing_required=True, computer=DC), 2),
        ("smb", Smb(newest=0x0202, signing_required=False, version_1=True, computer=DC), 2),
        ("rdp", Rdp(nla=True, computer=DC), 2),
        ("rdp", Rdp(nla=False, computer=DC), 2),
    ],
    ids=["smb-3", "smb-2", "nla", "no-nla"],
)
def test_build_names_and_clock_are_read_from_the_challenge(
    name: str, server: TcpServer, connections: int
):
    with lab_peers.tcp(server) as peer:
        result = ask(PROBES[name], peers.dialer(), peers.host(), peer.port)
    facts = dict(peers.pairs(iter(result.observations)))
    assert result.outcome is Outcome.ANSWERED
    assert NAMED.items() <= facts.items()
    assert -7203 <= int(facts["ntlm.clock-skew"]) <= -7197
    assert peer.connections == connections
    _no_login(peer.heard)


def _no_login(heard: list[bytes]) -> None:
    said = b"".join(heard)
    assert said.count(b"NTLMSSP\0") == 1
    assert b"NTLMSSP\0\x01\0\0\0" in said


def test_smb_gives_the_clock_of_the_negotiation_and_the_guid():
    server = Smb(newest=0x0311, signing_required=True, computer=DC)
    with lab_peers.tcp(server) as peer:
        facts = dict(peers.pairs(PROBES["smb"].ask(peers.dialer(), peers.host(), peer.port)))
    assert -7203 <= int(facts["smb.clock-skew"]) <= -7197
    assert facts["smb.server-guid"] == "03020100-0504-0706-0809-0a0b0c0d0e0f"
    assert "smb.boot-time" not in facts


def test_a_server_that_gives_no_challenge_loses_nothing_else():
    with lab_peers.tcp(Smb(newest=0x0302, signing_required=True)) as peer:
        result = ask(PROBES["smb"], peers.dialer(), peers.host(), peer.port)
    keys = {o.key for o in result.observations}
    assert {"smb.dialect", "smb.signing", "smb.v1"} <= keys
    assert not any(key.startswith("ntlm.") for key in keys)
    assert result.outcome is Outcome.ANSWERED


def test_remote_desktop_is_not_asked_twice_where_another_port_gave_the_challenge():
    known = _knows(("ntlm.build", "10.0.17763", 445))
    with lab_peers.tcp(Rdp(nla=True, computer=DC)) as peer:
        facts = peers.pairs(PROBES["rdp"].ask(peers.dialer(), known, peer.port))
    assert facts == [("rdp.security", "nla-required")]
    assert peer.connections == 1


def test_smb_is_asked_first_since_its_challenge_saves_the_others_a_connection():
    order = list(PROBES)
    assert order.index("smb") < order.index("rdp") < order.index("http_ntlm")
    assert order.index("http") < order.index("http_ntlm")


def test_a_fragile_device_is_never_asked_for_a_challenge():
    fragile = peers.host(3389, 445, 80, 5985, policy=Policy.FRAGILE)
    with lab_peers.tcp(Rdp(nla=True, computer=DC)) as peer:
        facts = peers.pairs(PROBES["rdp"].ask(peers.dialer(), fragile, peer.port))
    assert facts == [("rdp.security", "nla-required")]
    assert peer.connections == 1
    assert b"NTLMSSP" not in b"".join(peer.heard)
    for name in ("smb", "http_ntlm"):
        assert Policy.FRAGILE not in PROBES[name].policies


def test_remote_management_gives_the_challenge_and_its_schemes(monkeypatch: pytest.MonkeyPatch):
    with lab_peers.tcp(WinRm(computer=DC, basic=True)) as peer:
        monkeypatch.setattr(http_ntlm, "_WINRM", {peer.port: False})
        host = peers.host(peer.port)
        assert PROBES["http_ntlm"].wants(host) == (peer.port,)
        found = peers.pairs(PROBES["http_ntlm"].ask(peers.dialer(), host, peer.port))
    assert found[:2] == [("winrm.auth", "negotiate"), ("winrm.auth", "basic")]
    assert NAMED.items() <= dict(found).items()
    assert peer.connections == 1


@pytest.mark.parametrize("scheme", ["ntlm", "negotiate"])
def test_a_web_server_that_asked_for_a_windows_login_gives_the_challenge(scheme: str):
    heard: list[bytes] = []

    def talk(peer: socket.socket) -> None:
        heard.append(peer.recv(4096))
        token = b64decode(heard[0].partition(b"Authorization: ")[2].split()[1])
        answer = DC.challenge(token) if scheme == "ntlm" else DC.wrapped_challenge(token)
        line = f"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: {scheme.upper()} "
        peer.sendall(line.encode() + b64encode(answer) + b"\r\nContent-Length: 0\r\n\r\n")

    with peers.server(talk) as peer:
        host = _knows(("http.auth", scheme, peer.port))
        assert PROBES["http_ntlm"].wants(host) == (peer.port,)
        facts = dict(peers.pairs(PROBES["http_ntlm"].ask(peers.dialer(), host, peer.port)))
    assert NAMED.items() <= facts.items()
    assert heard[0].startswith(b"GET / HTTP/1.1\r\n")


def test_a_web_server_is_left_alone_where_the_challenge_is_known_or_none_is_offered():
    wants = PROBES["http_ntlm"].wants
    assert wants(_knows(("http.auth", "ntlm", 80), ("ntlm.build", "10.0.17763", 445))) == ()
    assert wants(_knows(("http.auth", "basic", 80))) == ()
    assert wants(peers.host(5986)) == ()


def test_the_opening_of_ntlm_names_nobody():
    kind, flags = struct.unpack_from("<II", ntlm.NEGOTIATE, 8)
    assert kind == 1
    assert not flags & 0x3000, "a domain or a workstation would be supplied"
    assert ntlm.NEGOTIATE[16:32] == bytes(16)
    assert ntlm.NEGOTIATE_IN_SPNEGO.endswith(ntlm.NEGOTIATE)
    assert ntlm.NEGOTIATE in rdp_codec.CREDSSP_NEGOTIATE


def test_samba_and_what_came_before_versions_are_told_apart():
    samba = replace(DC, version=(6, 1, 0)).challenge(ntlm.NEGOTIATE)
    assert ("ntlm.build", "6.1.0") in ntlm.challenge_facts(samba, 0.0)
    silent = bytearray(samba)
    silent[20:24] = (0x0280_8215 & ~0x0200_0000).to_bytes(4, "little")
    assert "ntlm.build" not in dict(ntlm.challenge_facts(bytes(silent), 0.0))


def test_a_challenge_that_points_outside_itself_says_no_more_than_it_holds():
    liar = bytearray(DC.challenge(ntlm.NEGOTIATE))
    liar[40:48] = b"\xff\xff\xff\xff\xff\xff\xff\xff"
    facts = dict(ntlm.challenge_facts(bytes(liar), 0.0))
    assert facts == {"ntlm.build": "10.0.17763", "ntlm.domain": "LAKESIDE"}


@given(cut=st.integers(0, 300), junk=st.binary(max_size=64), at=st.integers(0, 300))
@example(cut=300, junk=b"\xff" * 64, at=40)
def test_no_bytes_break_the_reading_of_a_challenge(cut: int, junk: bytes, at: int):
    octets = bytearray(DC.wrapped_challenge(ntlm.NEGOTIATE_IN_SPNEGO))
    octets[at : at + len(junk)] = junk
    try:
        facts = ntlm.challenge_facts(bytes(octets[:cut]), 1e9)
    except ProtocolError:
        return
    assert len(facts) <= 40
    assert all(len(value) <= 256 and "\0" not in value for _, value in facts)


@given(st.binary(max_size=300))
def test_no_bytes_break_a_reader_of_what_carries_it(octets: bytes):
    for read in (
        lambda o: ntlm.challenge_facts(b"NTLMSSP\0\2\0\0\0" + o, 0.0),
        lambda o: smb_codec.smb2_facts(b"\xfeSMB" + bytes(8) + o, 0.0),
        rdp_codec.security,
        ber.unpack,
        lambda o: list(ber.elements(o)),
        http_ntlm.challenges,
        lambda o: http_ntlm.challenges(b"HTTP/1.1 401\r\nWWW-Authenticate: NTLM " + o),
    ):
        try:
            read(octets)
        except ProtocolError:
            continue
