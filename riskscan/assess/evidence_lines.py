"""A finding and what was seen of it, a line at a time."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.model import Confidence, Finding

SURE = {
    Confidence.HIGH: "confirmed: the device said so itself",
    Confidence.MEDIUM: "probable: one strong sign, or several that agree",
    Confidence.LOW: "inferred: to be confirmed before it speaks against a safeguard",
}


def finding_brief(finding: Finding) -> Iterator[str]:
    """Yield a finding and its evidence, indented."""
    where = finding.address or "network"
    yield (
        f"  {finding.id} {where}: {finding.summary} [{finding.check}, {finding.severity}, "
        f"{SURE[finding.confidence]}]"
    )
    if finding.reopened:
        yield f"    It is open again: {finding.reopened}."
    yield from (f"  {line}" for line in evidence_lines(finding))


def evidence_lines(finding: Finding) -> Iterator[str]:
    """Yield what was seen, by key, value and rule."""
    if not finding.evidence:
        yield "  There is no evidence: nothing was seen."
    for item in finding.evidence:
        seen = item.observation
        port = f" on {seen.port}/{seen.protocol or 'tcp'}" if seen.port else ""
        rule = f" [{item.rule}]" if item.rule else ""
        yield f'  {seen.key}{port} = "{seen.value}": {item.says}{rule}'
