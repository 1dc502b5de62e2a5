"""The listener, on a private wire with frames that scapy makes, as devices would."""

from __future__ import annotations

from base64 import b64decode
from ipaddress import ip_address, ip_network

import pytest
from listen_bench import Heard, hear
from scapy.contrib.cdp import (
    CDPMsgDeviceID,
    CDPMsgPlatform,
    CDPMsgPortID,
    CDPMsgSoftwareVersion,
    CDPv2_HDR,
)
from scapy.contrib.lldp import (
    LLDPDU,
    LLDPDUChassisID,
    LLDPDUEndOfLLDPDU,
    LLDPDUPortID,
    LLDPDUSystemDescription,
    LLDPDUSystemName,
    LLDPDUTimeToLive,
)
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dns import DNS, DNSRR, DNSRRSRV
from scapy.layers.inet import IP, TCP, UDP, fragment
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, LLC, SNAP, Dot3, Ether
from scapy.packet import Packet, Raw

from riskscan.discover.brake import Brake
from riskscan.discover.raw.listen import listen
from riskscan.discover.raw.session import Session
from riskscan.model import Host, Observation, Scope, Segment

pytestmark = pytest.mark.lab

EVERYONE = "ff:ff:ff:ff:ff:ff"
PATIENT = b"DOE^JANE"
MDNS, SSDP = ("01:00:5e:00:00:fb", "224.0.0.251"), ("01:00:5e:7f:ff:fa", "239.255.255.250")


def mac(number: int) -> str:
    return f"00:11:22:33:44:{number:02x}"


def datagram(number: int, port: int, payload: Packet | bytes, to: str = EVERYONE) -> bytes:
    inside = payload if isinstance(payload, Packet) else Raw(payload)
    source = IP(src=f"10.66.0.{number}", dst="10.66.0.255")
    return bytes(Ether(src=mac(number), dst=to) / source / UDP(sport=port, dport=port) / inside)


def request(number: int, *options: object) -> bytes:
    client = bytes.fromhex(mac(number).replace(":", ""))
    bootp = BOOTP(op=1, chaddr=client + bytes(10)) / DHCP(
        options=[("message-type", 1), *options, "end"]
    )
    frame = Ether(src=mac(number), dst=EVERYONE) / IP(src="0.0.0.0", dst="255.255.255.255")
    return bytes(frame / UDP(sport=68, dport=67) / bootp)


PRINTER = DNS(
    qr=1,
    aa=1,
    an=[
        DNSRR(rrname="_ipp._tcp.local", type="PTR", rdata="Jane Doe._ipp._tcp.local"),
        DNSRRSRV(rrname="Jane Doe._ipp._tcp.local", port=631, target="NPI9.local"),
        DNSRR(rrname="Jane Doe._ipp._tcp.local", type="TXT", rdata=[b"ty=HP LaserJet 400"]),
    ],
)
NOTICE = (
    b"NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNTS: ssdp:alive\r\n"
    b"NT: urn:schemas-upnp-org:device:ZonePlayer:1\r\nUSN: uuid:1\r\n"
    b"SERVER: Linux UPnP/1.0 Sonos/63.2\r\n\r\n"
)
LLDP = (
    Ether(src=mac(5), dst="01:80:c2:00:00:0e")
    / LLDPDU()
    / LLDPDUChassisID(subtype=4, id=mac(5))
    / LLDPDUPortID(subtype=5, id=b"Gi1/0/7")
    / LLDPDUTimeToLive(ttl=120)
    / LLDPDUSystemName(system_name=b"closet-sw1")
    / LLDPDUSystemDescription(description=b"ProCurve 2530-24G")
    / LLDPDUEndOfLLDPDU()
)
CDP = (
    Dot3(src=mac(6), dst="01:00:0c:cc:cc:cc")
    / LLC(dsap=0xAA, ssap=0xAA, ctrl=3)
    / SNAP(OUI=0x00000C, code=0x2000)
    / CDPv2_HDR(
        msg=[
            CDPMsgDeviceID(val=b"SEP001122334406"),
            CDPMsgPortID(iface=b"Port 1"),
            CDPMsgSoftwareVersion(val=b"sip78xx.12-8-1\nline two"),
            CDPMsgPlatform(val=b"Cisco IP Phone 7821"),
        ]
    )
)
NAME = "".join(chr(65 + (o >> 4)) + chr(65 + (o & 15)) for o in b"RECEPTION1     \x00")
USER = "".join(chr(65 + (o >> 4)) + chr(65 + (o & 15)) for o in b"JANE.DOE       \x03")


def registration(name: str) -> bytes:
    """A NetBIOS name registration (RFC 1002 section 4.2.2)."""
    label = bytes([32]) + name.encode() + b"\0"
    head = bytes.fromhex("0001 2910 0001 0000 0000 0001")
    return head + label + b"\0\x20\0\1" + b"\xc0\x0c\0\x20\0\1\0\0\0\0\0\6\0\0\x0a\x42\0\x08"


I_AM = bytes.fromhex("810b0018 0120ffff00ff 1000 c402000bb8 2205c4 9103 2207")
ANNOUNCED = [
    bytes(Ether(src=mac(1), dst=EVERYONE) / ARP(hwsrc=mac(1), psrc="10.66.0.1", pdst="10.66.0.9")),
    request(
        2, ("hostname", "NURSE-PC"), ("vendor_class_id", "MSFT 5.0"), ("param_req_list", [1, 3, 6])
    ),
    datagram(3, 5353, PRINTER, MDNS[0]),
    datagram(4, 1900, NOTICE, SSDP[0]),
    bytes(LLDP),
    bytes(CDP),
    datagram(8, 137, registration(NAME)),
    datagram(8, 137, registration(USER)),
    datagram(9, 47808, I_AM),
    datagram(10, 2000, PATIENT + bytes(56)),
    datagram(11, 24005, PATIENT),
    bytes(
        Ether(src=mac(12), dst="33:33:00:00:00:fb")
        / IPv6(src="fe80::12", dst="ff02::fb")
        / UDP(sport=5353, dport=5353)
        / PRINTER
    ),
]
SECRET = [
    datagram(20, 7001, PATIENT),  # vital signs of a monitor
    datagram(21, 2000, PATIENT),  # not the announcement that has 64 bytes
    datagram(22, 5353, PATIENT * 9, mac(99)),  # to one device
    bytes(Ether(src=mac(23), dst=EVERYONE) / IP(src="10.66.0.23") / TCP(dport=5353) / PATIENT),
    *(
        bytes(Ether(src=mac(24), dst=EVERYONE) / part)
        for part in fragment(
            IP(src="10.66.0.24", dst="10.66.0.255") / UDP(dport=2575) / (PATIENT * 40), 80
        )
    ),
    bytes(Ether(src=mac(25), dst=EVERYONE, type=0x88B5) / PATIENT),
    datagram(26, 2575, b"\x0bMSH|^~\\&|" + PATIENT),
]


@pytest.fixture(scope="module")
def heard() -> Heard:
    return hear([*SECRET, *ANNOUNCED])


def said(heard: Heard, number: int) -> list[tuple[str, str]]:
    return [(o.key, o.value) for o in heard.overheard.said_by(mac(number), None)]


def test_nothing_is_sent_while_listening(heard: Heard):
    assert heard.sent == 0


def test_what_is_no_announcement_is_never_passed_on(heard: Heard):
    assert {m["mac"] for m in heard.messages} == {
        mac(n) for n in (1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12)
    }
    assert not any(PATIENT in b64decode(m["payload"]) for m in heard.messages)


@pytest.mark.parametrize(
    ("number", "facts"),
    [
        (
            2,
            [
                ("dhcp.hostname", "NURSE-PC"),
                ("dhcp.vendor-class", "MSFT 5.0"),
                ("dhcp.parameters", "1,3,6"),
            ],
        ),
        (
            3,
            [
                ("mdns.service", "_ipp._tcp"),
                ("mdns.host", "NPI9"),
                ("mdns.product", "HP LaserJet 400"),
            ],
        ),
        (
            4,
            [
                ("ssdp.server", "Linux UPnP/1.0 Sonos/63.2"),
                ("ssdp.type", "urn:schemas-upnp-org:device:ZonePlayer:1"),
            ],
        ),
        (
            5,
            [
                ("lldp.chassis", mac(5)),
                ("lldp.port", "Gi1/0/7"),
                ("lldp.name", "closet-sw1"),
                ("lldp.description", "ProCurve 2530-24G"),
            ],
        ),
        (
            6,
            [
                ("cdp.device", "SEP001122334406"),
                ("cdp.port", "Port 1"),
                ("cdp.version", "sip78xx.12-8-1"),
                ("cdp.platform", "Cisco IP Phone 7821"),
            ],
        ),
        (8, [("nbns.name", "RECEPTION1")]),
        (9, [("bacnet.instance", "3000"), ("bacnet.maker", "7")]),
        (10, [("heard.medical", "ge-time")]),
        (11, [("heard.medical", "philips-connect")]),
        (
            12,
            [
                ("mdns.service", "_ipp._tcp"),
                ("mdns.host", "NPI9"),
                ("mdns.product", "HP LaserJet 400"),
            ],
        ),
    ],
)
def test_an_announcement_says_what_the_device_is(
    heard: Heard, number: int, facts: list[tuple[str, str]]
):
    assert said(heard, number) == facts


def test_what_was_heard_joins_the_host_that_the_sweep_finds(heard: Heard):
    arp = Observation("arp.mac", mac(3))
    host = Host(ip_address("10.66.0.3"), mac=mac(3), sightings=(arp,))
    told = heard.overheard.told(host)
    assert told.sightings[0] == arp
    assert Observation("mdns.product", "HP LaserJet 400") in told.sightings
    assert heard.overheard.told(told) == told
    assert heard.overheard.addresses()[ip_address("10.66.0.1")] == mac(1)


def test_the_words_of_others_that_a_repeater_sends_are_not_its_own(heard: Heard):
    repeater = Host(ip_address("10.66.0.77"), mac=mac(3))
    assert heard.overheard.told(repeater) == repeater


def test_a_device_that_never_stops_talking_is_heard_no_further():
    frames = [datagram(3, 1900, NOTICE, SSDP[0])] * 150 + [datagram(4, 1900, NOTICE, SSDP[0])]
    heard = hear(frames, seconds=2)
    assert [m["mac"] for m in heard.messages].count(mac(3)) == 64
    assert mac(4) in {m["mac"] for m in heard.messages}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"interfaces": [], "seconds": 1},
        {"interfaces": ["eth9"], "seconds": 1},
        {"interfaces": ["lab0"], "seconds": 0},
        {"interfaces": ["lab0"], "seconds": 1e9},
        {"interfaces": ["lab0"], "seconds": "1"},
        {"interfaces": "lab0", "seconds": 1},
    ],
)
def test_the_job_refuses_what_it_does_not_understand(params: dict[str, object]):
    network = ip_network("10.66.0.0/24")
    segment = Segment("lab0", network, ip_address("10.66.0.1"), mac(1))
    with pytest.raises(ValueError, match=r"listens|number"):
        listen(Session(Scope((network,)), (segment,)), params, lambda _message: None, Brake())
