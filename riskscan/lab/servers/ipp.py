"""A printer's IPP port: HTTP that answers Get-Printer-Attributes (RFC 8011) and nothing else."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from riskscan.lab.servers.server import Line, TcpServer

_OPERATION, _PRINTER, _END = 1, 4, 3  # delimiter tags, RFC 8010 section 3.5.1
_CHARSET, _LANGUAGE, _TEXT = 0x47, 0x48, 0x41  # value tags, RFC 8010 section 3.5.2
_GET_PRINTER_ATTRIBUTES = 0x000B


@dataclass(frozen=True, slots=True, kw_only=True)
class Ipp(TcpServer):
    """IPP over HTTP, in the clear."""

    model: str
    """printer-make-and-model."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Further printer attributes by name, as text."""

    def talk(self, line: Line) -> None:
        head = line.until(b"\r\n\r\n", limit=16_384).decode("latin-1")
        if not head.startswith("POST "):
            line.send(_http("200 OK", "text/html", f"<title>{self.model}</title>".encode()))
            return
        question = line.exactly(min(_length(head), 65_536))
        if len(question) < 8:
            raise ValueError("shorter than an IPP header")
        _, operation, request = struct.unpack(">HHI", question[:8])
        line.send(_http("200 OK", "application/ipp", self._answer(operation, request)))

    def _answer(self, operation: int, request: int) -> bytes:
        good = operation == _GET_PRINTER_ATTRIBUTES
        status = 0x0000 if good else 0x0501  # successful-ok, server-error-operation-not-supported
        reply = struct.pack(">HHIB", 0x0101, status, request, _OPERATION)
        reply += _attribute(_CHARSET, "attributes-charset", "utf-8")
        reply += _attribute(_LANGUAGE, "attributes-natural-language", "en")
        if good:
            reply += bytes([_PRINTER]) + _attribute(_TEXT, "printer-make-and-model", self.model)
            for name, value in self.attributes.items():
                reply += _attribute(_TEXT, name, value)
        return reply + bytes([_END])


def _attribute(tag: int, name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return struct.pack(">BH", tag, len(key)) + key + struct.pack(">H", len(text)) + text


def _length(head: str) -> int:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return max(0, int(value))
    return 0


def _http(status: str, kind: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return (head + "Connection: close\r\n\r\n").encode("latin-1") + body
