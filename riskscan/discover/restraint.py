"""Why a device is not asked a question that would fit it."""

from __future__ import annotations

from collections.abc import Iterable

from riskscan.discover.clinical_signs import serves_patients
from riskscan.discover.ports import STRANGER_TCP
from riskscan.discover.probes import FOR_STRANGERS, Probe
from riskscan.model import Host, Pace, Policy


def restraint(
    host: Host, probe: Probe, port: int, pace: Pace, *, also_open: Iterable[int], allowed: bool
) -> str:
    """Return the reason in words; '' if it may be asked, as far as the device is concerned.

    ``also_open`` are TCP ports that an earlier scan found open. ``allowed`` says that the site
    file allows anonymous greetings to this device: that lifts the rule for the probes
    ``FOR_STRANGERS`` and for nothing else.
    """
    policy = host.triage.policy
    ports: set[int] = {*(pace.tcp_ports if probe.protocol == "tcp" else pace.udp_ports)}
    if probe.protocol == "tcp" and policy is not Policy.FRAGILE:
        ports.update(also_open)
    delicate = why_delicate(host) if probe.name in FOR_STRANGERS else ""
    if delicate and not allowed:
        return (
            "a stranger is not announced to a device that is, or may be, medical"
            f" ({delicate}); allow_anonymous in the site file would permit it"
        )
    fits_policy = policy in probe.policies or bool(delicate)
    if fits_policy and (port in ports or (delicate and port in STRANGER_TCP)):
        return ""
    return f"not asked of a {policy} device: {host.triage.reason}"


def why_delicate(host: Host) -> str:
    """Say what speaks against announcing a stranger to a host; '' if nothing does."""
    if host.triage.policy is Policy.FRAGILE:
        return host.triage.reason
    return "what it says speaks of clinical work" if serves_patients(host) else ""
