"""What is asked of one host's ports, whoever asks it."""

from __future__ import annotations

from dataclasses import dataclass

from riskscan.model import Address, PortState, Tried


@dataclass(frozen=True, slots=True)
class Standing:
    """How a TCP port stands while it is being asked."""

    state: PortState | None
    """None while it is not settled."""
    tries: int


@dataclass(frozen=True, slots=True)
class Question:
    """Which ports of one host to ask, and how gently."""

    address: Address
    tcp: tuple[int, ...]
    udp: tuple[int, ...]
    pps: int
    tries: int
    udp_payload: bool = False
    """Let nmap ask UDP ports in their own protocol; otherwise it sends empty datagrams."""
    most: int = 0
    """Tries that our engine may raise ``tries`` to where packets are lost. nmap does without."""
    decoys: bool = False
    """Let our engine try three ports first on which nothing listens, to know a tarpit by."""
    once: tuple[int, ...] = ()
    """TCP ports that an earlier scan heard nothing from: our engine asks them once, and does not
    take their silence for distress."""
    tried: tuple[Tried, ...] = ()
    """TCP ports that were asked in vain before the scan was interrupted, and how often."""

    @property
    def patience(self) -> float:
        """Seconds after which nmap is taken to hang: ten times what the packets need."""
        return 60 + 10 * self.tries * (len(self.tcp) + len(self.udp)) / self.pps
