"""Count what a host feels: every frame addressed to it, as its kernel received it.

An AF_PACKET socket sees frames before any server does, so the count holds for closed ports,
half-open connections and bytes that a server never read. Broadcasts are left to the kernel's own
interface counter.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import threading
from collections import Counter, deque
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

_ETH_P_ALL = 0x0003
_SO_ATTACH_FILTER = 26
_SO_TIMESTAMPNS = 35
_FIRST = 64
_FIN, _SYN, _RST, _PSH, _ACK, _URG = 1, 2, 4, 8, 16, 32

_ETHERTYPES = {b"\x08\x00": "ipv4", b"\x08\x06": "arp", b"\x86\xdd": "ipv6"}
_PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp"}

# Classic BPF: keep a frame whose packet type is PACKET_HOST (0), that is, addressed to this host.
_FILTER = (
    (0x28, 0, 0, 0xFFFF_F004),  # ldh [SKF_AD_OFF + SKF_AD_PKTTYPE]
    (0x15, 0, 1, 0),  # jeq #0, next, drop
    (0x06, 0, 0, 0x0004_0000),  # ret #262144
    (0x06, 0, 0, 0),  # drop: ret #0
)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


class Meter:
    """Counts of one network namespace, kept by a thread."""

    def __init__(self, addresses: Collection[str]) -> None:
        self._own = frozenset(socket.inet_aton(a) for a in addresses)
        self._lock = threading.Lock()
        self._recent: deque[float] = deque()
        self.unicast = 0
        self.peak = 0
        self.malformed = 0
        self.syns: Counter[int] = Counter()
        self.datagrams: Counter[int] = Counter()
        self.frames: Counter[str] = Counter()
        self.octets: Counter[str] = Counter()
        self.payload: Counter[int] = Counter()
        self.first: dict[int, bytes] = {}
        self.faults: list[str] = []

    def start(self) -> None:
        """Open the socket in this namespace and count from now on."""
        tap = _open()
        threading.Thread(target=self._run, args=(tap,), daemon=True).start()

    def _run(self, tap: socket.socket) -> None:
        while True:
            frame, ancillary, _, source = tap.recvmsg(65_536, 64)
            if source[0] == "lo":
                continue
            try:
                self.see(frame, _stamp(ancillary))
            except (IndexError, struct.error) as error:
                self.faults.append(f"meter: {error}"[:200])

    def see(self, frame: bytes, at: float) -> None:
        """Count one Ethernet frame that arrived at ``at`` (seconds)."""
        with self._lock:
            self.unicast += 1
            self._recent.append(at)
            while self._recent[0] <= at - 1.0:
                self._recent.popleft()
            self.peak = max(self.peak, len(self._recent))
            kind = _kind(frame)
            self.frames[kind] += 1
            self.octets[kind] += len(frame)
            if frame[12:14] == b"\x08\x00" and len(frame) >= 34:
                self._ipv4(frame[14:])

    def _ipv4(self, packet: bytes) -> None:
        if packet[16:20] not in self._own:
            return  # passing through a router
        header, total = (packet[0] & 15) * 4, struct.unpack_from(">H", packet, 2)[0]
        segment = packet[header:total]
        if packet[9] == socket.IPPROTO_TCP and len(segment) >= 20:
            self._tcp(segment)
        elif packet[9] == socket.IPPROTO_UDP and len(segment) >= 8:
            self.datagrams[struct.unpack_from(">H", segment, 2)[0]] += 1

    def _tcp(self, segment: bytes) -> None:
        port, flags = struct.unpack_from(">H", segment, 2)[0], segment[13]
        if _odd(flags):
            self.malformed += 1
        elif flags & (_SYN | _ACK) == _SYN:
            self.syns[port] += 1
        payload = segment[(segment[12] >> 4) * 4 :]
        if payload:
            self.payload[port] += len(payload)
            self.first.setdefault(port, payload[:_FIRST])


def _kind(frame: bytes) -> str:
    kind = _ETHERTYPES.get(frame[12:14], "other")
    return _PROTOCOLS.get(frame[23], "other") if kind == "ipv4" and len(frame) >= 34 else kind


def _odd(flags: int) -> bool:
    """Say whether no proper stack sends this combination of TCP flags (RFC 9293 section 3.10)."""
    if flags & _SYN:
        return bool(flags & (_FIN | _RST | _URG | _PSH))
    return not flags & (_ACK | _RST)


def _open() -> socket.socket:
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
    tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    tap.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    packed = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *i) for i in _FILTER))
    program = _Program(len(_FILTER), ctypes.cast(packed, ctypes.c_void_p))
    tap.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, bytes(program))
    _drain(tap)
    return tap


def _drain(tap: socket.socket) -> None:
    """Throw away what came before the filter stood: a lab that comes up is not quiet."""
    tap.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            tap.recv(1)
    tap.setblocking(True)


def _stamp(ancillary: list[tuple[int, int, bytes]]) -> float:
    for level, kind, value in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack_from("=qq", value)
            return float(seconds + nanoseconds / 1e9)
    raise IndexError("a frame without a time")


def frames_received() -> int:
    """Return how many frames the interfaces of this namespace received, broadcasts too."""
    lines = Path("/proc/net/dev").read_text(encoding="ascii").splitlines()[2:]
    fields = (line.split(":", 1) for line in lines)
    return sum(int(rest.split()[1]) for name, rest in fields if name.strip() != "lo")
