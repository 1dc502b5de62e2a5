"""What a printer says of itself over IPP."""

from __future__ import annotations

import re
from collections.abc import Iterator

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import Fault, ProtocolError
from riskscan.discover.probes.codec.head import head
from riskscan.discover.probes.codec.ipp import get_printer_attributes, printer_facts
from riskscan.discover.probes.tls import ANY_VERSION, spoke_tls
from riskscan.model import Host, Observation, Policy

_PATH = "/ipp/print"
"""RFC 8011 section 5.1.10 leaves it open; every IPP Everywhere printer has it (PWG 5100.14)."""
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,6})[^\r\n]{0,100}\r\n")


class Ipp:
    """Bytes sent, in order: one HTTP ``POST`` that holds a Get-Printer-Attributes request with six
    literal attribute names, over TLS where the port has shaken hands; close. It is the second
    connection to the port, after the one for its web page.

    Every computer asks this before it prints (RFC 8011 section 4.2.5). It creates no job, and asks
    for none: names of jobs are names of documents.
    """

    name = "ipp"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if (s.port, s.protocol) == (631, "tcp"))

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        secure = spoke_tls(host, port)
        with dialer.dial(port) as wire:
            if secure:
                wire.start_tls(ANY_VERSION)
            wire.send(request(str(dialer.address), port, secure=secure))
            reply = _response(wire)
        for key, value in printer_facts(content(reply)):
            yield Observation.of(key, value, port, "tcp")


def request(host: str, port: int, *, secure: bool) -> bytes:
    """Return the whole request, head and body."""
    where = f"[{host}]" if ":" in host else host
    body = get_printer_attributes(f"{'ipps' if secure else 'ipp'}://{where}:{port}{_PATH}")
    return (
        f"POST {_PATH} HTTP/1.1\r\nHost: {where}:{port}\r\nUser-Agent: riskscan\r\n"
        f"Content-Type: application/ipp\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    ).encode() + body


def _response(wire: Wire) -> bytes:
    """Read until the attributes are there, the peer stops, or time is up."""
    octets = wire.read_until(b"\r\n\r\n")
    try:
        while not _is_whole(octets) and (more := wire.read()):
            octets += more
    except Fault:
        # Whatever was said before counts.
        pass
    return octets


def _is_whole(octets: bytes) -> bool:
    text, _, body = octets.partition(b"\r\n\r\n")
    fields = head(text).fields
    if fields.get("transfer-encoding", "").lower() == "chunked":
        return body.endswith(b"0\r\n\r\n")
    length = fields.get("content-length", "")
    return length.isdecimal() and len(length) < 10 and len(body) >= int(length)


def content(octets: bytes) -> bytes:
    """Return the body of an HTTP answer. Raises ``ProtocolError`` if it is no success."""
    text, _, body = octets.partition(b"\r\n\r\n")
    found = head(text)
    status = found.status("HTTP")
    if status == "100":
        return content(body)
    if status != "200":
        raise ProtocolError(f"HTTP status {status}")
    chunked = found.fields.get("transfer-encoding", "").lower() == "chunked"
    return _joined(body) if chunked else body


def _joined(body: bytes) -> bytes:
    """Join chunks (RFC 9112 section 7.1); what is cut short keeps what came before it."""
    whole = bytearray()
    place = 0
    while (size := _CHUNK.match(body, place)) and int(size[1], 16):
        whole += body[size.end() : size.end() + int(size[1], 16)]
        place = size.end() + int(size[1], 16) + 2
    return bytes(whole)
