"""Whether an HL7 listener is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import Fault
from riskscan.discover.ports import MLLP_PORTS
from riskscan.model import Host, Observation, Policy


class Mllp:
    """Bytes sent: none, ever; the dialer refuses to. It connects, waits two seconds, closes.

    A listener that hears nothing has nothing to route. Whatever the port says unasked could be
    a message about a patient and is dropped unread.
    """

    name = "mllp"
    protocol = "tcp"
    policies = frozenset(Policy)

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port in MLLP_PORTS)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            _listen(wire)
        yield Observation.of("mllp.listens", "true", port, "tcp")


def _listen(wire: Wire) -> None:
    with suppress(Fault):  # silence is what a listener is expected to keep
        wire.read(1)
