"""A host that is not through yet, as a scan that was killed finds it again."""

from __future__ import annotations

from dataclasses import dataclass

from riskscan.model.network import Address, Host


@dataclass(frozen=True, slots=True)
class Tried:
    """A TCP port that has not answered so far, and will perhaps be asked again."""

    port: int
    times: int
    """How often it was asked."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What is known of a host halfway. Nothing may be concluded from it but what is left to ask."""

    host: Host
    """With the states and the probe results that stand. ``connections`` counts what the host may
    have been asked to bear, so that a resumed scan never exceeds what it bears."""
    tried: tuple[Tried, ...] = ()

    @property
    def address(self) -> Address:
        return self.host.address
