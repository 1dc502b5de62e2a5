"""Ports that act on bytes and say nothing: HL7 over MLLP, and raw printing."""

from __future__ import annotations

from dataclasses import dataclass

from riskscan.lab.patients import PATIENT_NAMES
from riskscan.lab.servers.server import Line, TcpServer

_START, _END = b"\x0b", b"\x1c\x0d"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPrint(TcpServer):
    """A printer's port 9100: every byte that arrives is ink on paper."""

    def talk(self, line: Line) -> None:
        line.drain()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mllp(TcpServer):
    """An HL7 v2 listener (MLLP): silent until it is sent a message, which it answers.

    A scanner must never find out: the answer names a patient.
    """

    def talk(self, line: Line) -> None:
        while True:
            message = line.until(_END, limit=65_536)
            if b"MSH|" in message:
                line.send(_START + _acknowledgement() + _END)


def _acknowledgement() -> bytes:
    # HL7 v2.5.1 sections 2.14.9 (MSH), 2.14.8 (MSA); its text is where engines say too much.
    header = "MSH|^~\\&|ENGINE|CLINIC|||20260101000000||ACK|1|P|2.3"
    return f"{header}\rMSA|AA|1|filed for {PATIENT_NAMES[4]}\r".encode("ascii")
