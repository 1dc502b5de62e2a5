"""How far one practice is: the worst of the controls it rests on and of its open findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from riskscan.assess.checks import CHECKS
from riskscan.model import ControlResult, ControlStatus, Finding, Practice, PracticeResult

_WORST_FIRST = (
    ControlStatus.NOT_MET,
    ControlStatus.PARTIAL,
    ControlStatus.NOT_REASONABLE,
    ControlStatus.MET_ALTERNATIVE,
    ControlStatus.MET,
)
_SUPPORTS = frozenset({ControlStatus.PARTIAL, ControlStatus.MET_ALTERNATIVE, ControlStatus.MET})
_DONE = frozenset({ControlStatus.MET_ALTERNATIVE, ControlStatus.MET})
_IN_WORDS = {
    ControlStatus.PARTIAL: "partly met",
    ControlStatus.NOT_REASONABLE: "on record as not reasonable here",
}


@dataclass(frozen=True, slots=True)
class Against:
    """Open findings by check: all of them, and those on medical devices."""

    anywhere: Mapping[str, Sequence[Finding]]
    on_medical: Mapping[str, Sequence[Finding]]

    def speaking(self, practice: Practice) -> list[Finding]:
        """Return the findings that speak against a practice, in order of its checks."""
        known = self.on_medical if practice.medical else self.anywhere
        return [finding for check in practice.checks for finding in known.get(check, ())]


def standing(
    practice: Practice,
    controls: Mapping[str, ControlResult],
    against: Against,
    *,
    proposed: bool,
) -> PracticeResult:
    """Judge one practice.

    An open finding leaves it partial at best. What is not assessed is never met. A practice that
    asks for more than its controls is partial at best too, and so is a proposed requirement that
    is new or has a clock, because nobody was asked about that part.
    """
    leaves = [controls[leaf] for leaf in practice.rests_on if leaf in controls]
    scope = [leaf for leaf in leaves if leaf.status is not ControlStatus.NOT_APPLICABLE]
    findings = against.speaking(practice)
    if findings:
        return _refuted(practice, scope, findings, proposed=proposed)
    if leaves and not scope:
        reason = _verb(leaves, "does not apply here", "do not apply here") + "."
        return PracticeResult(practice, ControlStatus.NOT_APPLICABLE, reason)
    if not leaves:
        return PracticeResult(practice, ControlStatus.NOT_ASSESSED, _silent(practice))
    status, reason = _by_controls(scope)
    if proposed and status in {ControlStatus.MET_ALTERNATIVE, ControlStatus.NOT_REASONABLE}:
        status, reason = _without_choice(scope, status)
    elif status in _DONE and (practice.goes_further or (proposed and _is_stricter(practice))):
        status, reason = ControlStatus.PARTIAL, _further(scope, practice, proposed=proposed)
    return PracticeResult(practice, status, reason)


def _is_stricter(practice: Practice) -> bool:
    return practice.is_new or bool(practice.clock)


def _refuted(
    practice: Practice,
    scope: Sequence[ControlResult],
    findings: Sequence[Finding],
    *,
    proposed: bool,
) -> PracticeResult:
    """Findings stand against it: partial at best, and not met where nothing supports it."""
    lost = {ControlStatus.NOT_MET} | ({ControlStatus.NOT_REASONABLE} if proposed else set())
    supported = any(leaf.status in _SUPPORTS for leaf in scope)
    hopeless = any(leaf.status in lost for leaf in scope)
    status = ControlStatus.PARTIAL if supported and not hopeless else ControlStatus.NOT_MET
    gravest = _clause(max(findings, key=lambda finding: finding.severity))
    seen = "One open finding speaks against it"
    if len(findings) > 1:
        seen = f"{len(findings)} open findings speak against it, the gravest being"
    broken = [leaf for leaf in scope if leaf.status is ControlStatus.NOT_MET]
    tail = f"; {_are(broken, ControlStatus.NOT_MET)}" if broken else ""
    return PracticeResult(
        practice, status, f"{seen}: {gravest}{tail}.", tuple(f.id for f in findings)
    )


def _by_controls(scope: Sequence[ControlResult]) -> tuple[ControlStatus, str]:
    known = [leaf for leaf in scope if leaf.status is not ControlStatus.NOT_ASSESSED]
    unknown = [leaf for leaf in scope if leaf.status is ControlStatus.NOT_ASSESSED]
    lacking = _verb(unknown, "has not been assessed", "have not been assessed") if unknown else ""
    if not known:
        return ControlStatus.NOT_ASSESSED, f"{lacking}."
    worst = min((leaf.status for leaf in known), key=_WORST_FIRST.index)
    if worst is ControlStatus.NOT_MET or not unknown:
        deciding = [leaf for leaf in known if leaf.status is worst]
        return worst, f"{_are(deciding, worst)}."
    if not any(leaf.status in _SUPPORTS for leaf in known):
        return ControlStatus.NOT_ASSESSED, f"{lacking}."
    best = min(known, key=lambda leaf: -_WORST_FIRST.index(leaf.status))
    return ControlStatus.PARTIAL, f"{_are([best], best.status)}, but {lacking}."


def _further(scope: Sequence[ControlResult], practice: Practice, *, proposed: bool) -> str:
    rest = "this asks for more than the rule, and nobody was asked about that part"
    if proposed and practice.clock:
        rest = f"the proposed clock ({practice.clock}) has not been looked at"
    elif proposed:
        rest = "the new part has not been looked at"
    return f"{_are(scope, ControlStatus.MET)} as the rule stands today, but {rest}."


def _without_choice(
    scope: Sequence[ControlResult], status: ControlStatus
) -> tuple[ControlStatus, str]:
    """The proposal drops the choice that 164.306(d)(3) gives today."""
    deciding = [leaf for leaf in scope if leaf.status is status]
    instead = status is ControlStatus.MET_ALTERNATIVE
    return (
        ControlStatus.PARTIAL if instead else ControlStatus.NOT_MET,
        f"{_are(deciding, status)}, a choice that the proposal would no longer leave.",
    )


def _silent(practice: Practice) -> str:
    if practice.checks:
        return "Nothing was seen against it, which does not show that it is done."
    return "Nothing that is asked or scanned speaks to it."


def _clause(finding: Finding) -> str:
    """Name a finding inside a sentence by the title of its check, with the place."""
    judged = CHECKS.get(finding.check)
    title = judged.check.title if judged else finding.check
    return f"“{title}” ({finding.address})" if finding.address else f"“{title}”"


def _are(leaves: Sequence[ControlResult], status: ControlStatus) -> str:
    words = _IN_WORDS.get(status, status.value)
    return _verb(leaves, f"is {words}", f"are {words}")


def _verb(leaves: Sequence[ControlResult], one: str, many: str) -> str:
    """Name some controls, each with its paragraph, as the subject of a sentence."""
    named = [f"“{leaf.control.title}” ({leaf.control.citation})" for leaf in leaves]
    if len(named) == 1:
        return f"{named[0]} {one}"
    if len(named) > 3:
        named = [*named[:2], f"{len(named) - 2} more controls"]
    return f"{', '.join(named[:-1])} and {named[-1]} {many}"
