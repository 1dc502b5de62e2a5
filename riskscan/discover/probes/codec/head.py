"""Replies that are lines of text with headers: SSDP, SIP, RTSP, and HTTP's head."""

from __future__ import annotations

import re
from dataclasses import dataclass

from riskscan.discover.faults import ProtocolError

_MOST_LINES = 100
_STATUS = re.compile(r"(HTTP|SIP|RTSP)/\d\.\d (\d{3})(?: |$)")


@dataclass(frozen=True, slots=True)
class Head:
    """The first line and the headers of a message; of a header said twice, the first."""

    first: str
    fields: dict[str, str]
    """Names in lower case."""

    def status(self, protocol: str) -> str:
        """Return the three digits. Raises ``ProtocolError`` if it is no reply of the protocol."""
        found = _STATUS.match(self.first)
        if found is None or found[1] != protocol:
            raise ProtocolError(f"not a reply of {protocol}")
        return found[2]


def head(octets: bytes) -> Head:
    """Read a head. It never fails: what is no header is not among the fields."""
    text = octets.decode("utf-8", errors="replace").replace("\r\n", "\n")
    first, *lines = text.partition("\n\n")[0].split("\n")[:_MOST_LINES]
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon and value.strip():
            fields.setdefault(name.strip().lower(), value.strip())
    return Head(first, fields)
