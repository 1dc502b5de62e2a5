"""What devices said of themselves before anything was sent: read here, without privileges."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_address
from types import MappingProxyType

from riskscan.discover.brake import Brake
from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes.codec import announced, bacnet, dhcp, dns, mndp, neighbour, ssdp, wsd
from riskscan.discover.raw.contract import Message, RawSockets
from riskscan.discover.raw.listen import LONGEST_LISTENING
from riskscan.discover.raw.messages import number_of
from riskscan.model import Address, Host, Observation

Facts = list[tuple[str, str]]

_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_MOST_DEVICES = 8192
_MOST_FACTS = 64
_COMPUTER_SUFFIXES = frozenset({0x00, 0x20})
"""Workstation and file server (MS-NBTE 2.2.1); 0x03 would be the user who is logged in."""
_GROUP = 0x8000
_REGISTRATION, _REFRESH = 5, 8
_ANY = 255


def listen(
    raw: RawSockets,
    interfaces: Sequence[str],
    seconds: float,
    *,
    brake: Brake,
    heard: Overheard,
    passed: Callable[[int], None] = lambda _second: None,
) -> None:
    """Hear what is announced on these interfaces; nothing is sent.

    ``heard`` takes it in, and ``passed`` is told of each second that is over. Raises ``Stopped``
    if the scan should end, ``OSError`` if an interface goes away.
    """
    params = {"interfaces": list(interfaces), "seconds": seconds}
    for message in raw.run("listen", params, brake=brake):
        if "second" in message:
            passed(number_of(message["second"], 0, LONGEST_LISTENING))
        else:
            heard.take(message)


class Overheard:
    """What was heard, by sender. It is bounded, whatever the network says."""

    def __init__(self) -> None:
        self._facts: dict[tuple[str, Address | None], dict[tuple[str, str], None]] = {}

    def __len__(self) -> int:
        """How many senders were heard."""
        return len({mac for mac, _ in self._facts})

    def take(self, message: Message) -> None:
        """Take in one message of the job ``listen``; what cannot be read is dropped."""
        try:
            mac, kind = _MAC.fullmatch(message["mac"]), str(message["kind"])
            if mac is None:
                return
            address = ip_address(message["address"]) if message["address"] else None
            payload = b64decode(message["payload"])
            whose, address, facts = _read(kind, mac[0], address, payload)
        except (KeyError, TypeError, ValueError, ProtocolError):
            return
        self._keep(whose, address, facts)

    def _keep(self, mac: str, address: Address | None, facts: Facts) -> None:
        known = (mac, address) in self._facts
        if not known and len(self._facts) >= _MOST_DEVICES:
            return
        held = self._facts.setdefault((mac, address), {})
        for fact in facts:
            if len(held) < _MOST_FACTS:
                held.setdefault(fact)

    def said_by(self, mac: str | None, address: Address | None) -> tuple[Observation, ...]:
        """Return what the device with this MAC or address said, each fact once.

        A repeater of mDNS sends the words of others from its own MAC: what names another address
        of the same kind is not this device's.
        """
        facts: dict[tuple[str, str], None] = {}
        for (from_mac, source), held in self._facts.items():
            by_address = source is not None and source == address
            version = source.version if source else None
            elsewhere = address is not None and version == address.version and not by_address
            if by_address or (from_mac == mac and not elsewhere):
                facts |= held
        return tuple(Observation.of(key, value) for key, value in facts)

    def told(self, host: Host) -> Host:
        """Return the host with what was overheard of it among its sightings."""
        known = set(host.sightings)
        new = [o for o in self.said_by(host.mac, host.address) if o not in known]
        return replace(host, sightings=(*host.sightings, *new)) if new else host

    def senders(self) -> dict[str, tuple[Address, ...]]:
        """Return every MAC that was heard, with the addresses that it was heard at."""
        senders: dict[str, tuple[Address, ...]] = {}
        for mac, address in self._facts:
            known = senders.setdefault(mac, ())
            senders[mac] = known if address is None else (*known, address)
        return senders

    def addresses(self) -> dict[Address, str]:
        """Return every address that was heard, with the MAC it came from; the last one counts."""
        return {address: mac for mac, address in self._facts if address is not None}


def _read(
    kind: str, mac: str, address: Address | None, payload: bytes
) -> tuple[str, Address | None, Facts]:
    """Return MAC and address of the device that these facts are of, and the facts.

    Raises ``ProtocolError`` or ``KeyError``.
    """
    if kind == "dhcp":
        lease = dhcp.lease(payload)
        if not lease.is_request:
            return mac, None, [("dhcp.server", "true")]
        return lease.mac, None, lease.facts
    facts = _READERS[kind](payload)
    if kind == "lldp":
        chassis, managed_at = neighbour.lldp_origin(payload)
        return chassis or mac, managed_at, facts
    return mac, neighbour.cdp_origin(payload) if kind == "cdp" else address, facts


def _mdns(payload: bytes) -> Facts:
    message = dns.message(payload)
    return announced.device_facts(message.records) if message.is_answer else []


def _nbns(payload: bytes) -> Facts:
    """Read a name registration or refresh (RFC 1002 sections 4.2.2 and 4.2.4): a computer's."""
    message = dns.message(payload)
    if message.is_answer or message.opcode not in (_REGISTRATION, _REFRESH):
        return []
    facts = []
    for record in message.records:
        unique = record.kind == dns.NB and not int.from_bytes(record.data[:2]) & _GROUP
        named = dns.netbios_name(record.name[0]) if unique and record.name else None
        if named and named[1] in _COMPUTER_SUFFIXES and named[0]:
            facts.append(("nbns.name", named[0]))
    return facts


def _llmnr(payload: bytes) -> Facts:
    """A device that asks for any record of a name wants to know whether the name is its own alone
    (RFC 4795 section 4.1); other questions name other devices, and are dropped."""
    message = dns.message(payload)
    asked = [name for name, kind in message.questions if kind == _ANY and len(name) == 1]
    return [] if message.is_answer else [("llmnr.name", name[0]) for name in asked]


def _fact(key: str, value: str) -> Callable[[bytes], Facts]:
    return lambda _payload: [(key, value)]


def _none(_payload: bytes) -> Facts:
    return []


_READERS: Mapping[str, Callable[[bytes], Facts]] = MappingProxyType(
    {
        "arp": _none,
        "lldp": neighbour.lldp_facts,
        "cdp": neighbour.cdp_facts,
        "mdns": _mdns,
        "ssdp": ssdp.notice_facts,
        "wsd": wsd.match_facts,
        "nbns": _nbns,
        "llmnr": _llmnr,
        "bacnet": bacnet.i_am_facts,
        "mndp": mndp.mndp_facts,
        "ge-time": _fact("heard.medical", "ge-time"),
        "ge-heartbeat": _fact("heard.medical", "ge-heartbeat"),
        "philips-connect": _fact("heard.medical", "philips-connect"),
    }
)
