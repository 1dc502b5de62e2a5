"""What was found wrong: failures by severity and check, and the evidence behind each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_address

from riskscan.model import Assessment, Check, Control, Device, Evidence, Finding, Result, Scan
from riskscan.report.clean import shortened
from riskscan.report.document import Case, CitationRow, EvidenceRow, Weakness
from riskscan.report.words import CONFIDENCE, short_name

WHOLE_NETWORK = "Whole network"
_SUMMARY = 400
"""Longest summary of a finding, in characters: it may quote the device."""
_SHORT = 90
"""Longest observation in a finding's table, in characters; the appendix has it whole."""


def weaknesses(
    scan: Scan, assessment: Assessment, checks: Mapping[str, Check]
) -> tuple[Weakness, ...]:
    """Group the failures by check, the most severe first."""
    devices = {str(device.address): device for device in scan.devices}
    controls = {result.control.id: result.control for result in assessment.controls}
    by_check: dict[str, list[Finding]] = {}
    for finding in failures(assessment):
        by_check.setdefault(finding.check, []).append(finding)
    groups = (
        _weakness(check_id, checks.get(check_id), found, devices, controls)
        for check_id, found in by_check.items()
    )
    return tuple(sorted(groups, key=lambda w: (-w.severity.rank, -len(w.cases), w.check)))


def failures(assessment: Assessment) -> list[Finding]:
    """Return the failed findings, the most severe first, then by address."""
    failed = (f for f in assessment.findings if f.result is Result.FAIL)
    return sorted(failed, key=lambda f: (-f.severity.rank, f.check, _address_order(f.address)))


def _address_order(address: str | None) -> tuple[int, int]:
    if address is None:
        return (0, 0)
    parsed = ip_address(address)
    return (parsed.version, int(parsed))


def _weakness(
    check_id: str,
    check: Check | None,
    found: list[Finding],
    devices: Mapping[str, Device],
    controls: Mapping[str, Control],
) -> Weakness:
    return Weakness(
        check=check_id,
        title=check.title if check else check_id,
        severity=max(f.severity for f in found),
        what=check.what if check else "",
        why=check.why if check else "",
        fix=check.fix if check else "",
        verify=check.verify if check else "",
        citations=_citations(check, controls),
        cases=tuple(_case(finding, devices.get(finding.address or "")) for finding in found),
    )


def _citations(check: Check | None, controls: Mapping[str, Control]) -> tuple[CitationRow, ...]:
    rows = []
    for cited in check.citations if check else ():
        control = controls.get(cited.control)
        citation = control.citation if control else ""
        title = control.title if control else ""
        rows.append(CitationRow(cited.control, citation, title, cited.reason))
    return tuple(rows)


def _case(finding: Finding, device: Device | None) -> Case:
    whole = finding.address is None
    return Case(
        finding=finding.id,
        address=WHOLE_NETWORK if whole else finding.address or "",
        device=short_name(device) if device else "",
        mac=(device.host.mac or "") if device else "",
        severity=finding.severity,
        confidence=CONFIDENCE[finding.confidence],
        summary=shortened(_with_decision(finding), _SUMMARY),
        evidence="; ".join(_in_short(e) for e in finding.evidence[:4]),
    )


def _with_decision(finding: Finding) -> str:
    """Return the summary, and before it what a named person decided, if anybody did."""
    decision = finding.decision
    if decision is None:
        again = f"Open again ({finding.reopened}). " if finding.reopened else ""
        return again + finding.summary
    until = f" until {decision.until}" if decision.until else ""
    instead = f" Instead: {decision.control}." if decision.control else ""
    said = f"Set aside by {decision.person} as {decision.disposition.label}{until}"
    return f"{said}: {decision.reason}.{instead} Seen: {finding.summary}"


def _in_short(evidence: Evidence) -> str:
    seen = evidence.observation
    where = f" on port {seen.port}" if seen.port is not None else ""
    return f"{seen.key} = {shortened(seen.value, _SHORT)}{where}"


def evidence_rows(found: Iterable[Finding]) -> tuple[EvidenceRow, ...]:
    """List every observation behind the given findings."""
    return tuple(
        EvidenceRow(
            finding=finding.id,
            check=finding.check,
            address=finding.address or WHOLE_NETWORK,
            port=_port(evidence),
            key=evidence.observation.key,
            value=evidence.observation.value,
            says=evidence.says,
        )
        for finding in found
        for evidence in finding.evidence
    )


def _port(evidence: Evidence) -> str:
    seen = evidence.observation
    return f"{seen.port}/{seen.protocol or 'tcp'}" if seen.port is not None else ""
