"""DNS messages as mDNS, LLMNR and NetBIOS use them (RFC 1035, RFC 6762, RFC 4795, RFC 1002)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from riskscan.discover.faults import ProtocolError

A, PTR, TXT, AAAA, SRV, NB = 1, 12, 16, 28, 33, 32
Name = tuple[str, ...]
"""Labels in order. An instance name of DNS-SD may hold dots, so they are never joined here."""

_UNICAST = 0x8000
"""Top bit of the class of a question: answer me alone (RFC 6762 section 5.4)."""
_MOST_RECORDS = 200
_MOST_LABELS = 64
_HEADER = struct.Struct(">HHHHHH")


@dataclass(frozen=True, slots=True)
class Record:
    """One resource record, of which the kinds that matter here are read."""

    name: Name
    kind: int
    target: Name = ()
    """Of PTR and SRV."""
    texts: tuple[str, ...] = ()
    """Of TXT: each string, capped by its own length octet."""
    data: bytes = b""
    """Of every kind, as it came."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message: is it an answer, what does it ask, and what does it say."""

    is_answer: bool
    opcode: int
    questions: tuple[tuple[Name, int], ...]
    records: tuple[Record, ...]
    """Answers, authorities and additional records in one row."""


def query(names: Sequence[tuple[Name, int]], identifier: int = 0) -> bytes:
    """Return one query that asks for every (name, type), each for an answer to us alone."""
    head = _HEADER.pack(identifier, 0, len(names), 0, 0, 0)
    return head + b"".join(_packed(n) + struct.pack(">HH", kind, _UNICAST | 1) for n, kind in names)


def _packed(name: Name) -> bytes:
    labels = [label.encode() for label in name]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def message(octets: bytes) -> Message:
    """Read a message; what is cut short keeps what came before it.

    Raises ``ProtocolError`` if there is no header, or nothing in it can be read.
    """
    if len(octets) < _HEADER.size:
        raise ProtocolError("shorter than a DNS header")
    _, flags, asked, *counts = _HEADER.unpack_from(octets)
    questions: list[tuple[Name, int]] = []
    records: list[Record] = []
    place = _HEADER.size
    try:
        for _ in range(min(asked, _MOST_RECORDS)):
            name, place = _name(octets, place)
            (kind,) = struct.unpack_from(">H", octets, place)
            questions.append((name, kind))
            place += 4
        for _ in range(min(sum(counts), _MOST_RECORDS)):
            record, place = _record(octets, place)
            records.append(record)
    except (struct.error, ProtocolError) as cut:
        if not questions and not records:
            raise ProtocolError("not a DNS message") from cut
    opcode = flags >> 11 & 0xF
    return Message(bool(flags & 0x8000), opcode, tuple(questions), tuple(records))


def _record(octets: bytes, place: int) -> tuple[Record, int]:
    name, place = _name(octets, place)
    kind, _, _, size = struct.unpack_from(">HHIH", octets, place)
    place += 10
    data = octets[place : place + size]
    if len(data) < size:
        raise ProtocolError("a record is cut short")
    target: Name = ()
    if kind == PTR:
        target, _ = _name(octets, place)
    elif kind == SRV and size > 6:
        target, _ = _name(octets, place + 6)
    texts = _strings(data) if kind == TXT else ()
    return Record(name, kind, target, texts, data), place + size


def _name(octets: bytes, place: int) -> tuple[Name, int]:
    """Read a name, pointers and all; a pointer must lead backwards (RFC 1035 section 4.1.4)."""
    labels: list[str] = []
    after = limit = None
    while len(labels) <= _MOST_LABELS:
        if place >= len(octets):
            raise ProtocolError("a name is cut short")
        size = octets[place]
        if size == 0:
            return tuple(labels), place + 1 if after is None else after
        if size >= 0xC0:
            if place + 1 >= len(octets):
                raise ProtocolError("a pointer is cut short")
            to = (size & 0x3F) << 8 | octets[place + 1]
            after = place + 2 if after is None else after
            if to >= (place if limit is None else limit):
                raise ProtocolError("a pointer that leads nowhere")
            place = limit = to
            continue
        if size > 63 or place + 1 + size > len(octets):
            raise ProtocolError("a label is cut short")
        labels.append(octets[place + 1 : place + 1 + size].decode("utf-8", errors="replace"))
        place += 1 + size
    raise ProtocolError("a name of too many labels")


def _strings(data: bytes) -> tuple[str, ...]:
    texts: list[str] = []
    place = 0
    while place < len(data):
        size = data[place]
        texts.append(data[place + 1 : place + 1 + size].decode("utf-8", errors="replace"))
        place += 1 + size
    return tuple(texts)


def netbios_name(label: str) -> tuple[str, int] | None:
    """Return name and suffix of a NetBIOS name in its 32 letters (RFC 1001 section 14.1)."""
    if len(label) != 32 or not set(label) <= set("ABCDEFGHIJKLMNOP"):
        return None
    halves = [ord(letter) - ord("A") for letter in label]
    octets = bytes(high << 4 | low for high, low in zip(halves[::2], halves[1::2], strict=True))
    return octets[:15].decode("cp437", errors="replace").rstrip(" \0"), octets[15]
