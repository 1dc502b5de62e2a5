"""The statements that write: one device, one assessment, some answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from riskscan.model import (
    Address,
    Answer,
    Assessment,
    Begun,
    Correction,
    Decision,
    Device,
    Entry,
    Scan,
    ScanState,
    Stretch,
)
from riskscan.store import judgement_mapping as judgement
from riskscan.store import mapping
from riskscan.store import said_mapping as said
from riskscan.store.begun_mapping import begun_values, stretch_values
from riskscan.store.tables import (
    ACTION,
    ANSWER,
    ASSESSMENT,
    BEGUN,
    CONTROL_RESULT,
    CORRECTION,
    DECISION,
    DEVICE,
    ENTRY,
    EVIDENCE,
    FINDING,
    IDENTITY,
    NOTICE,
    OBSERVATION,
    PROBE_RESULT,
    RISK,
    SCAN,
    SERVICE,
    STRETCH,
)


def add_scan(connection: Connection, scan: Scan) -> None:
    connection.execute(insert(SCAN), mapping.scan_values(scan))
    _add_notices(connection, scan)


def resume_scan(connection: Connection, scan: Scan) -> None:
    """Let a scan go on under what it is now run with; it keeps the time it first began."""
    values = mapping.scan_values(scan) | {"state": ScanState.RUNNING.value, "ended_at": None}
    del values["started_at"]
    connection.execute(update(SCAN).where(SCAN.c.id == scan.id), values)
    replace_notices(connection, scan)


def finish_scan(connection: Connection, scan: Scan) -> None:
    ending = {"state": scan.state.value, "ended_at": scan.ended_at}
    connection.execute(update(SCAN).where(SCAN.c.id == scan.id), ending)
    replace_notices(connection, scan)


def replace_notices(connection: Connection, scan: Scan) -> None:
    connection.execute(delete(NOTICE).where(NOTICE.c.scan_id == scan.id))
    _add_notices(connection, scan)


def _add_notices(connection: Connection, scan: Scan) -> None:
    _insert(connection, NOTICE, mapping.notice_values(scan))


def replace_device(
    connection: Connection, scan_id: str, device: Device, rules_revision: str
) -> None:
    """Write a device with all that hangs on it; what the scan knew of that address goes."""
    address = str(device.address)
    old = delete(DEVICE).where(DEVICE.c.scan_id == scan_id, DEVICE.c.address == address)
    connection.execute(old)
    device_id = _insert_one(connection, DEVICE, mapping.device_values(scan_id, device.host))
    host, identity = device.host, device.identity
    _insert(connection, SERVICE, mapping.service_values(device_id, host))
    _insert(connection, PROBE_RESULT, mapping.probe_result_values(device_id, host))
    _insert(connection, OBSERVATION, mapping.observation_values(device_id, host))
    _insert(connection, IDENTITY, [mapping.identity_values(device_id, identity, rules_revision)])
    _insert(connection, EVIDENCE, mapping.identity_evidence_values(device_id, identity))


def replace_begun(connection: Connection, scan_id: str, begun: Sequence[Begun]) -> None:
    """Write how far some devices are, in place of how far they were."""
    rows = [begun_values(scan_id, each) for each in begun]
    if rows:
        connection.execute(insert(BEGUN).prefix_with("OR REPLACE"), rows)


def mark_swept(connection: Connection, scan_id: str, at: datetime) -> None:
    connection.execute(update(SCAN).where(SCAN.c.id == scan_id), {"swept_at": at})
    drop_stretches(connection, scan_id)


def add_stretches(connection: Connection, scan_id: str, stretches: Sequence[Stretch]) -> None:
    """Write what a sweep asked and heard since what was written of it before."""
    _insert(connection, STRETCH, [stretch_values(scan_id, each) for each in stretches])


def drop_stretches(connection: Connection, scan_id: str) -> None:
    """Forget how far a sweep is."""
    connection.execute(delete(STRETCH).where(STRETCH.c.scan_id == scan_id))


def drop_begun(connection: Connection, scan_id: str, address: Address | None = None) -> None:
    """Forget how far a device is, or all of a scan."""
    gone = delete(BEGUN).where(BEGUN.c.scan_id == scan_id)
    if address is not None:
        gone = gone.where(BEGUN.c.address == str(address))
    connection.execute(gone)


def replace_identity(
    connection: Connection, scan_id: str, device: Device, rules_revision: str
) -> None:
    """Write what a device is taken for in place of what it was taken for."""
    address = str(device.address)
    query = select(DEVICE.c.id).where(DEVICE.c.scan_id == scan_id, DEVICE.c.address == address)
    device_id = connection.execute(query).scalar_one()
    connection.execute(delete(IDENTITY).where(IDENTITY.c.device_id == device_id))
    identity = device.identity
    _insert(connection, IDENTITY, [mapping.identity_values(device_id, identity, rules_revision)])
    _insert(connection, EVIDENCE, mapping.identity_evidence_values(device_id, identity))


def mark_rules(
    connection: Connection, scan_id: str, rules_revision: str, at: datetime | None
) -> None:
    marked: mapping.Values = {"rules_revision": rules_revision}
    if at is not None:
        marked["identified_at"] = at
    connection.execute(update(SCAN).where(SCAN.c.id == scan_id), marked)


def add_correction(connection: Connection, correction: Correction) -> None:
    _insert(connection, CORRECTION, [mapping.correction_values(correction)])


def add_assessment(connection: Connection, assessment: Assessment) -> None:
    owner = _insert_one(connection, ASSESSMENT, judgement.assessment_values(assessment))
    findings = list(enumerate(assessment.findings))
    evidence = [v for i, f in findings for v in judgement.finding_evidence_values(owner, i, f)]
    _insert(connection, FINDING, [judgement.finding_values(owner, i, f) for i, f in findings])
    _insert(connection, EVIDENCE, evidence)
    results = enumerate(assessment.controls)
    _insert(
        connection,
        CONTROL_RESULT,
        [judgement.control_result_values(owner, i, result) for i, result in results],
    )
    risks = enumerate(assessment.risks)
    _insert(connection, RISK, [judgement.risk_values(owner, i, risk) for i, risk in risks])
    actions = enumerate(assessment.actions)
    _insert(connection, ACTION, [judgement.action_values(owner, i, act) for i, act in actions])


def add_answer(connection: Connection, answer: Answer, at: datetime) -> None:
    _insert(connection, ANSWER, [said.answer_values(answer, at)])


def add_entry(connection: Connection, entry: Entry) -> None:
    _insert(connection, ENTRY, [said.entry_values(entry)])


def add_decision(connection: Connection, decision: Decision) -> None:
    _insert(connection, DECISION, [said.decision_values(decision)])


def _insert(connection: Connection, table: Table, rows: Sequence[mapping.Values]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _insert_one(connection: Connection, table: Table, row: mapping.Values) -> int:
    key: Any = connection.execute(insert(table), row).inserted_primary_key
    return int(key[0])
