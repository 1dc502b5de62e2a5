"""What passes between the two processes, as nouns and as JSON.

Each reader checks what it reads as if an enemy had written it, and raises ``ValueError``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, TypeVar

from riskscan.discover.faults import AnswersEverywhere, PortsUnknown, Stopped, WentSilent
from riskscan.discover.question import Question, Standing
from riskscan.discover.raw.contract import Message
from riskscan.errors import NmapFailed, NmapMissing
from riskscan.model import Address, Network, PortState, Scope, Segment, Service, Tried

_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_MAC_OR_PREFIX = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){2,5}")
_INTERFACE = re.compile(r"[^\s/\0]{1,15}")
"""What Linux allows (IFNAMSIZ)."""

_MOST_PORTS = 65_535
_MOST_PPS, _MOST_TRIES = 1000, 10
_LONGEST_TEXT = 500

_Item = TypeVar("_Item")


# pieces


def text_of(value: object, longest: int = _LONGEST_TEXT) -> str:
    """Return a string of at most so many characters."""
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError("not a text, or too long a one")
    return value


def number_of(value: object, least: int, most: int) -> int:
    """Return an integer within bounds; true and false are none."""
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"not a number from {least} to {most}")
    return value


def truth_of(value: object) -> bool:
    """Return a boolean."""
    if type(value) is not bool:
        raise ValueError("neither true nor false")
    return value


def address_of(value: object) -> Address:
    """Return an address without a zone."""
    address = ip_address(text_of(value, 45))
    if isinstance(address, IPv6Address) and address.scope_id:
        raise ValueError("an address with a zone")
    return address


def address4_of(value: object) -> IPv4Address:
    """Return an IPv4 address."""
    return IPv4Address(text_of(value, 15))


def mac_of(value: object) -> str:
    """Return a MAC address in lower case with colons."""
    if not _MAC.fullmatch(mac := text_of(value, 17)):
        raise ValueError("not a MAC address")
    return mac


def interface_of(value: object) -> str:
    """Return the name of a network interface."""
    if not _INTERFACE.fullmatch(name := text_of(value, 15)) or name in (".", ".."):
        raise ValueError("not the name of an interface")
    return name


def list_of(value: object, read: Callable[[object], _Item], most: int) -> tuple[_Item, ...]:
    """Return a list of at most ``most`` items, each read by ``read``."""
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("not a list, or too long a one")
    return tuple(read(item) for item in value)


def fields_of(value: object, *names: str) -> Sequence[Any]:
    """Return the values of a dict that has these fields and no others, in this order."""
    if not isinstance(value, dict) or value.keys() != set(names):
        raise ValueError(f"expected the fields {', '.join(names)}")
    return [value[name] for name in names]


# questions and answers

_QUESTION = (
    "address",
    "tcp",
    "udp",
    "pps",
    "tries",
    "udp_payload",
    "most",
    "decoys",
    "tried",
    "once",
)


def question_message(question: Question) -> Message:
    """Put a question into words."""
    return {
        "address": str(question.address),
        "tcp": list(question.tcp),
        "udp": list(question.udp),
        "pps": question.pps,
        "tries": question.tries,
        "udp_payload": question.udp_payload,
        "most": question.most,
        "decoys": question.decoys,
        "tried": [[t.port, t.times] for t in question.tried],
        "once": list(question.once),
    }


def question_of(message: object) -> Question:
    """Read a question."""
    fields = fields_of(message, *_QUESTION)
    address, tcp, udp, pps, tries, payload, most, decoys, tried, once = fields
    return Question(
        address_of(address),
        _ports(tcp),
        _ports(udp),
        number_of(pps, 1, _MOST_PPS),
        number_of(tries, 1, _MOST_TRIES),
        truth_of(payload),
        number_of(most, 0, _MOST_TRIES),
        truth_of(decoys),
        _ports(once),
        list_of(tried, _tried, _MOST_PORTS),
    )


def _tried(value: object) -> Tried:
    port, times = list_of(value, lambda number: number_of(number, 1, 65_535), 2)
    return Tried(port, times)


def _ports(value: object) -> tuple[int, ...]:
    ports = list_of(value, lambda port: number_of(port, 1, 65_535), _MOST_PORTS)
    if len(set(ports)) != len(ports):
        raise ValueError("a port stands twice in the list")
    return ports


def standings_message(standings: Mapping[int, Standing]) -> list[list[Any]]:
    """Put how ports stand into words."""
    return [[port, s.state and s.state.value, s.tries] for port, s in standings.items()]


def standings_of(value: object, asked: Iterable[int]) -> dict[int, Standing]:
    """Read how ports stand, of those that were asked."""
    standings = dict(list_of(value, _standing, _MOST_PORTS))
    if not standings.keys() <= set(asked):
        raise ValueError("a port that nobody asked for")
    return standings


def _standing(value: object) -> tuple[int, Standing]:
    port, state, tries = value if isinstance(value, list) and len(value) == 3 else (0, None, 0)
    known = None if state is None else PortState(text_of(state))
    return number_of(port, 1, 65_535), Standing(known, number_of(tries, 0, 65_535))


def services_message(services: Iterable[Service]) -> list[Message]:
    """Put the states of ports into words."""
    return [{"port": s.port, "protocol": s.protocol, "state": s.state.value} for s in services]


def services_of(value: object) -> tuple[Service, ...]:
    """Read the states of ports."""
    return list_of(value, _service, 2 * _MOST_PORTS)


def _service(value: object) -> Service:
    port, protocol, state = fields_of(value, "port", "protocol", "state")
    if protocol not in ("tcp", "udp"):
        raise ValueError("neither tcp nor udp")
    return Service(number_of(port, 1, 65_535), protocol, PortState(text_of(state)))


# the session


def session_message(scope: Scope, segments: Iterable[Segment]) -> Message:
    """Put what the holder of the raw sockets is told once into words."""
    return {
        "include": [str(network) for network in scope.include],
        "exclude": [str(network) for network in scope.exclude],
        "exclude_macs": list(scope.exclude_macs),
        "segments": [
            {
                "interface": s.interface,
                "network": str(s.network),
                "address": str(s.address).partition("%")[0],
                "mac": s.mac,
                "gateway": str(s.gateway).partition("%")[0] if s.gateway else None,
            }
            for s in segments
        ],
    }


def session_of(message: object) -> tuple[Scope, tuple[Segment, ...]]:
    """Read the scope and the segments of a session."""
    names = ("include", "exclude", "exclude_macs", "segments")
    include, exclude, macs, segments = fields_of(message, *names)
    scope = Scope(
        list_of(include, _network, 100_000),
        list_of(exclude, _network, 100_000),
        list_of(macs, _mac_or_prefix, 100_000),
    )
    return scope, list_of(segments, _segment, 10_000)


def _network(value: object) -> Network:
    return ip_network(text_of(value, 50))


def _mac_or_prefix(value: object) -> str:
    if not _MAC_OR_PREFIX.fullmatch(mac := text_of(value, 17)):
        raise ValueError("neither a MAC address nor the beginning of one")
    return mac


def _segment(value: object) -> Segment:
    names = ("interface", "network", "address", "mac", "gateway")
    interface, network, address, mac, gateway = fields_of(value, *names)
    return Segment(
        interface_of(interface),
        _network(network),
        address_of(address),
        None if mac is None else mac_of(mac),
        None if gateway is None else address_of(gateway),
    )


# faults

_PLAIN: Mapping[str, type[Exception]] = {
    "answers-everywhere": AnswersEverywhere,
    "ports-unknown": PortsUnknown,
    "nmap-failed": NmapFailed,
    "nmap-missing": NmapMissing,
    "not-understood": ValueError,
}


def fault_message(error: BaseException) -> Message:
    """Put how a job failed into words."""
    said = str(error)[:_LONGEST_TEXT]
    if isinstance(error, Stopped):
        return {"kind": "stopped"}
    if isinstance(error, WentSilent):
        states = services_message(error.services)
        return {"kind": "went-silent", "text": said, "services": states}
    if isinstance(error, OSError):
        words = str(error.strerror or said)[:_LONGEST_TEXT]
        return {"kind": "os-error", "number": error.errno or 0, "text": words}
    for kind, family in _PLAIN.items():
        if type(error) is family:
            return {"kind": kind, "text": said}
    return {"kind": "ports-unknown", "text": repr(error)[:200]}


def fault_of(message: object) -> Exception:
    """Return the exception that says how a job failed."""
    kind = str(message.get("kind")) if isinstance(message, dict) else ""
    if kind == "stopped":
        return Stopped()
    if kind == "went-silent":
        _, said, services = fields_of(message, "kind", "text", "services")
        return WentSilent(text_of(said), services_of(services))
    if kind == "os-error":
        _, number, said = fields_of(message, "kind", "number", "text")
        return OSError(number_of(number, 0, 4095), text_of(said))
    _, said = fields_of(message, "kind", "text")
    if kind not in _PLAIN:
        raise ValueError("a fault of no kind that is known")
    return _PLAIN[kind](text_of(said))
