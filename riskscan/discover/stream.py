"""Hosts on their way from found to finished: examined while others are still looked for."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum, auto
from typing import Protocol

from riskscan.discover.brake import Brake
from riskscan.discover.checkpoints import Checkpoints
from riskscan.discover.faults import Stopped
from riskscan.discover.herald import Herald
from riskscan.model import Address, Host

_BEAT = 0.1


class Looking(Protocol):
    """Whoever looks for hosts: :class:`riskscan.discover.find.Search`."""

    def first(self) -> Iterator[Host]: ...
    def later(self, until: threading.Event) -> Iterator[Host]: ...
    def again(self) -> Iterator[Host]: ...


class _Mark(Enum):
    SWEPT = auto()
    """Every address was asked."""
    ENDED = auto()
    """No more hosts come."""


_Item = Host | Future[Host] | _Mark | BaseException


class Stream:
    """Yields finished hosts. No host is begun before there is room for it, or found twice."""

    def __init__(
        self,
        search: Looking,
        examine: Callable[[Host], Host],
        *,
        at_once: int,
        skip: Collection[Address],
        herald: Herald,
        brake: Brake,
        checkpoints: Checkpoints,
    ) -> None:
        self._search = search
        self._examine = examine
        self._at_once = at_once
        self._herald = herald
        self._brake = brake
        self._checkpoints = checkpoints
        self._seen = set(skip)
        self._inbox: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._waiting: deque[Host] = deque()
        self._running: set[Future[Host]] = set()
        self._ports_nearly_over = threading.Event()
        self._ports_over = threading.Event()
        self._ended = False
        self.is_complete = False
        """Whether all were looked for and each one found is finished."""

    def hosts(self) -> Iterator[Host]:
        """Yield each host that is finished.

        Raises what the search or an examination raised; ``Stopped`` only ends it.
        """
        looker = threading.Thread(target=self._look, name="find", daemon=True)
        looker.start()
        try:
            with ThreadPoolExecutor(self._at_once, thread_name_prefix="host") as pool:
                try:
                    yield from self._finished(pool)
                finally:
                    self._brake.halt()
        finally:
            self._ports_nearly_over.set()
            self._ports_over.set()
            looker.join()

    def _look(self) -> None:
        """Look for hosts to the end; for the silent once more beside the last of the port scans."""
        try:
            for host in self._search.first():
                self._inbox.put(host)
            self._inbox.put(_Mark.SWEPT)
            for host in self._search.later(self._ports_nearly_over):
                self._inbox.put(host)
            for host in self._search.again():
                self._inbox.put(host)
            for host in self._search.later(self._ports_over):
                self._inbox.put(host)
        except Stopped:
            pass
        except BaseException as error:
            self._inbox.put(error)
        self._inbox.put(_Mark.ENDED)

    def _finished(self, pool: ThreadPoolExecutor) -> Iterator[Host]:
        while True:
            self._begin(pool)
            if (self._ended or self._brake.pulled) and not self._running:
                self.is_complete = not self._brake.pulled
                return
            self._checkpoints.write()
            if self._herald.ports_are_nearly_over:
                self._ports_nearly_over.set()
            if self._herald.ports_are_over:
                self._ports_over.set()
            try:
                item = self._inbox.get(timeout=_BEAT)
            except queue.Empty:
                continue
            if isinstance(item, Future):
                yield from self._result(item)
            else:
                self._take(item)

    def _begin(self, pool: ThreadPoolExecutor) -> None:
        while self._waiting and len(self._running) < self._at_once and not self._brake.pulled:
            future = pool.submit(self._examine, self._waiting.popleft())
            self._running.add(future)
            future.add_done_callback(self._inbox.put)

    def _result(self, future: Future[Host]) -> Iterator[Host]:
        self._running.discard(future)
        try:
            host = future.result()
        except Stopped:
            return
        self._checkpoints.drop(host.address)
        yield host

    def _take(self, item: Host | _Mark | BaseException) -> None:
        if isinstance(item, BaseException):
            raise item
        if item is _Mark.SWEPT:
            self._herald.all_found()
            self._checkpoints.all_found()
        elif isinstance(item, _Mark):
            self._ended = True
        elif item.address not in self._seen:
            self._seen.add(item.address)
            self._herald.found()
            self._checkpoints.note_found(item)
            self._waiting.append(item)
