"""A TFTP server (RFC 1350) that has one file, named after a phone."""

from __future__ import annotations

from dataclasses import dataclass

from riskscan.lab.patients import PATIENT_NAMES
from riskscan.lab.servers.server import UdpServer

_READ, _DATA, _ERROR = 1, 3, 5
_NOT_FOUND, _ILLEGAL = 1, 4
_FILE = b"phones.cfg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tftp(UdpServer):
    """Answers from the port that was asked: the lab needs no second one."""

    port: int = 69

    def answer(self, question: bytes) -> bytes | None:
        name, mode, end = question[2:].split(b"\0", 2)
        if int.from_bytes(question[:2]) != _READ or end:
            return _error(_ILLEGAL)
        if mode.lower() not in (b"netascii", b"octet"):
            return _error(_ILLEGAL)
        if name != _FILE:
            return _error(_NOT_FOUND)
        return _DATA.to_bytes(2) + b"\0\1" + f"speed dial: {PATIENT_NAMES[1]}".encode()


def _error(code: int) -> bytes:
    return _ERROR.to_bytes(2) + code.to_bytes(2) + b"no\0"
