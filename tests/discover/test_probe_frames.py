"""Probes that ask in binary: RDP and SMB."""

from __future__ import annotations

import socket

import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.examine import ask
from riskscan.discover.faults import Fault, ProtocolError
from riskscan.discover.probes import PROBES
from riskscan.discover.probes.codec import rdp, smb
from riskscan.model import Outcome, Policy


def _confirm(kind: int, value: int) -> bytes:
    return bytes.fromhex("03000013 0ed00000123400") + bytes([kind, 0, 8, 0, value, 0, 0, 0])


@pytest.mark.parametrize(
    ("reply", "security"),
    [
        (_confirm(2, 1), "tls"),
        (_confirm(2, 0), "rdp"),
        (_confirm(3, 5), "nla-required"),
        (_confirm(3, 2), "rdp"),
        (bytes.fromhex("0300000b 06d00000123400"), "rdp"),
    ],
    ids=["tls", "rdp", "nla", "no-tls", "before-negotiation"],
)
def test_rdp_says_what_it_demands(reply: bytes, security: str):
    heard: list[bytes] = []
    with peers.server(peers.answers(reply, heard)) as peer:
        fragile = peers.host(3389, policy=Policy.FRAGILE)
        facts = peers.pairs(PROBES["rdp"].ask(peers.dialer(), fragile, peer.port))
    assert facts == [("rdp.security", security)]
    assert heard == [bytes.fromhex("030000130ee000000000000100080001000000")]


def _smb2_response(dialect: int, mode: int) -> bytes:
    header = b"\xfeSMB" + (64).to_bytes(2, "little") + bytes(58)
    body = (65).to_bytes(2, "little") + mode.to_bytes(2, "little")
    message = header + body + dialect.to_bytes(2, "little") + bytes(58)
    return len(message).to_bytes(4) + message


def _smb1_response(chosen: int) -> bytes:
    message = b"\xffSMB\x72" + bytes(27) + b"\x11" + chosen.to_bytes(2, "little") + bytes(34)
    return len(message).to_bytes(4) + message


def _smbd(smb2: bytes, smb1: bytes, heard: list[bytes]) -> peers.Talk:
    def talk(peer: socket.socket) -> None:
        octets = peer.recv(4096)
        heard.append(octets)
        peer.sendall(smb2 if octets[4:8] == b"\xfeSMB" else smb1)

    return talk


@pytest.mark.parametrize(
    ("smb2", "smb1", "facts"),
    [
        (
            _smb2_response(0x0311, 3),
            b"",
            [("smb.dialect", "3.1.1"), ("smb.signing", "required"), ("smb.v1", "refused")],
        ),
        (
            _smb2_response(0x0210, 1),
            _smb1_response(0),
            [("smb.dialect", "2.1"), ("smb.signing", "enabled"), ("smb.v1", "accepted")],
        ),
        (
            _smb2_response(0x0302, 1),
            _smb1_response(0xFFFF),
            [("smb.dialect", "3.0.2"), ("smb.signing", "enabled"), ("smb.v1", "refused")],
        ),
        (b"", _smb1_response(0), [("smb.v1", "accepted")]),
    ],
    ids=["windows-11", "windows-7", "smb1-answered-no", "windows-xp"],
)
def test_smb_gives_dialect_signing_and_version_one(
    smb2: bytes, smb1: bytes, facts: list[tuple[str, str]]
):
    heard: list[bytes] = []
    with peers.server(_smbd(smb2, smb1, heard)) as peer:
        found = peers.pairs(PROBES["smb"].ask(peers.dialer(), peers.host(445), peer.port))
    assert found == facts
    assert len(heard) == 2
    assert heard[1].endswith(b"\x02NT LM 0.12\0")


def test_silence_is_not_taken_for_a_refusal_of_smb1():
    with peers.server(_smbd(b"", b"", [])) as peer:
        result = ask(PROBES["smb"], peers.dialer(), peers.host(445), peer.port)
    assert result.outcome is Outcome.REFUSED
    assert result.observations == ()


def test_the_smb2_question_is_well_formed():
    packet = smb.smb2_negotiate()
    offset = int.from_bytes(packet[64 + 28 : 64 + 32], "little")
    count = int.from_bytes(packet[64 + 2 : 64 + 4], "little")
    assert offset % 8 == 0
    assert count == 5
    assert packet[offset : offset + 2] == b"\x01\0"
    first = 8 + int.from_bytes(packet[offset + 2 : offset + 4], "little")
    second = offset + first + -first % 8
    assert packet[second : second + 2] == b"\x02\0"
    assert len(packet) == second + 8 + int.from_bytes(packet[second + 2 : second + 4], "little")


def test_a_message_that_claims_to_be_huge_is_not_waited_for():
    with peers.server(peers.answers(b"\0\xff\xff\xff")) as peer:
        result = ask(PROBES["smb"], peers.dialer(), peers.host(445), peer.port)
    assert result.outcome is Outcome.PROTOCOL_ERROR


@given(st.binary(max_size=200))
def test_no_bytes_break_a_parser(octets: bytes):
    for parse in (rdp.security, lambda o: smb.smb2_facts(o, 0.0), smb.smb1_answer):
        for prefix in (b"", b"\xfeSMB@\0", b"\xffSMB\x72", bytes.fromhex("0300001306d0")):
            try:
                parse(prefix + octets)
            except Fault as fault:
                assert isinstance(fault, ProtocolError)
