"""A wire of its own for the listener: frames are put on one end, heard on the other.

``hear`` runs in a process of its own, in an empty network namespace. Nothing outlives it.
"""

from __future__ import annotations

import multiprocessing
import socket
import subprocess
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

from riskscan.discover.brake import Brake
from riskscan.discover.overheard import Overheard
from riskscan.discover.raw.here import Here
from riskscan.discover.raw.listen import listen
from riskscan.discover.raw.session import Session
from riskscan.lab.namespaces import own_network
from riskscan.model import Scope, Segment

NETWORK = ip_network("10.66.0.0/24")


@dataclass(frozen=True)
class Heard:
    """What came of it: the messages, and how many packets the listener itself sent."""

    messages: list[dict[str, str]]
    sent: int

    @property
    def overheard(self) -> Overheard:
        made = Overheard()
        for message in self.messages:
            made.take(message)
        return made


def hear(frames: Sequence[bytes], seconds: float = 1.5) -> Heard:
    """Return what the job ``listen`` makes of these frames."""
    mine, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=_inside, args=(theirs, frames, seconds)
    )
    process.start()
    theirs.close()
    try:
        good, result = mine.recv()
    finally:
        process.join()
    if not good:
        raise AssertionError(result)
    return Heard(*result)


def _inside(answer: Connection, frames: Sequence[bytes], seconds: float) -> None:
    try:
        own_network()
        answer.send((True, _run(frames, seconds)))
    except BaseException:
        answer.send((False, traceback.format_exc()))


def _run(frames: Sequence[bytes], seconds: float) -> tuple[list[dict[str, str]], int]:
    _ip("link", "add", "ours", "type", "veth", "peer", "name", "theirs")
    for name in ("ours", "theirs"):
        _ip("link", "set", name, "addrgenmode", "none", "up")
    time.sleep(0.3)
    before = _sent()
    segment = Segment("ours", NETWORK, ip_address("10.66.0.1"), "02:00:00:00:00:01")
    session = Session(Scope((NETWORK,)), (segment,))
    Thread(target=_put, args=(frames,), daemon=True).start()
    params = {"interfaces": ["ours"], "seconds": seconds}
    heard = list(Here(session, {"listen": listen}).run("listen", params, brake=Brake()))
    return [message for message in heard if "second" not in message], _sent() - before


def _put(frames: Sequence[bytes]) -> None:
    time.sleep(0.5)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind(("theirs", 0))
        for frame in frames:
            sock.send(frame)


def _sent() -> int:
    for line in Path("/proc/self/net/dev").read_text().splitlines():
        name, _, counts = line.partition(":")
        if name.strip() == "ours":
            return int(counts.split()[9])
    raise AssertionError("the interface is gone")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
