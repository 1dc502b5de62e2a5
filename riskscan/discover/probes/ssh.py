"""Which SSH server answers."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import ProtocolError
from riskscan.model import Host, Observation, Policy

_PORTS = frozenset({22, 2222})
_MOST_READS = 16


class Ssh:
    """Bytes sent: none. The server names itself first (RFC 4253 section 4.2)."""

    name = "ssh"
    protocol = "tcp"
    policies = frozenset(Policy)

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port in _PORTS)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            banner = _listen(wire)
        yield Observation.of("ssh.banner", banner, port, "tcp")


def _listen(wire: Wire) -> str:
    heard = b""
    for _ in range(_MOST_READS):
        more = wire.read_until(b"\n")
        heard += more
        if not more or (b"SSH-" in heard and heard.endswith(b"\n")):
            break
    return identification(heard)


def identification(octets: bytes) -> str:
    """Return the identification string. A server may send other lines before it.

    Raises ``ProtocolError`` if there is none.
    """
    for line in octets.split(b"\n"):
        if line.startswith(b"SSH-"):
            return line.decode("utf-8", errors="replace").strip()
    raise ProtocolError("no SSH identification")
