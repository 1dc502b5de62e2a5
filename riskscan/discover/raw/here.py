"""The jobs done in this very process: for a test, and where no second process can be had."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping

from riskscan.discover.brake import Brake
from riskscan.discover.raw.contract import Message
from riskscan.discover.raw.jobs import JOBS, Job
from riskscan.discover.raw.session import Session

_BEAT = 0.1


class Here:
    """Does each job in a thread of its own."""

    def __init__(self, session: Session, jobs: Mapping[str, Job] = JOBS) -> None:
        self._session = session
        self._jobs = jobs

    def run(self, job: str, params: Message, *, brake: Brake) -> Iterator[Message]:
        """See :class:`riskscan.discover.raw.contract.RawSockets`."""
        said: queue.SimpleQueue[Message | BaseException | None] = queue.SimpleQueue()
        own = Brake()

        def work() -> None:
            try:
                self._jobs[job](self._session, params, said.put, own)
            except BaseException as error:
                said.put(error)
            else:
                said.put(None)

        threading.Thread(target=work, name=f"raw-{job}", daemon=True).start()
        try:
            while True:
                brake.check()
                try:
                    message = said.get(timeout=_BEAT)
                except queue.Empty:
                    continue
                if message is None:
                    return
                if isinstance(message, BaseException):
                    raise message
                yield message
        finally:
            own.halt()
