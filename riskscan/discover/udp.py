"""Which UDP ports are worth a question in their own protocol."""

from __future__ import annotations

from riskscan.model import Host, PortState

_MAYBE = frozenset({PortState.OPEN, PortState.OPEN_OR_FILTERED})


def worth_asking(host: Host, *ports: int) -> tuple[int, ...]:
    """Return those of ``ports`` that a port scan left open, or perhaps open."""
    return tuple(port for port in ports if host.asked(port, "udp") in _MAYBE)
