"""Where patient data lives and moves, and which vendors touch it: what the registers say."""

from __future__ import annotations

from datetime import date

from riskscan.model import Assessment, Flow, Registers, System, Vendor, VendorResult
from riskscan.report.chapters import FlowRow, Holdings, SystemRow, VendorRow
from riskscan.report.clean import shortened
from riskscan.report.words import KNOWN, NAME_CAP, day

_CELL = 3 * NAME_CAP
"""Longest text of a register in a table, in characters."""

_NOWHERE = "not on record"

NO_SYSTEMS = (
    "No system that holds patient data is on record yet. What follows is a guess from the kinds of "
    "devices that were seen; systems in the cloud, laptops and backup disks are not in it."
)
NO_FLOWS = (
    "No way that patient data takes is on record yet: how it comes in, moves between systems and "
    "leaves the practice still has to be asked."
)
NO_VENDORS = (
    "No vendor is on record yet. Whether each firm that sees patient data has signed a business "
    "associate agreement is not known."
)


def holdings(assessment: Assessment, registers: Registers) -> Holdings:
    """Arrange systems, flows and vendors; for each, say so if nothing is on record."""
    systems = tuple(_system(entry.id, each) for entry, each in registers.of(System))
    flows = tuple(_flow(entry.id, each) for entry, each in registers.of(Flow))
    vendors = _vendors(assessment, registers)
    return Holdings(
        systems=systems,
        no_systems="" if systems else NO_SYSTEMS,
        flows=flows,
        no_flows="" if flows else NO_FLOWS,
        vendors=vendors,
        no_vendors="" if vendors else NO_VENDORS,
    )


def _system(entry: str, system: System) -> SystemRow:
    where = (system.location, system.addresses)
    return SystemRow(
        entry=entry,
        name=shortened(system.name, NAME_CAP),
        kind=system.kind.value,
        holds=shortened(system.holds, _CELL),
        patients=f"{system.patients:,}" if system.patients is not None else "not known",
        vendor=shortened(system.vendor, NAME_CAP),
        owner=shortened(system.owner, NAME_CAP) or _NOWHERE,
        location=shortened(", ".join(part for part in where if part), _CELL) or _NOWHERE,
        encrypted=KNOWN[system.encrypted],
        restored=_on(system.restored_on, "no test on record"),
        first=str(system.first) if system.first is not None else "",
        note=shortened(system.note, _CELL),
    )


def _flow(entry: str, flow: Flow) -> FlowRow:
    return FlowRow(
        entry=entry,
        source=shortened(flow.source, NAME_CAP),
        target=shortened(flow.target, NAME_CAP),
        carries=shortened(flow.carries, _CELL),
        how=shortened(flow.how, _CELL),
        encrypted=KNOWN[flow.encrypted],
        outside=KNOWN[flow.outside],
        note=shortened(flow.note, _CELL),
    )


def _vendors(assessment: Assessment, registers: Registers) -> tuple[VendorRow, ...]:
    """Join what is on record with how it was judged, and add who was only seen."""
    judged = {result.entry: result for result in assessment.vendors if result.entry}
    known = tuple(
        _vendor(entry.id, each, judged.get(entry.id)) for entry, each in registers.of(Vendor)
    )
    on_record = {row.entry for row in known}
    seen = (result for result in assessment.vendors if result.entry not in on_record)
    return known + tuple(_only_seen(result) for result in seen)


def _vendor(entry: str, vendor: Vendor, judged: VendorResult | None) -> VendorRow:
    return VendorRow(
        entry=entry,
        name=shortened(vendor.name, NAME_CAP),
        service=shortened(vendor.service, _CELL),
        sees_patient_data=KNOWN[vendor.sees_patient_data],
        agreement=_on(vendor.agreement_on, "none on file"),
        status=judged.status if judged else "not judged",
        says=shortened(judged.says, 2 * _CELL) if judged else "",
        addresses=judged.addresses if judged else (),
        remote_access=KNOWN[vendor.remote_access],
        clauses=KNOWN[vendor.clauses],
        reviewed=_on(vendor.reviewed_on, _NOWHERE),
        contact=shortened(vendor.contact, _CELL),
        note=shortened(vendor.note, _CELL),
    )


def _only_seen(result: VendorResult) -> VendorRow:
    return VendorRow(
        entry=result.entry,
        name=shortened(result.name, NAME_CAP),
        service="",
        sees_patient_data="not known",
        agreement="none on file",
        status=result.status,
        says=shortened(result.says, 2 * _CELL),
        addresses=result.addresses,
        remote_access="not known",
        clauses="not known",
        reviewed=_NOWHERE,
        contact="",
        note="",
    )


def _on(when: date | None, otherwise: str) -> str:
    return day(when) if when else otherwise
