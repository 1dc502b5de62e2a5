"""Vendors and their business associate agreements, the register held against what was seen."""

from __future__ import annotations

from datetime import date

from riskscan.model import Knowledge, Registers, Scan, VendorResult


def agreements(
    registers: Registers, scan: Scan, knowledge: Knowledge, today: date
) -> tuple[VendorResult, ...]:
    """Return each vendor of the register, then those that were only seen on the network."""
    return ()
