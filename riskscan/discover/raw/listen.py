"""Hear what devices announce to everyone, before a single packet is sent."""

from __future__ import annotations

import selectors
import socket
import struct
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import IPv4Address, IPv6Address

from riskscan.discover.brake import Brake
from riskscan.discover.raw import bpf
from riskscan.discover.raw.contract import Emit, Message
from riskscan.discover.raw.listen_filter import (
    ARP,
    IPV4,
    IPV6,
    LLDP,
    LONGEST,
    UDP_KINDS,
    announcements,
)
from riskscan.discover.raw.session import Session

LONGEST_LISTENING = 3600
"""Seconds."""
_BEAT = 0.1
_MOST_OF_A_KIND = 64
"""Messages of one kind from one device; a device that says more is heard no further."""
_MOST = 50_000
_SNAP_CDP = b"\xaa\xaa\x03\x00\x00\x0c\x20\x00"
_CONTENT_UNREAD = frozenset({"ge-time", "ge-heartbeat", "philips-connect"})
"""Kinds of which only the fact is passed on: what a patient monitor says beyond it stays unread."""
_SOL_PACKET, _ADD_MEMBERSHIP, _ALL_MULTICAST, _OUTGOING = 263, 1, 2, 4


def listen(session: Session, params: Message, emit: Emit, brake: Brake) -> None:
    """Hear announcements on ``interfaces`` for ``seconds`` and emit each as it comes.

    A message has ``kind``, ``mac`` and ``address`` of the sender (the latter may be None), and the
    ``payload`` in base64: of LLDP, CDP and the UDP protocols that devices announce themselves by,
    sent to everyone or to a group. Of patient monitors the payload is empty. Between them comes
    ``{"second": n}`` when a second is over. No packet is sent, no group is joined. Raises
    ``ValueError`` for an interface that is not the session's, ``OSError`` if one goes away,
    ``Stopped`` if the scan should end.
    """
    interfaces, seconds = _checked(session, params)
    said: Counter[tuple[str, str]] = Counter()
    begun = time.monotonic()
    end, second = begun + seconds, 0
    with ExitStack() as stack:
        chosen = stack.enter_context(selectors.DefaultSelector())
        for interface in interfaces:
            chosen.register(stack.enter_context(_open(interface)), selectors.EVENT_READ)
        while (left := end - time.monotonic()) > 0 and said.total() < _MOST:
            brake.check()
            if int(time.monotonic() - begun) > second:
                second = int(time.monotonic() - begun)
                emit({"second": second})
            for key, _ in chosen.select(min(left, _BEAT)):
                sock = key.fileobj
                for message in _heard(sock):  # type: ignore[arg-type]
                    who = (message["mac"], message["kind"])
                    if said[who] < _MOST_OF_A_KIND:
                        said[who] += 1
                        emit(message)


def _checked(session: Session, params: Message) -> tuple[list[str], float]:
    interfaces, seconds = params.get("interfaces"), params.get("seconds")
    ours = {segment.interface for segment in session.segments}
    if not isinstance(interfaces, list) or not interfaces or not set(interfaces) <= ours:
        raise ValueError("listens on interfaces of the scan only")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError("seconds are a number")
    if not 0 < seconds <= LONGEST_LISTENING:
        raise ValueError(f"listens for up to {LONGEST_LISTENING} seconds")
    return list(dict.fromkeys(interfaces)), float(seconds)


def _open(interface: str) -> socket.socket:
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        bpf.attach(sock, announcements())
        sock.bind((interface, 0x0003))  # ETH_P_ALL: LLDP and CDP have no common type
        # The card lets multicast through without our joining a group, which would send a packet.
        every = struct.pack("IHH8x", socket.if_nametoindex(interface), _ALL_MULTICAST, 0)
        sock.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, every)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


def _heard(sock: socket.socket) -> Iterator[Message]:
    """Yield what is waiting, but no more than a hundred frames, so that the clock is looked at."""
    for _ in range(100):
        try:
            frame, sender = sock.recvfrom(LONGEST)
        except BlockingIOError:
            return
        if sender[2] != _OUTGOING and (message := announcement(frame)):
            yield message


def announcement(frame: bytes) -> Message | None:
    """Return kind, sender and payload of an Ethernet frame, or None if it is no announcement."""
    ethertype = int.from_bytes(frame[12:14])
    if len(frame) < 14 or not frame[0] & 0x01:
        return None
    if ethertype == ARP and len(frame) >= 42:
        sender = frame[28:32]
        return _message("arp", frame, str(IPv4Address(sender)) if any(sender) else None, b"")
    if ethertype == LLDP:
        return _message("lldp", frame, None, frame[14:])
    if ethertype <= 1500 and frame[14:22] == _SNAP_CDP:
        return _message("cdp", frame, None, frame[22 : 14 + ethertype])
    if ethertype in (IPV4, IPV6):
        return _datagram(frame, ethertype)
    return None


def _datagram(frame: bytes, ethertype: int) -> Message | None:
    if ethertype == IPV4:
        start = 14 + (frame[14] & 0x0F) * 4 if len(frame) >= 34 else len(frame)
        is_udp = frame[23:24] == b"\x11" and not int.from_bytes(frame[20:22]) & 0x1FFF
    else:
        start, is_udp = 54, frame[20:21] == b"\x11"
    header, payload = frame[start : start + 8], frame[start + 8 :]
    kind = UDP_KINDS.get(int.from_bytes(header[2:4]))
    if not is_udp or len(header) < 8 or kind is None or start < 34:
        return None
    payload = payload[: max(0, int.from_bytes(header[4:6]) - 8)]
    if kind == "ge-time" and len(payload) != 64:
        return None  # other things use the port; this announcement has 64 bytes and no others
    source = frame[26:30] if ethertype == IPV4 else frame[22:38]
    address = str(IPv4Address(source) if ethertype == IPV4 else IPv6Address(source))
    return _message(kind, frame, address if any(source) else None, payload)


def _message(kind: str, frame: bytes, address: str | None, payload: bytes) -> Message:
    text = b"" if kind in _CONTENT_UNREAD else payload
    return {
        "kind": kind,
        "mac": frame[6:12].hex(":"),
        "address": address,
        "payload": b64encode(text).decode("ascii"),
    }
