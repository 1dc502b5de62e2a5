"""What only the practice can decide, and should today: three decisions for the manager's page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from riskscan.model import Action, Assessment, Check, Level, Registers, Risk, Vendor
from riskscan.report.chapters import Needed
from riskscan.report.clean import shortened
from riskscan.report.words import NAME_CAP, counted, day, listed

MOST = 3
_TITLE = 90
"""Longest title of a risk or an action here, in characters: the page must stay one page."""
_LACKING = ("no agreement on file", "agreement outdated")


def needed(
    assessment: Assessment, registers: Registers, checks: Mapping[str, Check]
) -> tuple[Needed, ...]:
    """Take one decision of each kind first, then the worst risks, until there are three."""
    kinds = [
        list(_agreements(assessment, registers)),
        list(_contradictions(assessment)),
        list(_risks(assessment, checks)),
    ]
    first = [kind.pop(0) for kind in (kinds[2], kinds[0], kinds[1]) if kind]
    return tuple([*first, *kinds[2], *kinds[0], *kinds[1]][:MOST])


def _agreements(assessment: Assessment, registers: Registers) -> Iterator[Needed]:
    """Name all vendors without a valid agreement in one decision; one call settles each."""
    lacking = [v.name for v in assessment.vendors if v.entry and v.status in _LACKING]
    judged = {v.entry for v in assessment.vendors}
    lacking += [
        each.name
        for entry, each in registers.of(Vendor)
        if entry.id not in judged and each.sees_patient_data == "yes" and not each.agreement_on
    ]
    if lacking:
        named = listed([shortened(name, NAME_CAP // 2) for name in lacking[:3]])
        more = f" (and {len(lacking) - 3} more)" if len(lacking) > 3 else ""
        yield Needed(
            "agreement",
            f"Get a signed business associate agreement from {named}{more}, or end the access to "
            "patient data until there is one.",
        )


def _contradictions(assessment: Assessment) -> Iterator[Needed]:
    found = [c for c in assessment.conflicts if c.is_open]
    if found:
        one = len(found) == 1
        yield Needed(
            "contradiction",
            f"Settle {counted(len(found), 'answer')} that {'does' if one else 'do'} not agree with "
            "what was seen: correct the answer, or have the cause put right.",
        )


def _risks(assessment: Assessment, checks: Mapping[str, Check]) -> Iterator[Needed]:
    """Name the worst risk of each action that is high or above and that nobody bears yet."""
    actions = {action.id: action for action in assessment.actions}
    told: set[str] = set()
    for risk in assessment.risks:
        if risk.acceptance or risk.level < Level.HIGH or risk.action in told:
            continue
        told.add(risk.action)
        yield _risk(risk, actions.get(risk.action), checks.get(risk.check))


def _risk(risk: Risk, action: Action | None, check: Check | None) -> Needed:
    title = check.title if check else risk.check
    if action is None:
        return Needed(
            "risk", f"Decide who deals with this: {shortened(title, _TITLE)}.", (risk.id,)
        )
    cost = shortened(action.cost, NAME_CAP // 3)
    return Needed(
        "risk",
        f"Approve this work, by {day(action.due)} at the latest ({cost}), or accept the "
        f"risk in writing: {shortened(action.title, _TITLE)}.",
        (risk.id, action.id),
    )
