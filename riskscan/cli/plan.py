"""What a scan will send at most, said before it starts, and ``riskscan scan --plan``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from riskscan.cli.tables import wrapped
from riskscan.cli.tempo import spoken

if TYPE_CHECKING:
    from riskscan.discover.forecast import Forecast, Part
    from riskscan.discover.profile import Profile
    from riskscan.model import Scope


def ceilings(profile: Profile) -> dict[str, dict[str, Any]]:
    """Return what one device of each policy gets at most, for machines."""
    return {
        policy.value: {
            "tcp_ports": list(asked.tcp_ports),
            "udp_ports": list(asked.udp_ports),
            "port_packets": most.port_packets,
            "packets_per_open_port": most.open_port_packets,
            "packets_per_second": most.per_second,
            "connections": asked.connections,
        }
        for policy, asked in profile.paces.items()
        for most in (profile.ceiling(policy),)
    }


def lines(profile: Profile) -> list[str]:
    """Return what one device of each policy gets at most, a line a policy."""
    said = [f"Profile {profile.name}: {profile.description}.", "At most, to one device:"]
    for policy, asked in profile.paces.items():
        most = profile.ceiling(policy)
        ports = f"{len(asked.tcp_ports)} TCP"
        ports += f" and {len(asked.udp_ports)} UDP" if asked.udp_ports else ""
        said.append(
            f"  {policy.value:<8}{ports} ports: {most.port_packets} packets, "
            f"{most.open_port_packets} for each open one, {most.per_second} a second"
        )
    return said


def show_plan(scope: Scope, reckoned: Forecast, format_: str) -> None:
    """Print the plan."""
    if format_ == "json":
        click.echo(json.dumps(_as_json(scope, reckoned), indent=2))
        return
    for line in (*lines(reckoned.profile), *_estimate(scope, reckoned)):
        click.echo(wrapped(line, 4))


def _excluded(scope: Scope) -> list[str]:
    return [*map(str, scope.exclude), *scope.exclude_macs]


def _estimate(scope: Scope, reckoned: Forecast) -> list[str]:
    spared = ", ".join(_excluded(scope)) or "none"
    again = ["Unchanged devices are asked less: this scan builds on the one before."]
    return [
        *(again if reckoned.rescan else []),
        f"Addresses: {reckoned.addresses:,}; never touched: {spared}",
        f"Devices expected: {reckoned.devices:,}",
        *_listening(reckoned),
        *(line for part in reckoned.parts for line in _network(part)),
        f"Packets: about {reckoned.packets:,}, at most {reckoned.packets_at_most:,}, "
        f"of them {reckoned.sweep_packets:,} to find who is there",
        f"Time: about {spoken(reckoned.seconds)}, at most {spoken(reckoned.seconds_at_most)}",
        "Nothing was sent.",
    ]


def _listening(reckoned: Forecast) -> list[str]:
    if not reckoned.listen_for:
        return []
    return [f"Listening first: {spoken(reckoned.listen_for)}, 0 packets"]


def _network(part: Part) -> tuple[str, str]:
    return (
        f"  {part.network}: {part.addresses:,} addresses, about {part.devices:,} devices, "
        f"{part.packets:,} packets, {spoken(part.seconds)}:",
        f"    {', '.join(part.stages)}",
    )


def _part_as_json(part: Part) -> dict[str, Any]:
    return {
        "network": part.network,
        "addresses": part.addresses,
        "devices_expected": part.devices,
        "sweep_packets": part.sweep_packets,
        "packets_expected": part.packets,
        "seconds_expected": round(part.seconds),
        "stages": list(part.stages),
    }


def _as_json(scope: Scope, reckoned: Forecast) -> dict[str, Any]:
    return {
        "profile": reckoned.profile.name,
        "rescan": reckoned.rescan,
        "stages": list(reckoned.profile.stages),
        "addresses": reckoned.addresses,
        "networks": [str(network) for network in scope.include],
        "excluded": _excluded(scope),
        "devices_expected": reckoned.devices,
        "sweep_packets": reckoned.sweep_packets,
        "packets_expected": reckoned.packets,
        "packets_at_most": reckoned.packets_at_most,
        "seconds_listening": round(reckoned.listen_for),
        "seconds_expected": round(reckoned.seconds),
        "seconds_at_most": round(reckoned.seconds_at_most),
        "segments": [_part_as_json(part) for part in reckoned.parts],
        "policies": ceilings(reckoned.profile),
    }
