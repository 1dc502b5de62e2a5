"""What the kernel hands to the listener: announcements to a group, by kind, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from riskscan.discover.raw.bpf import Instruction

UDP_KINDS: Mapping[int, str] = MappingProxyType(
    {
        67: "dhcp",
        68: "dhcp",
        137: "nbns",
        1900: "ssdp",
        2000: "ge-time",
        3702: "wsd",
        5353: "mdns",
        5355: "llmnr",
        5678: "mndp",
        7000: "ge-heartbeat",
        24005: "philips-connect",
        47808: "bacnet",
    }
)
"""Destination port to kind. The medical ones are the announcements that monitors broadcast to be
found; port 7001, on which vital signs travel, is not among them and never gets past the kernel."""

ARP, LLDP, IPV4, IPV6 = 0x0806, 0x88CC, 0x0800, 0x86DD
LONGEST = 1600
"""Bytes of a frame that are kept."""

_LDH, _LDB, _LD, _LDXB, _LDH_X = 0x28, 0x30, 0x20, 0xB1, 0x48
_JEQ, _JSET, _RET = 0x15, 0x45, 0x06
_CDP_GROUP = (0x01000CCC, 0xCCCC)
_NEXT, _KEEP, _DROP = "", "keep", "drop"
_Step = tuple[str, int, int, str, str]
"""Label, code, constant, where to go if true, where to go if false."""


def announcements() -> tuple[Instruction, ...]:
    """Return the program for a packet socket that sees Ethernet first (linux/filter.h)."""
    steps: list[_Step] = [
        ("", _LDB, 0, _NEXT, _NEXT),
        ("", _JSET, 0x01, _NEXT, _DROP),  # to a group?
        ("", _LDH, 12, _NEXT, _NEXT),
        ("", _JEQ, ARP, _KEEP, _NEXT),
        ("", _JEQ, LLDP, _KEEP, _NEXT),
        ("", _JEQ, IPV4, "v4", _NEXT),
        ("", _JEQ, IPV6, "v6", _NEXT),
        ("", _LD, 0, _NEXT, _NEXT),
        ("", _JEQ, _CDP_GROUP[0], _NEXT, _DROP),
        ("", _LDH, 4, _NEXT, _NEXT),
        ("", _JEQ, _CDP_GROUP[1], _KEEP, _DROP),
        ("v4", _LDB, 23, _NEXT, _NEXT),
        ("", _JEQ, 17, _NEXT, _DROP),  # UDP?
        ("", _LDH, 20, _NEXT, _NEXT),
        ("", _JSET, 0x1FFF, _DROP, _NEXT),  # a later fragment has no ports
        ("", _LDXB, 14, _NEXT, _NEXT),
        ("", _LDH_X, 16, _NEXT, _NEXT),
        *_ports(),
        ("v6", _LDB, 20, _NEXT, _NEXT),
        ("", _JEQ, 17, _NEXT, _DROP),
        ("", _LDH, 56, _NEXT, _NEXT),
        *_ports(),
        ("keep", _RET, LONGEST, _NEXT, _NEXT),
        ("drop", _RET, 0, _NEXT, _NEXT),
    ]
    at = {label: place for place, (label, *_) in enumerate(steps) if label}
    return tuple(_placed(place, step, at) for place, step in enumerate(steps))


def _ports() -> list[_Step]:
    ports = list(UDP_KINDS)
    tests = [("", _JEQ, port, _KEEP, _NEXT) for port in ports[:-1]]
    return [*tests, ("", _JEQ, ports[-1], _KEEP, _DROP)]


def _placed(place: int, step: _Step, at: Mapping[str, int]) -> Instruction:
    _, code, constant, if_true, if_false = step
    if code not in (_JEQ, _JSET):
        return code, 0, 0, constant
    forward, otherwise = (at[to] - place - 1 if to else 0 for to in (if_true, if_false))
    return code, forward, otherwise, constant
