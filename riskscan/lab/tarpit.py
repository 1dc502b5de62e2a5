"""A host of the clinic that accepts on every TCP port: one raw socket in place of 65,535 listeners.

Its card has no address, so its kernel answers nothing; ARP, ping and TCP are answered here.
"""

from __future__ import annotations

import socket
import struct
import threading
import time

from riskscan.lab import wire_frame as frames
from riskscan.lab.host import LabHost
from riskscan.lab.servers.server import Ledger
from riskscan.lab.wire_station import Station
from riskscan.lab.wire_table import WireHost

_SOL_PACKET = 263
_PACKET_IGNORE_OUTGOING = 23
_ETH_P_ALL = 3
_LARGEST = 65_536
_ARP, _IPV4 = b"\x08\x06", b"\x08\0"
_REQUEST = b"\0\1"


def start(host: LabHost, ledger: Ledger) -> None:
    """Answer for the host from a thread, on the card ``eth0`` of this namespace."""
    card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    card.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
    card.bind(("eth0", _ETH_P_ALL))
    threading.Thread(target=_serve, args=(card, _station(host), ledger), daemon=True).start()


def _station(host: LabHost) -> Station:
    return Station(
        WireHost(
            address=host.address,
            mac=host.mac,
            kind=host.name,
            answers_ping=host.answers_ping,
            refuses_datagrams=not host.drops_closed,
            tarpit=True,
            ttl=host.ttl,
        )
    )


def _serve(card: socket.socket, station: Station, ledger: Ledger) -> None:
    while True:
        try:
            frame = card.recv(_LARGEST)
            if answer := _answer(frame, station, ledger):
                card.send(answer)
        except (IndexError, struct.error, OSError) as error:
            ledger.fault("tarpit", error)


def _answer(frame: bytes, station: Station, ledger: Ledger) -> bytes | None:
    own = frame[:6] == station.mac
    if frame[12:14] == _ARP and frame[20:22] == _REQUEST:
        asked = (own or frame[0] & 1) and frame[38:42] in station.addresses
        return frames.arp_reply(frame, station.mac) if asked else None
    if not own or frame[12:14] != _IPV4 or frame[30:34] not in station.addresses:
        return None
    held = len(station.opened)
    answer, _ = station.answer(frame, time.monotonic())
    if len(station.opened) > held:
        ledger.opened(frames.read_tcp(frames.payload(frame)).port)
    elif len(station.opened) < held:
        ledger.closed()
    return answer
