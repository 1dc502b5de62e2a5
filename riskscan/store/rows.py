"""The tables of a scan: what was seen, and what it was taken for.

These classes are private to the store: they declare columns, and only their tables are used. A
row is not validated and dies with its session, so what leaves the store is a noun of
:mod:`riskscan.model`. ``position`` keeps the order of a tuple.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from riskscan.model import (
    Confidence,
    DeviceClass,
    Outcome,
    Policy,
    PortState,
    PracticeSize,
    ScanState,
)
from riskscan.store.columns import (
    STRICT,
    Words,
    a_port,
    between,
    capped,
    day,
    moment,
    nested,
    one_of,
    part_of,
    words,
)


class ScanRow(SQLModel, table=True):
    """One look at a practice's network, with the site as it was described that day."""

    __tablename__: ClassVar[Any] = "scan"
    __table_args__ = (one_of("size", PracticeSize), one_of("state", ScanState), STRICT)

    id: str = words(primary_key=True)
    practice: str = words()
    size: str = words()
    scope: Any = nested()
    consent_given_by: str | None = words()
    consent_on: date | None = day()
    consent_role: str | None = words()
    consent_patient_connected: str | None = words()
    place: str = words()
    gentle: Any = nested()
    assessor: str = words()
    started_at: datetime = moment()
    ended_at: datetime | None = moment()
    state: str = words()
    profile: str = words()
    vantage: Any = nested()
    tool_version: str = words()
    nmap_version: str = words()
    rules_revision: str = words()
    rescan_of: str | None = words()
    swept_at: datetime | None = moment()
    allow_anonymous: Any | None = nested()
    zone: str | None = words()
    identified_at: datetime | None = moment()


class NoticeRow(SQLModel, table=True):
    """Something the technician should know of a scan."""

    __tablename__: ClassVar[Any] = "notice"
    __table_args__ = (STRICT,)

    scan_id: str = part_of("scan.id", sa_type=Words, primary_key=True)
    position: int = Field(primary_key=True)
    code: str = words()
    text: str = words()


class DeviceRow(SQLModel, table=True):
    """One address that answered in one scan."""

    __tablename__: ClassVar[Any] = "device"
    __table_args__ = (
        UniqueConstraint("scan_id", "address"),
        Index("device_mac", "mac"),
        one_of("policy", Policy),
        CheckConstraint("connections >= 0", name="connections_in_range"),
        STRICT,
    )

    id: int | None = Field(default=None, primary_key=True)
    scan_id: str = part_of("scan.id", sa_type=Words)
    address: str = words()
    mac: str | None = words()
    found_by: Any = nested()
    seen_at: datetime | None = moment()
    policy: str = words()
    policy_reason: str = words()
    connections: int


class ServiceRow(SQLModel, table=True):
    """One port that was asked, and what it answered."""

    __tablename__: ClassVar[Any] = "service"
    __table_args__ = (
        *a_port(),
        one_of("state", PortState),
        Index("service_port", "port", "protocol"),
        STRICT,
    )

    device_id: int = part_of("device.id", primary_key=True)
    position: int = Field(primary_key=True)
    port: int
    protocol: str = words()
    state: str = words()
    as_of: datetime | None = moment()


class ProbeResultRow(SQLModel, table=True):
    """How one probe of one port ended."""

    __tablename__: ClassVar[Any] = "probe_result"
    __table_args__ = (*a_port(), one_of("outcome", Outcome), STRICT)

    device_id: int = part_of("device.id", primary_key=True)
    position: int = Field(primary_key=True)
    probe: str = words()
    port: int | None
    protocol: str | None = words()
    outcome: str = words()
    detail: str = words()


class ObservationRow(SQLModel, table=True):
    """One fact as it was read from the network. Without a probe it is a sighting of the sweep."""

    __tablename__: ClassVar[Any] = "observation"
    __table_args__ = (
        *a_port(),
        capped("value"),
        CheckConstraint("(probe IS NULL) = (probe_position IS NULL)", name="probe_is_whole"),
        ForeignKeyConstraint(
            ["device_id", "probe_position"],
            ["probe_result.device_id", "probe_result.position"],
            ondelete="CASCADE",
        ),
        Index("observation_key", "key"),
        Index("observation_probe", "device_id", "probe_position"),
        STRICT,
    )

    device_id: int = part_of("device.id", primary_key=True)
    position: int = Field(primary_key=True)
    probe: str | None = words()
    probe_position: int | None
    key: str = words()
    value: str = words()
    port: int | None
    protocol: str | None = words()


class IdentityRow(SQLModel, table=True):
    """What a device was taken for, and by which revision of the rules."""

    __tablename__: ClassVar[Any] = "identity"
    __table_args__ = (
        one_of("device_class", DeviceClass),
        one_of("confidence", Confidence),
        STRICT,
    )

    device_id: int = part_of("device.id", primary_key=True)
    rules_revision: str = words()
    device_class: str = words()
    confidence: str = words()
    vendor: str | None = words()
    product: str | None = words()
    version: str | None = words()
    os_family: str | None = words()
    os_version: str | None = words()
    roles: Any = nested()
    rule_id: str | None = words()
    mac_vendor: str | None = words()
    location: str | None = words()
    owner: str | None = words()


class BegunRow(SQLModel, table=True):
    """One address that was examined when it was last written, and is not finished.

    Written twice a second while a scan goes on, and read only to resume it: hence no columns. No
    reader of scans sees it.
    """

    __tablename__: ClassVar[Any] = "begun"
    __table_args__ = (STRICT,)

    scan_id: str = part_of("scan.id", sa_type=Words, primary_key=True)
    address: str = words(primary_key=True)
    host: Any = nested()
    services: Any = nested()
    tried: Any = nested()


class StretchRow(SQLModel, table=True):
    """What a sweep that is not over asked and heard within a moment, in order of ``id``.

    Added to while a scan looks for devices, and read only to resume it.
    """

    __tablename__: ClassVar[Any] = "stretch"
    __table_args__ = (Index("stretch_scan", "scan_id"), STRICT)

    id: int | None = Field(default=None, primary_key=True)
    scan_id: str = part_of("scan.id", sa_type=Words)
    part: str = words()
    since: datetime = moment()
    turn: int
    reached: str | None = words()
    heard: Any = nested()
    at: datetime = moment()


class CorrectionRow(SQLModel, table=True):
    """What a named person said a device is. Never changed: a later word is another row."""

    __tablename__: ClassVar[Any] = "correction"
    __table_args__ = (one_of("device_class", DeviceClass), STRICT)

    id: int | None = Field(default=None, primary_key=True)
    marks: Any = nested()
    author: str = words()
    made_at: datetime = moment()
    device_class: str | None = words()
    vendor: str | None = words()
    product: str | None = words()
    location: str | None = words()
    owner: str | None = words()
    note: str = words()


class EvidenceRow(SQLModel, table=True):
    """One observation that speaks for or against an identity, or for a finding."""

    __tablename__: ClassVar[Any] = "evidence"
    __table_args__ = (
        *a_port(),
        capped("value"),
        between("against", 0, 1),
        CheckConstraint(
            "(device_id IS NULL) <> (assessment_id IS NULL)", name="evidence_has_one_owner"
        ),
        CheckConstraint(
            "(assessment_id IS NULL) = (finding_position IS NULL)", name="finding_is_whole"
        ),
        ForeignKeyConstraint(
            ["assessment_id", "finding_position"],
            ["finding.assessment_id", "finding.position"],
            ondelete="CASCADE",
        ),
        Index("evidence_device", "device_id"),
        Index("evidence_finding", "assessment_id", "finding_position"),
        STRICT,
    )

    id: int | None = Field(default=None, primary_key=True)
    device_id: int | None = part_of("identity.device_id")
    assessment_id: int | None
    finding_position: int | None
    against: int
    key: str = words()
    value: str = words()
    port: int | None
    protocol: str | None = words()
    says: str = words()
    rule: str | None = words()
