"""What leads to an NFS server's export list: a portmapper and mountd, over TCP."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from riskscan.lab.servers.server import Line, TcpServer

_LAST = 0x8000_0000
_PORTMAP, _MOUNT = 100_000, 100_005
_GETPORT, _EXPORT = 3, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rpc(TcpServer):
    """Answers calls of one program (RFC 5531), whatever credentials come with them."""

    def results(self, program: int, procedure: int, arguments: bytes) -> bytes:
        """Return the results of a call. ValueError ends the connection."""
        raise NotImplementedError

    def talk(self, line: Line) -> None:
        while True:
            (mark,) = struct.unpack(">I", line.exactly(4))
            if not mark & _LAST or not 40 <= mark - _LAST <= 4096:
                raise ValueError("not one record")
            call = line.exactly(mark - _LAST)
            ident, _, _, program, _, procedure = struct.unpack_from(">6I", call)
            answer = self.results(program, procedure, call[40:])
            reply = struct.pack(">6I", ident, 1, 0, 0, 0, 0) + answer
            line.send(struct.pack(">I", _LAST | len(reply)) + reply)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portmapper(_Rpc):
    """Tells where mountd is (RFC 1833 section 3); 0 for every other program."""

    port: int = 111
    mountd: int = 20048

    def results(self, program: int, procedure: int, arguments: bytes) -> bytes:
        if (program, procedure) != (_PORTMAP, _GETPORT) or len(arguments) != 16:
            raise ValueError("not a question for a port")
        (wanted,) = struct.unpack_from(">I", arguments)
        return struct.pack(">I", self.mountd if wanted == _MOUNT else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mountd(_Rpc):
    """Lists exports (RFC 1813 section 5.2.5) and mounts nothing."""

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


def _string(text: str) -> bytes:
    octets = text.encode()
    return struct.pack(">I", len(octets)) + octets + bytes(-len(octets) % 4)
