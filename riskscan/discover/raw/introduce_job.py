"""The job that tells the kernel who its neighbours are, over netlink (rtnetlink(7))."""

from __future__ import annotations

import socket
import struct

from riskscan.discover.brake import Brake
from riskscan.discover.raw import messages
from riskscan.discover.raw.contract import Emit, Message
from riskscan.discover.raw.session import Session

_NEW_NEIGHBOUR = 28
_REQUEST_ACK_CREATE_REPLACE = 0x1 | 0x4 | 0x400 | 0x100
_REACHABLE = 0x02
_DESTINATION, _MAC = 1, 2
_ERROR = 2


def introduce(session: Session, params: Message, emit: Emit, brake: Brake) -> None:
    """Tell the kernel the MAC of a neighbour, so that it need not ask again.

    Otherwise it holds the first packets back while it asks, and then lets them go in one burst,
    faster than the pace of a device that was slow to wake. Emits ``known``: false without the
    right to do so (it takes CAP_NET_ADMIN), or where the kernel will not have it.
    """
    interface, address, mac = messages.fields_of(params, "interface", "address", "mac")
    segment = session.segment(messages.interface_of(interface))
    neighbour = messages.address4_of(address)
    if segment is None or neighbour not in segment.network:
        raise ValueError("not a neighbour on a segment of ours")
    if not session.scope.allows(neighbour):
        raise ValueError(f"{neighbour} is not in scope")
    octets = bytes.fromhex(messages.mac_of(mac).replace(":", ""))
    try:
        index = socket.if_nametoindex(segment.interface)
        known = _tell(request(index, neighbour.packed, octets))
    except OSError:
        known = False
    if known:
        session.introduced.add(neighbour.packed)
    emit({"known": known})


def request(index: int, address: bytes, mac: bytes) -> bytes:
    """Build a request that sets one entry of the neighbour table: ``struct ndmsg``, two attributes.

    ``index`` is the interface's, ``address`` four bytes, ``mac`` six.
    """
    entry = struct.pack("=BxxxiHBB", socket.AF_INET, index, _REACHABLE, 0, 0)
    entry += struct.pack("=HH4s", 8, _DESTINATION, address)
    entry += struct.pack("=HH6sxx", 10, _MAC, mac)
    header = struct.pack(
        "=IHHII", 16 + len(entry), _NEW_NEIGHBOUR, _REQUEST_ACK_CREATE_REPLACE, 1, 0
    )
    return header + entry


def _tell(packet: bytes) -> bool:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as sock:
        sock.settimeout(2.0)
        sock.bind((0, 0))
        sock.send(packet)
        answer = sock.recv(4096)
    # struct nlmsgerr: an error of number 0 is the kernel's yes.
    return len(answer) >= 20 and struct.unpack_from("=4xH10xi", answer) == (_ERROR, 0)
