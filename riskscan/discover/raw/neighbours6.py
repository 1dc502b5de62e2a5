"""The job that hears which IPv6 addresses are on a segment, and of which MAC each is.

An IPv6 subnet is too wide to sweep. Instead all nodes are asked at once: two echo requests to
ff02::1 (RFC 4443 section 4.1, RFC 4291 section 2.7.1), one second apart, from the link-local
address and then from a routable one, because a device answers from an address of the same kind.
Each is one well-formed standard packet, and as much of a load on a device as one ARP broadcast;
a device may leave it unanswered (Windows does), and is then heard when it asks for a neighbour or
is asked (RFC 4861 section 4.3).
"""

from __future__ import annotations

import secrets
import socket
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from ipaddress import IPv6Address, collapse_addresses
from pathlib import Path

from riskscan.discover.brake import Brake
from riskscan.discover.raw import bpf, messages
from riskscan.discover.raw.contract import Emit, Message
from riskscan.discover.raw.session import Session
from riskscan.model import Network, Scope, Segment

PAUSES = (1.0, 2.0)
"""Seconds of listening after each request. RFC 4861 lets a node wait half a second."""

MOST_OF_ONE = 16
"""Addresses kept of one MAC. A phone has three or four; a forger has as many as it likes."""
MOST = 4096
"""Addresses kept in all."""

_ETHERTYPE = 0x86DD
_ALL_NODES = IPv6Address("ff02::1")
_ALL_NODES_MAC = "33:33:00:00:00:01"
"""RFC 2464 section 7."""

_ECHO_REPLY, _SOLICITATION, _ADVERTISEMENT = 129, 135, 136
_OWN_ADDRESSES = Path("/proc/thread-self/net/if_inet6")
_UNUSABLE = 0x40 | 0x20 | 0x08
"""Flags of an address that is tentative, deprecated or found to be a duplicate (if_addr.h)."""
_LINK_SCOPE, _GLOBAL_SCOPE = 0x20, 0x00

_HEARD: tuple[bpf.Instruction, ...] = (
    (0x28, 0, 0, 12),  # load the ethertype
    (0x15, 0, 6, _ETHERTYPE),
    (0x30, 0, 0, 20),  # load the next header
    (0x15, 0, 4, 58),  # ICMPv6?
    (0x30, 0, 0, 54),  # load the ICMPv6 type
    (0x15, 3, 0, _ECHO_REPLY),
    (0x15, 2, 0, _SOLICITATION),
    (0x15, 1, 0, _ADVERTISEMENT),
    (0x06, 0, 0, 0),
    (0x06, 0, 0, 128),
)


def neighbours6(session: Session, params: Message, emit: Emit, brake: Brake) -> None:
    """Emit ``address`` and ``mac`` of every IPv6 neighbour heard, each pair once.

    ``params`` names an ``interface``. Every device on the segment receives the two requests, so
    they are sent only if all of it is in scope and nothing there is excluded; else this listens
    for as long and sends nothing. ``asked`` is emitted first: whether it sends. Raises
    ``ValueError`` for an interface that is not in use, ``OSError`` if it goes away, ``Stopped``.
    """
    (name,) = messages.fields_of(params, "interface")
    segment = session.segment(messages.interface_of(name))
    if segment is None or segment.mac is None:
        raise ValueError("not an interface of ours")
    sources = _sources(_OWN_ADDRESSES.read_text(), segment.interface)
    may_ask = bool(sources) and all_in_scope(session.scope, segment.network)
    emit({"asked": may_ask})
    identifier = secrets.randbits(16)
    heard = _Heard(emit)
    with _open(segment) as sock:
        for number, pause in enumerate(PAUSES):
            if may_ask:
                source = sources[min(number, len(sources) - 1)]
                sock.send(echo_request(segment.mac, source, identifier, number))
            _listen(sock, pause, identifier, heard, brake)


def all_in_scope(scope: Scope, network: Network) -> bool:
    """Say whether every device on a network may be sent a packet, whatever its address is."""
    if scope.exclude_macs or network.num_addresses > 65_536:
        return False
    near = [n for n in scope.include if n.version == network.version and n.overlaps(network)]
    known = Scope(tuple(collapse_addresses(near)), scope.exclude)  # type: ignore[type-var]
    return all(known.allows(address) for address in network.hosts())


def echo_request(mac: str, source: IPv6Address, identifier: int, sequence: int) -> bytes:
    """Build the whole frame with scapy. A hop limit of 1 keeps it on the segment twice over."""
    from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
    from scapy.layers.l2 import Ether

    ether = Ether(src=mac, dst=_ALL_NODES_MAC, type=_ETHERTYPE)
    header = IPv6(src=str(source), dst=str(_ALL_NODES), hlim=1)
    return bytes(ether / header / ICMPv6EchoRequest(id=identifier, seq=sequence, data=b"riskscan"))


def parse_neighbour(frame: bytes, identifier: int) -> tuple[IPv6Address, str] | None:
    """Return the address and MAC that a frame tells of, or None if it tells of none.

    Echo replies to ``identifier``, solicitations (their sender), advertisements (their target).
    Neighbour discovery counts only with a hop limit of 255: no router passed it on (RFC 4861
    section 7.1).
    """
    if len(frame) < 62 or frame[12:14] != b"\x86\xdd" or frame[14] >> 4 != 6 or frame[20] != 58:
        return None
    kind, code, hops = frame[54], frame[55], frame[21]
    told = frame[22:38]
    if kind == _ECHO_REPLY:
        if int.from_bytes(frame[58:60]) != identifier:
            return None
    elif kind not in (_SOLICITATION, _ADVERTISEMENT) or code or hops != 255 or len(frame) < 78:
        return None
    elif kind == _ADVERTISEMENT:
        told = frame[62:78]
    address, mac = IPv6Address(told), frame[6:12]
    if address.is_multicast or address.is_unspecified or address.is_loopback:
        return None
    if mac[0] & 1 or not any(mac):
        return None
    return address, mac.hex(":")


class _Heard:
    """Emits each pair once, and not more than a segment can hold."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._by_mac: dict[str, set[IPv6Address]] = defaultdict(set)
        self._count = 0

    def __call__(self, address: IPv6Address, mac: str) -> None:
        if self._count >= MOST or address in self._by_mac.get(mac, ()):
            return
        if len(self._by_mac[mac]) < MOST_OF_ONE:
            self._by_mac[mac].add(address)
            self._count += 1
            self._emit({"address": str(address), "mac": mac})


def _sources(listing: str, interface: str) -> Sequence[IPv6Address]:
    """Return our link-local address on an interface, then a routable one if there is one.

    ``listing`` is ``/proc/net/if_inet6``: address, index, prefix length, scope, flags, name.
    """
    by_scope: dict[int, IPv6Address] = {}
    for address, scope in _own(listing, interface):
        by_scope.setdefault(scope, address)
    if _LINK_SCOPE not in by_scope:
        return ()
    return [by_scope[scope] for scope in (_LINK_SCOPE, _GLOBAL_SCOPE) if scope in by_scope]


def _own(listing: str, interface: str) -> Iterator[tuple[IPv6Address, int]]:
    for line in listing.splitlines():
        with suppress(ValueError):
            address, _, _, scope, flags, name = line.split()
            if name == interface and not int(flags, 16) & _UNUSABLE:
                yield IPv6Address(bytes.fromhex(address)), int(scope, 16)


def _open(segment: Segment) -> socket.socket:
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        bpf.attach(sock, _HEARD)
        sock.bind((segment.interface, _ETHERTYPE))
    except OSError:
        sock.close()
        raise
    return sock


def _listen(
    sock: socket.socket, seconds: float, identifier: int, heard: _Heard, brake: Brake
) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        brake.check()
        sock.settimeout(min(left, 0.1))
        try:
            frame = sock.recv(128)
        except TimeoutError:
            continue
        if found := parse_neighbour(frame, identifier):
            heard(*found)
