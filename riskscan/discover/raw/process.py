"""The process that holds the raw sockets: told one session, asked for jobs, gone with its asker.

It reads one JSON object a line from its only channel, and writes the same. Nothing that it reads
can make it do anything but the jobs.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Mapping

from riskscan.discover import capabilities
from riskscan.discover.brake import Brake
from riskscan.discover.capabilities import User
from riskscan.discover.raw import messages
from riskscan.discover.raw.channel import Channel
from riskscan.discover.raw.contract import Message
from riskscan.discover.raw.jobs import JOBS, Job
from riskscan.discover.raw.nmap_job import kill_all
from riskscan.discover.raw.session import Session
from riskscan.model import Event, Notice

MOST_JOBS = 512
"""Jobs at the same time. Each device that is examined has one, and there are 96 at once."""

NOBODY = User(65_534, 65_534)
"""The user without files, whom Linux gives this number."""


class Process:
    """Serves one channel. ``serve`` returns when the other side is gone."""

    def __init__(self, channel: Channel, jobs: Mapping[str, Job] = JOBS) -> None:
        self._channel = channel
        self._jobs = jobs
        self._session: Session | None = None
        self._running: dict[int, Brake] = {}
        self._lock = threading.Lock()

    def serve(self) -> None:
        """Do what is asked for until the channel ends. Raises ``ValueError`` for garbage."""
        for message in self._channel.lines():
            if "session" in message:
                self._begin(message)
            elif "cancel" in message:
                self._cancel(message)
            else:
                self._start(message)

    def _begin(self, message: Message) -> None:
        (told,) = messages.fields_of(message, "session")
        if self._session is not None:
            self._channel.send({"refused": "the session is told once"})
            return
        scope, segments = messages.session_of(told)
        self._session = Session(scope, segments, self._notify)

    def _notify(self, event: Event) -> None:
        if isinstance(event, Notice):
            with contextlib.suppress(OSError):
                self._channel.send({"notice": {"code": event.code, "text": event.text[:500]}})

    def _cancel(self, message: Message) -> None:
        (number,) = messages.fields_of(message, "cancel")
        with self._lock:
            brake = self._running.get(messages.number_of(number, 0, 1 << 53))
        if brake:
            brake.halt()

    def _start(self, message: Message) -> None:
        number, name, params = messages.fields_of(message, "id", "job", "params")
        number = messages.number_of(number, 0, 1 << 53)
        refusal = self._refusal(number, name)
        if refusal or self._session is None:
            fault = messages.fault_message(ValueError(refusal or "no session was told"))
            self._channel.send({"id": number, "fault": fault})
            return
        brake = Brake()
        with self._lock:
            self._running[number] = brake
        work = (self._session, number, self._jobs[name], params, brake)
        threading.Thread(target=self._work, args=work, name=name, daemon=True).start()

    def _refusal(self, number: int, name: object) -> str | None:
        if not isinstance(name, str) or name not in self._jobs:
            return "there is no such job"
        with self._lock:
            if number in self._running:
                return "a job of this number is running"
            return "too many jobs at once" if len(self._running) >= MOST_JOBS else None

    def _work(self, session: Session, number: int, job: Job, params: Message, brake: Brake) -> None:
        ending: Message = {"id": number, "end": True}
        try:
            job(session, params, lambda said: self._emit(number, said), brake)
        except Exception as error:
            ending = {"id": number, "fault": messages.fault_message(error)}
        with self._lock:
            del self._running[number]
        with contextlib.suppress(OSError):
            self._channel.send(ending)

    def _emit(self, number: int, said: Message) -> None:
        self._channel.send({"id": number, "said": said})


def main() -> None:
    """Be that process; its channel is standard input. Never returns.

    SIGINT is the asker's: it hears of Ctrl-C, and says when this is to end.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = Channel(socket.socket(fileno=os.dup(0)))
    status = 0
    try:
        _load()
        confine()
        _require_raw_sockets()
        channel.send({"ready": True})
        Process(channel).serve()
    except PermissionError as error:
        status = _last_words(channel, {"denied": str(error.strerror)})
    except Exception as error:
        status = _last_words(channel, {"refused": repr(error)[:200]})
    kill_all()
    os._exit(status)


def _last_words(channel: Channel, message: Message) -> int:
    with contextlib.suppress(OSError):
        channel.send(message)
    return 3


def confine() -> None:
    """Keep the right to raw packets and to the neighbour table; be nobody else besides.

    Where there is no such user (a user namespace may know but one) it stays who it is.
    """
    keep = capabilities.NET_RAW | capabilities.NET_ADMIN
    if os.geteuid() == 0 and capabilities.maps(NOBODY.uid):
        capabilities.confine(keep, to=NOBODY)
    else:
        capabilities.confine(keep)


def _load() -> None:
    """Load what is loaded late elsewhere: nobody may not be able to read where it stands."""
    import encodings.idna
    import traceback

    import scapy.layers.inet
    import scapy.layers.inet6
    import scapy.layers.l2  # noqa: F401

    del encodings, traceback


def _require_raw_sockets() -> None:
    """Raises ``PermissionError`` where they are denied."""
    kinds = ((socket.AF_PACKET, 0), (socket.AF_INET, socket.IPPROTO_ICMP))
    for family, protocol in kinds:
        socket.socket(family, socket.SOCK_RAW, protocol).close()
