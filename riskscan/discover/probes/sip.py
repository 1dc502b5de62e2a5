"""What a telephone or a telephone system calls itself over SIP."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.probes.codec.head import head
from riskscan.discover.udp import worth_asking
from riskscan.model import Host, Observation, Policy


class Sip:
    """Bytes sent, in order: one OPTIONS request, a single datagram.

    OPTIONS asks what a device can do, and rings nothing (RFC 3261 section 11). Nobody is called,
    nobody is registered, no extension is named.
    """

    name = "sip"
    protocol = "udp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return worth_asking(host, 5060)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        (answer,) = dialer.datagram(port, options(str(dialer.address)))
        for key, value in reply_facts(answer):
            yield Observation.of(key, value, port, "udp")


def options(host: str) -> bytes:
    """Return the request; the answer comes back to where it came from (RFC 3581)."""
    where = f"[{host}]" if ":" in host else host
    branch, tag, call = (secrets.token_hex(8) for _ in range(3))
    return (
        f"OPTIONS sip:{where} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP riskscan.invalid;rport;branch=z9hG4bK{branch}\r\n"
        f"Max-Forwards: 0\r\nFrom: <sip:riskscan@riskscan.invalid>;tag={tag}\r\n"
        f"To: <sip:{where}>\r\nCall-ID: {call}@riskscan.invalid\r\nCSeq: 1 OPTIONS\r\n"
        "Contact: <sip:riskscan@riskscan.invalid>\r\nAccept: application/sdp\r\n"
        "User-Agent: riskscan\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def reply_facts(octets: bytes) -> list[tuple[str, str]]:
    """Read the answer. Raises ``ProtocolError`` if it is not SIP."""
    found = head(octets)
    facts = [("sip.status", found.status("SIP"))]
    named = found.fields.get("user-agent") or found.fields.get("server")
    if named:
        facts.append(("sip.agent", named))
    if allowed := found.fields.get("allow"):
        facts.append(("sip.allow", allowed))
    return facts
