"""What iproute2 says of this machine's routes and neighbours. Reading it sends nothing."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from riskscan.errors import EnvironmentLacks
from riskscan.model import Address, Network

Entries = list[dict[str, Any]]

_ALIVE = frozenset({"REACHABLE", "STALE", "DELAY", "PROBE"})
"""States of a neighbour that has answered (RFC 4861 section 7.3.2). It may be gone since."""

_HALVES = frozenset({"0.0.0.0/1", "128.0.0.0/1"})
"""What OpenVPN sets instead of a default route, so that the old one stays in place."""


def ask_ip(*words: str) -> Entries:
    """Return what ``ip -j`` with these words prints. Raises ``EnvironmentLacks`` without it."""
    try:
        done = subprocess.run(
            ["ip", "-j", *words],  # noqa: S607 - the system's own tool, wherever it stands
            capture_output=True,
            check=True,
            timeout=10,
        )
        parsed = json.loads(done.stdout or b"[]")
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise EnvironmentLacks(
            f"the interfaces of this machine cannot be read: {error}", "install iproute2"
        ) from error
    return [entry for entry in parsed if isinstance(entry, dict) and entry]


def gateways_of(routes: Iterable[Mapping[str, Any]]) -> dict[str, Address]:
    """Return the gateway of the best default route of each interface, by its name."""
    best: dict[str, Address] = {}
    for route in sorted(_main(routes), key=_metric):
        if route.get("dst") == "default" and "gateway" in route and "dev" in route:
            best.setdefault(route["dev"], ip_address(route["gateway"]))
    return best


def preferences_of(routes: Iterable[Mapping[str, Any]]) -> dict[tuple[str, Network], int]:
    """Return the metric of each route to an interface's own network: the least is taken."""
    metrics: dict[tuple[str, Network], int] = {}
    for route, network in _networks(routes):
        if "gateway" not in route and "dev" in route:
            metrics.setdefault((route["dev"], network), _metric(route))
    return metrics


def way_out(routes: Iterable[Mapping[str, Any]], tunnels: frozenset[str]) -> str | None:
    """Return the tunnel that all traffic to other networks goes through, if one does.

    Either it has the best default route, or both halves of it; or a default route in a table
    of its own, as ``wg-quick`` and Tailscale make it.
    """
    known = list(routes)
    halves: dict[str, set[str]] = defaultdict(set)
    for route in known:
        if route.get("dst") in _HALVES and "dev" in route:
            halves[route["dev"]].add(route["dst"])
    elsewhere = [r for r in known if _is_default(r) and r.get("table", "main") != "main"]
    default = min((r for r in _main(known) if _is_default(r)), key=_metric, default=None)
    candidates = [r["dev"] for r in elsewhere] + ([default["dev"]] if default else [])
    candidates += [name for name, found in halves.items() if found == _HALVES]
    return next((name for name in candidates if name in tunnels), None)


def route_to(routes: Iterable[Mapping[str, Any]], network: Network) -> str | None:
    """Return the interface of the closest route that holds all of a network, no default route."""
    fits = [
        (reach.prefixlen, -_metric(route), str(route["dev"]))
        for route, reach in _networks(routes)
        if "dev" in route and reach.prefixlen > 1
        if reach.version == network.version and network.subnet_of(reach)  # type: ignore[arg-type]
    ]
    return max(fits)[2] if fits else None


def alive_of(entries: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Address, str]]:
    """Yield interface, address and MAC of each neighbour that is known by an answer of its own."""
    for entry in entries:
        if "lladdr" in entry and _ALIVE.intersection(entry.get("state", ())):
            with suppress(ValueError, KeyError):
                mac = str(entry["lladdr"]).lower()
                if mac.count(":") == 5 and mac != "00:00:00:00:00:00":
                    yield str(entry["dev"]), ip_address(entry["dst"]), mac


def near4(found: Iterable[tuple[str, Address, str]]) -> dict[IPv4Address, str]:
    """Keep the IPv4 neighbours, address to MAC."""
    return {address: mac for _, address, mac in found if isinstance(address, IPv4Address)}


def near6(found: Iterable[tuple[str, Address, str]]) -> dict[str, tuple[IPv6Address, ...]]:
    """Keep the IPv6 neighbours, MAC to addresses."""
    by_mac: dict[str, dict[IPv6Address, None]] = defaultdict(dict)
    for _, address, mac in found:
        if isinstance(address, IPv6Address) and not address.is_multicast:
            by_mac[mac][address] = None
    return {mac: tuple(addresses) for mac, addresses in by_mac.items()}


def _main(routes: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (r for r in routes if r.get("table", "main") == "main")


def _is_default(route: Mapping[str, Any]) -> bool:
    return route.get("dst") == "default" and "dev" in route


def _metric(route: Mapping[str, Any]) -> int:
    return int(route.get("metric", 0))


def _networks(
    routes: Iterable[Mapping[str, Any]],
) -> Iterator[tuple[Mapping[str, Any], Network]]:
    for route in _main(routes):
        if route.get("dst", "default") != "default" and route.get("type", "unicast") == "unicast":
            with suppress(ValueError):
                yield route, ip_network(route["dst"])
