"""How a level or a status came about, in words: from rule ids and evidence, a line at a time.

Nothing is scored here. Each level is that of the assessment judged once more
(:func:`riskscan.assess.replay.replay`), each step towards it is looked up by the functions that
score, and what *would* change a status is asked of the function that gives it. Values from the
network are as received: whoever prints the lines makes them printable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields

from riskscan.assess.checks import CHECKS
from riskscan.assess.evidence_lines import SURE, evidence_lines
from riskscan.assess.explain_control import Basis, control_lines
from riskscan.assess.explain_risk import risk_lines
from riskscan.assess.grounds import newest
from riskscan.model import (
    Answer,
    Assessment,
    Confidence,
    ControlResult,
    Finding,
    Level,
    Registers,
    Risk,
    Scan,
)


@dataclass(frozen=True, slots=True)
class Case:
    """What an explanation rests on: an assessment, its scan, and the same judged once more."""

    scan: Scan
    filed: Assessment
    again: Assessment
    previous: Scan | None = None
    """An earlier complete scan of the site, if one counted."""
    answers: Sequence[Answer] = ()
    """The newest to each question, as of that assessment."""
    registers: Registers = field(default_factory=Registers)

    @property
    def new_content(self) -> bool:
        return self.filed.content_revision != self.again.content_revision


def explain_risk(case: Case, risk: Risk) -> tuple[str, ...]:
    """Say how one risk of ``case.filed`` got its level."""
    again = next((r for r in case.again.risks if _about(r) == _about(risk)), None)
    return (
        f"{risk.id}  {risk.level}",
        risk.statement,
        *_recomputed(case, _differing(risk, again)),
        "",
        *risk_lines(case.scan, case.filed, risk, case.answers, case.registers),
    )


def explain_control(case: Case, result: ControlResult) -> tuple[str, ...]:
    """Say why one control of ``case.filed`` has its status, and what would change it."""
    id = result.control.id
    again = next((c for c in case.again.controls if c.control.id == id), None)
    said = newest(case.answers) if case.answers else None
    basis = Basis(case.scan, case.filed, case.previous, said, case.registers)
    first, *rest = control_lines(basis, result)
    return (first, *_recomputed(case, _differing(result, again)), *rest)


def explain_finding(case: Case, finding: Finding) -> tuple[str, ...]:
    """Say what one finding of ``case.filed`` rests on, and what rests on it."""
    again = next((f for f in case.again.findings if f.id == finding.id), None)
    judgement = CHECKS.get(finding.check)
    return (
        f"{finding.id}  {finding.result}, severity {finding.severity}",
        f"{finding.address or 'The network as a whole'}: {finding.summary}",
        *_recomputed(case, _differing(finding, again)),
        "",
        f"Check {finding.check}: {judgement.check.what if judgement else 'retired since.'}",
        _severity(finding),
        f"Confidence {finding.confidence}, {SURE[finding.confidence]}.",
        *_decided(finding),
        "",
        "What was seen:",
        *evidence_lines(finding),
        "",
        *_rests_on(case, finding),
    )


_SHORT = 60
"""Characters of a value that a difference shows; of a longer one it names the part only."""


def _about(risk: Risk) -> tuple[object, ...]:
    """What a risk is about: its id is only a rank."""
    return risk.key, risk.check, risk.threat.id


def _differing(filed: object, again: object) -> str:
    """Name the parts in which the two differ, with both values; '' if there are none."""
    if again is None:
        return "it is not there any more"
    parts = []
    for name in (f.name for f in fields(filed)):  # type: ignore[arg-type]
        before, after = getattr(filed, name), getattr(again, name)
        if before != after and name not in ("id", "action"):
            short = isinstance(before, (str, int, Level)) and len(str(before)) <= _SHORT
            parts.append(f"{name} was {before}, is {after}" if short else name)
    return "; ".join(parts)


def _recomputed(case: Case, differing: str) -> Iterator[str]:
    filed = case.filed
    told = f"Judged on {filed.made_at:%Y-%m-%d} with content {filed.content_revision}"
    if not differing:
        yield f"{told}; computed again just now, with the same outcome."
    elif case.new_content:
        yield (
            f"{told}. Computed again with content {case.again.content_revision}, it differs "
            f"(method change): {differing}. What follows explains what is on file."
        )
    else:
        yield f"{told}. Computed again just now, it differs: {differing}. See riskscan replay."


def _severity(finding: Finding) -> str:
    judgement = CHECKS.get(finding.check)
    if judgement is None or judgement.check.severity is finding.severity:
        return f"Severity {finding.severity}: the level of this check."
    return (
        f"Severity {finding.severity}: the check is {judgement.check.severity} in general; what "
        "was seen in this case changes that."
    )


def _decided(finding: Finding) -> Iterator[str]:
    decision = finding.decision
    if decision is not None:
        until = f", until {decision.until}" if decision.until else ""
        instead = f" Instead: {decision.control}." if decision.control else ""
        yield (
            f"{decision.person} called it {decision.disposition.label} on "
            f"{decision.made_at:%Y-%m-%d}{until}: {decision.reason.rstrip('.')}.{instead} "
            "It asks for no action while that holds and the evidence stays the same."
        )
    if finding.reopened:
        yield f"It is open again: {finding.reopened}."


def _rests_on(case: Case, finding: Finding) -> Iterator[str]:
    filed = case.filed
    risks = [r for r in filed.risks if finding.id in r.findings]
    controls = [c for c in filed.controls if finding.id in c.findings]
    if not risks and not controls:
        yield "No risk and no control rests on it: it is no open weakness."
        return
    yield "What rests on it:"
    for risk in risks:
        yield f"  Risk {risk.id}, {risk.level}: {risk.threat.title}; {risk.action}"
    for result in controls:
        control = result.control
        yield f"  Control {control.id} {control.citation} {control.title}: {result.status}"
    if risks and not controls and finding.confidence is Confidence.LOW:
        yield "  It speaks against no control until it is confirmed."
