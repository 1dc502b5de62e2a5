"""An NFS server as far as its export list: portmapper, mountd and nfsd, over TCP."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar

from riskscan.lab.servers.server import Line, TcpServer

_LAST = 0x8000_0000
_OTHER_VERSION = 2  # PROG_MISMATCH
_PORTMAP, _MOUNT = 100_000, 100_005
_GETPORT, _DUMP, _EXPORT = 3, 4, 5
_NFS, _TCP = 100_003, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rpc(TcpServer):
    """Answers calls of one program (RFC 5531), whatever credentials come with them."""

    version: ClassVar[int]

    def results(self, program: int, procedure: int, arguments: bytes) -> bytes:
        """Return the results of a call. ValueError ends the connection."""
        raise NotImplementedError

    def talk(self, line: Line) -> None:
        while True:
            (mark,) = struct.unpack(">I", line.exactly(4))
            if not mark & _LAST or not 40 <= mark - _LAST <= 4096:
                raise ValueError("not one record")
            call = line.exactly(mark - _LAST)
            ident, _, _, program, version, procedure = struct.unpack_from(">6I", call)
            if version == self.version:
                answer = bytes(4) + self.results(program, procedure, call[40:])
            else:
                answer = struct.pack(">3I", _OTHER_VERSION, self.version, self.version)
            reply = struct.pack(">5I", ident, 1, 0, 0, 0) + answer
            line.send(struct.pack(">I", _LAST | len(reply)) + reply)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portmapper(_Rpc):
    """Tells where mountd is, or all that it knows (RFC 1833 section 3)."""

    version: ClassVar[int] = 2
    port: int = 111
    mountd: int = 20048

    def results(self, program: int, procedure: int, arguments: bytes) -> bytes:
        if (program, procedure) == (_PORTMAP, _DUMP):
            return b"".join(struct.pack(">5I", 1, *mapping) for mapping in self._known()) + bytes(4)
        if (program, procedure) != (_PORTMAP, _GETPORT) or len(arguments) != 16:
            raise ValueError("not a question for a port")
        (wanted,) = struct.unpack_from(">I", arguments)
        ports = {program: port for program, _, _, port in self._known()}
        return struct.pack(">I", ports.get(wanted, 0))

    def _known(self) -> tuple[tuple[int, int, int, int], ...]:
        """Program, version, protocol and port."""
        known = ((_PORTMAP, 2, self.port), (_NFS, 3, 2049), (_MOUNT, 3, self.mountd))
        return tuple((program, version, _TCP, port) for program, version, port in known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mountd(_Rpc):
    """Lists exports (RFC 1813 section 5.2.5) and mounts nothing."""

    version: ClassVar[int] = 3
    port: int = 20048
    exports: tuple[tuple[str, tuple[str, ...]], ...]
    """Folder and clients; ``*`` for everyone."""

    def results(self, program: int, procedure: int, arguments: bytes) -> bytes:
        if (program, procedure) != (_MOUNT, _EXPORT):
            raise ValueError("not a question for exports")
        listed = b""
        for folder, clients in self.exports:
            names = b"".join(struct.pack(">I", 1) + _string(name) for name in clients)
            listed += struct.pack(">I", 1) + _string(folder) + names + bytes(4)
        return listed + bytes(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nfs(_Rpc):
    """The file service itself: it answers the null procedure (RFC 1813 section 3.3.0) alone."""

    version: ClassVar[int] = 3
    port: int = 2049

    def results(self, program: int, procedure: int, arguments: bytes) -> bytes:
        if (program, procedure) != (_NFS, 0):
            raise ValueError("not the null procedure")
        return b""


def _string(text: str) -> bytes:
    octets = text.encode()
    return struct.pack(">I", len(octets)) + octets + bytes(-len(octets) % 4)
