"""Sessions for strangers: asked up to the answer, of no device that may serve patients."""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import replace

import lab_peers
import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.examine import ask
from riskscan.discover.faults import ProtocolError
from riskscan.discover.pace import PACES
from riskscan.discover.probes import FOR_STRANGERS, PROBES
from riskscan.discover.probes.codec import ftp, ntlm, smb
from riskscan.discover.restraint import restraint
from riskscan.lab.servers.ftp import Ftp
from riskscan.lab.servers.ntlm import Computer, is_nameless
from riskscan.lab.servers.smb import Smb
from riskscan.model import Host, Observation, Outcome, Policy, ProbeResult

FTP, SMB = PROBES["ftp_anonymous"], PROBES["smb_guest"]
BOX = Computer(name="BOX", version=(6, 1, 0))
GREETED = ("ftp.greeting", "220 ready", 21)
CHALLENGED = ("ntlm.computer", "BOX", 445)
WHOLE_LOGIN = b"USER anonymous\r\nPASS riskscan@riskscan.invalid\r\nQUIT\r\n"
NOT_LISTED = (b"LIST", b"NLST", b"MLSD", b"PASV", b"PORT", b"RETR", b"STOR", b"CWD")


def _knows(*facts: tuple[str, str, int]) -> Host:
    """Make a host of which these facts were learned before."""
    seen = tuple(Observation(key, value, port, "tcp") for key, value, port in facts)
    found = ProbeResult("earlier", None, None, Outcome.ANSWERED, seen)
    return replace(peers.host(21, 445), probe_results=(found,))


def _login(*replies: bytes, starttls: str = "") -> tuple[ProbeResult, bytes]:
    """Greet with the first reply, answer each line with the next; return what was heard, too."""
    heard: list[bytes] = []
    left = threading.Event()

    def talk(peer: socket.socket) -> None:
        try:
            for reply in replies:
                peer.sendall(reply)
                heard.append(peer.recv(200))
        finally:
            left.set()

    with peers.server(talk) as peer:
        known = _knows(("tls.starttls", starttls, peer.port)) if starttls else _knows()
        result = ask(FTP, peers.dialer(), known, peer.port)
        assert peer.connections == 1
        assert left.wait(5)
    return result, b"".join(heard)


def _values(result: ProbeResult) -> list[tuple[str, str]]:
    return [(o.key, o.value) for o in result.observations]


@pytest.mark.parametrize(("anonymous", "answer"), [(True, "accepted"), (False, "refused")])
def test_ftp_is_left_at_its_answer_and_nothing_is_listed(anonymous: bool, answer: str):
    with lab_peers.tcp(Ftp(port=21, greeting="ready", anonymous=anonymous)) as peer:
        result = ask(FTP, peers.dialer(), peers.host(), peer.port)
        told = lab_peers.said_to(peer, len(WHOLE_LOGIN))
    assert _values(result) == [("ftp.anonymous", answer)]
    assert result.outcome is Outcome.ANSWERED
    assert peer.connections == 1
    assert told == WHOLE_LOGIN
    assert not [word for word in NOT_LISTED if word in told]


def test_a_server_that_asks_for_no_password_gets_none():
    result, heard = _login(b"220 ready\r\n", b"230-Hello\r\n 1\r\n230 in\r\n", b"221 bye\r\n")
    assert _values(result) == [("ftp.anonymous", "accepted")]
    assert heard == b"USER anonymous\r\nQUIT\r\n"


@pytest.mark.parametrize(
    ("starttls", "learned"),
    [("missing", [("ftp.anonymous", "refused")]), ("offered", []), ("", [])],
)
def test_a_no_before_the_password_may_only_ask_for_encryption(
    starttls: str, learned: list[tuple[str, str]]
):
    replies = (b"220 ready\r\n", b"530 not like this\r\n", b"221 bye\r\n")
    result, heard = _login(*replies, starttls=starttls)
    assert _values(result) == learned
    assert heard == b"USER anonymous\r\nQUIT\r\n"


@pytest.mark.parametrize("reply", [b"332 account?\r\n", b"421 too many\r\n", b"550 no TLS\r\n"])
def test_what_is_neither_yes_nor_no_is_not_taken_for_either(reply: bytes):
    assert _login(b"220 ready\r\n", reply, b"221 bye\r\n")[0].observations == ()
    assert _login(b"220 a\r\n", b"331 b\r\n", reply, b"221 c\r\n")[0].observations == ()


def test_a_full_server_is_sent_nothing():
    result, heard = _login(b"421 too many users\r\n")
    assert (result.outcome, heard) == (Outcome.PROTOCOL_ERROR, b"")


@pytest.mark.parametrize("becomes", ["guest", "null", "refused"])
def test_smb_is_left_at_its_answer_and_no_share_is_connected(becomes: str):
    server = Smb(newest=0x0311, signing_required=True, computer=BOX, stranger=becomes)
    with lab_peers.tcp(server) as peer:
        result = ask(SMB, peers.dialer(), peers.host(), peer.port)
        told = lab_peers.said_to(peer, 1)
    assert _values(result) == [("smb.anonymous-session", becomes)]
    assert result.outcome is Outcome.ANSWERED
    assert peer.connections == 1
    log_off = [] if becomes == "refused" else [2]
    assert _commands(told) == [0, 1, 1, *log_off]
    assert told.count(b"NTLMSSP\0\3\0\0\0") == 1
    assert is_nameless(told)


def _commands(told: bytes) -> list[int]:
    """Return the command of each SMB 2 message (MS-SMB2 2.2.1.2), in order."""
    starts = (at for at in range(len(told)) if told.startswith(b"\xfeSMB\x40\0", at))
    return [int.from_bytes(told[at + 12 : at + 14], "little") for at in starts]


def test_a_file_server_without_a_challenge_is_not_answered():
    with lab_peers.tcp(Smb(newest=0x0302, signing_required=True)) as peer:
        result = ask(SMB, peers.dialer(), peers.host(), peer.port)
        told = lab_peers.said_to(peer, 1)
    assert (result.outcome, result.observations) == (Outcome.PROTOCOL_ERROR, ())
    assert _commands(told) == [0, 1]


def test_the_third_message_of_ntlm_holds_no_user_and_nothing_made_of_a_password():
    message = ntlm.AUTHENTICATE
    sizes = [struct.unpack_from("<H", message, at)[0] for at in range(12, 60, 8)]
    assert struct.unpack_from("<I", message, 8) == (3,)
    assert sizes == [1, 0, 0, 0, 0, 0], "LM, NT, domain, user, workstation, session key"
    assert message[72:] == b"\0"
    assert struct.unpack_from("<I", message, 60)[0] & 0x800, "it says that it is anonymous"


def test_the_lab_takes_nobody_with_a_name_for_a_stranger():
    named = bytearray(ntlm.AUTHENTICATE + b"bob")
    named[36:44] = struct.pack("<HHI", 3, 3, len(ntlm.AUTHENTICATE))
    assert is_nameless(ntlm.AUTHENTICATE_IN_SPNEGO)
    assert not is_nameless(bytes(named))
    assert not is_nameless(ntlm.NEGOTIATE_IN_SPNEGO)


@pytest.mark.parametrize(
    ("status", "flags", "said"),
    [
        (0, 1, "guest"),
        (0, 2, "null"),
        (0, 3, "guest"),
        (0, 4, "other"),
        (0xC000_0022, 0, "refused"),
        (0xC000_006D, 0, "refused"),
    ],
)
def test_a_session_is_called_what_its_flags_say(status: int, flags: int, said: str):
    assert smb.session_given(_answer(status, flags)) == said


@pytest.mark.parametrize("status", [0xC000_0016, 0xC000_00BB, 0xC000_000D, 0xC000_0205])
def test_a_refusal_of_the_question_is_no_refusal_of_the_stranger(status: int):
    with pytest.raises(ProtocolError):
        smb.session_given(_answer(status, 0))


def _answer(status: int, flags: int) -> bytes:
    head = b"\xfeSMB" + struct.pack("<HHIHH", 64, 0, status, 1, 1) + bytes(48)
    return head + struct.pack("<HHHH", 9, flags, 72, 0)


def _restraint(host: Host, name: str, port: int, *, allowed: bool = False) -> str:
    pace = PACES[host.triage.policy]
    return restraint(host, PROBES[name], port, pace, also_open=(), allowed=allowed)


STRANGERS = [("ftp_anonymous", 21), ("smb_guest", 445), ("ldap", 389), ("mqtt", 1883)]


@pytest.mark.parametrize(("name", "port"), STRANGERS)
@pytest.mark.parametrize(
    "sign",
    [
        ("dicom.association", "rejected", 11113),
        ("mllp.listens", "true", 2575),
        ("http.api", "dicomweb", 80),
        ("http.product", "Orthanc 1.12.10", 8042),
        ("fhir.version", "4.0.1", 443),
    ],
    ids=lambda s: s[0],
)
def test_a_device_with_a_clinical_sign_is_asked_by_leave_of_the_site_file_alone(
    name: str, port: int, sign: tuple[str, str, int]
):
    assert _restraint(_knows(GREETED, CHALLENGED), name, port) == ""
    assert "allow_anonymous" in _restraint(_knows(GREETED, CHALLENGED, sign), name, port)
    assert _restraint(_knows(GREETED, CHALLENGED, sign), name, port, allowed=True) == ""


@pytest.mark.parametrize(("name", "port"), STRANGERS)
def test_a_fragile_device_is_asked_by_leave_of_the_site_file_alone(name: str, port: int):
    fragile = peers.host(port, policy=Policy.FRAGILE)
    assert "allow_anonymous" in _restraint(fragile, name, port)
    assert _restraint(fragile, name, port, allowed=True) == ""
    assert "not asked" in _restraint(fragile, name, 8883, allowed=True)


@pytest.mark.parametrize("name", sorted(set(PROBES) - FOR_STRANGERS))
def test_that_leave_opens_no_other_question(name: str):
    fragile = peers.host(443, policy=Policy.FRAGILE)
    for port in (21, 80, 161, 389, 443, 445, 1883):
        asked = _restraint(fragile, name, port)
        assert _restraint(fragile, name, port, allowed=True) == asked


def test_a_device_that_was_not_let_greet_for_safety_is_still_known_to_have_the_port():
    skipped = [
        ProbeResult(name, port, "tcp", Outcome.SKIPPED_FOR_SAFETY)
        for name, port in (("greeting", 21), ("smb", 445))
    ]
    known = replace(peers.host(21, 445), probe_results=tuple(skipped))
    assert (FTP.wants(known), SMB.wants(known)) == ((21,), (445,))


def test_all_others_speak_before_sessions_for_strangers():
    order = list(PROBES)
    assert set(order[-2:]) == {"ftp_anonymous", "smb_guest"}
    assert all(Policy.FRAGILE not in probe.policies for probe in (FTP, SMB))


def test_only_a_port_that_spoke_is_asked():
    assert FTP.wants(peers.host(21)) == ()
    assert SMB.wants(peers.host(445)) == ()
    assert FTP.wants(_knows(("ftp.greeting", "220 a", 2121))) == (2121,)


@given(st.binary(max_size=300))
def test_no_bytes_break_a_reader(octets: bytes):
    for head in (b"", b"230-", b"\xfeSMB" + bytes(8) + b"\1\0"):
        for read in (ftp.reply_code, smb.session_given, smb.begun_session):
            try:
                read(head + octets)
            except ProtocolError:
                continue
    is_nameless(b"NTLMSSP\0\3\0\0\0" + octets)


@given(st.integers(100, 599), st.lists(st.text("ab 1-", max_size=5), max_size=3))
def test_a_reply_of_many_lines_is_complete_at_its_last(code: int, between: list[str]):
    whole = "".join([f"{code}-first\r\n", *(f" {line}\r\n" for line in between), f"{code} end\r\n"])
    octets = whole.encode()
    assert ftp.reply_code(octets) == code
    assert all(ftp.reply_code(octets[:end]) is None for end in range(len(octets)))
