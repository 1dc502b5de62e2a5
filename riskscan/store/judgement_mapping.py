"""An assessment and its answers as rows, and rows as an assessment: total, both ways."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import TypeAdapter

from riskscan.model import (
    Action,
    Answer,
    AnswerValue,
    Assessment,
    Assurance,
    Confidence,
    Control,
    ControlResult,
    ControlStatus,
    Coverage,
    Decision,
    DeviceClass,
    Disposition,
    Evidence,
    Finding,
    Impact,
    Implementation,
    Level,
    Result,
    Risk,
    ScanPower,
    Threat,
)
from riskscan.store.mapping import Row, Values, evidence_values

_ANSWER = TypeAdapter(Answer)
_DECISION = TypeAdapter(Decision)


def assessment_values(assessment: Assessment) -> Values:
    coverage = assessment.coverage
    return {
        "scan_id": assessment.scan_id,
        "made_at": assessment.made_at,
        "checklist_id": assessment.checklist_id,
        "checklist_revision": assessment.checklist_revision,
        "content_revision": assessment.content_revision,
        "complete": int(assessment.complete),
        "statement": assessment.statement,
        "addresses_in_scope": coverage.addresses_in_scope,
        "devices": coverage.devices,
        "identified": coverage.identified,
        "fragile": coverage.fragile,
        "checks_run": coverage.checks_run,
        "checks_unknown": coverage.checks_unknown,
        "limits": list(coverage.limits),
    }


def assessment_from(
    row: Row,
    findings: Iterable[Finding],
    controls: Iterable[Row],
    risks: Iterable[Row],
    actions: Iterable[Row],
) -> Assessment:
    return Assessment(
        scan_id=row["scan_id"],
        made_at=row["made_at"],
        checklist_id=row["checklist_id"],
        checklist_revision=row["checklist_revision"],
        content_revision=row["content_revision"],
        complete=bool(row["complete"]),
        statement=row["statement"],
        findings=tuple(findings),
        controls=tuple(_control_result_from(c) for c in controls),
        risks=tuple(_risk_from(r) for r in risks),
        actions=tuple(_action_from(a) for a in actions),
        coverage=Coverage(
            addresses_in_scope=row["addresses_in_scope"],
            devices=row["devices"],
            identified=row["identified"],
            fragile=row["fragile"],
            checks_run=row["checks_run"],
            checks_unknown=row["checks_unknown"],
            limits=tuple(row["limits"]),
        ),
    )


def finding_values(assessment_id: int, position: int, finding: Finding) -> Values:
    return {
        "assessment_id": assessment_id,
        "position": position,
        "id": finding.id,
        "check_id": finding.check,
        "address": finding.address,
        "device_key": finding.device_key,
        "result": finding.result.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "summary": finding.summary,
        "decision": finding.decision and _DECISION.dump_python(finding.decision, mode="json"),
        "reopened": finding.reopened,
    }


def finding_evidence_values(assessment_id: int, position: int, finding: Finding) -> list[Values]:
    owner = {"device_id": None, "assessment_id": assessment_id, "finding_position": position}
    return [{**owner, **evidence_values(e)} for e in finding.evidence]


def finding_from(row: Row, evidence: Iterable[Evidence]) -> Finding:
    decision = row["decision"]
    return Finding(
        id=row["id"],
        check=row["check_id"],
        address=row["address"],
        device_key=row["device_key"],
        result=Result(row["result"]),
        severity=Level(row["severity"]),
        confidence=Confidence(row["confidence"]),
        summary=row["summary"],
        evidence=tuple(evidence),
        decision=None if decision is None else _DECISION.validate_python(decision),
        reopened=row["reopened"],
    )


def control_result_values(assessment_id: int, position: int, result: ControlResult) -> Values:
    control, answer = result.control, result.answer
    return {
        "assessment_id": assessment_id,
        "position": position,
        "control": control.id,
        "citation": control.citation,
        "title": control.title,
        "safeguard": control.safeguard,
        "standard": control.standard,
        "standard_citation": control.standard_citation,
        "implementation": control.implementation.value,
        "scan_power": control.scan_power.value,
        "scan_says": control.scan_says,
        "question": control.question,
        "document": control.document,
        "checks": list(control.checks),
        "default_not_applicable": control.default_not_applicable,
        "status": result.status.value,
        "assurance": result.assurance.value,
        "reason": result.reason,
        "findings": list(result.findings),
        "answer": answer and _ANSWER.dump_python(answer, mode="json"),
    }


def _control_result_from(row: Row) -> ControlResult:
    answer = row["answer"]
    return ControlResult(
        control=_control_from(row),
        status=ControlStatus(row["status"]),
        assurance=Assurance(row["assurance"]),
        reason=row["reason"],
        findings=tuple(row["findings"]),
        answer=None if answer is None else _ANSWER.validate_python(answer),
    )


def _control_from(row: Row) -> Control:
    return Control(
        id=row["control"],
        citation=row["citation"],
        title=row["title"],
        safeguard=row["safeguard"],
        standard=row["standard"],
        standard_citation=row["standard_citation"],
        implementation=Implementation(row["implementation"]),
        scan_power=ScanPower(row["scan_power"]),
        scan_says=row["scan_says"],
        question=row["question"],
        document=row["document"],
        checks=tuple(row["checks"]),
        default_not_applicable=row["default_not_applicable"],
    )


def risk_values(assessment_id: int, position: int, risk: Risk) -> Values:
    return {
        "assessment_id": assessment_id,
        "position": position,
        "id": risk.id,
        "threat": risk.threat.id,
        "threat_title": risk.threat.title,
        "threat_phrase": risk.threat.phrase,
        "threat_initiation": risk.threat.initiation.value,
        "threat_basis": risk.threat.basis,
        "check_id": risk.check,
        "device_class": risk.device_class and risk.device_class.value,
        "members": list(risk.members),
        "severity": risk.severity.value,
        "exposure": risk.exposure,
        "controls": risk.controls,
        "initiation": risk.initiation.value,
        "adverse": risk.adverse.value,
        "likelihood": risk.likelihood.value,
        "confidentiality": risk.impact.confidentiality.value,
        "integrity": risk.impact.integrity.value,
        "availability": risk.impact.availability.value,
        "level": risk.level.value,
        "best": risk.best.value,
        "worst": risk.worst.value,
        "statement": risk.statement,
        "findings": list(risk.findings),
        "action": risk.action,
    }


def _risk_from(row: Row) -> Risk:
    group = row["device_class"]
    return Risk(
        id=row["id"],
        threat=_threat_from(row),
        check=row["check_id"],
        device_class=None if group is None else DeviceClass(group),
        members=tuple(row["members"]),
        severity=Level(row["severity"]),
        exposure=row["exposure"],
        controls=row["controls"],
        initiation=Level(row["initiation"]),
        adverse=Level(row["adverse"]),
        likelihood=Level(row["likelihood"]),
        impact=Impact(
            Level(row["confidentiality"]), Level(row["integrity"]), Level(row["availability"])
        ),
        level=Level(row["level"]),
        best=Level(row["best"]),
        worst=Level(row["worst"]),
        statement=row["statement"],
        findings=tuple(row["findings"]),
        action=row["action"],
    )


def _threat_from(row: Row) -> Threat:
    return Threat(
        id=row["threat"],
        title=row["threat_title"],
        phrase=row["threat_phrase"],
        initiation=Level(row["threat_initiation"]),
        basis=row["threat_basis"],
    )


def action_values(assessment_id: int, position: int, action: Action) -> Values:
    return {
        "assessment_id": assessment_id,
        "position": position,
        "id": action.id,
        "title": action.title,
        "how": action.how,
        "owner": action.owner,
        "due": action.due,
        "cost": action.cost,
        "level": action.level.value,
        "risks": list(action.risks),
        "findings": list(action.findings),
        "criterion": action.criterion,
    }


def _action_from(row: Row) -> Action:
    return Action(
        id=row["id"],
        title=row["title"],
        how=row["how"],
        owner=row["owner"],
        due=row["due"],
        cost=row["cost"],
        level=Level(row["level"]),
        risks=tuple(row["risks"]),
        findings=tuple(row["findings"]),
        criterion=row["criterion"],
    )


def answer_values(answer: Answer) -> Values:
    return {
        "control": answer.question,
        "value": answer.value.value,
        "person": answer.person,
        "said_on": answer.on,
        "note": answer.note,
        "document": answer.document,
    }


def answer_from(row: Row) -> Answer:
    return Answer(
        question=row["control"],
        value=AnswerValue(row["value"]),
        person=row["person"],
        on=row["said_on"],
        note=row["note"],
        document=row["document"],
    )


def decision_values(decision: Decision) -> Values:
    return {
        "finding": decision.finding,
        "evidence_hash": decision.evidence_hash,
        "disposition": decision.disposition.value,
        "person": decision.person,
        "made_at": decision.made_at,
        "reason": decision.reason,
        "until": decision.until,
        "control": decision.control,
    }


def decision_from(row: Row) -> Decision:
    return Decision(
        finding=row["finding"],
        evidence_hash=row["evidence_hash"],
        disposition=Disposition(row["disposition"]),
        person=row["person"],
        made_at=row["made_at"],
        reason=row["reason"],
        until=row["until"],
        control=row["control"],
    )
