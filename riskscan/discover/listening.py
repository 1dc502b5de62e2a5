"""Listening before anything is sent: whoever announces itself is known before its first packet."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

from riskscan.discover.brake import Brake
from riskscan.discover.overheard import Overheard, listen
from riskscan.discover.preflight import Preflight
from riskscan.discover.raw.contract import RawSockets
from riskscan.model import Address, Event, Host, Notice, Observation, Progress, Scope, Stage

MOST_SHOWN = 10
"""Devices without an address that get a line of their own."""

_NAMES = ("lldp.name", "cdp.device", "mndp.name", "dhcp.hostname", "mdns.host", "nbns.name")
UNPRIVILEGED = Notice(
    "not-listened", "without raw sockets nothing can be overheard: the scan starts at once"
)
NO_WIRE = Notice(
    "not-listened",
    "no network of the scope is on this computer's own wire, so there is nothing to overhear",
)


class Listening:
    """What was overheard before a scan, and what the scan makes of it."""

    def __init__(
        self, scope: Scope, preflight: Preflight, notify: Callable[[Event], None], brake: Brake
    ) -> None:
        self._scope = scope
        self._preflight = preflight
        self._notify = notify
        self._brake = brake
        self._heard = Overheard()
        self._found: set[str | None] = set()
        self._addresses: set[Address] = set()

    def run(self, raw: RawSockets | None, seconds: float) -> None:
        """Listen on each interface in use; 0 seconds: not at all. Nothing is sent.

        Raises ``Stopped`` if the scan should end.
        """
        wires = [s.interface for s in self._preflight.vantage.segments if s.mac]
        if not seconds:
            return
        if raw is None or not wires:
            self._notify(NO_WIRE if raw else UNPRIVILEGED)
            return
        whole = math.ceil(seconds)
        self._tell(0, whole)
        try:
            listen(
                raw,
                list(dict.fromkeys(wires)),
                seconds,
                brake=self._brake,
                heard=self._heard,
                passed=lambda second: self._tell(min(second, whole - 1), whole),
            )
        except OSError as error:
            text = f"the listening ended early ({error.strerror or error})"
            self._notify(Notice("listening-failed", text))
        self._tell(whole, whole)
        who = "device announced itself" if len(self._heard) == 1 else "devices announced themselves"
        text = f"{len(self._heard)} {who} in {whole} s, before anything was sent"
        self._notify(Notice("listened", text))

    def _tell(self, second: int, whole: int) -> None:
        self._notify(Progress(Stage.LISTEN, second, whole, f"{len(self._heard)} heard"))

    def seeds(self) -> dict[Address, str]:
        """Return the addresses in scope that were heard, to be asked first, with their MACs."""
        heard = self._heard.addresses().items()
        allows = self._scope.allows
        return {a: mac for a, mac in heard if allows(a) and self._scope.allows_mac(mac)}

    def told(self, host: Host) -> Host:
        """Return a host that was found with what was overheard of it, before it is triaged."""
        self._found.add(host.mac)
        self._addresses.add(host.address)
        return self._heard.told(host)

    def conclude(self, macs: Collection[str] = ()) -> None:
        """Say who was heard and not found, once the sweep is over. ``macs`` have answered it."""
        known = self._found.union(macs, (link.mac for link in self._preflight.links.values()))
        missing = [
            (mac, addresses)
            for mac, addresses in self._heard.senders().items()
            if mac not in known and self._is_missed(addresses)
        ]
        for mac, addresses in missing[:MOST_SHOWN]:
            text = (
                f"{self._named(mac, addresses)} announced itself, and answered at no address that "
                "was asked: it is listed here, not examined"
            )
            self._notify(Notice("heard-not-found", text))
        if len(missing) > MOST_SHOWN:
            text = f"{len(missing) - MOST_SHOWN} more devices announced themselves and did not"
            self._notify(Notice("heard-not-found", f"{text} answer at any address that was asked"))

    def _is_missed(self, addresses: Collection[Address]) -> bool:
        """Whether none of its addresses was found or is out of scope: those are no surprise."""
        four = [a for a in addresses if a.version == 4]
        return not self._addresses.intersection(addresses) and all(map(self._scope.allows, four))

    def _named(self, mac: str, addresses: Collection[Address]) -> str:
        said = [o for a in (None, *addresses) for o in self._heard.said_by(mac, a)]
        name = _first(said)
        where = ", ".join(map(str, addresses))
        return " ".join(part for part in (name, f"({where})" if where else "", mac) if part)


def _first(said: Collection[Observation]) -> str:
    named = (o.value for key in _NAMES for o in said if o.key == key)
    return next(named, "")[:60]
