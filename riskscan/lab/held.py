"""A network that a process of its own holds up, as its user sees it: up, run, count, down."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import riskscan
from riskscan.errors import NamespacesDenied, RiskscanError
from riskscan.lab import place
from riskscan.lab.host import Counts
from riskscan.lab.member import COUNT

_START_TIMEOUT = 60.0
_END_TIMEOUT = 10.0


class Held:
    """A network in private namespaces, up between ``with`` and its end.

    Nothing is left behind, however the process that made it ends; if a thread made it, it ends
    with that thread.
    """

    program: ClassVar[str]
    """The module whose process holds it up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self._pids: list[int] = []

    def blueprint(self) -> object:
        """Return what the holder must build."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        """Bring the lab up. Raises NamespacesDenied where the kernel forbids it."""
        self._line, theirs = Pipe()
        with theirs:
            self._holder = subprocess.Popen(
                [sys.executable, "-P", "-m", self.program, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": _with_own_package()},
            )
        try:
            self._say(self.blueprint())
            self._pids = self._hear()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take the lab down and wait until its processes are gone. Safe to call again."""
        if self._line:
            self._line.close()
        if self._holder:
            try:
                self._holder.wait(_END_TIMEOUT)
            except subprocess.TimeoutExpired:
                self._holder.kill()  # its hosts end with it
                self._holder.wait()
        self._line = self._holder = None
        self._pids = []

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the holder, the scanner's place and the hosts, in the table's order.

        One that is several of these stands here once.
        """
        return tuple(dict.fromkeys((self._holder.pid, *self._pids))) if self._holder else ()

    def run(self, argv: Sequence[str], **options: Any) -> subprocess.CompletedProcess[Any]:
        """Run a program in the scanner's place; ``options`` are those of subprocess.run."""
        return subprocess.run(self._there(argv), **options)

    def popen(self, argv: Sequence[str], **options: Any) -> subprocess.Popen[Any]:
        """Start a program in the scanner's place; it is killed when the calling thread ends."""
        return subprocess.Popen(self._there(argv), **options)

    def enter(self) -> None:
        """Move this process, which must have one thread, into the scanner's place for good.

        Its children follow. Raises NamespacesDenied.
        """
        scanner = self._scanner_pid()
        threads = len(list(Path("/proc/self/task").iterdir()))
        if threads != 1:
            raise NamespacesDenied(
                f"a process with {threads} threads cannot move into the lab's network",
                "enter the lab before threads are started",
            )
        try:
            place.step_into(scanner)
        except OSError as error:
            raise NamespacesDenied(f"the lab's network cannot be entered: {error}") from error

    def counts(self) -> dict[str, Counts]:
        """Return what each host received since the lab came up, by its (first) address."""
        with self._lock:
            self._say(COUNT)
            heard: dict[str, Counts] = self._hear()
            return heard

    def _say(self, what: object) -> None:
        if self._line is None:
            raise RiskscanError("the lab is not up")
        try:
            self._line.send(what)
        except OSError as error:
            raise RiskscanError("the lab's process is gone") from error

    def _there(self, argv: Sequence[str]) -> list[str]:
        # -I -S: neither the caller's settings nor site-packages; it starts in milliseconds.
        launcher = [sys.executable, "-I", "-S", place.__file__, str(self._scanner_pid())]
        return [*launcher, *argv]

    def _scanner_pid(self) -> int:
        if not self._pids:
            raise RiskscanError("the lab is not up")
        return self._pids[0]

    def _hear(self) -> Any:
        if self._line is None or not self._line.poll(_START_TIMEOUT):
            raise RiskscanError(f"the lab did not answer within {_START_TIMEOUT:.0f} s")
        try:
            heard = self._line.recv()
        except (EOFError, OSError) as error:
            raise RiskscanError("the lab's process is gone") from error
        if isinstance(heard, RiskscanError):
            raise heard
        return heard


def _with_own_package() -> str:
    """Return a PYTHONPATH by which a child finds the riskscan that runs here."""
    own = str(Path(riskscan.__file__).resolve().parent.parent)
    return os.pathsep.join(p for p in (own, os.environ.get("PYTHONPATH", "")) if p)
