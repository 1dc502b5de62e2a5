"""The process that holds the lab up: it makes the network, forks the hosts and ends with them.

Started by :class:`riskscan.lab.Lab` in an interpreter of its own, so that the caller's threads
and namespaces do not matter. It has imported what every server needs before it forks, so a host
costs a fork and not an interpreter. When its caller is gone, by whatever death, it takes every
host with it, and the kernel removes the namespaces, cables and bridges.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection, Pipe
from types import FrameType

from riskscan.errors import RiskscanError
from riskscan.lab import member, splice, wiring
from riskscan.lab.host import Counts, LabHost
from riskscan.lab.line import Line
from riskscan.lab.namespaces import end_with_parent, own_network
from riskscan.lab.servers.tls import authority


class Holder:
    """The hosts of one lab as their parent process sees them."""

    def __init__(self, hosts: Sequence[LabHost], line: Line | None = None) -> None:
        self._hosts = hosts
        self._line = line
        self._ends: list[Connection] = []
        self._spliced: int | None = None
        self.pids: list[int] = []

    def build(self) -> None:
        """Make the network and bring every host up. Raises RiskscanError."""
        own_network()
        wiring.settle(wiring.MUTE)
        authority()
        for host in self._hosts:
            self._fork(host)
        self._hear_everyone()
        links, known = wiring.cables(list(zip(self._hosts, self.pids, strict=True)))
        wiring.batch("ip", links)
        wiring.batch("bridge", known)
        if self._line:
            self._spliced = splice.put_between(self._line, self._hosts[0].mac)
        for end in self._ends:
            end.send(member.WIRED)
        self._hear_everyone()

    def _fork(self, host: LabHost) -> None:
        gateway = self._gateway_of(host)
        mine, theirs = Pipe()
        pid = os.fork()
        if pid == 0:
            try:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                for other in (mine, *self._ends):
                    other.close()
                member.live(host, gateway, theirs)
            finally:
                os._exit(1)  # whatever happens: a host must never go on as a second holder
        theirs.close()
        self._ends.append(mine)
        self.pids.append(pid)

    def _gateway_of(self, host: LabHost) -> str | None:
        segment = wiring.segment_of(host.address)
        for router in (h for h in self._hosts if h.is_router):
            for address in router.addresses:
                if wiring.segment_of(address) == segment:
                    return address
        return None

    def _hear_everyone(self) -> None:
        for host, end in zip(self._hosts, self._ends, strict=True):
            try:
                said = end.recv()
            except EOFError:
                said = RiskscanError(f"the lab could not be built: {host.name} ended early")
            if isinstance(said, RiskscanError):
                raise said

    def counts(self) -> dict[str, Counts]:
        """Ask every host what it received, by its first address."""
        for end in self._ends:
            end.send(member.COUNT)
        return {h.address: e.recv() for h, e in zip(self._hosts, self._ends, strict=True)}

    def end(self) -> None:
        """Kill every host, and the line, and wait until they are gone."""
        pids = [*self.pids, self._spliced] if self._spliced else self.pids
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for pid in pids:
            os.waitpid(pid, 0)
        self.pids.clear()
        self._spliced = None


def main(caller: Connection) -> None:
    """Build what the caller sends, then answer it until it hangs up or dies."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the caller's to judge
    holder = Holder(*caller.recv())
    try:
        _serve(caller, holder)
    except (EOFError, OSError, SystemExit):
        pass  # the caller is gone, or wants us gone
    except RiskscanError as error:
        caller.send(error)
    except Exception as error:  # told to the caller: this process has no other voice
        caller.send(RiskscanError(f"the lab could not be built: {error}"))
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        holder.end()


def _serve(caller: Connection, holder: Holder) -> None:
    end_with_parent(signal.SIGTERM)
    holder.build()
    caller.send(holder.pids)
    while caller.recv() == member.COUNT:
        caller.send(holder.counts())


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])))
