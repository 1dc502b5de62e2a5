"""The process that is the wire: the scanner's place with one card in it, and hosts behind that.

Started by :class:`riskscan.lab.WireLab`. The card is a TAP: what is sent through it is read here,
and what is written here arrives on it. With this process go card and network.
"""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from select import select

from riskscan.errors import NamespacesDenied, RiskscanError
from riskscan.lab import wiring
from riskscan.lab.member import COUNT
from riskscan.lab.namespaces import denied, end_with_parent, own_network
from riskscan.lab.wire_segment import Segment
from riskscan.lab.wire_table import Plan

_TUNSETIFF, _TUNSETCARRIER = 0x400454CA, 0x400454E2
_IFF_TAP, _IFF_NO_PI = 0x0002, 0x1000
_LARGEST = 2048
_AT_ONCE = 64
"""Frames that are read before answers are looked after again."""


def main(caller: Connection) -> None:
    """Be the wire that the caller plans, until it hangs up or dies."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the caller's to judge
    try:
        end_with_parent(signal.SIGTERM)
        plan: Plan = caller.recv()
        tap = place(plan)
        caller.send([os.getpid()])
        run(tap, caller, Segment(plan.hosts, plan.line, plan.port, time.monotonic()))
    except (EOFError, BrokenPipeError, SystemExit):
        pass  # the caller is gone, or wants us gone
    except RiskscanError as error:
        caller.send(error)
    except Exception as error:  # told to the caller: this process has no other voice
        caller.send(RiskscanError(f"the wire broke: {error}"))


def place(plan: Plan, device: Path = Path("/dev/net/tun")) -> int:
    """Make the scanner's place and its card; return the other end. Raises NamespacesDenied."""
    own_network()
    tap = open_tap(device)
    router = plan.hosts[0].address if plan.hosts else None
    wiring.batch(
        "ip",
        [
            "link set lo up",
            # Longer than the kernel's 500 frames: a burst is the scanner's fault, not the card's.
            f"link set eth0 address {plan.mac} txqueuelen 10000 addrgenmode none",
            f"address add {plan.address} dev eth0",
            "link set eth0 up",
            *([f"route add default via {router}"] if router else []),
        ],
    )
    return tap


def open_tap(device: Path) -> int:
    """Make the card eth0 in this network and return its other end. Raises NamespacesDenied."""
    try:
        tap = os.open(device, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise NamespacesDenied(
            f"the lab's wire needs {device}: {error.strerror}",
            "sudo modprobe tun; for a container: --device /dev/net/tun",
        ) from error
    try:
        fcntl.ioctl(tap, _TUNSETIFF, struct.pack("16sH22x", b"eth0", _IFF_TAP | _IFF_NO_PI))
    except OSError as error:
        raise denied(f"{device}: {error.strerror}") from error
    return tap


def run(tap: int, caller: Connection, segment: Segment) -> None:
    """Carry frames until the caller hangs up (EOFError)."""
    ends: tuple[int | Connection, ...] = (tap, caller)
    plugged_in = True
    while True:
        pause = None
        if (soonest := segment.next_at) is not None:
            pause = max(0.0, soonest - time.monotonic())
        ready, _, _ = select(ends, [], [], pause)
        if tap in ready:
            _read(tap, segment)
        for frame in segment.due(time.monotonic()):
            _write(tap, frame)
        if plugged_in and segment.pulled:
            fcntl.ioctl(tap, _TUNSETCARRIER, struct.pack("i", 0))
            plugged_in = False
        if caller in ready and caller.recv() == COUNT:
            caller.send(segment.counts())


def _read(tap: int, segment: Segment) -> None:
    for _ in range(_AT_ONCE):
        try:
            frame = os.read(tap, _LARGEST)
        except BlockingIOError:
            return
        segment.hear(frame, time.monotonic())


def _write(tap: int, frame: bytes) -> None:
    try:
        os.write(tap, frame)
    except OSError:
        return  # the card's queue is full, or somebody took it down: lost, as on any wire


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])))
