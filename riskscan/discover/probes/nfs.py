"""How many folders an NFS server exports, and whether to anyone."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import ProtocolError
from riskscan.discover.ports import FORBIDDEN_PORTS, NORMAL_TCP
from riskscan.discover.probes.codec import oncrpc
from riskscan.model import Host, Observation, Policy

_PORTMAPPER, _NFS = 111, 2049
_LONGEST = 65_000


class Nfs:
    """Bytes sent, in order: to the portmapper one GETPORT for mountd; close; on a second
    connection, to the port that it named, one EXPORT; close. Both without credentials.

    It is what ``showmount -e`` asks; mountd answers anyone by design. Nothing is mounted, and no
    name of a folder or a client is kept. A port that another protocol is known for is not
    believed to be mountd's.
    """

    name = "nfs"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        open_ports = {s.port for s in host.open_ports if s.protocol == "tcp"}
        return (_PORTMAPPER,) if {_PORTMAPPER, _NFS} <= open_ports else ()

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        mountd = oncrpc.port(self._call(dialer, port, oncrpc.find_mountd(_ident())))
        if mountd == 0:
            raise ProtocolError("the portmapper knows no mountd over TCP")
        if not believable(mountd):
            raise ProtocolError("the portmapper names a port of another protocol")
        answer = self._call(dialer, mountd, oncrpc.list_exports(_ident()))
        count, audiences = oncrpc.exports(answer)
        yield Observation.of("nfs.exports", str(count), _NFS, "tcp")
        for audience in audiences:
            yield Observation.of("nfs.exported-to", audience, _NFS, "tcp")

    def _call(self, dialer: Dialer, port: int, call: oncrpc.Call) -> bytes:
        with dialer.dial(port) as wire:
            wire.send(call.octets())
            return oncrpc.results(_record(wire), call.ident)


def believable(port: int) -> bool:
    """Say whether a port that the network named may be asked as mountd's."""
    known = (NORMAL_TCP.keys() | FORBIDDEN_PORTS) - {_PORTMAPPER, _NFS}
    return 0 < port < 65_536 and port not in known


def _ident() -> int:
    return secrets.randbits(32)


def _record(wire: Wire) -> bytes:
    """Read one record of one or more fragments (RFC 5531 section 11)."""
    record = b""
    while True:
        mark = int.from_bytes(wire.read_exactly(4))
        size = mark & ~oncrpc.LAST_FRAGMENT
        if size > _LONGEST - len(record):
            raise ProtocolError("a longer RPC record than any export list needs")
        record += wire.read_exactly(size)
        if mark & oncrpc.LAST_FRAGMENT:
            return record
