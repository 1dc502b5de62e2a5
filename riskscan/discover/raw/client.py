"""The side of the scan: starts the process that holds the raw sockets, asks it, hears it."""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import riskscan
from riskscan.discover.brake import Brake
from riskscan.discover.raw import messages
from riskscan.discover.raw.channel import Channel
from riskscan.discover.raw.contract import Message, RawSockets
from riskscan.errors import RawSocketsDenied, RawSocketsLost
from riskscan.model import Event, Notice, Scope, Segment

Notify = Callable[[Event], None]
Opener = Callable[[Scope, tuple[Segment, ...], Notify], AbstractContextManager[RawSockets]]
"""Gives the raw sockets for one scan."""

PROGRAM = "riskscan.discover.raw"

_BEAT = 0.1
_START_TIMEOUT, _END_TIMEOUT = 30.0, 5.0
_MOST_WAITING = 200_000
"""Messages of one job that nobody has taken yet: three times what a /16 can give."""

_DENIED_HINT = "run with sudo, or give this process CAP_NET_RAW; without it use --unprivileged"
_LOST_HINT = "finished devices are kept; go on with: sudo riskscan scan --resume"


@contextmanager
def open_raw_sockets(
    scope: Scope, segments: tuple[Segment, ...], notify: Notify
) -> Iterator[RawSockets]:
    """Start the process for one scan, and end it after.

    ``notify`` is called from a thread of its own. Raises ``RawSocketsDenied``.
    """
    with RawProcess() as process, process.opened(scope, segments, notify) as raw:
        yield raw


@dataclass(slots=True)
class _Asked:
    """A job that runs there, and what it has said."""

    said: queue.SimpleQueue[Message | Exception | None] = field(default_factory=queue.SimpleQueue)
    over: bool = False


class RawProcess:
    """The process, from ``with`` to its end. It is idle until it is ``opened``, once.

    It can be started before anything is known of the scan, so that this process can give up the
    right to do so.
    """

    def __init__(self) -> None:
        self._asked: dict[int, _Asked] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._reader: threading.Thread | None = None
        self._notify: Notify = lambda _event: None
        self._lost: str | None = None
        self._is_ready = False
        self._child: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        """Start it, without waiting for it."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._child = subprocess.Popen(
                # Fresh, and not forked: threads may exist. -P -s: no folder but those named.
                [sys.executable, "-P", "-s", "-m", PROGRAM],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=_environment(),
                cwd="/",
                start_new_session=True,  # Ctrl-C on the terminal is ours to act on
            )
        self._channel = Channel(ours)
        self._socket = ours
        self._lines = self._channel.lines()
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def ready(self) -> None:
        """Wait until it is. Raises ``RawSocketsDenied`` if it is not to be."""
        if self._is_ready:
            return
        self._socket.settimeout(_START_TIMEOUT)
        try:
            word = next(self._lines, {})
        except ValueError:
            word = {}
        self._socket.settimeout(None)
        if "denied" in word:
            raise RawSocketsDenied("this process may not open raw sockets", _DENIED_HINT)
        if word != {"ready": True}:
            raise RawSocketsDenied(
                f"the process that holds the raw sockets did not start: {self._complaint()}",
                "mend that, or do without raw sockets: --unprivileged",
            )
        self._is_ready = True

    def close(self) -> None:
        """End it, and all that runs in it. Safe to call again."""
        self._lost = self._lost or "it was closed"
        self._channel.close()
        if not self._is_ready:  # it would notice only when it is
            with contextlib.suppress(PermissionError):
                self._child.kill()
        try:
            self._child.wait(_END_TIMEOUT)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(PermissionError):  # it is somebody else by now
                self._child.kill()
                self._child.wait()
        if self._reader is not None:
            self._reader.join(_END_TIMEOUT)
        if self._child.stderr is not None:
            self._child.stderr.close()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._child.pid

    @contextmanager
    def opened(
        self, scope: Scope, segments: tuple[Segment, ...], notify: Notify
    ) -> Iterator[RawSockets]:
        """Tell it the scope and the segments of the scan. It hears that once.

        Raises ``RawSocketsDenied``.
        """
        self.ready()
        self._notify = notify
        self._tell({"session": messages.session_message(scope, segments)})
        self._reader = threading.Thread(target=self._read, name="raw", daemon=True)
        self._reader.start()
        try:
            yield self
        finally:
            self._notify = lambda _event: None

    def run(self, job: str, params: Message, *, brake: Brake) -> Iterator[Message]:
        """See :class:`riskscan.discover.raw.contract.RawSockets`."""
        number, asked = self._ask(job, params)
        try:
            while True:
                brake.check()
                try:
                    said = asked.said.get(timeout=_BEAT)
                except queue.Empty:
                    continue
                if said is None:
                    return
                if isinstance(said, Exception):
                    raise said
                yield said
        finally:
            self._walk_away(number, asked)

    def _ask(self, job: str, params: Message) -> tuple[int, _Asked]:
        asked = _Asked()
        with self._lock:
            if self._lost is not None:
                raise self._loss()
            number = next(self._numbers)
            self._asked[number] = asked
        self._tell({"id": number, "job": job, "params": params})
        return number, asked

    def _walk_away(self, number: int, asked: _Asked) -> None:
        with self._lock:
            self._asked.pop(number, None)
        if not asked.over:
            with contextlib.suppress(RawSocketsLost):
                self._tell({"cancel": number})

    def _tell(self, message: Message) -> None:
        try:
            self._channel.send(message)
        except OSError:
            raise self._loss() from None

    # the thread that hears

    def _read(self) -> None:
        reason = ""
        try:
            for message in self._lines:
                self._hear(message)
        except (ValueError, TypeError, KeyError) as error:
            reason = f"it said what cannot be read ({error})"
            self._channel.close()
        with self._lock:
            self._lost = self._lost or reason or self._complaint()
            left = list(self._asked.values())
        for asked in left:
            asked.over = True
            asked.said.put(self._loss())

    def _hear(self, message: Message) -> None:
        if "notice" in message:
            code, text = messages.fields_of(message["notice"], "code", "text")
            self._notify(Notice(messages.text_of(code, 60), messages.text_of(text)))
            return
        if "id" not in message:
            raise ValueError(messages.text_of(message.get("refused", "a message without an id")))
        with self._lock:
            asked = self._asked.get(message["id"])
        if asked is None:
            return  # its caller walked away
        if asked.said.qsize() >= _MOST_WAITING:
            raise ValueError("more than any job has to say")
        if "said" in message:
            if not isinstance(message["said"], dict):
                raise ValueError("a message that is not an object")
            asked.said.put(message["said"])
            return
        asked.over = True
        asked.said.put(messages.fault_of(message["fault"]) if "fault" in message else None)

    def _loss(self) -> RawSocketsLost:
        why = self._lost or self._complaint()
        return RawSocketsLost(
            f"the process that holds the raw sockets is gone: {why}"[:500], _LOST_HINT
        )

    def _complaint(self) -> str:
        """Return the last line that it wrote to nobody, or how it ended."""
        try:
            status = self._child.wait(1.0)
        except subprocess.TimeoutExpired:
            return "it does not answer"
        if self._child.stderr is None or self._child.stderr.closed:
            return f"status {status}"
        last = os.read(self._child.stderr.fileno(), 65_536).decode(errors="replace").splitlines()
        return last[-1][:200] if last else f"status {status}"


def _environment() -> dict[str, str]:
    """Return what it needs of ours: where programs stand, and where this riskscan does."""
    own = str(Path(riskscan.__file__).resolve().parent.parent)
    folders = [own, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    path = os.pathsep.join(folder for folder in folders if Path(folder).is_absolute())
    return {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": path, "LC_ALL": "C.UTF-8"}
