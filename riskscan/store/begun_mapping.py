"""A device that is begun as one row, a stretch of a sweep as another, and back: total, both ways.

Written twice a second for each device in hand, so it is written whole and small: ports of one
state stand together.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from itertools import chain, groupby
from typing import Any

from pydantic import TypeAdapter

from riskscan.model import (
    OBSERVATION_CAP,
    Begun,
    Host,
    Observation,
    ProbeResult,
    Service,
    Stretch,
    Tried,
)
from riskscan.store.mapping import Row, Values

_HOST = TypeAdapter(Host)
_SERVICES = TypeAdapter(tuple[Service, ...])


def begun_values(scan_id: str, begun: Begun) -> Values:
    host = begun.host
    kept = replace(
        host,
        services=(),
        sightings=_capped(host.sightings),
        probe_results=tuple(_capped_result(r) for r in host.probe_results),
    )
    return {
        "scan_id": scan_id,
        "address": str(host.address),
        "host": _HOST.dump_python(kept, mode="json"),
        "services": [_run(list(alike)) for _, alike in groupby(host.services, _kind)],
        "tried": [[tried.port, tried.times] for tried in begun.tried],
    }


def begun_from(row: Row) -> Begun:
    services = chain.from_iterable(_services(run) for run in row["services"])
    host = replace(_HOST.validate_python(row["host"]), services=tuple(services))
    return Begun(host, tuple(Tried(port, times) for port, times in row["tried"]))


def stretch_values(scan_id: str, stretch: Stretch) -> Values:
    return {
        "scan_id": scan_id,
        "part": stretch.part,
        "since": stretch.since,
        "turn": stretch.turn,
        "reached": None if stretch.reached is None else str(stretch.reached),
        "heard": [list(words) for words in stretch.heard],
        "at": stretch.at,
    }


def stretch_from(row: Row) -> Stretch:
    return Stretch(
        row["part"],
        row["since"],
        row["turn"],
        None if row["reached"] is None else ip_address(row["reached"]),
        tuple(tuple(words) for words in row["heard"]),
        row["at"],
    )


def _kind(service: Service) -> object:
    return service.protocol, service.state, service.as_of


def _run(alike: list[Service]) -> dict[str, Any]:
    (written,) = _SERVICES.dump_python((alike[0],), mode="json")
    return {**written, "port": [service.port for service in alike]}


def _services(run: dict[str, Any]) -> tuple[Service, ...]:
    return _SERVICES.validate_python([{**run, "port": port} for port in run["port"]])


def _capped_result(result: ProbeResult) -> ProbeResult:
    return replace(result, observations=_capped(result.observations))


def _capped(seen: tuple[Observation, ...]) -> tuple[Observation, ...]:
    # As in every other row: whatever a probe does, no longer text is ever written.
    return tuple(replace(o, value=_plain(o.value[:OBSERVATION_CAP])) for o in seen)


def _plain(text: str) -> str:
    """Write a lone surrogate, which UTF-8 cannot hold, as ``?``."""
    return text.encode("utf-8", "replace").decode()
