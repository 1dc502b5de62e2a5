"""A big or bad network without a kernel's help: hundreds of hosts that one process emulates.

Where the clinic has real servers, these hosts answer ARP, ping and TCP as their table says and
speak no protocol: enough to measure how completely and how gently something looks for devices.
A frame is stamped when it is read: on a machine that is busy, late, so that a peak may be counted
higher than it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network

from riskscan.lab.held import Held
from riskscan.lab.line import Line
from riskscan.lab.wire_table import Plan, WireHost, practice
from riskscan.lab.wire_trouble import SwitchPort

SCANNER_MAC = "3c:97:0e:5a:10:10"
_SCANNER_NUMBER = 10
"""Which address of the network is the scanner's."""


class WireLab(Held):
    """Emulated hosts behind one network card, up between ``with`` and its end.

    ``hosts`` is a table of them, or how many :func:`practice` shall make from ``seed``; the first
    is the scanner's default gateway. Delay and jitter (seconds) and loss (share) hold in each
    direction. ``port`` is what the scanner is plugged into. In its counts, ``at_once`` holds
    half-open connections too, and ``connections`` those whose handshake was completed.
    """

    program = "riskscan.lab.wire_holder"

    def __init__(
        self,
        hosts: Sequence[WireHost] | int = 64,
        network: str = "10.20.0.0/24",
        *,
        delay: float = 0.0,
        jitter: float = 0.0,
        loss: float = 0.0,
        seed: int = 1,
        port: SwitchPort | None = None,
    ) -> None:
        super().__init__()
        self.network = IPv4Network(network)
        self.scanner = str(self.network[_SCANNER_NUMBER])
        if isinstance(hosts, int):
            hosts = practice(network, hosts, seed=seed, leave_free=frozenset({self.scanner}))
        self.hosts = tuple(hosts)
        self.port = port or SwitchPort()
        self.line = Line(delay=delay, jitter=jitter, loss=loss, seed=seed)

    def blueprint(self) -> object:
        """Return what the wire's process must be."""
        address = f"{self.scanner}/{self.network.prefixlen}"
        return Plan(
            hosts=self.hosts, line=self.line, address=address, mac=SCANNER_MAC, port=self.port
        )
