"""ARP over Ethernet as bytes (RFC 826): built once by scapy, patched for each send."""

from __future__ import annotations

from ipaddress import IPv4Address

EVERYBODY = b"\xff" * 6
_TO, _TARGET = slice(0, 6), slice(38, 42)
"""Where the receiver and the wanted address stand in a frame that holds a request."""


def request_frame(mac: str, address: IPv4Address) -> bytearray:
    """Build one request with scapy. The caller patches receiver and wanted address.

    scapy takes 300 microseconds a packet; patching takes less than one.
    """
    from scapy.layers.l2 import ARP, Ether

    ether = Ether(src=mac, dst="ff:ff:ff:ff:ff:ff")
    arp = ARP(op=1, hwsrc=mac, psrc=str(address), pdst=str(address))
    return bytearray(bytes(ether / arp))


def address_to(frame: bytearray, wanted: int, receiver: bytes = EVERYBODY) -> None:
    """Patch which address is wanted (as a number), and the MAC of whoever shall hear it."""
    frame[_TO] = receiver
    frame[_TARGET] = wanted.to_bytes(4)


def parse_reply(frame: bytes) -> tuple[int, bytes] | None:
    """Return address and MAC that an ARP reply tells, or None if it is not one for IPv4."""
    if len(frame) < 42 or frame[12:22] != b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x02":
        return None
    return int.from_bytes(frame[28:32]), frame[22:28]
