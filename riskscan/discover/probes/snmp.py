"""Whether a device tells anyone who says ``public`` what it is."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import Fault, ProtocolError, TimedOut
from riskscan.discover.probes.codec import snmp3
from riskscan.discover.udp import worth_asking
from riskscan.model import Host, Observation, Policy

COMMUNITY = "public"
_SYSTEM = {
    "1.3.6.1.2.1.1.1.0": "snmp.sysdescr",
    "1.3.6.1.2.1.1.2.0": "snmp.sysobjectid",
    "1.3.6.1.2.1.1.5.0": "snmp.sysname",
}
"""Three scalars of the system group (RFC 3418)."""
_PRINTER = {
    "1.3.6.1.2.1.25.3.2.1.3.1": "snmp.printer",
    "1.3.6.1.2.1.43.5.1.1.16.1": "snmp.printer",
    "1.3.6.1.2.1.43.5.1.1.17.1": "snmp.serial",
}
"""hrDeviceDescr (RFC 2790), prtGeneralPrinterName and its serial number (RFC 3805) of device 1."""
_UPS = {
    "1.3.6.1.2.1.33.1.1.1.0": "snmp.ups-maker",
    "1.3.6.1.2.1.33.1.1.2.0": "snmp.ups-model",
    "1.3.6.1.2.1.33.1.1.3.0": "snmp.ups-version",
    "1.3.6.1.2.1.33.1.1.4.0": "snmp.ups-version",
}
"""upsIdent of the UPS-MIB (RFC 1628), without the name that somebody gave it."""
_KEYS = {**_SYSTEM, **_PRINTER, **_UPS}
_PRINTING_PORTS = frozenset({515, 631, 9100})
_PRINTER_MAKERS = frozenset(
    {11, 236, 253, 297, 367, 641, 1248, 1347, 1602, 2001, 2385, 2435, 10642, 18334}
)
_UPS_MAKERS = frozenset({318, 476, 534, 705, 850, 935, 2254, 3808, 13400})
"""Enterprise numbers (IANA) of makers, to know which of the two to ask for."""

_ENTERPRISES = "1.3.6.1.4.1."
_VERSIONS = {"1": 0, "2c": 1}
Values = list[tuple[str, str]]


class Snmp:
    """Bytes sent, in order: one version 2c GetRequest for sysDescr, sysObjectID and sysName with
    the community ``public``. If it is answered by what seems to be a printer or a UPS, one more,
    for three or four literal objects that name its model. If it is not answered, one empty request
    of version 3, which asks for the engine id; and one GetRequest of version 1 unless the port was
    silent before. Each is a single datagram and never repeated.

    It is the question that every monitoring tool asks first, and it reads constants. Nothing is
    walked, nothing is set, no second community is tried, no user is named.
    """

    name = "snmp"
    protocol = "udp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return worth_asking(host, 161)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        try:
            values = _read(dialer, port, "2c", _SYSTEM)
        except TimedOut:
            yield from self._without_2c(dialer, host, port)
            return
        yield from _told("2c", values, port)
        more = next_group(host, dict(values))
        if more:
            with suppress(Fault):
                named = system_facts(_read(dialer, port, "2c", more))
                yield from (Observation.of(key, value, port, "udp") for key, value in named)

    def _without_2c(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        there = host.is_open(port, "udp")
        try:
            (answer,) = dialer.datagram(port, snmp3.discovery(secrets.randbelow(1 << 31)))
            for key, value in snmp3.engine_facts(answer):
                yield Observation.of(key, value, port, "udp")
        except TimedOut:
            if not there:
                raise
        yield from _told("1", _read(dialer, port, "1", _SYSTEM), port)


def _told(version: str, values: Values, port: int) -> Iterator[Observation]:
    yield Observation.of("snmp.community", COMMUNITY, port, "udp")
    yield Observation.of("snmp.version", version, port, "udp")
    yield from (Observation.of(key, value, port, "udp") for key, value in system_facts(values))


def next_group(host: Host, values: Mapping[str, str]) -> Mapping[str, str] | None:
    """Choose what else is worth one question: the objects of a printer, of a UPS, or none."""
    described = values.get("1.3.6.1.2.1.1.1.0", "").lower()
    maker = values.get("1.3.6.1.2.1.1.2.0", "").removeprefix(_ENTERPRISES).partition(".")[0]
    number = int(maker) if maker.isdecimal() else 0
    if number in _UPS_MAKERS or "ups" in described.split():
        return _UPS
    prints = any(s.protocol == "tcp" and s.port in _PRINTING_PORTS for s in host.open_ports)
    if prints or "print" in described or (number in _PRINTER_MAKERS and number != 11):
        return _PRINTER
    return None


def system_facts(values: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield key and value of each object that holds something; others are left out."""
    seen = set()
    for oid, value in values:
        key = _KEYS.get(oid)
        if key and (text := " ".join(value.split())) and (key, text) not in seen:
            seen.add((key, text))
            yield key, text


def _read(dialer: Dialer, port: int, version: str, wanted: Iterable[str]) -> Values:
    with dialer.lease(port) as seconds:
        timeout = min(seconds, dialer.pace.read_timeout)
        return asyncio.run(_get(str(dialer.address), port, timeout, version, wanted))


async def _get(
    address: str, port: int, timeout: float, version: str, wanted: Iterable[str]
) -> Values:
    """Send the one question. Raises ``TimedOut`` or ``ProtocolError``."""
    from pysnmp.error import PySnmpError
    from pysnmp.hlapi.v1arch.asyncio import (
        CommunityData,
        ObjectIdentity,
        ObjectType,
        SnmpDispatcher,
        UdpTransportTarget,
        get_cmd,
    )

    dispatcher = SnmpDispatcher()
    try:
        target = await UdpTransportTarget.create((address, port), timeout=timeout, retries=0)
        objects = [ObjectType(ObjectIdentity(oid)) for oid in wanted]
        public = CommunityData(COMMUNITY, mpModel=_VERSIONS[version])
        failure, status, _, bindings = await get_cmd(
            dispatcher, public, target, *objects, lookupMib=False
        )
    except PySnmpError as error:
        raise ProtocolError("the answer is not SNMP") from error
    finally:
        dispatcher.transport_dispatcher.close_dispatcher()
    if failure:
        raise _fault(str(failure))
    if status:
        raise ProtocolError(f"SNMP error status {int(status)}")
    return [(str(name), _text(value)) for name, value in bindings]


def _fault(failure: str) -> Fault:
    timed_out = "timeout" in failure.lower() or "no snmp response" in failure.lower()
    return TimedOut("no answer to 'public'") if timed_out else ProtocolError(failure[:200])


def _text(value: object) -> str:
    octets = getattr(value, "asOctets", None)
    if octets is not None:
        return bytes(octets()).decode("utf-8", errors="replace")
    return str(value) if type(value).__name__ == "ObjectIdentifier" else ""
