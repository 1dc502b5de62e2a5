"""A bad line in the scanner's cable: a process that hands frames on, late, or not at all."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import count
from select import select

from riskscan.lab import wiring
from riskscan.lab.line import Dice, Line
from riskscan.lab.namespaces import end_with_parent

_SOL_PACKET = 263
_PACKET_VNET_HDR = 15
_PACKET_IGNORE_OUTGOING = 23
_ETH_P_ALL = 3
_LARGEST = 65_536 + 64

CABLE, NEAR, FAR = "v0", "wire0", "wire1"
"""The holder's end of the scanner's cable, and the new cable that joins it to the bridge."""


def put_between(line: Line, scanner_mac: str) -> int:
    """Cut the scanner's cable, put the line between its ends, and return the process that is it."""
    wiring.batch("ip", _cut())
    wiring.batch("bridge", [f"fdb add {scanner_mac} dev {NEAR} master static"])
    ends = (_open(CABLE), _open(FAR))
    pid = os.fork()
    if pid == 0:
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            end_with_parent(signal.SIGKILL)
            _forward(ends, Dice(line))
        finally:
            os._exit(1)  # whatever happens: it must never go on as a second holder
    for end in ends:
        end.close()
    return pid


def _cut() -> list[str]:
    # The scanner's cable is the first that was drawn, and so is its segment's bridge: see wiring.
    return [
        f"link set {CABLE} nomaster",
        f"link add {NEAR} type veth peer name {FAR}",
        f"link set {NEAR} master br0 up",
        f"link set {FAR} up",
    ]


def _open(interface: str) -> socket.socket:
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    # With each frame comes what its sender left undone (checksums, cutting into segments), and
    # goes on with it: a veth leaves that to hardware which is not there.
    end.setsockopt(_SOL_PACKET, _PACKET_VNET_HDR, 1)
    end.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
    end.bind((interface, _ETH_P_ALL))
    return end


def _forward(ends: Sequence[socket.socket], dice: Dice) -> None:
    waiting: list[tuple[float, int, socket.socket, bytes]] = []
    other = {ends[0]: ends[1], ends[1]: ends[0]}
    number = count()
    while True:
        pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        ready, _, _ = select(ends, [], [], pause)
        for end in ready:
            frame = end.recv(_LARGEST)
            if (lag := dice.lag()) is not None:
                heappush(waiting, (time.monotonic() + lag, next(number), other[end], frame))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, end, frame = heappop(waiting)
            _send(end, frame)


def _send(end: socket.socket, frame: bytes) -> None:
    try:
        end.send(frame)
    except OSError:
        return  # a full queue or a frame that is too long: lost, as on any line
