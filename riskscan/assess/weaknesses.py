"""All that a risk can be about: what checks find, and what answers leave open, by one table."""

from __future__ import annotations

from collections.abc import Mapping

from riskscan.assess.checks import CHECKS
from riskscan.assess.gaps import gaps
from riskscan.assess.judgement import Judgement
from riskscan.model import Check

WEAKNESSES: Mapping[str, Judgement] = {
    **CHECKS,
    **{id: gap.judgement for id, gap in gaps().items()},
}
"""By id of the check or gap; a gap has no function that judges."""

CHECK_TEXTS: Mapping[str, Check] = {id: each.check for id, each in WEAKNESSES.items()}
"""The words of each."""
