"""The first pages: the cover, the manager's summary, and what changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from riskscan.model import (
    Action,
    Assessment,
    Change,
    Check,
    Consent,
    ControlStatus,
    Risk,
    Scan,
)
from riskscan.report.clean import shortened
from riskscan.report.document import ChangeRow, Cover, Fact, LevelCount, Summary, TopRisk
from riskscan.report.words import CHANGE, LEVELS, NAME_CAP, counted, day, listed, moment

TOP = 5
"""How many risks the manager's page names."""

_LINE = 115
"""About what a line of that page holds, in characters: the page must stay one page."""
_STATEMENT = 480
_BRACKETS = re.compile(r" ?\([^()]*\)")

_LIMITS = (
    "It is not a certificate, not a penetration test and not legal advice, and it is out of date "
    "once the network or the practice changes."
)
_WHOLE = (
    "This is a risk analysis in the sense of 45 CFR 164.308(a)(1)(ii)(A): it joins what a scan saw "
    f"of the network with what people of the practice answered. {_LIMITS}"
)
_TECHNICAL = (
    "A scan report describes what could be seen of a network from one place at one time. It "
    "becomes a risk analysis in the sense of 45 CFR 164.308(a)(1)(ii)(A) once people have answered "
    f"for what no scan can see. {_LIMITS}"
)


def cover(
    scan: Scan, assessment: Assessment, knowledge_as_of: date, fingerprint: str = ""
) -> Cover:
    """Say whose report this is, how far it has come, and what made it."""
    status, final = _status(assessment)
    return Cover(
        practice=shortened(scan.site.practice, 2 * NAME_CAP) or "Unnamed practice",
        title="Security risk analysis" if assessment.complete else "Technical scan report",
        status=status,
        final=final,
        scanned_on=scan.started_at.date(),
        scan_id=scan.id,
        facts=(
            Fact("Scanned", moment(scan.started_at)),
            Fact("Assessed", moment(assessment.made_at)),
            Fact("Assessor", shortened(scan.site.assessor, NAME_CAP) or "Not recorded"),
            Fact("Permission to scan", _consent(scan.site.consent)),
            Fact("Scan", scan.id),
            Fact("Made with", f"riskscan {scan.tool_version}".strip()),
            Fact("Content revision", assessment.content_revision),
            Fact("Product facts as of", day(knowledge_as_of)),
            *([Fact("Fingerprint of the analysis", fingerprint)] if fingerprint else []),
        ),
        note=_WHOLE if assessment.complete else _TECHNICAL,
    )


def _status(assessment: Assessment) -> tuple[str, bool]:
    """Say how far it has come: final once each of OCR's nine elements has content."""
    number = sum(c.status is ControlStatus.NOT_ASSESSED for c in assessment.controls)
    if assessment.complete:
        return f"Final, with {counted(number, 'open question')}" if number else "Final", True
    if number:
        verb = "is" if number == 1 else "are"
        return f"Draft: {counted(number, 'question')} {verb} not answered yet", False
    return "Draft: parts of the risk analysis are still missing", False


def _consent(consent: Consent | None) -> str:
    if consent is None or not consent.given_by:
        return "Not recorded"
    who = f"{consent.given_by}, {consent.role}" if consent.role else consent.given_by
    return f"{who}, on {day(consent.on)}" if consent.on else who


def summary(
    scan: Scan, assessment: Assessment, checks: Mapping[str, Check], changes: Sequence[Change]
) -> Summary:
    """Write the page that the practice manager reads."""
    by_level = Counter(risk.level for risk in assessment.risks)
    top = _top(assessment, checks)
    return Summary(
        statement=shortened(assessment.statement, _STATEMENT),
        counts=tuple(LevelCount(level, by_level[level]) for level in LEVELS),
        top=top,
        rest=_rest(assessment, top),
        seen=_seen(assessment),
        changed=_changed(changes),
    )


def _top(assessment: Assessment, checks: Mapping[str, Check]) -> tuple[TopRisk, ...]:
    """Take the worst risks in their order; risks that one action answers stand together.

    What the practice bears is left to the register.
    """
    actions = {action.id: action for action in assessment.actions}
    by_action: dict[str, list[Risk]] = {}
    for risk in (r for r in assessment.risks if r.acceptance is None):
        by_action.setdefault(risk.action or risk.id, []).append(risk)
    leading = list(by_action.values())[:TOP]
    return tuple(
        _top_risk(place, risks, actions.get(risks[0].action), checks)
        for place, risks in enumerate(leading, start=1)
    )


def _top_risk(
    place: int, risks: list[Risk], action: Action | None, checks: Mapping[str, Check]
) -> TopRisk:
    worst = risks[0]
    check = checks.get(worst.check)
    return TopRisk(
        place=place,
        level=worst.level,
        title=shortened(check.title if check else worst.check, NAME_CAP),
        could_happen=_plainly(worst.statement),
        to_do=shortened(action.title, _LINE) if action else "Decide what to do about it.",
        owner=shortened(action.owner, NAME_CAP // 3) if action else "Not decided",
        due=action.due if action else None,
        cost=shortened(action.cost, NAME_CAP // 3) if action else "not known",
        risks=tuple(risk.id for risk in risks),
        action=worst.action,
    )


def _plainly(statement: str) -> str:
    """Leave addresses and names of protocols, which stand in brackets, to the register."""
    return shortened(_BRACKETS.sub("", statement), 2 * _LINE)


def _rest(assessment: Assessment, top: tuple[TopRisk, ...]) -> str:
    if not assessment.risks:
        return "The scan showed no weakness. That is not proof that there is none."
    named = {risk_id for entry in top for risk_id in entry.risks}
    rest = len(assessment.risks) - len(named)
    if not rest:
        return "These are all the risks in the register."
    return f"{counted(rest, 'further risk')} stand{'s' * (rest == 1)} in the risk register."


def _seen(assessment: Assessment) -> str:
    coverage = assessment.coverage
    devices = counted(coverage.devices, "device")
    unknown = coverage.devices - coverage.identified
    text = f"{devices} answered at {counted(coverage.addresses_in_scope, 'address', 'addresses')}"
    if coverage.devices:
        text += f"; {coverage.identified:,} could be identified"
        text += f" and {unknown:,} could not" if unknown else ""
    if coverage.checks_unknown:
        text += (
            f". Of {counted(coverage.checks_run, 'check')} that applied, "
            f"{coverage.checks_unknown:,} gave no answer either way"
        )
    return text + "."


def _changed(changes: Sequence[Change]) -> str:
    if not changes:
        return ""
    kinds = Counter(change.kind for change in changes)
    parts = [f"{CHANGE[kind].lower()}: {kinds[kind]:,}" for kind in CHANGE if kinds[kind]]
    return f"Since the last scan: {listed(parts)}."


def change_rows(changes: Sequence[Change]) -> tuple[ChangeRow, ...]:
    """Arrange the differences by kind, then as given."""
    order = list(CHANGE)
    ranked = sorted(changes, key=lambda change: order.index(change.kind))
    return tuple(
        ChangeRow(CHANGE[c.kind], c.address, shortened(c.detail, 2 * NAME_CAP)) for c in ranked
    )
