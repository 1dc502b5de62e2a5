"""A multicast DNS responder that also answers one asker alone (RFC 6762 section 5.5, RFC 6763)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from riskscan.lab.servers.server import UdpServer

_PTR, _TXT, _SRV = 12, 16, 33
_IN, _LIFETIME = 1, 120
_META = "_services._dns-sd._udp.local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service on offer."""

    kind: str
    """``_ipp._tcp``."""
    instance: str
    port: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mdns(UdpServer):
    """Names the types of its services to whoever asks, then the services of a type."""

    port: int = 5353
    host: str
    """Without ``.local``."""
    services: tuple[Service, ...]

    def answer(self, question: bytes) -> bytes | None:
        if len(question) < 12:
            raise ValueError("shorter than a DNS header")
        identifier, flags, asked, *_ = struct.unpack_from(">HHHHHH", question)
        if flags & 0x8000 or not asked:
            return None
        answers: list[bytes] = []
        place = 12
        for _ in range(min(asked, 32)):
            name, place = _read_name(question, place)
            place += 4
            answers += self._answers(name)
        if not answers:
            return None
        return struct.pack(">HHHHHH", identifier, 0x8400, 0, len(answers), 0, 0) + b"".join(answers)

    def news(self) -> bytes:
        """Return all that it offers as an answer that nobody asked for (RFC 6762 section 8.3)."""
        kinds = dict.fromkeys(service.kind for service in self.services)
        records = [record for kind in kinds for record in self._answers(f"{kind}.local")]
        return struct.pack(">HHHHHH", 0, 0x8400, 0, len(records), 0, 0) + b"".join(records)

    def _answers(self, name: str) -> list[bytes]:
        if name == _META:
            kinds = dict.fromkeys(service.kind for service in self.services)
            return [_record(_name(_META), _PTR, _name(f"{kind}.local")) for kind in kinds]
        records = []
        for service in self.services:
            if name == f"{service.kind}.local":
                kind = _name(name)
                instance = (
                    bytes([len(service.instance.encode())]) + service.instance.encode() + kind
                )
                texts = [f"{key}={value}".encode() for key, value in service.texts.items()]
                target = struct.pack(">HHH", 0, 0, service.port) + _name(f"{self.host}.local")
                records += [
                    _record(kind, _PTR, instance),
                    _record(instance, _SRV, target),
                    _record(instance, _TXT, b"".join(bytes([len(t)]) + t for t in texts) or b"\0"),
                ]
        return records


def _record(name: bytes, kind: int, data: bytes) -> bytes:
    return name + struct.pack(">HHIH", kind, _IN, _LIFETIME, len(data)) + data


def _name(dotted: str) -> bytes:
    labels = [label.encode() for label in dotted.split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _read_name(question: bytes, place: int) -> tuple[str, int]:
    """Read a name without pointers. Raises ValueError if it is cut short."""
    labels = []
    while place < len(question) and (size := question[place]):
        labels.append(question[place + 1 : place + 1 + size].decode("utf-8"))
        place += 1 + size
    if place >= len(question):
        raise ValueError("a name is cut short")
    return ".".join(labels), place + 1
