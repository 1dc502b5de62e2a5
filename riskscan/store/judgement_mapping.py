"""An assessment as rows, and rows as an assessment: total, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

from riskscan.model import (
    Acceptance,
    Action,
    ActionStatus,
    AddressableDecision,
    Answer,
    Assessment,
    Assurance,
    Confidence,
    Conflict,
    Control,
    ControlEvidence,
    ControlResult,
    ControlStatus,
    Coverage,
    Decision,
    DeviceClass,
    Element,
    Estimate,
    Evidence,
    ExceptionResult,
    Finding,
    Impact,
    Implementation,
    Level,
    OpenQuestion,
    Profile,
    Reached,
    Result,
    Risk,
    ScanPower,
    SetResult,
    StandardResult,
    Threat,
    ThreatResult,
    VendorResult,
)
from riskscan.store.mapping import Row, Values, evidence_values

_ANSWER = TypeAdapter(Answer)
_DECISION = TypeAdapter(Decision)
_EVIDENCE = TypeAdapter(tuple[ControlEvidence, ...])
_RECORD = TypeAdapter(AddressableDecision | None)
_ACCEPTANCE = TypeAdapter(Acceptance | None)
_PROFILE = TypeAdapter(Profile | None)
_ESTIMATE = TypeAdapter(Estimate | None)

_PARTS: Mapping[str, TypeAdapter[Any]] = {
    "elements": TypeAdapter(tuple[Element, ...]),
    "standards": TypeAdapter(tuple[StandardResult, ...]),
    "conflicts": TypeAdapter(tuple[Conflict, ...]),
    "threats": TypeAdapter(tuple[ThreatResult, ...]),
    "exceptions": TypeAdapter(tuple[ExceptionResult, ...]),
    "vendors": TypeAdapter(tuple[VendorResult, ...]),
    "open_questions": TypeAdapter(tuple[OpenQuestion, ...]),
    "sets": TypeAdapter(tuple[SetResult, ...]),
    "reach": TypeAdapter(tuple[Reached, ...]),
}
"""Parts of an assessment that are read as a whole, each a JSON array in a column of its name."""


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
        "rules_revision": assessment.rules_revision,
        **{
            name: part.dump_python(getattr(assessment, name), mode="json")
            for name, part in _PARTS.items()
        },
        "profile": _PROFILE.dump_python(assessment.profile, mode="json"),
        "estimate": _ESTIMATE.dump_python(coverage.estimate, mode="json"),
        "vantages": list(coverage.vantages),
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
            estimate=_ESTIMATE.validate_python(row["estimate"]),
            vantages=tuple(row["vantages"] or ()),
        ),
        rules_revision=row["rules_revision"] or "",
        profile=_PROFILE.validate_python(row["profile"]),
        **{name: part.validate_python(row[name] or ()) for name, part in _PARTS.items()},
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
        "why": control.why,
        "good": control.good,
        "asked_of": control.asked_of,
        "evidence": _EVIDENCE.dump_python(result.evidence, mode="json"),
        "lacking": list(result.lacking),
        "decision": _RECORD.dump_python(result.decision, mode="json"),
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
        evidence=_EVIDENCE.validate_python(row["evidence"]),
        lacking=tuple(row["lacking"]),
        decision=_RECORD.validate_python(row["decision"]),
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
        why=row["why"],
        good=row["good"],
        asked_of=row["asked_of"],
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
        "key": risk.key,
        "zone": risk.zone,
        "assets": risk.assets,
        "because": list(risk.because),
        "asks": list(risk.asks),
        "acceptance": _ACCEPTANCE.dump_python(risk.acceptance, mode="json"),
        "reopened": risk.reopened,
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
        key=row["key"] or "",
        zone=row["zone"] or "",
        assets=row["assets"] or "",
        because=tuple(row["because"] or ()),
        asks=tuple(row["asks"] or ()),
        acceptance=_ACCEPTANCE.validate_python(row["acceptance"]),
        reopened=row["reopened"] or "",
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
        "key": action.key,
        "status": action.status.value,
        "note": action.note,
        "verified_by": action.verified_by,
        "entry": action.entry,
        "interim": action.interim,
        "vendor": action.vendor,
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
        key=row["key"],
        status=ActionStatus(row["status"]),
        note=row["note"],
        verified_by=row["verified_by"],
        entry=row["entry"],
        interim=row["interim"],
        vendor=row["vendor"],
    )
