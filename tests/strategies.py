"""Hypothesis strategies for every noun that is stored, exported or rendered.

``of(Scan)`` makes scans. Text is any text that UTF-8 can hold: quotes, newlines, right-to-left
marks, angle brackets, NUL where the model allows it.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from riskscan.model import (
    OBSERVATION_CAP,
    OBSERVATION_KEYS,
    REGISTERS,
    Device,
    Entry,
    Host,
    Identity,
    Observation,
    Outcome,
    PortState,
    ProbeResult,
    Scan,
    Scope,
    Service,
    Site,
)

TEXT = st.text(max_size=40)
HOSTILE = st.one_of(
    TEXT,
    st.sampled_from(
        [
            "'; DROP TABLE device; --",
            "<script>alert(1)</script>",
            "=cmd|' /C calc'!A0",
            "\x1b[2J\x1b[31m",
            "name\r\nX-Injected: 1",
            "‮fdp.exe",
            "{{ 7 * 7 }} %s {0}",
            '"""\n[site]\n',
            "A" * OBSERVATION_CAP,
            "é" * OBSERVATION_CAP,
            "😀" * OBSERVATION_CAP,
        ]
    ),
)
PORTS = st.integers(1, 65535)
PROTOCOLS = st.sampled_from(["tcp", "udp"])
MACS = st.binary(min_size=6, max_size=6).map(lambda raw: raw.hex(":"))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


def _network_of(address: IPv4Address | IPv6Address, length: int) -> IPv4Network | IPv6Network:
    if isinstance(address, IPv4Address):
        return IPv4Network((address, min(length, 32)), strict=False)
    return IPv6Network((address, length), strict=False)


NETWORKS = st.builds(_network_of, ADDRESSES, st.integers(0, 128))
OBSERVATIONS = st.builds(
    Observation.of,
    st.sampled_from(sorted(OBSERVATION_KEYS)),
    HOSTILE,
    st.none() | PORTS,
    st.none() | PROTOCOLS,
)

_BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "port": PORTS,
    "protocol": PROTOCOLS,
    "mac": MACS,
    "exposure": st.integers(-1, 1),
}
_BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: HOSTILE,
    int: st.integers(0, 2**31),
    float: st.floats(0, 1e6),
    bool: st.booleans(),
    datetime: MOMENTS,
    date: st.dates(date(1990, 1, 1), date(2200, 1, 1)),
    IPv4Address: st.ip_addresses(v=4),
    IPv6Address: st.ip_addresses(v=6),
    IPv4Network: NETWORKS.filter(lambda n: n.version == 4),
    IPv6Network: NETWORKS.filter(lambda n: n.version == 6),
    Observation: OBSERVATIONS,
}


def of(noun: Any, **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Make any value of a noun, with every field filled; ``given`` narrows single fields."""
    if noun is Entry:
        return st.sampled_from(list(REGISTERS)).flatmap(lambda name: _entries(name, given))
    if noun is Scan:
        # A scan lists each address once, in order: that is what a store gives back.
        given = {"devices": st.lists(of(Device), max_size=3).map(_by_address), **given}
    return st.builds(noun, **{**_fields(noun), **given})


def _entries(register: str, given: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Entry]:
    """Make words about one register: its name, its ids and its kind of content go together."""
    about = REGISTERS[register]
    numbers = st.integers(1, 120).map(lambda number: f"{about.prefix}-{number:02}")
    fixed = {"register": st.just(register), "id": numbers, "content": of(about.content)}
    return st.builds(Entry, **{**_fields(Entry, spare=("content",)), **fixed, **given})


def _fields(noun: type, spare: tuple[str, ...] = ()) -> dict[str, st.SearchStrategy[Any]]:
    hints = get_type_hints(noun)
    wanted = [f.name for f in fields(noun) if f.name not in spare]
    return {name: _strategy(name, hints[name]) for name in wanted}


def _strategy(name: str, hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) in (types.UnionType, Union):
        return st.one_of(*(_strategy(name, each) for each in get_args(hint)))
    if hint is types.NoneType:
        return st.none()
    if get_origin(hint) is tuple:
        return st.lists(_strategy(name, get_args(hint)[0]), max_size=3).map(tuple)
    if get_origin(hint) is Mapping:
        keys, values = (_strategy("", each) for each in get_args(hint))
        return st.dictionaries(keys, values, max_size=3)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if name in _BY_NAME:
        return _BY_NAME[name]
    if hint in _BY_TYPE:
        return _BY_TYPE[hint]
    assert is_dataclass(hint), f"no strategy for {name}: {hint}"
    return st.deferred(lambda: of(hint))


def _by_address(devices: list[Device]) -> tuple[Device, ...]:
    once = {device.address: device for device in devices}
    return tuple(once[a] for a in sorted(once, key=lambda a: (a.version, int(a))))


def a_scan(**given: Any) -> Scan:
    """Return a plain scan without devices, for tests that are about something else."""
    network = IPv4Network("192.168.1.0/24")
    plain = {
        "id": "S-20261121-120000-0001",
        "site": Site("Lakeside Family Clinic", Scope((network,))),
        "started_at": datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
    }
    return Scan(**{**plain, **given})


def a_device(address: str = "192.168.1.20", **given: Any) -> Device:
    """Return a plain device of that address with one open port and one observation."""
    seen = (Observation.of("ssh.banner", "SSH-2.0-OpenSSH_9.2", 22, "tcp"),)
    plain = {
        "mac": "00:09:fb:00:00:14",
        "services": (Service(22, "tcp", PortState.OPEN),),
        "probe_results": (ProbeResult("ssh", 22, "tcp", Outcome.ANSWERED, seen),),
    }
    return Device(Host(ip_address(address), **{**plain, **given}), Identity())
