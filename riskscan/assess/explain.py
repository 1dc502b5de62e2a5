"""How a level or a status came about, in words: from rule ids and evidence, a line at a time.

Nothing is scored here. Each level is that of the assessment judged once more
(:func:`riskscan.assess.replay.replay`), each step towards it is looked up by the functions that
score, and what *would* change a status is asked of the function that gives it. Values from the
network are as received: whoever prints the lines makes them printable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from riskscan.assess.checks import CHECKS
from riskscan.assess.estate import Estate, name_of
from riskscan.assess.explain_control import control_lines
from riskscan.assess.exposure import BEST, UNTESTED, WORST
from riskscan.assess.library import criticality, threats
from riskscan.assess.register import Group
from riskscan.assess.scoring import score
from riskscan.model import (
    Assessment,
    Confidence,
    ControlResult,
    DeviceClass,
    Finding,
    Level,
    Risk,
    Scan,
)

SURE = {
    Confidence.HIGH: "confirmed: the device said so itself",
    Confidence.MEDIUM: "probable: one strong sign, or several that agree",
    Confidence.LOW: "inferred: to be confirmed before anything rests on it",
}

_EXPOSED = {
    WORST: "it can be reached from an untrusted network: one step up",
    UNTESTED: "nobody has tested from where it can be reached: no step",
    BEST: "a test shows that office and guest networks cannot reach it: one step down",
}

_SAFEGUARDS = (
    "no independent safeguard was measured: no step",
    "one independent safeguard was measured: one step down",
    "independent safeguards were measured: two steps down",
)


@dataclass(frozen=True, slots=True)
class Case:
    """What an explanation rests on: an assessment, its scan, and the same judged once more."""

    scan: Scan
    filed: Assessment
    again: Assessment
    scanned_before: bool = False
    """Whether an earlier complete scan of the site counted."""

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
        *_scenario(case, risk),
        "",
        *_likelihood(risk),
        "",
        *_impact(case, risk),
        "",
        *_level(case, risk),
        "",
        "The findings behind it, and what was seen:",
        *(line for f in _findings(case, risk) for line in finding_brief(f)),
        "",
        *_answered_by(case, risk),
    )


def explain_control(case: Case, result: ControlResult) -> tuple[str, ...]:
    """Say why one control of ``case.filed`` has its status, and what would change it."""
    id = result.control.id
    again = next((c for c in case.again.controls if c.control.id == id), None)
    first, *rest = control_lines(case.scan, case.filed, result, case.scanned_before)
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
        f"Confidence {finding.confidence}: {SURE[finding.confidence]}.",
        *_decided(finding),
        "",
        "What was seen:",
        *_evidence(finding),
        "",
        *_rests_on(case, finding),
    )


def finding_brief(finding: Finding) -> Iterator[str]:
    """Yield a finding and its evidence, indented."""
    where = finding.address or "network"
    yield (
        f"  {finding.id} {where}: {finding.summary} [{finding.check}, {finding.severity}, "
        f"{SURE[finding.confidence]}]"
    )
    yield from (f"  {line}" for line in _evidence(finding))


def _evidence(finding: Finding) -> Iterator[str]:
    if not finding.evidence:
        yield "  There is no evidence: nothing was seen."
    for item in finding.evidence:
        seen = item.observation
        port = f" on {seen.port}/{seen.protocol or 'tcp'}" if seen.port else ""
        rule = f" [{item.rule}]" if item.rule else ""
        yield f'  {seen.key}{port} = "{seen.value}": {item.says}{rule}'


def _about(risk: Risk) -> tuple[object, ...]:
    """What a risk is about: its id is only a rank."""
    return risk.check, risk.threat.id, risk.device_class, risk.members[:1]


def _differing(filed: object, again: object) -> str:
    """Name the parts in which the two differ, with both values; '' if there are none."""
    if again is None:
        return "it is not there any more"
    parts = []
    for name in (f.name for f in fields(filed)):  # type: ignore[arg-type]
        before, after = getattr(filed, name), getattr(again, name)
        if before != after and name not in ("id", "action"):
            short = isinstance(before, (str, int, Level))
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


def _scenario(case: Case, risk: Risk) -> Iterator[str]:
    judgement = CHECKS.get(risk.check)
    kind = risk.device_class.label if risk.device_class else "the network as a whole"
    yield f"Threat {risk.threat.id}: {risk.threat.title}."
    if judgement is None:
        yield f"Weakness {risk.check}: the check is retired since."
    else:
        yield f"Weakness {risk.check}: {judgement.check.title}."
        if why := judgement.feeds.get(risk.threat.id):
            yield f"Why it helps the threat: {why}"
    yield f"Assets: {kind}; {', '.join(risk.members) or 'no single device'}."


def _likelihood(risk: Risk) -> Iterator[str]:
    made = score(risk.initiation, risk.severity, risk.exposure, risk.controls, risk.impact.level)
    yield "Likelihood, in two parts:"
    yield f"  That it is tried: {risk.initiation}. {risk.threat.basis}{_raised(risk)}"
    yield (
        f"  That it then does harm: {made.adverse}. The weakness is {risk.severity}; "
        f"{_EXPOSED[risk.exposure]}; {_SAFEGUARDS[min(risk.controls, 2)]}."
    )
    yield (
        f"  Together: {made.likelihood}. NIST SP 800-30 r1, table G-5, row {risk.initiation}, "
        f"column {made.adverse}."
    )


def _raised(risk: Risk) -> str:
    if risk.initiation is risk.threat.initiation:
        return ""
    listed = threats().get(risk.threat.id)
    by = f"{listed.raised_by} failed" if listed and listed.raised_by else "another check failed"
    return f" By itself it is {risk.threat.initiation}; it is raised because {by} in this scan."


def _impact(case: Case, risk: Risk) -> Iterator[str]:
    impact = risk.impact
    yield (
        f"Impact: {impact.level}, the highest of confidentiality {impact.confidentiality}, "
        f"integrity {impact.integrity}, availability {impact.availability}."
    )
    for device_class in _classes(case, risk):
        entry = criticality()[device_class]
        one = entry.impact
        safety = "; a patient may come to harm" if entry.patient_safety else ""
        counts = "" if one != impact else " This counts."
        yield (
            f"  {name_of(device_class)}: confidentiality {one.confidentiality}, integrity "
            f"{one.integrity}, availability {one.availability}: {entry.harm}{safety}.{counts}"
        )


def _classes(case: Case, risk: Risk) -> list[DeviceClass]:
    devices = Estate.of(case.scan).devices
    known = {devices[a].identity.device_class for a in risk.members if a in devices}
    return sorted(known or {DeviceClass.UNKNOWN})


def _level(case: Case, risk: Risk) -> Iterator[str]:
    made = score(risk.initiation, risk.severity, risk.exposure, risk.controls, risk.impact.level)
    yield (
        f"Level: {made.level}. NIST SP 800-30 r1, table I-2, row {made.likelihood}, "
        f"column {risk.impact.level}."
    )
    group = _group(case, risk)
    unsure = group is not None and not group.confirmed
    unnamed = risk.device_class is DeviceClass.UNKNOWN
    yield (
        f"  At best {risk.best}: if {_EXPOSED[BEST].split(':')[0]}"
        + ("; if the weakness turns out not to be there" if unsure else "")
        + ("; if the unidentified device is of little worth" if unnamed else "")
        + "."
    )
    yield (
        f"  At worst {risk.worst}: if {_EXPOSED[WORST].split(':')[0]}"
        + ("; if the weakness is confirmed" if unsure else "")
        + ("; if the unidentified device is of the highest worth" if unnamed else "")
        + "."
    )
    if group is not None and group.severity is not group.severity_if_true:
        yield (
            f"  Unconfirmed, the weakness counts as {group.severity}; "
            f"confirmed, it would be {group.severity_if_true}."
        )


def _group(case: Case, risk: Risk) -> Group | None:
    judgement, found = CHECKS.get(risk.check), tuple(_findings(case, risk))
    devices = Estate.of(case.scan).devices
    if judgement is None or not found:
        return None
    members = tuple(devices[a] for a in risk.members if a in devices)
    return Group(judgement, risk.device_class, members, found)


def _findings(case: Case, risk: Risk) -> Iterator[Finding]:
    return (f for f in case.filed.findings if f.id in risk.findings)


def _answered_by(case: Case, risk: Risk) -> Iterator[str]:
    for action in (a for a in case.filed.actions if a.id == risk.action):
        yield f"What to do: {action.id} {action.title}. {action.owner}, by {action.due}."
        yield f"Done when: {action.criterion}"


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
