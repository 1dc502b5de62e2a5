"""What is looked at: the networks, and what is true of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from riskscan.lab import CLINIC, CLINIC_NETWORKS, Lab, LabHost, Line, WireHost, WireLab

LOSSY = Line(delay=0.005, loss=0.01)
JOBS = ("sweep", "ports", "ports200", "whole", "rescan", "resume")


@dataclass(frozen=True)
class Truth:
    """One host as it is."""

    ports: frozenset[int]
    fragile: bool
    tarpit: bool = False
    disguised: bool = False
    """A medical device that looks like an office machine until it is asked."""


@dataclass(frozen=True)
class Scenario:
    """One network, and what is done there."""

    name: str
    networks: tuple[str, ...]
    jobs: tuple[str, ...]
    hosts: int = 0
    lossy: bool = False
    limit: float = 300.0
    """Seconds after which a tool is stopped."""

    def lab(self) -> Lab | WireLab:
        line = LOSSY if self.lossy else Line()
        if not self.hosts:
            return Lab(CLINIC, line=line if self.lossy else None)
        return WireLab(self.hosts, self.networks[0], delay=line.delay, loss=line.loss)

    @property
    def is_large(self) -> bool:
        """Whether riskscan sweeps it at its lower rate."""
        return self.hosts > 1_000


def scenarios() -> dict[str, Scenario]:
    """Return every network, each with a good and a bad line."""
    on_24 = ("sweep", "ports", "ports200", "rescan", "resume")
    good = (
        Scenario("clinic", CLINIC_NETWORKS, ("sweep", "whole", "rescan", "resume"), limit=600),
        Scenario("24-64", ("10.20.0.0/24",), on_24, hosts=64, limit=600),
        # One of the 254 addresses is the scanner's.
        Scenario("24-254", ("10.20.0.0/24",), ("sweep", "ports"), hosts=253, limit=600),
        Scenario("20", ("10.20.0.0/20",), ("sweep",), hosts=1_638),
        Scenario("16", ("10.20.0.0/16",), ("sweep",), hosts=26_214, limit=900),
    )
    bad = (replace(s, name=f"{s.name}-lossy", lossy=True) for s in good)
    return {s.name: s for pair in zip(good, bad, strict=True) for s in pair}


QUICK = ("clinic", "24-64", "24-64-lossy")


def truth_of(lab: Lab | WireLab) -> dict[str, Truth]:
    """Return what stands behind each address; a router stands behind two."""
    if isinstance(lab, WireLab):
        return {
            address: Truth(h.open_ports, h.medical, h.tarpit)
            for h in lab.hosts
            for address in h.addresses
        }
    return {
        address: Truth(
            frozenset(n for kind, n in host.open_ports if kind == "tcp"),
            host.fragile,
            host.tarpit,
            host.disguised,
        )
        for host in lab.hosts
        for address in host.addresses
    }


def carries(host: LabHost | WireHost) -> bool:
    """Say whether frames reach a host that are meant for others beyond it."""
    return isinstance(host, LabHost) and host.is_router


def tarpits(lab: Lab | WireLab) -> frozenset[str]:
    """Return the addresses that accept on every port."""
    return frozenset(a for a, truth in truth_of(lab).items() if truth.tarpit)
