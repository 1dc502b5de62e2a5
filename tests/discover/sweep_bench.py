"""A sweep in the scanner's place of a lab: run there as a program, and called from the tests.

As a program it sweeps what its one argument (JSON) says, asks no port unless told to, and prints
one JSON object: the hosts with what was found by and seen, and every event.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def swept(lab: Any, *targets: str, **options: Any) -> dict[str, Any]:
    """Sweep in a lab and return what came of it.

    Options: ``exclude`` (addresses and MACs), ``arp_pps``, ``tcp`` (ports), ``known`` (address
    to MAC, of an earlier scan), ``wireless``, ``privileged``, ``limit`` (of the neighbour table),
    ``stranger`` (entries may not be made there), ``words`` (of an ``ip`` command, run as soon as
    every address was asked), ``holds`` (an address that is not examined until after that) and
    ``halts`` (rounds after which the sweep is stopped; what came of it when it went on is told).
    """
    order = json.dumps({"targets": targets, **options})
    done = lab.run(
        [sys.executable, __file__, order], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def codes(result: dict[str, Any]) -> list[str]:
    """Return the codes of the notices, in order."""
    return [event["code"] for event in result["events"] if "code" in event]


def text_of(result: dict[str, Any], code: str) -> str:
    """Return the text of the one notice with this code."""
    (text,) = [event["text"] for event in result["events"] if event.get("code") == code]
    return text


class Known:
    """What an earlier scan knows, as far as the sweep is concerned."""

    def __init__(self, macs: dict[Any, str]) -> None:
        self.macs = macs

    def of(self, _host: object) -> None:
        return None


def main(order: dict[str, Any]) -> None:
    from ipaddress import ip_address

    from riskscan import discover
    from riskscan.discover import examine
    from riskscan.discover.preflight import Preflight
    from riskscan.model import Notice, Policy, Stage, Triage

    examine.PROBES = {}
    began = time.monotonic()
    scope = discover.parse_scope(order["targets"], order.get("exclude", ()), allow_large=True)
    preflight = discover.preflight(scope, privileged=order.get("privileged"))
    if order.get("wireless"):
        Preflight.is_wireless = lambda self, segment: True
    if "limit" in order:
        preflight = replace(preflight, neighbour_limit=order["limit"])
    if order.get("stranger"):
        from riskscan.discover.askers import Ports

        Ports.introduce = lambda *_: False
    ports = tuple(order.get("tcp", ()))
    paces = {
        policy: replace(pace, tcp_ports=ports, udp_ports=())
        for policy, pace in discover.PACES.items()
    }
    events: list[dict[str, Any]] = []

    swept, gate = threading.Event(), threading.Event()

    def change() -> None:
        swept.wait()
        subprocess.run(["ip", *order["words"].split()], check=True)
        time.sleep(1.5)
        gate.set()

    def note(event: Any) -> None:
        at = round(time.monotonic() - began, 3)
        if isinstance(event, Notice):
            events.append({"code": event.code, "text": event.text, "at": at})
        else:
            counts = {"stage": event.stage.value, "done": event.done, "total": event.total}
            if event.stage is Stage.PORTS and event.total is not None:
                swept.set()
            events.append({**counts, "at": at})

    def triage(host: Any) -> Triage:
        if str(host.address) == order.get("holds"):
            gate.wait(30)
        return Triage(Policy.NORMAL, "the test says so")

    if "words" in order:
        threading.Thread(target=change, daemon=True).start()
    known = {ip_address(a): mac for a, mac in order.get("known", {}).items()}
    stretches: list[Any] = []

    def halt(stop: threading.Event) -> Any:
        def keep(_begun: object, _all: bool, new: Any) -> None:
            stretches.extend(new)
            if any(stretch.turn >= order["halts"] for stretch in new):
                stop.set()

        return keep

    def look(**more: Any) -> Any:
        return discover.sweep(
            scope,
            triage=triage,
            preflight=preflight,
            paces=paces,
            notify=note,
            earlier=Known(known) if known else None,  # type: ignore[arg-type]
            arp_pps=order.get("arp_pps"),
            **more,
        )

    if "halts" in order:
        stop = threading.Event()
        for _ in look(stop=stop, checkpoint=halt(stop)):
            pass
        events.clear()
    hosts = [
        {
            "address": str(host.address),
            "mac": host.mac,
            "by": list(host.found_by),
            "seen": [[o.key, o.value] for o in host.sightings],
            "ports": {s.port: s.state.value for s in host.services},
            "at": round(time.monotonic() - began, 3),
        }
        for host in look(stretches=stretches)
    ]
    print(json.dumps({"hosts": {h.pop("address"): h for h in hosts}, "events": events}))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(json.loads(sys.argv[1]))
