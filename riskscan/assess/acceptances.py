"""Risks that the practice bears: by whom, why, until when, and when that ends early."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from riskscan.model import Registers, Risk


def accept(risks: Sequence[Risk], registers: Registers, today: date) -> tuple[Risk, ...]:
    """Mark each risk with the acceptance that holds, or with why an earlier one does not."""
    return tuple(risks)
