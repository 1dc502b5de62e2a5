"""A standard of the rule rolled up from its controls: the worst of them, and counts."""

from __future__ import annotations

from collections.abc import Sequence

from riskscan.model import ControlResult, StandardResult


def standards(controls: Sequence[ControlResult]) -> tuple[StandardResult, ...]:
    """Return each standard with the worst status among its applicable controls."""
    return ()
