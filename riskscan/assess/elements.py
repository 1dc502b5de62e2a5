"""The nine elements of a risk analysis, which of them have content, and who can give the rest.

From OCR's "Guidance on Risk Analysis Requirements under the HIPAA Security Rule" (2010-07-14). A
scan alone fills few of them: while one lacks content, the report calls itself a technical one.
An answer of "I don't know" counts as asked where the worst is then assumed, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from riskscan.assess.answering import is_usable
from riskscan.assess.library import threats
from riskscan.model import (
    Action,
    AddressableDecision,
    Answer,
    AnswerValue,
    Choice,
    ControlResult,
    ControlStatus,
    Element,
    Flow,
    Implementation,
    Level,
    Registers,
    Risk,
    Scan,
    ScanState,
    Signature,
    System,
    SystemKind,
    ThreatResult,
    Worth,
)

FRESH = timedelta(days=365)
"""How long an answer and a signature count (riskscan baseline, not a legal term)."""

LIKELIHOOD_ASKS = (*(f"E{n:02d}" for n in range(2, 12)), "E13")
"""Questions about the circumstances that decide how likely a threat starts."""

SIGNERS = ("assessor", "security official")

_NAMED = 4
"""Things that a sentence names; the count says how many there are."""


@dataclass(frozen=True, slots=True)
class Material:
    """All that an element may find its content in."""

    scan: Scan
    answers: Mapping[str, Answer]
    """The newest one to each question."""
    registers: Registers
    risks: Sequence[Risk]
    controls: Sequence[ControlResult]
    actions: Sequence[Action]
    threats: Sequence[ThreatResult]
    today: date

    def status(self, control: str) -> ControlStatus:
        found = (c.status for c in self.controls if c.control.id == control)
        return next(found, ControlStatus.NOT_ASSESSED)

    def attested(self, control: str) -> bool:
        """Say whether somebody who knew answered within a year, and there is something in place.

        A second scan alone makes an evaluation partial; it is no answer.
        """
        said = self.answers.get(control)
        answered = said is not None and is_usable(said, self.today)
        return answered and self.status(control) in _IN_PLACE

    def asked(self, question: str) -> bool:
        """Say whether somebody answered within a year; "I don't know" is an answer here."""
        said = self.answers.get(question)
        return (
            said is not None
            and said.value is not AnswerValue.LATER
            and self.today - said.on <= FRESH
        )


def elements(
    scan: Scan,
    answers: Mapping[str, Answer],
    registers: Registers,
    risks: Sequence[Risk],
    controls: Sequence[ControlResult],
    actions: Sequence[Action],
    considered: Sequence[ThreatResult],
    today: date,
) -> tuple[Element, ...]:
    """Say which of the nine elements have content, and of the others what lacks and who has it."""
    material = Material(scan, answers, registers, risks, controls, actions, considered, today)
    found = []
    for number, (title, lacking) in enumerate(_ELEMENTS.items(), start=1):
        lacks = " ".join(lacking(material))
        found.append(Element(number, title, not lacks, lacks))
    return tuple(found)


def _scope(of: Material) -> Iterator[str]:
    if of.scan.state is not ScanState.COMPLETE:
        yield "The scan was stopped before its end: the IT provider runs it to its end."
    kinds = {system.kind for _, system in of.registers.of(System)}
    if SystemKind.CLOUD not in kinds:
        yield (
            "The systems register names no cloud system: the practice manager lists health "
            "record, billing, email, backup and payer portals."
        )
    leaves = of.answers.get("E06")
    if SystemKind.PORTABLE not in kinds and not (leaves and leaves.value is AnswerValue.NO):
        yield (
            "The systems register names no laptops, tablets and phones: the practice manager lists "
            "them, or answers that none leaves the building (question E06)."
        )
    media = of.status("P08") is ControlStatus.NOT_APPLICABLE
    if SystemKind.MEDIA not in kinds and not media:
        yield (
            "The systems register names no backup disks, sticks or discs: the practice manager "
            "lists them."
        )


def _collection(of: Material) -> Iterator[str]:
    if not of.scan.devices:
        yield "The scan saw no device: the IT provider scans from a place that sees them."
    systems = list(of.registers.of(System))
    silent = [system.name for _, system in systems if not system.holds.strip()]
    if not systems:
        yield "The systems register is empty: the practice manager fills it."
    elif silent:
        yield f"What patient data is in {_some(silent)} is not noted: the practice manager knows."
    if not any(True for _ in of.registers.of(Flow)):
        yield (
            "How patient data comes in, moves and leaves is not noted (register flows): practice "
            "manager and IT provider."
        )


def _threats(of: Material) -> Iterator[str]:
    aside = {t.threat.id for t in of.threats if not t.considered and t.reason.strip()}
    entered = {r.threat.id for r in of.risks}
    missing = [listed.threat.title for id, listed in threats().items() if id not in entered | aside]
    if missing:
        yield (
            "These threats enter no risk, and nobody has put them aside with a reason: "
            f"{_some(missing)}. The security official decides."
        )


def _measures(of: Material) -> Iterator[str]:
    if not of.controls:
        yield "No safeguard was judged."
    missing = [c.control for c in of.controls if c.status is ControlStatus.NOT_ASSESSED]
    if missing:
        who = sorted({c.asked_of or "practice manager" for c in missing})
        yield (
            f"{len(missing)} of {len(of.controls)} safeguards could not be judged "
            f"({_some([c.title for c in missing])}): ask {_joined(who)}."
        )


def _likelihood(of: Material) -> Iterator[str]:
    yield from _rated(of)
    missing = [id for id in LIKELIHOOD_ASKS if not of.asked(id)]
    if missing:
        yield (
            f"How likely threats are here was not asked (questions {_some(missing, 20)}): "
            "practice manager."
        )


def _impact(of: Material) -> Iterator[str]:
    yield from _rated(of)
    counted = any(s.patients is not None for _, s in of.registers.of(System))
    if not (counted or of.asked("E01")):
        yield "How many people have records here is not known (question E01): practice manager."
    confirmed = of.attested("A21") or any(True for _ in of.registers.of(Worth))
    if not confirmed:
        yield (
            "Nobody has confirmed which systems matter most (question A21): the owner, or the "
            "security official."
        )


def _rated(of: Material) -> Iterator[str]:
    if not of.risks:
        yield "No scenario could be rated."


def _level(of: Material) -> Iterator[str]:
    yield from _rated(of)
    bare = [r.id for r in of.risks if not r.action and r.acceptance is None and not _is_settled(r)]
    if bare:
        yield f"Nobody has said what becomes of {_some(bare)}: the security official."
    if not of.actions:
        yield "There is no action yet: assessor and practice manager."


def _is_settled(risk: Risk) -> bool:
    """Say whether a safeguard takes the weakness away, and what is left is moderate at most.

    That is the tolerance of riskscan's own baseline: nothing above moderate without a signature.
    """
    return risk.adverse is Level.VERY_LOW and risk.level <= Level.MODERATE


def _documentation(of: Material) -> Iterator[str]:
    signed = {
        signature.role.strip().casefold()
        for _, signature in of.registers.of(Signature)
        if signature.person.strip()
        and signature.on is not None
        and timedelta(0) <= of.today - signature.on <= FRESH
    }
    for role in SIGNERS:
        if not any(role in word for word in signed):
            yield f"The {role} has not signed it in the last twelve months (register signatures)."
    open_ones = list(_undecided(of))
    if open_ones:
        yield (
            "These addressable safeguards were answered with no, and the decision is not on "
            f"record (register addressable): {_some(open_ones)}. The security official decides."
        )


def _undecided(of: Material) -> Iterator[str]:
    """Yield the addressable specifications without the record that 164.306(d)(3) asks for."""
    decided = {
        d.control
        for _, d in of.registers.of(AddressableDecision)
        if d.decision is not Choice.UNDECIDED and d.rationale.strip() and d.approver.strip()
    }
    for result in of.controls:
        control = result.control
        said = of.answers.get(control.id)
        if (
            control.implementation is Implementation.ADDRESSABLE
            and result.status in (ControlStatus.NOT_MET, ControlStatus.PARTIAL)
            and said is not None
            and said.value is AnswerValue.NO
            and control.id not in decided
        ):
            yield f"{control.title} ({control.id})"


def _review(of: Material) -> Iterator[str]:
    if not of.attested("A22"):
        yield (
            "When the analysis is looked at again, and what has changed since the last one, is "
            "not answered (question A22): the security official."
        )


_IN_PLACE = frozenset(
    {
        ControlStatus.MET,
        ControlStatus.PARTIAL,
        ControlStatus.MET_ALTERNATIVE,
        ControlStatus.NOT_REASONABLE,
    }
)
"""Statuses of which somebody said that there is something."""

_ELEMENTS: dict[str, Callable[[Material], Iterator[str]]] = {
    "scope": _scope,
    "data collection": _collection,
    "threats and vulnerabilities": _threats,
    "current security measures": _measures,
    "likelihood": _likelihood,
    "impact": _impact,
    "level of risk and actions": _level,
    "documentation": _documentation,
    "review and updates": _review,
}


def _some(words: Sequence[str], most: int = _NAMED) -> str:
    more = len(words) - most
    return ", ".join(words[:most]) + (f" and {more} more" if more > 0 else "")


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
