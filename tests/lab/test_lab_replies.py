"""What each server of the clinic says, to a polite client and to a rude one."""

from __future__ import annotations

import socket
import ssl
import struct
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from ftplib import FTP
from ipaddress import ip_network
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pynetdicom import AE
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind as StudyRootFind
from pynetdicom.sop_class import UltrasoundImageStorage, Verification

from riskscan.lab import CLINIC, CLINIC_NETWORKS, PATIENT_NAMES, Lab, LabHost
from riskscan.lab.servers.http import Http

pytestmark = pytest.mark.lab

FromScanner = Callable[..., Any]
NEAR, FAR = (ip_network(n) for n in CLINIC_NETWORKS)
HOSTS = {h.name: h for h in CLINIC}

# Functions without "test" run in the scanner's place.


def heard(address: str, port: int, said: bytes = b"", wait_first: bool = True) -> bytes:
    """What a server says before and after one thing is said to it."""
    with socket.create_connection((address, port), timeout=5) as line:
        first = line.recv(4096) if wait_first else b""
        if said:
            line.sendall(said)
            first += line.recv(4096)
        return first


def test_ssh_names_itself_and_offers_its_algorithms(from_scanner: FromScanner) -> None:
    said = from_scanner(heard, HOSTS["old-server"].address, 22, b"SSH-2.0-riskscan\r\n")
    banner, _, packet = said.partition(b"\r\n")
    assert banner == b"SSH-2.0-OpenSSH_7.9p1 Debian-10+deb10u2"
    size, padding, kind = struct.unpack(">IBB", packet[:6])
    assert (size + 4) % 8 == 0
    assert padding >= 4
    assert kind == 20
    assert len(packet) == size + 4


def test_telnet_negotiates_and_prompts(from_scanner: FromScanner) -> None:
    said = from_scanner(heard_all, HOSTS["analyzer"].address, 23, b"login: ")
    assert said.startswith(b"\xff\xfd\x18")
    assert b"Analyzer service terminal" in said


def heard_all(address: str, port: int, end: bytes) -> bytes:
    with socket.create_connection((address, port), timeout=5) as line:
        said = b""
        while end not in said:
            said += line.recv(4096)
        return said


def test_ftp_lets_anonymous_in_to_a_folder_named_after_patients(from_scanner: FromScanner) -> None:
    welcome, names = from_scanner(ftp_listing, HOSTS["analyzer"].address)
    assert welcome == "220 Analyzer results service ready"
    assert any(PATIENT_NAMES[0] in name for name in names)


def ftp_listing(address: str) -> tuple[str, list[str]]:
    with FTP(address, timeout=5) as ftp:  # noqa: S321 - plain FTP is what is tested
        ftp.login()
        return ftp.getwelcome(), ftp.nlst()


def page(url: str) -> tuple[int, dict[str, str], str]:
    """Fetch one page without following a redirect or checking a certificate."""
    context = ssl._create_unverified_context()  # noqa: S323 - bad certificates are meant
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), NoRedirect()
    )
    try:
        with opener.open(url, timeout=5) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read().decode()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def test_web_pages_show_titles_logins_realms_and_redirects(from_scanner: FromScanner) -> None:
    _, headers, body = from_scanner(page, f"https://{HOSTS['ehr'].address}/")
    assert "<title>OpenEMR Login</title>" in body
    assert 'type="password"' in body
    assert headers["Server"] == "Apache"
    status, headers, _ = from_scanner(page, f"http://{HOSTS['ehr'].address}/")
    assert (status, headers["Location"]) == (301, "https://ehr.lakeside.example/")
    status, headers, _ = from_scanner(page, f"http://{HOSTS['old-server'].address}/")
    assert (status, headers["WWW-Authenticate"]) == (401, 'Basic realm="Billing archive"')
    _, _, body = from_scanner(page, f"http://{HOSTS['ups'].address}/")
    assert 'type="password"' in body


def test_the_archive_names_itself_and_holds_a_patient_one_page_further(
    from_scanner: FromScanner,
) -> None:
    base = f"http://{HOSTS['pacs'].address}:8042"
    assert '"Name": "Orthanc"' in from_scanner(page, f"{base}/system")[2]
    assert PATIENT_NAMES[3] in from_scanner(page, f"{base}/patients?expand")[2]


def handshake(
    address: str, port: int, version: ssl.TLSVersion | None = None
) -> tuple[str, bytes] | str:
    """TLS version and certificate, or why there is none."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if version:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = version
    try:
        with (
            socket.create_connection((address, port), timeout=5) as plain,
            context.wrap_socket(plain) as line,
        ):
            return str(line.version()), line.getpeercert(binary_form=True) or b""
    except ssl.SSLError as error:
        return f"refused: {error.reason}"


def test_only_the_health_record_server_begins_with_tls_1_0(from_scanner: FromScanner) -> None:
    for host in CLINIC:
        for server in host.servers:
            if isinstance(server, Http) and server.tls:
                old = from_scanner(handshake, host.address, server.port, ssl.TLSVersion.TLSv1)
                spoke = old[0] == "TLSv1"
                assert spoke == ("tls.old-version" in host.weaknesses), (host.name, old)


def test_certificates_are_as_good_and_as_bad_as_the_table_says(from_scanner: FromScanner) -> None:
    now = datetime.now(UTC)
    for host in CLINIC:
        for server in host.servers:
            if isinstance(server, Http) and server.tls:
                version, binary = from_scanner(handshake, host.address, server.port)
                shown = x509.load_der_x509_certificate(binary)
                key = shown.public_key()
                assert version == "TLSv1.3"
                assert _is("tls.certificate-self-signed", host) == (shown.issuer == shown.subject)
                assert _is("tls.certificate-expired", host) == (shown.not_valid_after_utc < now)
                assert _is("tls.weak-key", host) == (
                    isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048
                )
                assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)


def _is(check: str, host: LabHost) -> bool:
    return check in host.weaknesses


def associate(address: str, port: int, called: str) -> tuple[str, str, list[str]]:
    """How an association ended, whose implementation answered, and what it accepted."""
    entity = AE(ae_title="RISKSCAN")
    for context in (Verification, UltrasoundImageStorage, StudyRootFind):
        entity.add_requested_context(context)
    association = entity.associate(address, port, ae_title=called)
    try:
        if association.is_established:
            accepted = [str(c.abstract_syntax) for c in association.accepted_contexts]
            return "accepted", str(association.acceptor.implementation_class_uid), accepted
        rejection = association.acceptor.primitive
        reason = rejection.reason_str if rejection else "none"
        return ("rejected" if association.is_rejected else "failed"), reason, []
    finally:
        if association.is_established:
            association.release()


def test_the_archive_takes_an_association_from_anybody(from_scanner: FromScanner) -> None:
    how, uid, accepted = from_scanner(associate, HOSTS["pacs"].address, 11112, "ANY-SCP")
    assert how == "accepted"
    assert uid.startswith("1.2.276.0.7230010.3.0.3.6")
    assert set(accepted) == {Verification, UltrasoundImageStorage, StudyRootFind}


def test_the_x_ray_console_accepts_an_echo_and_no_storage(from_scanner: FromScanner) -> None:
    how, uid, accepted = from_scanner(associate, HOSTS["x-ray"].address, 104, "ANY-SCP")
    assert (how, accepted) == ("accepted", [Verification])
    assert uid.startswith("1.2.392.200036.9125")


def test_the_ultrasound_insists_on_its_own_title(from_scanner: FromScanner) -> None:
    address = HOSTS["ultrasound"].address
    assert from_scanner(associate, address, 104, "ANY-SCP")[:2] == (
        "rejected",
        "Called AE title not recognised",
    )
    assert from_scanner(associate, address, 104, "SONO1")[0] == "accepted"


def find_patients(address: str, port: int) -> list[str]:
    from pydicom.dataset import Dataset

    entity = AE(ae_title="CURIOUS")
    entity.add_requested_context(StudyRootFind)
    association = entity.associate(address, port)
    query = Dataset()
    query.QueryRetrieveLevel = "STUDY"
    query.PatientName = "*"
    answers = association.send_c_find(query, StudyRootFind)
    names = [str(found.PatientName) for _, found in answers if found]
    association.release()
    return names


def test_whoever_queries_the_archive_carries_patients_away(from_scanner: FromScanner) -> None:
    assert from_scanner(find_patients, HOSTS["pacs"].address, 11112) == list(PATIENT_NAMES)


def test_an_hl7_message_is_answered_with_a_patient(from_scanner: FromScanner) -> None:
    message = b"\x0bMSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|T|2.3\r\x1c\r"
    said = from_scanner(heard, HOSTS["interface-engine"].address, 2575, message, False)
    assert said.startswith(b"\x0bMSH|")
    assert PATIENT_NAMES[4].encode() in said


def ask_snmp(address: str, question: bytes) -> bytes | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(1)
        line.sendto(question, (address, 161))
        try:
            return line.recv(4096)
        except TimeoutError:
            return None


def test_snmp_answers_its_community_and_stays_silent_to_others(from_scanner: FromScanner) -> None:
    from test_lab_ber import GET_DESCRIPTION

    for name, word in (("switch", b"Cisco IOS"), ("printer", b"JETDIRECT"), ("ups", b"APC Web")):
        assert word in from_scanner(ask_snmp, HOSTS[name].address, GET_DESCRIPTION)
    other = GET_DESCRIPTION.replace(b"public", b"secret")
    assert from_scanner(ask_snmp, HOSTS["switch"].address, other) is None


def rdp_request(protocols: int) -> bytes:
    negotiation = struct.pack("<BBHI", 1, 0, 8, protocols)
    request = struct.pack(">BBHHB", 6 + len(negotiation), 0xE0, 0, 0, 0) + negotiation
    return struct.pack(">BBH", 3, 0, 4 + len(request)) + request


@pytest.mark.parametrize(
    ("name", "offered", "kind", "value"),
    [
        ("front-desk", 1, 2, 1),  # TLS offered: TLS chosen
        ("front-desk", 0, 2, 0),  # nothing offered: RDP's own security
        ("front-desk", 3, 2, 2),  # CredSSP is taken where it is offered
        ("manager-pc", 1, 3, 5),  # TLS offered: failure, HYBRID_REQUIRED_BY_SERVER
        ("manager-pc", 3, 2, 2),
    ],
)
def test_rdp_chooses_as_its_setting_says(
    from_scanner: FromScanner, name: str, offered: int, kind: int, value: int
) -> None:
    said = from_scanner(heard, HOSTS[name].address, 3389, rdp_request(offered), False)
    assert said[:2] == b"\x03\x00"
    assert said[5] == 0xD0
    assert struct.unpack("<BBHI", said[-8:])[::3] == (kind, value)


def smb2_request(*dialects: int) -> bytes:
    header = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ", 64, 0, 0, 0, 1, 0, 0, 7, 0, 0, 0) + bytes(16)
    body = struct.pack("<HHHHI", 36, len(dialects), 1, 0, 0) + bytes(24)
    message = header + body + struct.pack(f"<{len(dialects)}H", *dialects)
    return struct.pack(">I", len(message)) + message


def smb1_request(*dialects: bytes) -> bytes:
    words = b"".join(b"\x02" + d + b"\0" for d in dialects)
    header = b"\xffSMB\x72" + bytes(4) + b"\x18\x01\x28" + bytes(20)
    message = header + b"\0" + struct.pack("<H", len(words)) + words
    return struct.pack(">I", len(message)) + message


@pytest.mark.parametrize(
    ("name", "dialect", "signing"),
    [("front-desk", 0x0210, 1), ("manager-pc", 0x0311, 3), ("nas", 0x0311, 1)],
)
def test_smb_chooses_its_newest_dialect_and_tells_its_signing(
    from_scanner: FromScanner, name: str, dialect: int, signing: int
) -> None:
    question = smb2_request(0x0202, 0x0210, 0x0300, 0x0302, 0x0311)
    said = from_scanner(heard, HOSTS[name].address, 445, question, False)[4:]
    assert said[:4] == b"\xfeSMB"
    assert struct.unpack_from("<Q", said, 24) == (7,)  # the message id comes back
    assert struct.unpack_from("<HHH", said, 64) == (65, signing, dialect)
    offset, size = struct.unpack_from("<HH", said, 64 + 56)
    assert said[offset : offset + 2] == b"\x60\x1c"  # SPNEGO, where the header says
    if dialect == 0x0311:
        (contexts,) = struct.unpack_from("<I", said, 64 + 60)
        assert contexts % 8 == 0
        assert contexts >= offset + size
        assert struct.unpack_from("<H", said, contexts) == (1,)


def test_smb_1_is_accepted_at_the_front_desk_only(from_scanner: FromScanner) -> None:
    question = smb1_request(b"NT LM 0.12")
    said = from_scanner(heard, HOSTS["front-desk"].address, 445, question, False)
    assert said[4:9] == b"\xffSMB\x72"
    assert said[4 + 32] == 17  # word count of the NT LM 0.12 answer
    for name in ("manager-pc", "nas"):
        assert from_scanner(heard, HOSTS[name].address, 445, question, False) == b""


def test_vnc_lets_anybody_in_to_a_desktop_named_after_a_patient(from_scanner: FromScanner) -> None:
    said = from_scanner(vnc_to_the_end, HOSTS["lab-pc"].address)
    assert said.startswith(b"RFB 003.008\n\x01\x01\0\0\0\0")
    assert PATIENT_NAMES[2].encode() in said


def vnc_to_the_end(address: str) -> bytes:
    with socket.create_connection((address, 5900), timeout=5) as line:
        said = line.recv(12)
        for step, size in ((b"RFB 003.008\n", 2), (b"\x01", 4), (b"\x01", 24)):
            line.sendall(step)
            said += line.recv(size, socket.MSG_WAITALL)
        return said + line.recv(4096)


def test_databases_greet_as_their_kind_does(from_scanner: FromScanner) -> None:
    greeting = from_scanner(heard, HOSTS["ehr"].address, 3306)
    assert int.from_bytes(greeting[:3], "little") == len(greeting) - 4
    assert greeting[4] == 10
    assert greeting[5:].split(b"\0")[0] == b"5.7.33-log"
    ssl_request = struct.pack(">II", 8, 80_877_103)
    said = from_scanner(heard, HOSTS["old-server"].address, 5432, ssl_request, False)
    assert said == b"N"


def test_a_camera_tells_its_methods_and_shows_nothing(from_scanner: FromScanner) -> None:
    address = HOSTS["camera"].address
    options = b"OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n"
    assert b"CSeq: 7" in from_scanner(heard, address, 554, options, False)
    describe = options.replace(b"OPTIONS", b"DESCRIBE")
    assert b" 401 " in from_scanner(heard, address, 554, describe, False)


def test_a_printer_tells_its_model_over_ipp(from_scanner: FromScanner) -> None:
    question = struct.pack(">HHI", 0x0101, 0x000B, 42) + b"\x01\x03"
    head = (
        b"POST /ipp/print HTTP/1.1\r\nContent-Type: application/ipp\r\nContent-Length: 10\r\n\r\n"
    )
    said = from_scanner(heard, HOSTS["printer"].address, 631, head + question, False)
    body = said.partition(b"\r\n\r\n")[2]
    assert struct.unpack(">HHI", body[:8]) == (0x0101, 0, 42)
    assert b"HP LaserJet MFP M528" in body


def abuse(address: str, ports: list[int]) -> None:
    """Garbage, half an answer, an early reset: what a broken client does."""
    for port in ports:
        for junk in (b"", b"\0" * 40, b"\xff" * 3000, b"\r\n\r\n", b"\x16\x03\x01\x02\x00\x01"):
            line = socket.create_connection((address, port), timeout=5)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.sendall(junk)
            line.close()


def test_servers_outlive_broken_clients_and_report_no_fault(
    clinic: Lab, from_scanner: FromScanner
) -> None:
    for host in CLINIC:
        ports = [port for kind, port in host.open_ports if kind == "tcp"]
        from_scanner(abuse, host.address, ports)
    assert b"SSH-2.0" in from_scanner(heard, HOSTS["vault"].address, 22)
    assert from_scanner(associate, HOSTS["pacs"].address, 11112, "X")[0] == "accepted"
    assert {a: c.faults for a, c in clinic.counts().items() if c.faults} == {}
