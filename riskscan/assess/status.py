"""What is known of each control: a scan refutes easily, an answer supports, silence says nothing.

The first rule that fits decides:

1. An open refutation (a failed check that cites the control, more than a guess) leaves it partial
   at best, and not met if a system of very high worth is affected, or more than a tenth of all
   devices, or if no answer supports it. No answer removes it. Findings of low severity alone
   weaken a control and do not void it: partial.
2. Not applicable takes a reason: the checklist's own, or one that a named person gave.
3. Met takes a fresh yes, the document sighted where one is needed, and no gap in what the checks
   could see. A scan alone never gives it.
4. Partial is what falls short of that; a yes without its document is attested, no more.
5. All else is not assessed, and unknown is never met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from riskscan.assess.decided import set_aside
from riskscan.assess.estate import Estate
from riskscan.model import (
    Answer,
    AnswerValue,
    Assurance,
    Confidence,
    Control,
    ControlResult,
    ControlStatus,
    Finding,
    Implementation,
    Level,
    Registers,
    Result,
    Scan,
    ScanPower,
    VendorResult,
)

FRESH = timedelta(days=365)
"""How long an answer or a sighted document counts (riskscan baseline, not a legal term)."""

POSITIVE = frozenset({"tls.old-version", "cleartext.dicom"})
"""Checks whose pass, with evidence, shows a safeguard at work and not just an absent weakness."""

NEEDS_MORE = {
    "A13": "A protection report for every computer would have to be read in to call it met.",
    "A17": "A recent backup report and a dated restore test would have to be read in.",
    "A22": "A second dated scan is needed beside the non-technical review.",
    "T04": "An encryption report for every computer would have to be read in to call it met.",
    "T07": "A report of second factors for remote and administrator access would be needed.",
}
"""Controls whose proof is more than an answer and a document, and what is missing."""


_NAMED = 5
"""Kinds of weakness that a control's reason names."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that a control may be judged by."""

    findings: Mapping[str, Sequence[Finding]]
    """By check."""
    titles: Mapping[str, str]
    """Of checks."""
    estate: Estate
    today: date
    scanned_before: bool
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """The newest one to each question, also to those that ask for no single control."""
    registers: Registers = field(default_factory=Registers)
    previous: Scan | None = None
    """An earlier complete scan of the practice."""
    vendors: tuple[VendorResult, ...] = ()


def newest(answers: Iterable[Answer]) -> dict[str, Answer]:
    """Return the latest answer to each question; of two on one day, the later in order."""
    latest: dict[str, Answer] = {}
    for answer in answers:
        known = latest.get(answer.question)
        if known is None or answer.on >= known.on:
            latest[answer.question] = answer
    return latest


def judge(control: Control, answer: Answer | None, grounds: Grounds) -> ControlResult:
    """Return the status of one control, its assurance, and why in words."""
    about = [f for check in control.checks for f in grounds.findings.get(check, ())]
    against = [f for f in about if f.is_open and f.confidence is not Confidence.LOW]
    stale = answer is not None and grounds.today - answer.on > FRESH
    fresh = None if stale else answer
    if against:
        status, assurance, reason = _denied(control, fresh, _refuted(against, fresh, grounds))
    elif fresh is None or fresh.value is AnswerValue.UNKNOWN:
        status, assurance, reason = _unanswered(control, answer, about, grounds)
    else:
        status, assurance, reason = _answered(control, fresh, about, grounds)
    guesses = sum(f.is_open for f in about) - len(against)
    if guesses:
        reason += f" {_count(guesses, 'sign')} of a weakness must still be confirmed."
    if aside := set_aside(about):
        reason += f" Set aside by named persons: {aside}."
    return ControlResult(control, status, assurance, reason, tuple(f.id for f in against), answer)


_Outcome = tuple[ControlStatus, Assurance, str]


def _refuted(against: Sequence[Finding], answer: Answer | None, grounds: Grounds) -> _Outcome:
    estate = grounds.estate
    touched = {str(d.address) for f in against for d in estate.touched(f)}
    supported = answer is not None and answer.value in (AnswerValue.YES, AnswerValue.PARTLY)
    vital = sorted(a for a in touched if estate.worth(a) is Level.VERY_HIGH)
    many = len(touched) * 10 > len(estate.devices)
    weighty = any(f.severity >= Level.MODERATE for f in against)
    void = weighty and (bool(vital) or many or not supported)
    reason = f"The scan speaks against it: {_listed(against, grounds)}."
    if void and vital:
        reason += " Systems of the highest worth are affected."
    elif void and many:
        reason += " More than a tenth of all devices are affected."
    elif void:
        reason += " No answer on file supports it."
    elif not weighty:
        reason += " These weaken the safeguard and do not void it."
    if answer is not None and answer.value in (AnswerValue.YES, AnswerValue.NOT_APPLICABLE):
        reason += (
            f" The answer “{answer.value}” of {answer.said_by} disagrees; what was seen stands "
            "until a later scan or a documented exception."
        )
    status = ControlStatus.NOT_MET if void else ControlStatus.PARTIAL
    return status, Assurance.SCANNED, reason


def _denied(control: Control, answer: Answer | None, seen: _Outcome) -> _Outcome:
    """Hold a refuted control to a plain no: what the scan saw cannot make more of it."""
    if answer is None or answer.value is not AnswerValue.NO:
        return seen
    said = f"{answer.said_by} answered “{answer.value}” on {answer.on}."
    status, _, why = _absent(control, answer, said)
    if status is not ControlStatus.NOT_MET:
        return seen
    return status, Assurance.SCANNED, f"{why} {seen[2]}"


def _unanswered(
    control: Control, answer: Answer | None, about: Sequence[Finding], grounds: Grounds
) -> _Outcome:
    if control.default_not_applicable and (answer is None or answer.value is AnswerValue.UNKNOWN):
        reason = f"{control.default_not_applicable} To be confirmed by the practice."
        return ControlStatus.NOT_APPLICABLE, Assurance.NONE, reason
    good = [f for f in about if f.check in POSITIVE and f.result is Result.PASS and f.evidence]
    can_support = control.scan_power in (ScanPower.SUPPORT, ScanPower.BOTH)
    if good and can_support and not _gaps(about, grounds.estate):
        devices = len({f.address for f in good})
        reason = f"The scan saw it at work on {_count(devices, 'device')}. To ask: "
        return ControlStatus.PARTIAL, Assurance.SCANNED, reason + control.question
    return ControlStatus.NOT_ASSESSED, Assurance.NONE, _open(control, answer)


def _open(control: Control, answer: Answer | None) -> str:
    if answer is None:
        return f"Not answered yet. To ask: {control.question}"
    if answer.value is AnswerValue.UNKNOWN:
        return f"{answer.said_by} did not know. To ask: {control.question}"
    return f"The answer of {answer.on} is more than a year old. To ask again: {control.question}"


def _answered(
    control: Control, answer: Answer, about: Sequence[Finding], grounds: Grounds
) -> _Outcome:
    assurance = Assurance.DOCUMENT if answer.document else Assurance.ATTESTED
    said = f"{answer.said_by} answered “{answer.value}” on {answer.on}."
    if answer.value is AnswerValue.NOT_APPLICABLE:
        return _not_applicable(control, answer)
    if answer.value is AnswerValue.NO:
        return _absent(control, answer, said)
    if answer.value is AnswerValue.PARTLY:
        return ControlStatus.PARTIAL, assurance, f"{said} {answer.note}".rstrip()
    lacking = _lacking(control, answer, about, grounds)
    if lacking:
        return ControlStatus.PARTIAL, assurance, f"{said} {lacking}"
    sighted = f" Sighted: {answer.document}." if answer.document else ""
    return ControlStatus.MET, assurance, said + sighted


def _lacking(control: Control, answer: Answer, about: Sequence[Finding], grounds: Grounds) -> str:
    """Say what keeps a yes from being met; nothing if it suffices."""
    if control.document and not answer.document:
        return f"The document was not sighted: {control.document}."
    if control.id in NEEDS_MORE and not (control.id == "A22" and grounds.scanned_before):
        return NEEDS_MORE[control.id]
    return _gaps(about, grounds.estate)


def _gaps(about: Sequence[Finding], estate: Estate) -> str:
    """Say what the checks could not see: nothing on important devices, 5 % on others may lack."""
    blind = [f for f in about if f.result in (Result.UNKNOWN, Result.ERROR)]
    important = {f.address for f in blind if estate.worth(f.address) >= Level.HIGH}
    others = [f for f in blind if f.address not in important]
    if important:
        return f"The scan could not check it on {_count(len(important), 'important device')}."
    if len(others) * 20 > len(about):
        return (
            f"The scan could not check it on {_count(len({f.address for f in others}), 'device')}."
        )
    return ""


def _not_applicable(control: Control, answer: Answer) -> _Outcome:
    reason = answer.note or control.default_not_applicable
    if not reason:
        text = f"“Not applicable” was answered without a reason. To ask: {control.question}"
        return ControlStatus.NOT_ASSESSED, Assurance.NONE, text
    text = f"{reason} Confirmed by {answer.said_by} on {answer.on}."
    return ControlStatus.NOT_APPLICABLE, Assurance.ATTESTED, text


def _absent(control: Control, answer: Answer, said: str) -> _Outcome:
    """A no. An addressable specification may be left out, or replaced, by a documented decision."""
    if control.implementation is Implementation.REQUIRED or not answer.note:
        return ControlStatus.NOT_MET, Assurance.ATTESTED, f"{said} {answer.note}".rstrip()
    if not answer.document:
        text = f"{said} {answer.note} The decision is not documented (164.306(d)(3))."
        return ControlStatus.PARTIAL, Assurance.ATTESTED, text
    text = f"{said} {answer.note} The documented decision was sighted: {answer.document}."
    return ControlStatus.PARTIAL, Assurance.DOCUMENT, text


def _listed(findings: Sequence[Finding], grounds: Grounds) -> str:
    """Name each weakness once, the worst first, with the first devices that show it.

    A control that many checks cite would fill a page; the findings themselves stand beside it.
    """
    worst = sorted(findings, key=lambda f: -f.severity.rank)
    checks = list(dict.fromkeys(f.check for f in worst))
    parts = []
    for check in checks[:_NAMED]:
        where = [f.address or "the network" for f in findings if f.check == check]
        shown = ", ".join(where[:3]) + (f" and {len(where) - 3} more" if len(where) > 3 else "")
        parts.append(f"{grounds.titles[check]} ({shown})")
    if (rest := len(checks) - _NAMED) > 0:
        parts.append(f"and {_count(rest, 'further kind')} of weakness")
    return "; ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
