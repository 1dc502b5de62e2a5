"""riskscan's part of a job that its command line does not offer alone, in the scanner's place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from discover_bench.tools import ASKED
from riskscan import discover, identify
from riskscan.discover import examine
from riskscan.discover.brake import Brake
from riskscan.discover.find import find
from riskscan.model import Host, Policy, Triage


def inside(job: str, networks: Sequence[str]) -> None:
    """Do the job and print what was found."""
    scope = discover.parse_scope(networks, allow_large=True)
    preflight = discover.preflight(scope)
    if job == "sweep":
        hosts = list(find(scope, preflight, lambda _event: None, Brake()))
    else:
        vars(examine)["PROBES"] = {}  # ports only, as the other tools are asked
        everyone_alike = job == "ports200"
        paces = {
            policy: replace(
                discover.PACES[Policy.NORMAL] if everyone_alike else pace,
                udp_ports=(),
                tcp_ports=ASKED[job] if everyone_alike else pace.tcp_ports,
            )
            for policy, pace in discover.PACES.items()
        }
        triage = _normal if everyone_alike else identify.triage
        found = discover.sweep(scope, triage=triage, preflight=preflight, paces=paces)
        hosts = list(found)
    print(json.dumps({str(host.address): _said(host, job) for host in hosts}))


def _normal(_host: Host) -> Triage:
    return Triage(Policy.NORMAL, "the measurement asks every host alike")


def _said(host: Host, job: str) -> dict[str, object]:
    return {
        "ports": [s.port for s in host.open_ports if s.protocol == "tcp"],
        "policy": host.triage.policy.value if job != "sweep" else None,
    }
