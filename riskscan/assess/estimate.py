"""How many devices there may be in all, from the scan and the practice's own list."""

from __future__ import annotations

from riskscan.model import Estimate, Registers, Scan


def estimate(scan: Scan, registers: Registers) -> Estimate | None:
    """Return Chapman's estimate; None with fewer than 7 devices on both lists."""
    return None
