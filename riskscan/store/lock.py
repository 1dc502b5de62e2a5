"""One writer at a time per database: a lock file beside it that names the process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from riskscan.errors import StoreLocked
from riskscan.store.private import open_private


class Lock:
    """Held from :meth:`take` to :meth:`release`, or until the process ends, however it ends.

    The file stays: removing it would let two processes lock two files of the same name.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, database: Path) -> Lock:
        """Lock ``database`` for writing.

        Raises StoreLocked, naming the process that holds it; OSError if the file cannot be made.
        """
        descriptor = open_private(database.with_name(database.name + ".lock"))
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise _locked(database, holder) from None
        except OSError:
            os.close(descriptor)
            raise
        return cls(descriptor)

    def release(self) -> None:
        """Let the next writer in. Releasing twice is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _locked(database: Path, holder: str) -> StoreLocked:
    who = f"process {holder}" if holder.isdecimal() else "another process"
    return StoreLocked(
        f"{database} is being written by {who}",
        f"wait until it has finished; to see what it is: ps -p {holder or 'PID'}",
    )
