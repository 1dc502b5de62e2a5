"""The tables of an assessment, and of what people said: answers, registers, decisions.

Ids in lists, such as the findings behind a risk, are JSON arrays::

    SELECT risk.id, finding.summary FROM risk, json_each(risk.findings) AS each
      JOIN finding ON finding.assessment_id = risk.assessment_id AND finding.id = each.value;
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from riskscan.model import (
    ActionStatus,
    AnswerValue,
    Assurance,
    Confidence,
    ControlStatus,
    DeviceClass,
    Disposition,
    Implementation,
    Level,
    Result,
    ScanPower,
)
from riskscan.store.columns import (
    STRICT,
    Words,
    between,
    day,
    moment,
    nested,
    one_of,
    part_of,
    words,
)


class AssessmentRow(SQLModel, table=True):
    """The meaning of one scan under one revision of the rules; a scan may have several."""

    __tablename__: ClassVar[Any] = "assessment"
    __table_args__ = (between("complete", 0, 1), Index("assessment_scan", "scan_id"), STRICT)

    id: int | None = Field(default=None, primary_key=True)
    scan_id: str = part_of("scan.id", sa_type=Words)
    made_at: datetime = moment()
    checklist_id: str = words()
    checklist_revision: str = words()
    content_revision: str = words()
    complete: int
    statement: str = words()
    addresses_in_scope: int
    devices: int
    identified: int
    fragile: int
    checks_run: int
    checks_unknown: int
    limits: Any = nested()
    rules_revision: str | None = words()
    elements: Any | None = nested()
    standards: Any | None = nested()
    conflicts: Any | None = nested()
    threats: Any | None = nested()
    exceptions: Any | None = nested()
    vendors: Any | None = nested()
    open_questions: Any | None = nested()
    profile: Any | None = nested()
    sets: Any | None = nested()
    reach: Any | None = nested()
    estimate: Any | None = nested()
    vantages: Any | None = nested()


class FindingRow(SQLModel, table=True):
    """The result of one check on one device."""

    __tablename__: ClassVar[Any] = "finding"
    __table_args__ = (
        one_of("result", Result),
        one_of("severity", Level),
        one_of("confidence", Confidence),
        Index("finding_id", "id"),
        STRICT,
    )

    assessment_id: int = part_of("assessment.id", primary_key=True)
    position: int = Field(primary_key=True)
    id: str = words()
    check_id: str = words()
    address: str | None = words()
    device_key: str | None = words()
    result: str = words()
    severity: str = words()
    confidence: str = words()
    summary: str = words()
    decision: Any = nested(nullable=True)
    reopened: str | None = words()


class ControlResultRow(SQLModel, table=True):
    """The status of one control, with the control as its checklist worded it then."""

    __tablename__: ClassVar[Any] = "control_result"
    __table_args__ = (
        one_of("implementation", Implementation),
        one_of("scan_power", ScanPower),
        one_of("status", ControlStatus),
        one_of("assurance", Assurance),
        STRICT,
    )

    assessment_id: int = part_of("assessment.id", primary_key=True)
    position: int = Field(primary_key=True)
    control: str = words()
    citation: str = words()
    title: str = words()
    safeguard: str = words()
    standard: str = words()
    standard_citation: str = words()
    implementation: str = words()
    scan_power: str = words()
    scan_says: str = words()
    question: str = words()
    document: str = words()
    checks: Any = nested()
    default_not_applicable: str = words()
    status: str = words()
    assurance: str = words()
    reason: str = words()
    findings: Any = nested()
    answer: Any = nested(nullable=True)
    why: str = words()
    good: str = words()
    asked_of: str = words()
    evidence: Any = nested()
    lacking: Any = nested()
    decision: Any = nested(nullable=True)


class RiskRow(SQLModel, table=True):
    """One scenario of the risk register."""

    __tablename__: ClassVar[Any] = "risk"
    __table_args__ = (
        one_of("threat_initiation", Level),
        one_of("device_class", DeviceClass),
        one_of("severity", Level),
        between("exposure", -1, 1),
        one_of("initiation", Level),
        one_of("adverse", Level),
        one_of("likelihood", Level),
        one_of("confidentiality", Level),
        one_of("integrity", Level),
        one_of("availability", Level),
        one_of("level", Level),
        one_of("best", Level),
        one_of("worst", Level),
        STRICT,
    )

    assessment_id: int = part_of("assessment.id", primary_key=True)
    position: int = Field(primary_key=True)
    id: str = words()
    threat: str = words()
    threat_title: str = words()
    threat_phrase: str = words()
    threat_initiation: str = words()
    threat_basis: str = words()
    check_id: str = words()
    device_class: str | None = words()
    members: Any = nested()
    severity: str = words()
    exposure: int
    controls: int
    initiation: str = words()
    adverse: str = words()
    likelihood: str = words()
    confidentiality: str = words()
    integrity: str = words()
    availability: str = words()
    level: str = words()
    best: str = words()
    worst: str = words()
    statement: str = words()
    findings: Any = nested()
    action: str = words()
    key: str | None = words()
    zone: str | None = words()
    assets: str | None = words()
    because: Any | None = nested()
    asks: Any | None = nested()
    acceptance: Any | None = nested()
    reopened: str | None = words()


class ActionRow(SQLModel, table=True):
    """Something to do: a line of the risk management plan."""

    __tablename__: ClassVar[Any] = "action"
    __table_args__ = (one_of("level", Level), one_of("status", ActionStatus), STRICT)

    assessment_id: int = part_of("assessment.id", primary_key=True)
    position: int = Field(primary_key=True)
    id: str = words()
    title: str = words()
    how: str = words()
    owner: str = words()
    due: date = day()
    cost: str = words()
    level: str = words()
    risks: Any = nested()
    findings: Any = nested()
    criterion: str = words()
    key: str = words()
    status: str = words()
    note: str = words()
    verified_by: str = words()
    entry: str = words()
    interim: str = words()
    vendor: str = words()


class AnswerRow(SQLModel, table=True):
    """What a named person said to one question. Never changed: a later word is another row."""

    __tablename__: ClassVar[Any] = "answer"
    __table_args__ = (one_of("value", AnswerValue), Index("answer_question", "question"), STRICT)

    id: int | None = Field(default=None, primary_key=True)
    question: str = words()
    value: str = words()
    person: str = words()
    said_on: date = day()
    note: str = words()
    document: str = words()
    role: str = words()
    document_on: date | None = day()
    approver: str = words()
    choice: str = words()
    recorded_at: datetime = moment()


class EntryRow(SQLModel, table=True):
    """One word about one entry of a register. Never changed: a later word is another row."""

    __tablename__: ClassVar[Any] = "entry"
    __table_args__ = (between("removed", 0, 1), Index("entry_of", "register", "entry"), STRICT)

    id: int | None = Field(default=None, primary_key=True)
    # pydantic has a method of this name
    register_: str = words(sa_column_kwargs={"name": "register"})
    entry: str = words()
    content: Any = nested()
    person: str = words()
    made_at: datetime = moment()
    reason: str = words()
    removed: int


class DecisionRow(SQLModel, table=True):
    """What a named person decided about a finding. Never changed: a later word is another row."""

    __tablename__: ClassVar[Any] = "decision"
    __table_args__ = (
        one_of("disposition", Disposition),
        Index("decision_finding", "finding"),
        STRICT,
    )

    id: int | None = Field(default=None, primary_key=True)
    finding: str = words()
    evidence_hash: str = words()
    disposition: str = words()
    person: str = words()
    made_at: datetime = moment()
    reason: str = words()
    until: date | None = day()
    control: str = words()
