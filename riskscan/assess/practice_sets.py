"""Practice sets beside the rule: loaded from TOML, judged by the controls they rest on."""

from __future__ import annotations

from collections.abc import Sequence

from riskscan.model import ControlResult, Finding, Profile, SetResult


def judge_sets(
    profile: Profile, controls: Sequence[ControlResult], findings: Sequence[Finding]
) -> tuple[SetResult, ...]:
    """Return how far the practice is in each set; none of it changes a control's status."""
    return ()
