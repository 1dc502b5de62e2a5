"""Who is there, without raw sockets: connect to two ports and watch whom the kernel found."""

from __future__ import annotations

import errno
import json
import select
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, ip_address
from itertools import islice

from riskscan.discover.brake import Brake

PORTS = (443, 80)
BATCH = 100
"""Addresses at once. The kernel's neighbour table holds about a thousand and drops the rest."""

_WAIT = 1.2
"""Seconds that a batch is given to answer."""

_ALIVE = frozenset({0, errno.ECONNREFUSED, errno.ECONNRESET})
_SEEN = frozenset({"REACHABLE", "STALE", "DELAY", "PROBE"})


def knock(
    addresses: Iterable[int], *, brake: Brake
) -> Iterator[tuple[int, dict[IPv4Address, str | None]]]:
    """Yield, batch by batch, how many were asked and who answered, with MACs on a local segment.

    To connect, the kernel must ask by ARP first; its table, read after each batch, names even
    devices that drop the connection. Slower than ARP of our own, and blind to silent devices
    beyond the segment. Raises ``Stopped``.
    """
    for batch in _batches(addresses):
        found: dict[IPv4Address, str | None] = {}
        for port in PORTS:
            found.update(dict.fromkeys(_connect(batch, port, brake)))
        found.update(neighbours(batch))
        yield len(batch), found


def _batches(addresses: Iterable[int]) -> Iterator[list[IPv4Address]]:
    left = iter(addresses)
    while batch := [IPv4Address(address) for address in islice(left, BATCH)]:
        yield batch


def _connect(batch: Sequence[IPv4Address], port: int, brake: Brake) -> Iterator[IPv4Address]:
    waiting: dict[int, tuple[socket.socket, IPv4Address]] = {}
    poll, pending = select.poll(), 0
    try:
        for address in batch:
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            waiting[sock.fileno()] = (sock, address)
            at_once = sock.connect_ex((str(address), port))
            if at_once in _ALIVE:
                yield address
            elif at_once == errno.EINPROGRESS:
                poll.register(sock, select.POLLOUT)
                pending += 1
            brake.wait(1 / BATCH)
        end = time.monotonic() + _WAIT
        heard: set[IPv4Address] = set()
        while len(heard) < pending and (left := end - time.monotonic()) > 0:
            brake.check()
            for number, _ in poll.poll(min(left, 0.1) * 1000):
                sock, address = waiting[number]
                poll.unregister(sock)
                heard.add(address)
                if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) in _ALIVE:
                    yield address
    finally:
        for sock, _ in waiting.values():
            sock.close()


def neighbours(wanted: Iterable[IPv4Address]) -> dict[IPv4Address, str]:
    """Return address and MAC of those that are in the kernel's neighbour table by an answer."""
    try:
        done = subprocess.run(
            ["ip", "-j", "-4", "neigh"],  # noqa: S607 - the system's own tool
            capture_output=True,
            check=True,
            timeout=10,
        )
        entries = json.loads(done.stdout or b"[]")
    except (OSError, subprocess.SubprocessError, ValueError):
        return {}
    asked = frozenset(wanted)
    return {
        address: str(entry["lladdr"]).lower()
        for entry in entries
        if "lladdr" in entry and _SEEN.intersection(entry.get("state", ()))
        if isinstance(address := ip_address(entry["dst"]), IPv4Address) and address in asked
    }
