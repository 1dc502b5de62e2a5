"""Servers that answer a search with what they are: SSDP with its page, WS-Discovery, SIP, IPMI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from riskscan.lab.servers.server import Line, TcpServer, UdpServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ssdp(UdpServer):
    """Answers a search for root devices, and points to the page that describes it."""

    port: int = 1900
    server: str
    kind: str = "urn:schemas-upnp-org:device:Basic:1"
    location: str
    """``http://192.168.50.9:49152/description.xml``."""

    def answer(self, question: bytes) -> bytes | None:
        if (
            not question.startswith(b"M-SEARCH * HTTP/1.1\r\n")
            or b'"ssdp:discover"' not in question
        ):
            return None
        return (
            "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\n"
            f"LOCATION: {self.location}\r\nSERVER: {self.server}\r\nST: upnp:rootdevice\r\n"
            f"USN: uuid:6c616b65-7369-6465::{self.kind}\r\n\r\n"
        ).encode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Description(TcpServer):
    """The page that describes a UPnP device (UPnP device architecture 1.1 section 2.3)."""

    elements: Mapping[str, str]
    """``manufacturer``, ``modelName``, ``serialNumber`` ..."""

    def talk(self, line: Line) -> None:
        head = line.until(b"\r\n\r\n", limit=16_384)
        if not head.startswith(b"GET "):
            raise ValueError("only read")
        inside = "".join(f"<{name}>{text}</{name}>" for name, text in self.elements.items())
        body = (
            '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">'
            f"<device>{inside}</device></root>"
        ).encode()
        reply = f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        line.send(reply.encode("ascii") + body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wsd(UdpServer):
    """Answers a WS-Discovery Probe in its own version of the protocol, and no other."""

    port: int = 3702
    types: str
    """With prefixes, as they stand in the reply: ``dn:NetworkVideoTransmitter``."""
    scopes: str = ""
    discovery: str = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
    addressing: str = "http://schemas.xmlsoap.org/ws/2004/08/addressing"

    def answer(self, question: bytes) -> bytes | None:
        if f"{self.discovery}/Probe".encode() not in question:
            return None
        return (
            '<?xml version="1.0" encoding="utf-8"?><s:Envelope '
            'xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
            f'xmlns:w="{self.addressing}" xmlns:d="{self.discovery}"><s:Header>'
            f"<w:Action>{self.discovery}/ProbeMatches</w:Action></s:Header><s:Body>"
            "<d:ProbeMatches><d:ProbeMatch><w:EndpointReference><w:Address>urn:uuid:lakeside"
            f"</w:Address></w:EndpointReference><d:Types>{self.types}</d:Types>"
            f"<d:Scopes>{self.scopes}</d:Scopes><d:MetadataVersion>1</d:MetadataVersion>"
            "</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
        ).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sip(UdpServer):
    """A telephone that says what it can (RFC 3261 section 11.2), and rings for nobody."""

    port: int = 5060
    agent: str
    status: str = "200 OK"
    copied: tuple[str, ...] = field(default=("via", "from", "to", "call-id", "cseq"))

    def answer(self, question: bytes) -> bytes | None:
        first, *lines = question.decode("utf-8").split("\r\n")
        if not first.startswith("OPTIONS sip:") or not first.endswith(" SIP/2.0"):
            return None
        echoed = [each for each in lines if each.partition(":")[0].lower() in self.copied]
        said = [
            f"User-Agent: {self.agent}",
            "Allow: INVITE, ACK, BYE, OPTIONS",
            "Content-Length: 0",
        ]
        return "\r\n".join([f"SIP/2.0 {self.status}", *echoed, *said, "", ""]).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ipmi(UdpServer):
    """A management controller that tells how one may log in (IPMI 2.0 table 22-15)."""

    port: int = 623
    anonymous: bool = False

    def answer(self, question: bytes) -> bytes | None:
        if len(question) != 23 or question[:4] != b"\x06\x00\xff\x07" or question[19] != 0x38:
            return None
        head = bytes([0x81, 0x07 << 2])
        status = 0x04 | (0x03 if self.anonymous else 0)  # names are in use; nobody's too
        data = bytes([0x01, 0x80 | 0x16, status, 0x03, 0, 0, 0, 0])
        body = bytes([0x20, 0x00, 0x38, 0x00]) + data
        text = head + _checksum(head) + body + _checksum(body)
        return question[:4] + bytes(9) + bytes([len(text)]) + text


def _checksum(octets: bytes) -> bytes:
    return bytes([-sum(octets) & 0xFF])
