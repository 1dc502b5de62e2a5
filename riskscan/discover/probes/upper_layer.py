"""Whether a port that waits for its client speaks DICOM; if so, who answers there."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import TimedOut
from riskscan.discover.probes.codec.dicom_syntaxes import (
    RELEASE_RQ,
    UNREGISTERED_PORTS,
    abort,
)
from riskscan.discover.probes.dicom import associate
from riskscan.discover.probes.greeting import greeting
from riskscan.model import Host, Observation, Policy

_SERIAL = frozenset({4001, 4002, 4003, 4004, 4005, 4007, 4008, 4009, 4010})
"""Data ports of serial device servers. Beside one of them, 4006 leads to an instrument too."""


class UpperLayer:
    """Bytes sent, in order: none until the port has been silent for the read timeout of the pace;
    then one A-RELEASE-RQ of 10 bytes. If an A-ABORT answers it, on a second connection the one
    association that ``dicom`` makes, released properly.

    A release without an association is an event that PS3.8 9.2.3 defines: the node aborts and
    goes back to waiting. It names no title and carries no message. Only ports where DICOM has been
    met are asked, and none of a fragile device.
    """

    name = "upper_layer"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        serial = any(s.port in _SERIAL for s in host.open_ports)
        return tuple(
            s.port
            for s in host.open_ports
            if s.protocol == "tcp"
            and s.port in UNREGISTERED_PORTS
            and not (serial and s.port == 4006)
        )

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            unasked = _listen(wire)
            if unasked is None:
                yield Observation.of("tcp.silent", "true", port, "tcp")
                wire.send(RELEASE_RQ)
                answer = wire.read_exactly(len(RELEASE_RQ))
        if unasked is not None:
            key, value = greeting(port, unasked)
            yield Observation.of(key, value, port, "tcp")
            return
        why = abort(answer)
        yield Observation.of("dicom.upper-layer", "true", port, "tcp")
        yield Observation.of("dicom.abort", why, port, "tcp")
        yield from associate(dialer, port, secure=False)


def _listen(wire: Wire) -> bytes | None:
    try:
        return wire.read()
    except TimedOut:
        return None
