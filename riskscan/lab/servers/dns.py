"""A name server that knows no names: it refuses each question, over UDP and TCP (RFC 1035)."""

from __future__ import annotations

from dataclasses import dataclass

from riskscan.lab.servers.server import Line, TcpServer, UdpServer

_REFUSED = 5


def refuse(question: bytes) -> bytes:
    """Return the question with its header turned into a refusal. Raises ValueError."""
    if len(question) < 12 or question[2] & 0x80:
        raise ValueError("not a question")
    flags = bytes([question[2] | 0x80, _REFUSED])
    return question[:2] + flags + question[4:6] + bytes(6) + question[12:]


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsUdp(UdpServer):
    """Port 53 over UDP."""

    port: int = 53

    def answer(self, question: bytes) -> bytes | None:
        return refuse(question)


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsTcp(TcpServer):
    """Port 53 over TCP: each message follows its length in two bytes."""

    port: int = 53

    def talk(self, line: Line) -> None:
        while True:
            size = int.from_bytes(line.exactly(2), "big")
            reply = refuse(line.exactly(size))
            line.send(len(reply).to_bytes(2, "big") + reply)
