"""Which camera or recorder streams video over RTSP."""

from __future__ import annotations

import re
from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.probes.codec.head import head
from riskscan.model import Host, Observation, Policy

_PORTS = frozenset({554, 8554})
_REALM = re.compile(r"realm\s{0,5}=\s{0,5}\"([^\"]{0,500})\"", re.IGNORECASE)
OPTIONS = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: riskscan\r\n\r\n"


class Rtsp:
    """Bytes sent, in order: one ``OPTIONS * RTSP/1.0``; close.

    It asks which methods there are (RFC 2326 section 10.1). No stream is described, set up or
    played, and no password is tried.
    """

    name = "rtsp"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.protocol == "tcp" and s.port in _PORTS)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            wire.send(OPTIONS)
            reply = wire.read_until(b"\r\n\r\n")
        for key, value in reply_facts(reply):
            yield Observation.of(key, value, port, "tcp")


def reply_facts(octets: bytes) -> list[tuple[str, str]]:
    """Read the answer. Raises ``ProtocolError`` if it is not RTSP."""
    found = head(octets)
    facts = [("rtsp.status", found.status("RTSP"))]
    if "server" in found.fields:
        facts.append(("rtsp.server", found.fields["server"]))
    challenge = found.fields.get("www-authenticate", "")
    if challenge:
        facts.append(("rtsp.auth", challenge.split(maxsplit=1)[0].lower()))
    if realm := _REALM.search(challenge):
        facts.append(("rtsp.realm", realm[1]))
    return facts
