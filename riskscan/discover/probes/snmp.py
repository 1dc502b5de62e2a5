"""Whether a device tells anyone who says ``public`` what it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import Fault, ProtocolError, TimedOut
from riskscan.model import Host, Observation, Policy, PortState

COMMUNITY = "public"
_KEYS = {
    "1.3.6.1.2.1.1.1.0": "snmp.sysdescr",
    "1.3.6.1.2.1.1.2.0": "snmp.sysobjectid",
    "1.3.6.1.2.1.1.5.0": "snmp.sysname",
}
"""Three scalars of the system group (RFC 3418)."""

_MAYBE = frozenset({PortState.OPEN, PortState.OPEN_OR_FILTERED})


class Snmp:
    """Bytes sent: one datagram, a version 2c GetRequest for sysDescr, sysObjectID and sysName
    with the community ``public``; never repeated.

    It is the question that every monitoring tool asks first, and it reads three constants.
    Nothing is walked, nothing is set, no second community is tried.
    """

    name = "snmp"
    protocol = "udp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return (161,) if host.asked(161, "udp") in _MAYBE else ()

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.lease(port) as seconds:
            timeout = min(seconds, dialer.pace.read_timeout)
            values = asyncio.run(_get(str(dialer.address), port, timeout))
        yield Observation.of("snmp.community", COMMUNITY, port, "udp")
        yield Observation.of("snmp.version", "2c", port, "udp")
        yield from (Observation.of(key, value, port, "udp") for key, value in system_facts(values))


def system_facts(values: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield key and value of each system scalar that holds something; others are left out."""
    for oid, value in values:
        key = _KEYS.get(oid)
        if key and (text := " ".join(value.split())):
            yield key, text


async def _get(address: str, port: int, timeout: float) -> list[tuple[str, str]]:
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
        wanted = [ObjectType(ObjectIdentity(oid)) for oid in _KEYS]
        public = CommunityData(COMMUNITY, mpModel=1)  # noqa: S508 - the weakness that is looked for
        failure, status, _, bindings = await get_cmd(
            dispatcher, public, target, *wanted, lookupMib=False
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
