"""A finding of an assessment, as the verbs about findings show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riskscan.cli.tables import Row
    from riskscan.model import Assessment, Decision, Device, Finding


def wanted_finding(assessment: Assessment, finding_id: str) -> Finding:
    """Return the finding of that id. Raises :class:`riskscan.errors.FindingNotFound`."""
    from riskscan.errors import FindingNotFound

    said = finding_id.strip().lower().removeprefix("f-")
    for finding in assessment.findings:
        if finding.id == f"F-{said}":
            return finding
    raise FindingNotFound(
        f"the assessment of scan {assessment.scan_id} holds no finding {finding_id[:60]!r}",
        "riskscan findings --all lists them",
    )


def finding_row(finding: Finding, history: Sequence[Decision] = ()) -> Row:
    """Return a finding as JSON and CSV have it; with its ``history`` if any is given."""
    decision = finding.decision
    row = {
        "id": finding.id,
        "check": finding.check,
        "address": finding.address,
        "result": finding.result.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "summary": finding.summary,
        "decision": decision.disposition.value if decision else None,
        "decided_by": decision.person if decision else None,
        "decided_until": decision.until.isoformat() if decision and decision.until else None,
        "reopened": finding.reopened,
        "evidence": [
            {
                "key": item.observation.key,
                "value": item.observation.value,
                "port": item.observation.port,
                "protocol": item.observation.protocol,
                "says": item.says,
            }
            for item in finding.evidence
        ],
    }
    return {**row, "history": [_decision_row(d) for d in history]} if history else row


def _decision_row(decision: Decision) -> Row:
    return {
        "as": decision.disposition.value,
        "by": decision.person,
        "at": decision.made_at.isoformat(),
        "reason": decision.reason,
        "until": decision.until.isoformat() if decision.until else None,
        "control": decision.control or None,
    }


def remediation_row(finding: Finding, device: Device | None) -> Row | None:
    """Return what the device's maker says about a failure; None where nothing is known."""
    from riskscan.assess import advice_for
    from riskscan.model import Result

    if device is None or finding.result is not Result.FAIL:
        return None
    known = advice_for(finding.check, device)
    if known is None:
        return None
    return {"for": known.subject, "text": known.text, "source": known.source}


def maker_row(finding: Finding, device: Device | None) -> Row | None:
    """Return where the maker of a failing device speaks of security; None where none is known."""
    from riskscan import knowledge
    from riskscan.assess import maker_of
    from riskscan.model import Result

    failed = device is not None and finding.result is Result.FAIL
    maker = maker_of(device, knowledge.load()) if device and failed else None
    if maker is None or not (maker.security_page or maker.contact or maker.mds2):
        return None
    return {
        "name": maker.name,
        "security_page": maker.security_page or None,
        "contact": maker.contact or None,
        "mds2": maker.mds2 or None,
        "looked_up": maker.checked_on.isoformat() if maker.checked_on else None,
        "confidence": maker.confidence.value,
        "source": maker.source,
    }


def finding_lines(told: Row) -> Iterator[str]:
    """Yield all that is known of a finding, a paragraph a line; values are still as received."""
    explained = told["explained"]
    where = told["address"] or "the network as a whole"
    yield f"{told['id']}  {explained['title'] if explained else told['check']}"
    yield f"{where}{', ' + told['device'] if told['device'] else ''}"
    yield f"{told['result']}, severity {told['severity']}, confidence {told['confidence']}"
    yield told["summary"]
    yield from _evidence_lines(told["evidence"])
    yield ""
    yield (
        f"Judged by check {told['check']}, on {told['assessed'][:10]}, "
        f"with content {told['content_revision']}."
    )
    yield from _decision_lines(told)
    if explained:
        from riskscan.cli.checks import check_lines

        for line in check_lines(explained):
            yield line
            if line.startswith("How to put it right:"):
                yield from _remediation_lines(told["remediation"])
                yield from _maker_lines(told["maker"])


def _remediation_lines(known: Row | None) -> Iterator[str]:
    if known:
        yield ""
        yield f"On {known['for']}: {known['text']}"
        yield f"  (source: {known['source']})"


def _maker_lines(maker: Row | None) -> Iterator[str]:
    if maker is None:
        return
    yield ""
    if maker["security_page"]:
        yield f"{maker['name']} publishes on security at {maker['security_page']}"
    if maker["contact"]:
        yield f"{maker['name']} takes reports of weaknesses at {maker['contact']}"
    if maker["mds2"]:
        yield f"Its security data sheet (MDS2): {maker['mds2']}"
    if maker["looked_up"]:
        about = f"{maker['looked_up']}, confidence {maker['confidence']}"
        yield f"  (looked up {about}; source: {maker['source']})"


def _evidence_lines(evidence: Sequence[Row]) -> Iterator[str]:
    yield ""
    yield "Evidence, as received:" if evidence else "There is no evidence: nothing was seen."
    for item in evidence:
        port = f" on {item['port']}/{item['protocol'] or 'tcp'}" if item["port"] else ""
        yield f'  {item["key"]}{port} = "{item["value"]}"  ({item["says"]})'


def _decision_lines(told: Row) -> Iterator[str]:
    history = told.get("history", ())
    if not history:
        return
    yield ""
    yield "What was decided, oldest first:"
    for each in history:
        until = f", until {each['until']}" if each["until"] else ""
        control = f" Instead: {each['control']}." if each["control"] else ""
        yield f"  {each['at'][:10]} {each['by']}: {each['as']}{until}. {each['reason']}{control}"
    if told["reopened"]:
        yield f"It is open again: {told['reopened']}."
