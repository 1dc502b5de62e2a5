"""A standard of the rule rolled up from its controls: the worst of them, and counts.

The worst first: not met, not assessed, partial, met by an alternative, not reasonable, met. What
nobody has looked at may be as bad as anything short of a plain no, so it comes before partial.
A control that does not apply is counted and decides nothing, unless none of them applies.
Nothing is averaged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from riskscan.model import ControlResult, ControlStatus, StandardResult

WORST_FIRST = (
    ControlStatus.NOT_MET,
    ControlStatus.NOT_ASSESSED,
    ControlStatus.PARTIAL,
    ControlStatus.NOT_REASONABLE,
    ControlStatus.MET_ALTERNATIVE,
    ControlStatus.MET,
    ControlStatus.NOT_APPLICABLE,
)


def standards(controls: Sequence[ControlResult]) -> tuple[StandardResult, ...]:
    """Return each standard with the worst status among its applicable controls, in their order."""
    by_standard: dict[str, list[ControlResult]] = {}
    for result in controls:
        by_standard.setdefault(result.control.standard_citation, []).append(result)
    return tuple(_rolled(citation, members) for citation, members in by_standard.items())


def worst(statuses: Sequence[ControlStatus]) -> ControlStatus:
    """Return the worst of some statuses; of none, not applicable."""
    return min(statuses, key=WORST_FIRST.index, default=ControlStatus.NOT_APPLICABLE)


def _rolled(citation: str, members: Sequence[ControlResult]) -> StandardResult:
    counted = Counter(m.status for m in members)
    return StandardResult(
        citation=citation,
        title=members[0].control.standard,
        status=worst(list(counted)),
        counts={status.value: counted[status] for status in WORST_FIRST if counted[status]},
    )
