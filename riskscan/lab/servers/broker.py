"""Message brokers up to the login: MQTT 3.1.1 and AMQP 0-9-1."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from riskscan.lab.servers.server import Line, TcpServer

_AMQP = b"AMQP\x00\x00\x09\x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mqtt(TcpServer):
    """Answers CONNECT with a CONNACK (section 3.2), then waits for DISCONNECT."""

    port: int = 1883
    anonymous: bool = True

    def talk(self, line: Line) -> None:
        kind, size = line.exactly(2)
        if kind != 0x10 or size >= 0x80 or not line.exactly(size).startswith(b"\0\4MQTT"):
            raise ValueError("not an MQTT CONNECT")
        line.send(bytes((0x20, 2, 0, 0 if self.anonymous else 5)))
        if self.anonymous:
            line.drain()


@dataclass(frozen=True, slots=True, kw_only=True)
class Amqp(TcpServer):
    """Answers the protocol header with connection.start, then hears no more."""

    port: int = 5672
    product: str = "RabbitMQ"
    version: str = "3.12.1"
    mechanisms: str = "PLAIN AMQPLAIN"

    def talk(self, line: Line) -> None:
        if line.exactly(8) != _AMQP:
            line.send(_AMQP)  # the version that it would take (section 4.2.2)
            return
        capabilities = _short("publisher_confirms") + b"t\1"
        table = _short("capabilities") + b"F" + _long(capabilities)
        for name, value in (("product", self.product), ("version", self.version)):
            table += _short(name) + b"S" + _long(value.encode())
        payload = struct.pack(">HHBB", 10, 10, 0, 9) + _long(table)
        payload += _long(self.mechanisms.encode()) + _long(b"en_US")
        line.send(struct.pack(">BHI", 1, 0, len(payload)) + payload + b"\xce")
        line.drain()


def _short(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def _long(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text
