"""What is asked of the process that holds the raw sockets, and what it says.

A job is a name and parameters; while it runs it emits messages; it ends, or it fails. Parameters
and messages are dicts that JSON can carry (addresses as text, MACs in lower case with colons), so
that the two sides may be two processes that do not trust each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from riskscan.discover.brake import Brake

Message = dict[str, Any]
Emit = Callable[[Message], None]


class RawSockets(Protocol):
    """Whoever can do the jobs of :data:`riskscan.discover.raw.jobs.JOBS`."""

    def run(self, job: str, params: Message, *, brake: Brake) -> Iterator[Message]:
        """Do a job; yield what it emits, as it comes, and end when it does.

        Safe to call from several threads, each for a job of its own. A caller that walks away
        ends the job. Raises ``Stopped`` if the scan should end, the ``Fault``, ``ValueError`` or
        ``OSError`` that the job raised, ``RawSocketsLost`` if the process that holds the sockets
        is gone: that ends the scan, since nothing can be said of what was not asked.
        """
        ...
