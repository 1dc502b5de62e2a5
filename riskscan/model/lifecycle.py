"""Dated facts about the outside world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EndOfSupport:
    """When a release of a product stops, or stopped, getting security fixes."""

    product: str
    """Controlled spelling: ``Debian``, ``Windows``, ``OpenSSL``."""
    release: str
    """``10``, ``Server 2012 R2``."""
    ends: date
    extension_ends: date | None
    """End of paid extended support, if there is any."""
    source: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The dated facts that an assessment may use."""

    as_of: date
    lifecycles: tuple[EndOfSupport, ...]

    def end_of_support(self, product: str, release: str) -> EndOfSupport | None:
        """Look up one release; None if nothing is known of it."""
        for entry in self.lifecycles:
            if entry.product == product and entry.release == release:
                return entry
        return None
