"""Who a Windows computer says it is, over a web server or Windows Remote Management."""

from __future__ import annotations

import binascii
import re
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes.codec import ntlm
from riskscan.discover.probes.rdp import challenged
from riskscan.discover.probes.tls import ANY_VERSION, spoke_tls
from riskscan.model import Host, Observation, Policy

_WINRM = {5985: False, 5986: True}
"""Port of Windows Remote Management, and whether it is over TLS (MS-WSMV 2.1)."""

_SCHEMES = ("negotiate", "ntlm")
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
_CHALLENGE = re.compile(
    rb"\r?\nwww-authenticate:[ \t]{0,5}([a-z]{1,20})[ \t]{0,5}([a-z0-9+/=]{0,8000})", re.IGNORECASE
)


class HttpNtlm:
    """Bytes sent, in order: one ``GET /`` on a port that asked for NTLM or Negotiate, or one
    ``POST /wsman`` without a body on Windows Remote Management (5985, and 5986 over TLS), each
    with the anonymous NTLM NEGOTIATE in its Authorization header; close at the challenge.

    The server answers 401 and a challenge: nobody is named, nothing is carried out (RFC 4559,
    MS-NTHT). A web port is left out where another port has given the challenge before; Remote
    Management is asked all the same, for the schemes that it offers.
    """

    name = "http_ntlm"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        managed = [
            s.port
            for s in host.open_ports
            if s.port in _WINRM and (not _WINRM[s.port] or spoke_tls(host, s.port))
        ]
        web = [] if challenged(host) else [p for p in _offering(host) if p not in _WINRM]
        return (*managed, *web[:1])

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        scheme = _offering(host).get(port, "negotiate")
        with dialer.dial(port) as wire:
            if spoke_tls(host, port):
                wire.start_tls(ANY_VERSION)
            wire.send(request(str(dialer.address), scheme, managed=port in _WINRM))
            head = wire.read_until(b"\r\n\r\n")
        offers = challenges(head)
        if port in _WINRM:
            for name in dict.fromkeys(name for name, _ in offers):
                yield Observation.of("winrm.auth", name, port, "tcp")
        for key, value in _facts(offers):
            yield Observation.of(key, value, port, "tcp")


def _offering(host: Host) -> dict[int, str]:
    """Return port and scheme of each web server that asked for a Windows login."""
    return {
        o.port: o.value
        for o in host.observations
        if o.key == "http.auth" and o.value in _SCHEMES and o.port is not None
    }


def request(host: str, scheme: str, *, managed: bool) -> bytes:
    """Return a request that opens NTLM without a name (RFC 4559 4, MS-NTHT 2.1)."""
    bare = scheme == "ntlm"
    token = b64encode(ntlm.NEGOTIATE if bare else ntlm.NEGOTIATE_IN_SPNEGO).decode()
    line = "POST /wsman HTTP/1.1" if managed else "GET / HTTP/1.1"
    return (
        f"{line}\r\nHost: {host}\r\nUser-Agent: riskscan\r\nContent-Length: 0\r\n"
        f"Authorization: {'NTLM' if bare else 'Negotiate'} {token}\r\n\r\n"
    ).encode()


def challenges(head: bytes) -> list[tuple[str, bytes]]:
    """Return scheme and token of each WWW-Authenticate header of a response.

    Raises ``ProtocolError`` if it is no HTTP response.
    """
    if _STATUS.match(head) is None:
        raise ProtocolError("not an HTTP response")
    return [(m[1].decode().lower(), m[2]) for m in _CHALLENGE.finditer(head)]


def _facts(offers: list[tuple[str, bytes]]) -> Iterator[tuple[str, str]]:
    for scheme, token in offers:
        if scheme in _SCHEMES and token:
            try:
                octets = b64decode(token, validate=True)
            except binascii.Error as error:
                raise ProtocolError("the challenge is not base64") from error
            yield from ntlm.challenge_facts(octets, time.time())
            return
