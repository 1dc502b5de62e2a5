"""The statements that read: scans, devices, assessments, answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from sqlalchemy import Connection, Select, Table, func, select

from riskscan.model import (
    Address,
    Answer,
    Assessment,
    Begun,
    Correction,
    Decision,
    Device,
    Entry,
    Evidence,
    Finding,
    Scan,
    ScanState,
    Stretch,
)
from riskscan.store import judgement_mapping as judgement
from riskscan.store import mapping
from riskscan.store import said_mapping as said
from riskscan.store.begun_mapping import begun_from, stretch_from
from riskscan.store.mapping import Row
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


def read_scan_row(connection: Connection, scan_id: str) -> Row | None:
    return connection.execute(select(SCAN).where(SCAN.c.id == scan_id)).mappings().first()


def read_scan_ids(connection: Connection) -> tuple[str, ...]:
    """Return the ids of all scans, newest first."""
    return tuple(connection.execute(_newest_scans()).scalars())


def read_latest_id(connection: Connection, *, complete_only: bool) -> str | None:
    query = _newest_scans()
    if complete_only:
        query = query.where(SCAN.c.state == ScanState.COMPLETE.value)
    return connection.execute(query.limit(1)).scalar()


def _newest_scans() -> Select[Any]:
    return select(SCAN.c.id).order_by(SCAN.c.started_at.desc(), SCAN.c.id.desc())


def read_scan(connection: Connection, row: Row, *, devices: bool) -> Scan:
    notices = connection.execute(
        select(NOTICE).where(NOTICE.c.scan_id == row["id"]).order_by(NOTICE.c.position)
    )
    found = _devices(connection, row["id"]) if devices else ()
    return mapping.scan_from(row, notices.mappings(), found)


def _devices(connection: Connection, scan_id: str) -> Iterator[Device]:
    mine = select(DEVICE.c.id).where(DEVICE.c.scan_id == scan_id)
    services, results, observations = (
        _grouped(connection, select(t).where(t.c.device_id.in_(mine)).order_by(t.c.position))
        for t in (SERVICE, PROBE_RESULT, OBSERVATION)
    )
    spoken = select(EVIDENCE).where(EVIDENCE.c.device_id.in_(mine)).order_by(EVIDENCE.c.id)
    evidence = _grouped(connection, spoken)
    whole = select(DEVICE, IDENTITY).join(IDENTITY).where(DEVICE.c.scan_id == scan_id)
    for row in connection.execute(whole).mappings():
        key = row["id"]
        yield mapping.device_from(
            row, services[key], results[key], observations[key], evidence[key]
        )


def _grouped(
    connection: Connection, query: Select[Any], by: str = "device_id"
) -> defaultdict[int, list[Row]]:
    groups: defaultdict[int, list[Row]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        groups[row[by]].append(row)
    return groups


def read_done(connection: Connection, scan_id: str) -> frozenset[Address]:
    query = select(DEVICE.c.address).where(DEVICE.c.scan_id == scan_id)
    return frozenset(ip_address(text) for text in connection.execute(query).scalars())


def read_begun(connection: Connection, scan_id: str) -> Iterator[Begun]:
    query = select(BEGUN).where(BEGUN.c.scan_id == scan_id)
    return (begun_from(row) for row in connection.execute(query).mappings())


def read_stretches(connection: Connection, scan_id: str) -> tuple[Stretch, ...]:
    query = select(STRETCH).where(STRETCH.c.scan_id == scan_id).order_by(STRETCH.c.id)
    return tuple(stretch_from(row) for row in connection.execute(query).mappings())


def read_assessment(connection: Connection, scan_id: str) -> Assessment | None:
    """Return the newest assessment of a scan."""
    query = (
        select(ASSESSMENT)
        .where(ASSESSMENT.c.scan_id == scan_id)
        .order_by(ASSESSMENT.c.made_at.desc(), ASSESSMENT.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    controls, risks, actions = (
        connection.execute(_parts(table, row["id"])).mappings()
        for table in (CONTROL_RESULT, RISK, ACTION)
    )
    findings = _findings(connection, row["id"])
    return judgement.assessment_from(row, findings, controls, risks, actions)


def _parts(table: Table, assessment_id: int) -> Select[Any]:
    return select(table).where(table.c.assessment_id == assessment_id).order_by(table.c.position)


def _findings(connection: Connection, assessment_id: int) -> Iterator[Finding]:
    query = (
        select(EVIDENCE).where(EVIDENCE.c.assessment_id == assessment_id).order_by(EVIDENCE.c.id)
    )
    evidence = _grouped(connection, query, by="finding_position")
    for row in connection.execute(_parts(FINDING, assessment_id)).mappings():
        yield judgement.finding_from(row, _spoken(evidence[row["position"]]))


def _spoken(rows: list[Row]) -> Iterator[Evidence]:
    return (mapping.evidence_from(row) for row in rows)


def read_corrections(connection: Connection) -> tuple[Correction, ...]:
    """Return every correction ever made, oldest first."""
    rows = connection.execute(select(CORRECTION).order_by(CORRECTION.c.id)).mappings()
    return tuple(mapping.correction_from(row) for row in rows)


def read_answers(connection: Connection, until: datetime | None = None) -> tuple[Answer, ...]:
    """Return the answers written down ``until`` then, by the day they were given.

    Those of one day come in the order in which they came in.
    """
    query = select(ANSWER).order_by(ANSWER.c.said_on, ANSWER.c.id)
    if until is not None:
        query = query.where(ANSWER.c.recorded_at <= until)
    return tuple(said.answer_from(row) for row in connection.execute(query).mappings())


def read_entries(
    connection: Connection, register: str | None = None, until: datetime | None = None
) -> tuple[Entry, ...]:
    """Return the words said about the entries of one register or of all, oldest first."""
    query = select(ENTRY).order_by(ENTRY.c.id)
    if register is not None:
        query = query.where(ENTRY.c.register == register)
    if until is not None:
        query = query.where(ENTRY.c.made_at <= until)
    return tuple(said.entry_from(row) for row in connection.execute(query).mappings())


def read_entry_ids(connection: Connection, register: str) -> tuple[str, ...]:
    """Return the ids that were ever given in a register."""
    query = select(ENTRY.c.entry).where(ENTRY.c.register == register).distinct()
    return tuple(connection.execute(query).scalars())


def read_last_said(connection: Connection) -> datetime | None:
    """Return when anything was last answered, entered in a register, or decided."""
    times = (ANSWER.c.recorded_at, ENTRY.c.made_at, DECISION.c.made_at)
    newest = (connection.execute(select(func.max(column))).scalar() for column in times)
    return max((at for at in newest if at is not None), default=None)


def read_decisions(connection: Connection) -> tuple[Decision, ...]:
    """Return every decision ever made about a finding, oldest first."""
    rows = connection.execute(select(DECISION).order_by(DECISION.c.id)).mappings()
    return tuple(said.decision_from(row) for row in rows)
