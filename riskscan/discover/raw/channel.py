"""One JSON object a line over a socket, each of a length that is bounded."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

from riskscan.discover.raw.contract import Message

LONGEST = 8 << 20
"""Bytes in a line. The longest of ours holds nmap's XML about one host; see ``nmap_job``."""

_AT_A_TIME = 1 << 16


class Channel:
    """Reads from one thread; writes from any."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        """Write a message, whole. Waits for a reader that is slow; raises ``OSError`` if gone."""
        line = json.dumps(message, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        if len(line) > LONGEST:
            raise ValueError("a message is too long to be sent")
        with self._lock:
            self._sock.sendall(line)

    def lines(self) -> Iterator[Message]:
        """Yield messages until the other side is gone.

        Raises ``ValueError`` for a line that is too long, or is not a JSON object.
        """
        kept = bytearray()
        while octets := self._receive():
            start = len(kept)
            kept += octets
            while (end := kept.find(b"\n", start)) >= 0:
                yield _object(bytes(kept[:end]))
                del kept[: end + 1]
                start = 0
            if len(kept) >= LONGEST:
                raise ValueError("a line is too long")

    def _receive(self) -> bytes:
        try:
            return self._sock.recv(_AT_A_TIME)
        except OSError:
            return b""  # cut off by a process that ended badly, or closed here

    def close(self) -> None:
        """Hang up, also on a thread of this process that is reading."""
        with suppress(OSError):  # the other side was first
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()


def _object(line: bytes) -> Message:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError("a line is not JSON") from error
    if not isinstance(message, dict):
        raise ValueError("a line is not a JSON object")
    return message
