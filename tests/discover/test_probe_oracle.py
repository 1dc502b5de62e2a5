"""Scapy's dissectors and servers, which we did not write, judge what these probes send."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import peers
import pytest

from riskscan.discover.examine import ask
from riskscan.discover.probes import PROBES, ldap, mqtt, netbios
from riskscan.discover.probes.codec import ntlm, smb
from riskscan.model import Outcome

# Scapy warns of old ciphers on import, which has nothing to do with us.
pytestmark = pytest.mark.filterwarnings("ignore")

PATIENT = replace(peers.QUICK, read_timeout=5.0, deadline=10.0)

SERVER = """
import sys
from scapy.layers.ntlm import MD4le, NTLMSSP
from scapy.layers.smbserver import SMB_Server
from scapy.layers.spnego import SPNEGOSSP

login = SPNEGOSSP([NTLMSSP(IDENTITIES={"nobody": MD4le("unguessed")})])
SMB_Server.spawn(port=int(sys.argv[1]), iface="lo", ssp=login, verb=False)
"""


@pytest.fixture
def smb_port() -> Iterator[int]:
    """Start scapy's SMB server in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port: int = unused.getsockname()[1]
    words = [sys.executable, "-W", "ignore", "-c", SERVER, str(port)]
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.kill()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def test_an_smb_server_of_others_gives_its_challenge(smb_port: int):
    result = ask(PROBES["smb"], peers.dialer(PATIENT), peers.host(), smb_port)
    facts = dict(peers.pairs(iter(result.observations)))
    assert result.outcome is Outcome.ANSWERED
    assert facts["smb.dialect"] == "3.1.1"
    assert facts["ntlm.computer"] == "WIN10"
    assert facts["ntlm.build"].startswith("10.0.")
    assert abs(int(facts["ntlm.clock-skew"])) <= 2


def test_scapy_reads_the_opening_of_a_session_and_finds_nobody_in_it():
    from scapy.layers.ntlm import NTLM_NEGOTIATE
    from scapy.layers.smb2 import SMB2_Header, SMB2_Session_Setup_Request
    from scapy.layers.smbserver import SMB_Server  # noqa: F401 - it binds the layers together

    packet = SMB2_Header(smb.smb2_session_setup())
    setup = packet[SMB2_Session_Setup_Request]
    token = setup.SecurityBlob.innerToken.token.mechToken.value
    assert isinstance(token, NTLM_NEGOTIATE)
    assert bytes(token) == ntlm.NEGOTIATE
    assert (packet.MID, packet.CreditCharge, setup.PreviousSessionId) == (1, 1, 0)
    assert (token.DomainNameLen, token.WorkstationNameLen) == (0, 0)


def test_scapy_reads_the_search_for_the_root_and_no_entry():
    from scapy.layers.ldap import LDAP, LDAP_SearchRequest, LDAP_UnbindRequest

    search = LDAP(ldap.SEARCH).protocolOp
    assert isinstance(search, LDAP_SearchRequest)
    assert (search.baseObject.val, search.scope.val) == (b"", 0)
    assert len(search.attributes) == 9
    assert isinstance(LDAP(ldap.UNBIND).protocolOp, LDAP_UnbindRequest)


def test_scapy_reads_the_node_status_request():
    from scapy.layers.netbios import NBNSHeader, NBNSNodeStatusRequest

    request = NBNSHeader(netbios.request(b"\x01\x02"))
    assert request.NAME_TRN_ID == 0x0102
    assert request[NBNSNodeStatusRequest].QUESTION_NAME.rstrip(b"\0") == b"*"


def test_scapy_reads_a_connect_without_a_name():
    from scapy.contrib.mqtt import MQTT, MQTTConnect

    connect = MQTT(mqtt.CONNECT)[MQTTConnect]
    assert (connect.cleansess, connect.usernameflag, connect.passwordflag) == (1, 0, 0)
    assert (connect.clientId, connect.willflag) == (b"", 0)
    assert MQTT(mqtt.DISCONNECT).sprintf("%MQTT.type%") == "DISCONNECT"
