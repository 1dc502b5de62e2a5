"""Probes of what announces itself, against the lab's servers and hostile ones on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import peers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscan.discover.examine import ask
from riskscan.discover.faults import Fault, ProtocolError
from riskscan.discover.probes import PROBES
from riskscan.discover.probes.codec import announced, dns, ipmi, ssdp, wsd
from riskscan.discover.probes.codec.head import head
from riskscan.discover.probes.codec.ipp import ATTRIBUTES, printer_facts
from riskscan.discover.probes.ipp import content
from riskscan.discover.probes.rtsp import reply_facts as rtsp_facts
from riskscan.discover.probes.sip import options
from riskscan.discover.probes.sip import reply_facts as sip_facts
from riskscan.lab.servers.announce import Description, Ipmi, Sip, Ssdp, Wsd
from riskscan.lab.servers.ipp import Ipp
from riskscan.lab.servers.mdns import Mdns, Service
from riskscan.lab.servers.server import Ledger, Server
from riskscan.lab.servers.text import Rtsp
from riskscan.model import Outcome, Policy

OVER_UDP = {"mdns": 5353, "ssdp": 1900, "wsd": 3702, "sip": 5060, "ipmi": 623}
OVER_TCP = {"ipp": 631, "rtsp": 554}
SHORT = replace(peers.QUICK, deadline=1.0)
Reply = Callable[[bytes], bytes | None]


def free_port(kind: int = socket.SOCK_DGRAM) -> int:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def learned(probe: str, server: Server, *open_ports: int) -> list[tuple[str, str]]:
    ledger = Ledger()
    server.start(ledger)
    host = peers.host(*open_ports)
    result = ask(PROBES[probe], peers.dialer(), host, server.port)
    assert result.outcome is Outcome.ANSWERED, result
    assert ledger.faults == []
    return [(o.key, o.value) for o in result.observations]


@contextmanager
def udp(reply: Reply, heard: list[bytes]) -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                try:
                    octets, peer = sock.recvfrom(4096)
                except OSError:
                    return
                heard.append(octets)
                if (made := reply(octets)) is not None:
                    sock.sendto(made, peer)

        threading.Thread(target=serve, daemon=True).start()
        yield sock.getsockname()[1]


PRINTER = Service(
    kind="_ipp._tcp",
    instance="Front desk of Dr. Jane Doe",
    port=631,
    texts={"ty": "HP LaserJet MFP M428fdw", "product": "(LaserJet)", "usb_MFG": "HP"},
)


def test_a_printer_names_its_services_and_its_model_over_mdns():
    server = Mdns(port=free_port(), host="NPI1A2B3C", services=(PRINTER,))
    assert learned("mdns", server) == [
        ("mdns.service", "_ipp._tcp"),
        ("mdns.host", "NPI1A2B3C"),
        ("mdns.maker", "HP"),
        ("mdns.product", "HP LaserJet MFP M428fdw"),
    ]


def test_the_name_that_somebody_gave_a_device_is_never_kept():
    server = Mdns(port=free_port(), host="ipad", services=(PRINTER,))
    assert "Doe" not in str(learned("mdns", server))


def test_what_says_nothing_of_interest_is_asked_one_question():
    quiet = Service(kind="_ssh._tcp", instance="x", port=22, texts={})
    port = free_port()
    Mdns(port=port, host="box", services=(quiet,)).start(Ledger())
    dialer = peers.dialer()
    assert peers.pairs(PROBES["mdns"].ask(dialer, peers.host(), port)) == [
        ("mdns.service", "_ssh._tcp")
    ]
    assert dialer.connections == 1


def test_every_mdns_question_asks_for_an_answer_to_us_alone():
    """scapy reads what we ask."""
    from scapy.layers.dns import DNS

    services = announced.services_question([f"{s}._tcp" for s in announced.TELLING])
    assert services is not None
    for octets in (announced.types_question(), services):
        asked = DNS(octets)
        assert 1 <= len(asked.qd) <= announced.MOST_ASKED
        assert all(q.unicastresponse == 1 and q.qclass == 1 and q.qtype == 12 for q in asked.qd)
    assert len(services) < 1400
    assert DNS(announced.types_question()).qd[0].qname == b"_services._dns-sd._udp.local."


def test_a_upnp_device_is_read_from_the_page_that_it_points_to():
    page, port = free_port(socket.SOCK_STREAM), free_port()
    told = {
        "deviceType": "urn:schemas-upnp-org:device:Basic:1",
        "friendlyName": "DiskStation &amp; more",
        "manufacturer": "Synology",
        "modelName": "DS920+",
        "serialNumber": "2040ABC",
    }
    Description(port=page, elements=told).start(Ledger())
    server = Ssdp(port=port, server="Linux/4.4 UPnP/1.0", location=f"http://127.0.0.1:{page}/d.xml")
    facts = learned("ssdp", server)
    assert facts == [
        ("ssdp.server", "Linux/4.4 UPnP/1.0"),
        ("ssdp.type", "urn:schemas-upnp-org:device:Basic:1"),
        ("ssdp.name", "DiskStation & more"),
        ("ssdp.maker", "Synology"),
        ("ssdp.product", "DS920+"),
        ("ssdp.serial", "2040ABC"),
    ]


@pytest.mark.parametrize(
    "pointer",
    [
        "http://127.0.0.2:{page}/d.xml",
        "http://localhost:{page}/d.xml",
        "https://127.0.0.1:{page}/d.xml",
        "http://127.0.0.1:{page}/d.xml HTTP/1.1",
        "http://127.0.0.1:9100/d.xml",
        "http://127.0.0.1:99999999/d.xml",
        "file:///etc/passwd",
        "http://[::1",
        "",
    ],
)
def test_a_page_elsewhere_or_on_a_port_that_hears_nothing_is_not_fetched(pointer: str):
    with peers.server(peers.answers(b"HTTP/1.1 200 OK\r\n\r\n")) as page:
        where = pointer.format(page=page.port)
        facts = learned("ssdp", Ssdp(port=free_port(), server="x", location=where))
        assert page.connections == 0
    assert [key for key, _ in facts] == ["ssdp.server", "ssdp.type"]


def test_a_camera_tells_its_name_and_model_by_ws_discovery():
    scopes = (
        "onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/AXIS%20P3245-LVE "
        "onvif://www.onvif.org/hardware/P3245-LVE onvif://www.onvif.org/location/room"
    )
    camera = Wsd(port=free_port(), types="dn:NetworkVideoTransmitter tds:Device", scopes=scopes)
    assert learned("wsd", camera) == [
        ("wsd.type", "NetworkVideoTransmitter"),
        ("wsd.type", "Device"),
        ("wsd.name", "AXIS P3245-LVE"),
        ("wsd.hardware", "P3245-LVE"),
    ]


def test_a_medical_device_is_known_at_once_and_its_bed_is_not_kept():
    monitor = Wsd(
        port=free_port(),
        types="dpws:Device mdpws:MedicalDevice",
        scopes="sdc.ctxt.loc:/sdc.ctxt.loc.detail/Lakeside%2F%2FICU%2FBed7?bed=Bed7",
        discovery="http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01",
        addressing="http://www.w3.org/2005/08/addressing",
    )
    facts = learned("wsd", monitor)
    assert {("wsd.medical", "true"), ("wsd.bed-location", "true")} <= set(facts)
    assert "Bed7" not in str(facts)


def test_a_telephone_names_itself_and_nobody_is_called():
    facts = learned("sip", Sip(port=free_port(), agent="Yealink SIP-T46S 66.86.0.15"))
    assert ("sip.agent", "Yealink SIP-T46S 66.86.0.15") in facts
    assert options("10.0.0.9").split(b" ")[0] == b"OPTIONS"
    assert b"Max-Forwards: 0\r\n" in options("10.0.0.9")


def test_a_management_controller_tells_that_it_lets_nobody_in():
    facts = learned("ipmi", Ipmi(port=free_port(), anonymous=True))
    assert facts == [
        ("ipmi.version", "1.5"),
        ("ipmi.version", "2.0"),
        ("ipmi.authentication", "md2"),
        ("ipmi.authentication", "md5"),
        ("ipmi.authentication", "straight"),
        ("ipmi.anonymous", "enabled"),
        ("ipmi.null-user", "enabled"),
    ]
    assert ("ipmi.anonymous", "disabled") in learned("ipmi", Ipmi(port=free_port()))


def test_a_printer_tells_its_model_over_ipp_and_no_job():
    attributes = {
        "printer-firmware-string-version": "2408A",
        "uri-authentication-supported": "none",
    }
    server = Ipp(
        port=free_port(socket.SOCK_STREAM), model="Brother HL-L2350DW", attributes=attributes
    )
    assert learned("ipp", server) == [
        ("ipp.model", "Brother HL-L2350DW"),
        ("ipp.firmware", "2408A"),
        ("ipp.authentication", "none"),
    ]
    assert not any("job" in name for name in ATTRIBUTES)


def test_an_ipp_answer_in_chunks_is_put_together():
    reply = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    assert content(b"HTTP/1.1 100 Continue\r\n\r\n" + reply) == b"abcde"
    with pytest.raises(ProtocolError, match="426"):
        content(b"HTTP/1.1 426 Upgrade Required\r\n\r\n")


def test_a_camera_is_asked_for_its_methods_and_for_no_picture():
    server = Rtsp(port=free_port(socket.SOCK_STREAM), realm="AXIS", server="GStreamer RTSP server")
    facts = learned("rtsp", server)
    assert facts == [("rtsp.status", "200"), ("rtsp.server", "GStreamer RTSP server")]
    refused = (
        b'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="IPC", nonce="1"\r\n\r\n'
    )
    assert rtsp_facts(refused)[1:] == [("rtsp.auth", "digest"), ("rtsp.realm", "IPC")]


@pytest.mark.parametrize("probe", [*OVER_UDP, *OVER_TCP])
def test_fragile_devices_are_not_asked(probe: str):
    assert Policy.FRAGILE not in PROBES[probe].policies


@pytest.mark.parametrize("probe", OVER_UDP)
def test_a_port_is_asked_where_it_may_be_open(probe: str):
    port = OVER_UDP[probe]
    assert PROBES[probe].wants(peers.host(udp=(port,))) == (port,)
    assert PROBES[probe].wants(peers.host(port)) == ()


@pytest.mark.parametrize("probe", OVER_TCP)
def test_an_open_port_is_asked(probe: str):
    assert PROBES[probe].wants(peers.host(OVER_TCP[probe])) == (OVER_TCP[probe],)


@pytest.mark.parametrize("probe", OVER_UDP)
@pytest.mark.parametrize("reply", [b"", b"\0" * 60_000, bytes(range(256)) * 8, b"\xc0\x0c" * 700])
def test_garbage_over_udp_is_a_fault_and_nothing_is_learned(probe: str, reply: bytes):
    heard: list[bytes] = []
    with udp(lambda _: reply, heard) as port:
        result = ask(PROBES[probe], peers.dialer(), peers.host(), port)
    assert result.outcome in (Outcome.PROTOCOL_ERROR, Outcome.TIMED_OUT)
    assert result.observations == ()
    assert len(heard) == 1


@pytest.mark.parametrize("probe", OVER_UDP)
def test_silence_over_udp_costs_each_question_once(probe: str):
    heard: list[bytes] = []
    with udp(lambda _: None, heard) as port:
        result = ask(PROBES[probe], peers.dialer(), peers.host(), port)
    assert result.outcome is Outcome.TIMED_OUT
    assert len(heard) == (2 if probe == "wsd" else 1)


def drip(peer: socket.socket) -> None:
    for _ in range(100):
        peer.sendall(b"R")
        peer.settimeout(0.2)
        with suppress(TimeoutError):
            peer.recv(4096)


def flood(peer: socket.socket) -> None:
    for _ in range(160):
        peer.sendall(b"A" * 65_536)


@pytest.mark.parametrize("probe", OVER_TCP)
@pytest.mark.parametrize(
    "talk", [drip, flood, lambda peer: None, peers.silent(), peers.says(b"\xff" * 999)]
)
def test_hostile_servers_over_tcp_end_in_a_fault(probe: str, talk: peers.Talk):
    with peers.server(talk) as peer:
        result = ask(PROBES[probe], peers.dialer(SHORT), peers.host(), peer.port)
    assert result.outcome in (Outcome.PROTOCOL_ERROR, Outcome.TIMED_OUT, Outcome.REFUSED)
    assert result.observations == ()


@pytest.mark.parametrize("talk", [drip, flood, peers.silent(), peers.says(b"\xff" * 999)])
def test_a_hostile_page_costs_nothing_that_was_learned_before(talk: peers.Talk):
    with peers.server(talk) as page:
        server = Ssdp(
            port=free_port(), server="Linux", location=f"http://127.0.0.1:{page.port}/d.xml"
        )
        server.start(Ledger())
        result = ask(PROBES["ssdp"], peers.dialer(SHORT), peers.host(), server.port)
    assert result.outcome in (Outcome.PROTOCOL_ERROR, Outcome.TIMED_OUT)
    assert [o.key for o in result.observations] == ["ssdp.server", "ssdp.type"]


PARSERS: tuple[Callable[[bytes], object], ...] = (
    *(dns.message, ssdp.reply_facts, ssdp.notice_facts, ssdp.description_facts, wsd.match_facts),
    *(ipmi.capabilities_facts, printer_facts, content, sip_facts, rtsp_facts, head),
)


@pytest.mark.parametrize("parse", PARSERS, ids=lambda p: f"{p.__module__}.{p.__name__}")
@settings(max_examples=40)
@given(octets=st.binary(max_size=600))
def test_no_bytes_break_a_parser(parse: Callable[[bytes], object], octets: bytes):
    with suppress(Fault):
        parse(octets)


GOOD: tuple[tuple[Callable[[bytes], object], bytes], ...] = (
    (dns.message, announced.types_question()),
    (ssdp.notice_facts, b"NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\nNT: urn:a:device:B:1\r\n\r\n"),
    (ssdp.description_facts, b"<root><device><modelName>x</modelName></device></root>"),
    (wsd.match_facts, b"<Envelope><ProbeMatches><d:Types>a:B</d:Types><d:Scopes>x</d:Scopes>"),
    (printer_facts, b"\1\1\0\0\0\0\0\1\4\x41\0\x16printer-make-and-model\0\2HP\3"),
    (
        ipmi.capabilities_facts,
        Ipmi().answer(ipmi.capabilities_question()) or b"",
    ),
)


@pytest.mark.parametrize(("parse", "good"), GOOD, ids=lambda p: getattr(p, "__name__", ""))
@settings(max_examples=40)
@given(data=st.data())
def test_a_good_answer_that_is_cut_or_bent_breaks_no_parser(
    parse: Callable[[bytes], object], good: bytes, data: st.DataObject
):
    assert parse(good)
    place = data.draw(st.integers(0, len(good) - 1))
    bent = bytearray(good[: data.draw(st.integers(place, len(good)))])
    if place < len(bent):
        bent[place] = data.draw(st.integers(0, 255))
    with suppress(Fault):
        parse(bytes(bent))


def test_a_dns_name_that_points_to_itself_ends():
    head_ = b"\0\0\x84\0\0\0\0\1\0\0\0\0"
    with pytest.raises(ProtocolError):
        dns.message(head_ + b"\xc0\x0c" + b"\0\x0c\0\1\0\0\0\0\0\0")


def test_pages_made_to_be_slow_are_read_at_once():
    ssdp.description_facts(b"<root><device>" + b"<modelName>" * 6000)
    wsd.match_facts(b"<Envelope>ProbeMatches" + b"<a:Types " * 7000)


@given(st.lists(st.binary(max_size=255), max_size=8))
def test_the_dns_reader_agrees_with_scapy_on_texts(texts: list[bytes]):
    from scapy.layers.dns import DNS, DNSRR

    made = DNS(qr=1, an=[DNSRR(rrname="x._ipp._tcp.local", type="TXT", rdata=texts or [b""])])
    (record,) = dns.message(bytes(made)).records
    assert list(record.texts) == [t.decode("utf-8", errors="replace") for t in texts or [b""]]
    assert record.name == ("x", "_ipp", "_tcp", "local")
