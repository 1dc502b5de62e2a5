"""An SNMP agent, v1 and v2c, that shows the system group to whoever knows its community."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from riskscan.lab.servers import ber
from riskscan.lab.servers.server import UdpServer

_GET, _GET_NEXT, _RESPONSE = 0xA0, 0xA1, 0xA2  # RFC 3416 section 3
_NO_SUCH_OBJECT, _END_OF_MIB_VIEW = b"\x80\x00", b"\x82\x00"
_NO_SUCH_NAME = 2  # error-status of v1 (RFC 1157)
_TIME_TICKS = 0x43
_SYSTEM = (1, 3, 6, 1, 2, 1, 1)

Arcs = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snmp(UdpServer):
    """The system group of RFC 3418. Another community gets no answer, as on real devices."""

    port: int = 161
    community: str = "public"
    description: str
    object_id: str
    name: str
    location: str = "Suite 200"
    objects: Mapping[str, str] = field(default_factory=dict)
    """Further objects in dots, with the text that each holds."""

    def answer(self, question: bytes) -> bytes | None:
        message, _ = ber.expect(ber.SEQUENCE, question)
        version, message = ber.expect(ber.INTEGER, message)
        community, message = ber.expect(ber.OCTETS, message)
        if version not in (b"\0", b"\1") or community != self.community.encode():
            return None
        kind, body, _ = ber.unpack(message)
        if kind not in (_GET, _GET_NEXT):
            return None
        reply = self._response(body, next_one=kind == _GET_NEXT, first_version=version == b"\0")
        head = ber.pack(ber.INTEGER, version) + ber.pack(ber.OCTETS, community)
        return ber.pack(ber.SEQUENCE, head + reply)

    def _response(self, body: bytes, *, next_one: bool, first_version: bool) -> bytes:
        request, body = ber.expect(ber.INTEGER, body)
        _, body = ber.expect(ber.INTEGER, body)
        _, body = ber.expect(ber.INTEGER, body)
        wanted, _ = ber.expect(ber.SEQUENCE, body)
        status = index = 0
        bindings = b""
        for place, arcs in enumerate(_names(wanted), start=1):
            found, value = self._look_up(arcs, next_one=next_one)
            if first_version and value in (_NO_SUCH_OBJECT, _END_OF_MIB_VIEW):
                status, index, value = _NO_SUCH_NAME, place, ber.pack(ber.NULL, b"")
            name = ber.oid(".".join(map(str, found)))
            bindings += ber.pack(ber.SEQUENCE, name + value)
        return ber.pack(
            _RESPONSE,
            ber.pack(ber.INTEGER, request)
            + ber.integer(status)
            + ber.integer(index)
            + ber.pack(ber.SEQUENCE, bindings),
        )

    def _look_up(self, arcs: Arcs, *, next_one: bool) -> tuple[Arcs, bytes]:
        group = self._system()
        if not next_one:
            return arcs, group.get(arcs, _NO_SUCH_OBJECT)
        for known in sorted(group):
            if known > arcs:
                return known, group[known]
        return arcs, _END_OF_MIB_VIEW

    def _system(self) -> dict[Arcs, bytes]:
        texts = {1: self.description, 4: "it@lakeside.example", 5: self.name, 6: self.location}
        group: dict[Arcs, bytes] = {
            (*_SYSTEM, n, 0): ber.pack(ber.OCTETS, t.encode()) for n, t in texts.items()
        }
        group[*_SYSTEM, 2, 0] = ber.oid(self.object_id)
        group[*_SYSTEM, 3, 0] = ber.pack(_TIME_TICKS, (123_456_789).to_bytes(4, "big"))
        group[*_SYSTEM, 7, 0] = ber.integer(72)
        for dotted, text in self.objects.items():
            group[tuple(int(arc) for arc in dotted.split("."))] = ber.pack(
                ber.OCTETS, text.encode()
            )
        return group


def _names(bindings: bytes) -> list[Arcs]:
    names: list[Arcs] = []
    while bindings:
        binding, bindings = ber.expect(ber.SEQUENCE, bindings)
        name, _ = ber.expect(ber.OID, binding)
        arcs = ber.dotted(name)
        if arcs[0] > 2 or arcs[1] < 0:
            raise ValueError("no such object identifier")
        names.append(arcs)
    return names
