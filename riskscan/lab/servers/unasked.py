"""What a host tells everybody without being asked: LLDP, DHCP, mDNS and SSDP, every few seconds.

Each is one whole frame, since a request for an address has none to come from and LLDP no IP.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from riskscan.lab.servers.mdns import Mdns
from riskscan.lab.servers.server import Ledger

_SOONEST = 0.5
"""Seconds after the host came up."""
_IPV4, _LLDP = b"\x08\x00", b"\x88\xcc"
_UDP = 17
_BROADCAST, _ANYBODY = b"\xff" * 6, bytes(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One frame that goes to a group, again and again."""

    every: float = 3.0
    """Seconds."""

    def frame(self, mac: bytes, address: bytes) -> bytes:
        """Return it as the host with this MAC and IPv4 address sends it."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Lldp(Announcement):
    """A switch, phone or server that tells its neighbour who it is (IEEE 802.1AB clause 8)."""

    name: str
    description: str
    port: str

    def frame(self, mac: bytes, address: bytes) -> bytes:
        management = b"\x05\x01" + address + b"\x02" + bytes(4) + b"\0"
        elements = (
            (1, b"\x04" + mac),  # chassis: its MAC
            (2, b"\x05" + self.port.encode()),  # port: its name
            (3, (120).to_bytes(2)),  # seconds to live
            (5, self.name.encode()),
            (6, self.description.encode()),
            (8, management),
        )
        packed = [(kind << 9 | len(text)).to_bytes(2) + text for kind, text in elements]
        return b"\x01\x80\xc2\x00\x00\x0e" + mac + _LLDP + b"".join(packed) + bytes(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dhcp(Announcement):
    """A device that asks for its address again (RFC 2131 section 4.3.2, RFC 2132)."""

    name: str
    vendor_class: str
    wanted: tuple[int, ...] = (1, 3, 6, 15, 42, 66, 150)
    """Numbers of the options that it asks for: option 55, by which kinds of device are told."""

    def frame(self, mac: bytes, address: bytes) -> bytes:
        options = (
            (53, b"\x03"),  # a request
            (50, address),
            (12, self.name.encode()),
            (60, self.vendor_class.encode()),
            (55, bytes(self.wanted)),
        )
        head = struct.pack(">4BIHH", 1, 1, 6, 0, int.from_bytes(mac[2:]), 0, 0x8000)
        message = head + bytes(16) + mac.ljust(16, b"\0") + bytes(192) + b"\x63\x82\x53\x63"
        message += b"".join(bytes((number, len(text))) + text for number, text in options)
        return _datagram(mac, _ANYBODY, "255.255.255.255", (68, 67), message + b"\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class MdnsNews(Announcement):
    """What a responder has on offer, told to the group (RFC 6762 section 8.3)."""

    responder: Mdns

    def frame(self, mac: bytes, address: bytes) -> bytes:
        return _datagram(mac, address, "224.0.0.251", (5353, 5353), self.responder.news())


@dataclass(frozen=True, slots=True, kw_only=True)
class SsdpNotice(Announcement):
    """A root device that says it is there (UPnP device architecture 1.1 section 1.2.2)."""

    server: str
    kind: str
    location: str

    def frame(self, mac: bytes, address: bytes) -> bytes:
        message = (
            "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=1800\r\n"
            f"LOCATION: {self.location}\r\nNT: {self.kind}\r\nNTS: ssdp:alive\r\n"
            f"SERVER: {self.server}\r\nUSN: uuid:6c616b65-7369-6465::{self.kind}\r\n\r\n"
        ).encode("ascii")
        return _datagram(mac, address, "239.255.255.250", (1900, 1900), message)


def start(sent: Sequence[Announcement], mac: str, address: str, ledger: Ledger) -> None:
    """Send each again and again, from a thread, on the card ``eth0`` of this namespace."""
    octets, own = bytes.fromhex(mac.replace(":", "")), socket.inet_aton(address)
    frames = [(each.every, each.frame(octets, own)) for each in sent]
    if frames:
        threading.Thread(target=_repeat, args=(frames, ledger), daemon=True).start()


def _repeat(frames: list[tuple[float, bytes]], ledger: Ledger) -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as card:
        card.bind(("eth0", 0))  # protocol 0: it sends and hears nothing
        due = [(time.monotonic() + _SOONEST, number) for number in range(len(frames))]
        while True:
            at, number = min(due)
            time.sleep(max(0.0, at - time.monotonic()))
            due[number] = (at + frames[number][0], number)
            try:
                card.send(frames[number][1])
            except OSError as error:
                ledger.fault("announcement", error)


def _datagram(
    mac: bytes, source: bytes, group: str, ports: tuple[int, int], message: bytes
) -> bytes:
    """Return a frame to a group: RFC 1112 section 6.4 makes a multicast MAC of the address."""
    target = socket.inet_aton(group)
    whom = b"\x01\x00\x5e" + bytes((target[1] & 0x7F,)) + target[2:]
    whom = _BROADCAST if target == b"\xff" * 4 else whom
    udp = struct.pack(">4H", *ports, 8 + len(message), 0) + message  # 0: no checksum (RFC 768)
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 1, _UDP, 0) + source + target
    summed = _checksum(head).to_bytes(2)
    return whom + mac + _IPV4 + head[:10] + summed + head[12:] + udp


def _checksum(octets: bytes) -> int:
    return ~(int.from_bytes(octets) % 0xFFFF) & 0xFFFF
