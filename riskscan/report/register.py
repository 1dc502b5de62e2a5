"""The risk register and the plan of action, as rows."""

from __future__ import annotations

from collections.abc import Mapping

from riskscan.model import Action, Assessment, Check, Risk
from riskscan.report.document import ActionRow, RiskRow


def register(assessment: Assessment, checks: Mapping[str, Check]) -> tuple[RiskRow, ...]:
    """Arrange the risks in their rank."""
    return tuple(_risk(risk, checks.get(risk.check)) for risk in assessment.risks)


def _risk(risk: Risk, check: Check | None) -> RiskRow:
    return RiskRow(
        id=risk.id,
        level=risk.level,
        best=risk.best,
        worst=risk.worst,
        statement=risk.statement,
        threat=risk.threat.title,
        weakness=check.title if check else risk.check,
        group=risk.device_class.label if risk.device_class else "Whole network",
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
    )


def plan(assessment: Assessment) -> tuple[ActionRow, ...]:
    """Arrange the actions as given: they are already in the order of work."""
    return tuple(_action(action) for action in assessment.actions)


def _action(action: Action) -> ActionRow:
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
    )
