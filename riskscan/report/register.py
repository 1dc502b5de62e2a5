"""The risk register and the plan of action, as rows."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from riskscan.model import Action, Assessment, Check, ControlStatus, Risk, SetStatus
from riskscan.report.clean import shortened
from riskscan.report.document import ActionRow, RiskRow
from riskscan.report.words import NAME_CAP, day

_GAP = (ControlStatus.NOT_MET, ControlStatus.PARTIAL, ControlStatus.NOT_ASSESSED)
_SHORT = {"hicp-2023": "HICP", "hph-cpg": "CPG", "zero-trust": "readiness map"}


def register(assessment: Assessment, checks: Mapping[str, Check]) -> tuple[RiskRow, ...]:
    """Arrange the risks in their rank; each asks only what nobody has answered yet."""
    still_open = {asked.question for asked in assessment.open_questions}
    return tuple(_risk(risk, checks.get(risk.check), still_open) for risk in assessment.risks)


def _risk(risk: Risk, check: Check | None, still_open: Set[str]) -> RiskRow:
    return RiskRow(
        id=risk.id,
        level=risk.level,
        best=risk.best,
        worst=risk.worst,
        statement=risk.statement,
        threat=risk.threat.title,
        weakness=check.title if check else risk.check,
        group=_group(risk),
        devices=risk.members,
        initiation=risk.initiation,
        adverse=risk.adverse,
        likelihood=risk.likelihood,
        severity=risk.severity,
        exposure=risk.exposure,
        controls=risk.controls,
        confidentiality=risk.impact.confidentiality,
        integrity=risk.impact.integrity,
        availability=risk.impact.availability,
        impact=risk.impact.level,
        action=risk.action,
        findings=risk.findings,
        key=risk.key,
        from_answers=risk.check.startswith("gap."),
        because=risk.because,
        asks=tuple(id for id in risk.asks if id in still_open),
        acceptance=_borne(risk),
    )


def _group(risk: Risk) -> str:
    """Name the class of the group; what rests on answers is about the practice, not a network."""
    if risk.device_class:
        return risk.device_class.label
    return "Whole practice" if risk.check.startswith("gap.") else "Whole network"


def _borne(risk: Risk) -> str:
    """Say who bears the risk and until when, or why nobody does any more."""
    accepted = risk.acceptance
    if accepted is None:
        return risk.reopened
    until = f" until {day(accepted.until)}" if accepted.until else ""
    return shortened(f"Accepted by {accepted.approver}{until}: {accepted.reason}", 4 * NAME_CAP)


def plan(assessment: Assessment, checks: Mapping[str, Check]) -> tuple[ActionRow, ...]:
    """Arrange the actions as given: they are already in the order of work."""
    sources = Sources.of(assessment, checks)
    return tuple(_action(action, sources) for action in assessment.actions)


@dataclass(frozen=True, slots=True)
class Sources:
    """Who asks for what: gaps in the rule, and voluntary practices, by check."""

    rule: Mapping[str, tuple[str, ...]]
    """Check to the paragraphs it speaks to that are not met, or only in part."""
    advice: Mapping[str, tuple[str, ...]]
    """Check to the practices that name it: ``HICP 2.S.A``."""
    found: Mapping[str, str]
    """Finding to its check."""

    @classmethod
    def of(cls, assessment: Assessment, checks: Mapping[str, Check]) -> Sources:
        """Collect them from an assessment."""
        gaps = {c.control.id: c.control.citation for c in assessment.controls if c.status in _GAP}
        rule = {
            check.id: tuple(gaps[c.control] for c in check.citations if c.control in gaps)
            for check in checks.values()
        }
        advice: dict[str, tuple[str, ...]] = {}
        for each in assessment.sets:
            for result in each.results if each.status is SetStatus.VOLUNTARY else ():
                for check in result.practice.checks:
                    name = f"{_SHORT.get(each.id, each.id)} {result.practice.id}"
                    advice[check] = (*advice.get(check, ()), name)
        return cls(rule, advice, {f.id: f.check for f in assessment.findings})

    def behind(self, action: Action) -> tuple[bool, str]:
        """Say whether the rule asks for an action, and who does."""
        subject = action.key.partition("/")[0]
        if subject == "questions":
            return True, "164.308(a)(1)(ii)(A)"
        checks = list(dict.fromkeys([subject, *(self.found.get(f, "") for f in action.findings)]))
        cited = dict.fromkeys(c for check in checks for c in self.rule.get(check, ()))
        if cited:
            return True, ", ".join(list(cited)[:3])
        if subject.startswith("own."):
            return False, "the practice"
        named = dict.fromkeys(c for check in checks for c in self.advice.get(check, ()))
        return False, ", ".join(list(named)[:3]) or "riskscan"


def _action(action: Action, sources: Sources) -> ActionRow:
    by_rule, source = sources.behind(action)
    return ActionRow(
        id=action.id,
        level=action.level,
        title=action.title,
        how=action.how,
        owner=action.owner,
        due=action.due,
        cost=action.cost,
        criterion=action.criterion,
        risks=action.risks,
        findings=action.findings,
        key=action.key,
        by_rule=by_rule,
        source=source,
        status=action.status.value,
        verified_by=action.verified_by,
        interim=shortened(action.interim, 4 * NAME_CAP),
        vendor=shortened(action.vendor, NAME_CAP),
        note=shortened(action.note, 4 * NAME_CAP),
    )
