"""What the scan saw, what it did not, and how gently it asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from riskscan.model import Assessment, Check, Outcome, Policy, Result, Scan, ScanState
from riskscan.report.document import CheckRow, Fact, GentleRow, Seen
from riskscan.report.words import counted, lasted, listed, moment, short_name


def seen(scan: Scan, assessment: Assessment, checks: Mapping[str, Check]) -> Seen:
    """Arrange scope, timing, gentleness and limits."""
    return Seen(
        facts=_where(scan) + _when(scan) + _how(scan),
        limits=assessment.coverage.limits,
        notices=tuple(notice.text for notice in scan.notices),
        gentle=_gentle(scan),
        checks=_check_rows(assessment, checks),
    )


def _where(scan: Scan) -> tuple[Fact, ...]:
    scope = scan.site.scope
    excluded = [str(net) for net in scope.exclude] + list(scope.exclude_macs)
    segments = [f"{s.interface} on {s.network}" for s in scan.vantage.segments]
    place = scan.vantage.label or scan.site.vantage or "place not recorded"
    return (
        Fact("Networks in scope", listed([str(net) for net in scope.include]) or "None"),
        Fact("Left alone on request", listed(excluded) or "Nothing was excluded"),
        Fact("Looked from", f"{place} ({listed(segments)})" if segments else place),
    )


def _when(scan: Scan) -> tuple[Fact, ...]:
    if scan.ended_at is None:
        return (Fact("Time", f"Begun {moment(scan.started_at)}; not finished"),)
    took = lasted(scan.started_at, scan.ended_at)
    ended = "" if scan.state is ScanState.COMPLETE else "; stopped before the end"
    return (Fact("Time", f"{moment(scan.started_at)}, {took}{ended}"),)


def _how(scan: Scan) -> tuple[Fact, ...]:
    connections = sum(device.host.connections for device in scan.devices)
    policies = Counter(device.host.triage.policy for device in scan.devices)
    skipped = sum(
        result.outcome is Outcome.SKIPPED_FOR_SAFETY
        for device in scan.devices
        for result in device.host.probe_results
    )
    facts = [
        Fact("Profile", scan.profile),
        Fact(
            "Connections made",
            f"{counted(connections, 'connection')} to {counted(len(scan.devices), 'device')}; "
            "no password of anyone was tried and no patient data was read",
        ),
        Fact(
            "Asked with special care",
            f"{counted(policies[Policy.FRAGILE], 'device')}: only a few questions each",
        ),
    ]
    if skipped:
        facts.append(Fact("Questions not asked, for safety", f"{skipped:,}"))
    patients = scan.site.consent.patient_connected if scan.site.consent else ""
    facts.append(Fact("Devices connected to patients", patients or "The practice was not asked"))
    return tuple(facts)


def _gentle(scan: Scan) -> tuple[GentleRow, ...]:
    by_reason: dict[str, list[str]] = {}
    for device in scan.devices:
        if device.host.triage.policy is Policy.FRAGILE:
            label = f"{device.address} {short_name(device)}"
            by_reason.setdefault(device.host.triage.reason, []).append(label)
    return tuple(GentleRow(reason, tuple(labels)) for reason, labels in by_reason.items())


def _check_rows(assessment: Assessment, checks: Mapping[str, Check]) -> tuple[CheckRow, ...]:
    counts: dict[str, Counter[Result]] = {}
    for finding in assessment.findings:
        counts.setdefault(finding.check, Counter())[finding.result] += 1
    rows = (
        CheckRow(
            check=check_id,
            title=checks[check_id].title if check_id in checks else check_id,
            found=results[Result.FAIL],
            not_seen=results[Result.PASS],
            unknown=results[Result.UNKNOWN] + results[Result.NOT_CHECKED] + results[Result.ERROR],
        )
        for check_id, results in counts.items()
    )
    applied = (row for row in rows if row.found or row.not_seen or row.unknown)
    return tuple(sorted(applied, key=lambda row: (-row.found, -row.unknown, row.title)))
