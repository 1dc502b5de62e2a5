"""IPv6 on the segments: the addresses of devices that IPv4 found, and who speaks nothing else.

An IPv6 address is listed with the device that has its MAC. It is not probed: the scope that was
consented to is written in IPv4 addresses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from ipaddress import IPv6Address

from riskscan.discover.brake import Brake
from riskscan.discover.faults import Fault, Stopped
from riskscan.discover.preflight import Preflight
from riskscan.discover.raw import messages
from riskscan.discover.raw.contract import RawSockets
from riskscan.model import Event, Host, Notice, Observation

MOST_SHOWN = 20
"""Strangers that get a line of their own."""

_NOT_ASKED = (
    "{}: IPv6 addresses are only heard, not asked for: the question reaches every device there, "
    "and not all of the segment is in scope"
)

Neighbours6 = Mapping[str, tuple[IPv6Address, ...]]
"""MAC to its IPv6 addresses, routable ones first."""


def neighbours6(
    raw: RawSockets | None,
    preflight: Preflight,
    brake: Brake,
    notify: Callable[[Event], None] = lambda _event: None,
) -> Neighbours6:
    """Return the IPv6 neighbours on the segments in use, without this machine itself.

    Those that the kernel knows, and with raw sockets those that answer to all nodes or are heard
    meanwhile (:mod:`riskscan.discover.raw.neighbours6`): about 3 seconds, on all interfaces at
    once. An interface that goes away has none. ``notify`` hears where nobody was asked. Raises
    ``Stopped`` if the scan should end.
    """
    found: dict[str, set[IPv6Address]] = defaultdict(set)
    for mac, addresses in preflight.neighbours6.items():
        found[mac].update(addresses)
    names = interfaces6(preflight) if raw is not None else ()
    if raw is not None and names:
        with ThreadPoolExecutor(len(names), thread_name_prefix="ipv6") as pool:
            for heard in pool.map(lambda name: [*_heard(raw, name, brake, notify)], names):
                for address, mac in heard:
                    found[mac].add(address)
    own = {link.mac for link in preflight.links.values()}
    ours = {bound.ip for link in preflight.links.values() for bound in link.addresses}
    kept = {mac: addresses - ours for mac, addresses in found.items() if mac not in own}
    return {mac: tuple(sorted(a, key=_order)) for mac, a in sorted(kept.items()) if a}


class Watch6:
    """Hears the IPv6 neighbours while the sweep goes on, and lists them with the hosts it finds."""

    def __init__(
        self,
        raw: RawSockets | None,
        preflight: Preflight,
        notify: Callable[[Event], None],
        brake: Brake,
    ) -> None:
        self._notify = notify
        self._macs: set[str] = set()
        self._brake = Brake(under=brake)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="ipv6")
        self._found = self._pool.submit(neighbours6, raw, preflight, self._brake, notify)

    def complete(self, host: Host) -> Host:
        """Return a finished host with its IPv6 addresses; waits until they are known.

        Raises ``RawSocketsLost``.
        """
        if host.mac is not None:
            self._macs.add(host.mac)
        return with_addresses6(host, self._neighbours())

    def conclude(self, macs: Collection[str] = ()) -> None:
        """Say who speaks IPv6 only, once the sweep is over. ``macs`` have answered it too."""
        for notice in strangers(self._neighbours(), self._macs.union(macs)):
            self._notify(notice)

    def close(self) -> None:
        """Listen no more."""
        self._brake.halt()
        self._pool.shutdown()

    def _neighbours(self) -> Neighbours6:
        try:
            return self._found.result()
        except Stopped:
            return {}


def interfaces6(preflight: Preflight) -> list[str]:
    """Return the interfaces in use that speak both ARP and IPv6."""
    used = [s.interface for s in preflight.vantage.segments if s.mac and s.network.version == 4]
    links = preflight.links
    return [n for n in dict.fromkeys(used) if n in links and links[n].link_local]


def with_addresses6(host: Host, found: Neighbours6) -> Host:
    """Return a host with its IPv6 addresses as sightings. Without a MAC it has none."""
    addresses = found.get(host.mac or "", ())
    told = tuple(Observation.of("ip6.address", str(address)) for address in addresses)
    new = tuple(sighting for sighting in told if sighting not in host.sightings)
    return replace(host, sightings=(*host.sightings, *new)) if new else host


def strangers(found: Neighbours6, macs: Collection[str]) -> Iterator[Notice]:
    """Yield a notice for each IPv6 neighbour that none of the hosts' ``macs`` belongs to."""
    unknown = [(mac, addresses) for mac, addresses in found.items() if mac not in macs]
    for mac, addresses in unknown[:MOST_SHOWN]:
        text = (
            f"{_listed(addresses)} ({mac}) speaks IPv6, and no IPv4 address that was asked "
            "answered with its MAC: it is listed, not examined"
        )
        yield Notice("ipv6-only-neighbour", text)
    if len(unknown) > MOST_SHOWN:
        text = f"{len(unknown) - MOST_SHOWN} more devices speak IPv6 only"
        yield Notice("ipv6-only-neighbour", text)


def _heard(
    raw: RawSockets, interface: str, brake: Brake, notify: Callable[[Event], None]
) -> Iterator[tuple[IPv6Address, str]]:
    with suppress(OSError, Fault):
        for message in raw.run("neighbours6", {"interface": interface}, brake=brake):
            if message.get("asked") is False:
                notify(Notice("ipv6-not-asked", _NOT_ASKED.format(interface)))
            with suppress(ValueError, KeyError):
                address = messages.address_of(message["address"])
                if isinstance(address, IPv6Address):
                    yield address, messages.mac_of(message["mac"])


def _order(address: IPv6Address) -> tuple[bool, IPv6Address]:
    return address.is_link_local, address


def _listed(addresses: Iterable[IPv6Address]) -> str:
    return ", ".join(str(address) for address in addresses)
