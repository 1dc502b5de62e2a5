"""What answers, registers and scans say of how likely each threat starts here.

Every threat begins at the default of the library. Answers, failed checks and a scan from the guest
network move it by the rules that stand beside it (``threats.toml``); what lowers comes first, what
raises after it. A question that nobody has answered moves nothing: it widens the interval. What
the practice says of a threat moves it one more step at most, with its reason and its author, and
no word puts a threat aside while the scan sees an open weakness that serves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from riskscan.assess.checks import CHECKS
from riskscan.assess.library import ListedThreat, Move, threats
from riskscan.model import (
    Answer,
    AnswerValue,
    DeviceClass,
    Entry,
    Finding,
    Known,
    Level,
    Registers,
    Risk,
    Scan,
    ScanState,
    ThreatResult,
    ThreatView,
    Zone,
)

LISTENING = "T05"
"""The threat that a guest network without a wall raises."""

_HELD_APART = frozenset(
    {
        DeviceClass.ROUTER_FIREWALL,
        DeviceClass.SWITCH,
        DeviceClass.WIRELESS_AP,
        DeviceClass.MOBILE,
        DeviceClass.UNKNOWN,
    }
)
"""What a guest may well meet: the way out, and other guests."""


@dataclass(frozen=True, slots=True)
class Initiation:
    """How likely a threat starts, as shown and at its bounds, and why."""

    shown: Level
    best: Level
    worst: Level
    because: str = ""
    """What moved it from its default; empty if nothing did."""
    considered: bool = True
    asks: tuple[str, ...] = ()
    """Questions that would move it."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What moves threats."""

    answers: Mapping[str, Answer]
    broken: frozenset[str]
    """Checks with an open finding."""

    def holds(self, move: Move) -> bool | None:
        """Say whether a move counts; None if nobody has said."""
        if any(check.startswith(move.unless) for check in self.broken if move.unless):
            return False
        if not move.is_question:
            return move.by in self.broken
        answer = self.answers.get(move.by)
        if answer is None or answer.value in (AnswerValue.UNKNOWN, AnswerValue.LATER):
            return None
        if (answer.choice or answer.value.value) in move.when:
            return True
        # Partly is neither yes nor no, where no rule names it.
        return None if answer.value is AnswerValue.PARTLY else False

    def told(self, move: Move, verb: str) -> str:
        answer = self.answers.get(move.by) if move.is_question else None
        if answer is None:
            return f"It is {verb} to {move.to}: {move.because} ({move.by} failed in this scan)."
        said = answer.choice or answer.value.value
        by = f"{move.by} answered “{said}” by {answer.said_by} on {answer.on}"
        return f"It is {verb} to {move.to}: {move.because} ({by})."


def initiations(
    answers: Mapping[str, Answer],
    registers: Registers,
    findings: Sequence[Finding],
    elsewhere: Sequence[Scan],
) -> dict[str, Initiation]:
    """Return the first part of likelihood for every threat of the library, by its id.

    ``answers`` are those that still count.
    """
    facts = _Facts(answers, frozenset(f.check for f in findings if f.is_open))
    views = {view.threat: (entry, view) for entry, view in registers.of(ThreatView)}
    table = {}
    for id, listed in threats().items():
        begins = _moved(listed, facts)
        if id == LISTENING:
            begins = _bridged(begins, elsewhere)
        if id in views:
            begins = _as_viewed(id, begins, *views[id], facts.broken)
        table[id] = begins
    return table


def _moved(listed: ListedThreat, facts: _Facts) -> Initiation:
    default = listed.threat.initiation
    certain = [m for m in listed.moves if facts.holds(m)]
    unsaid = [m for m in listed.moves if facts.holds(m) is None]
    told = []
    for move in certain:
        if move.to is not default:
            told.append(facts.told(move, "raised" if move.to > default else "lowered"))
    return Initiation(
        shown=_level(default, certain, certain),
        best=_level(default, (*certain, *unsaid), certain),
        worst=_level(default, certain, (*certain, *unsaid)),
        because=" ".join(told),
        asks=tuple(dict.fromkeys(m.by for m in unsaid)),
    )


def _level(default: Level, lowering: Iterable[Move], raising: Iterable[Move]) -> Level:
    low = min((m.to for m in lowering if m.to < default), default=default)
    return max((m.to for m in raising if m.to > default), default=low)


def _bridged(begins: Initiation, elsewhere: Iterable[Scan]) -> Initiation:
    """Raise eavesdropping where a scan from the guest network met what guests must not meet."""
    for scan in elsewhere:
        if scan.site.zone is not Zone.GUEST or scan.state is not ScanState.COMPLETE:
            continue
        met = [
            d
            for d in scan.devices
            if d.host.open_ports and d.identity.device_class not in _HELD_APART
        ]
        if met:
            told = (
                f"It is raised to {Level.HIGH}: the scan {scan.id} from the guest network met "
                f"{len(met)} of the practice's devices, {met[0].address} among them."
            )
            return replace(
                begins,
                shown=max(begins.shown, Level.HIGH),
                best=max(begins.best, Level.HIGH),
                worst=max(begins.worst, Level.HIGH),
                because=f"{begins.because} {told}".strip(),
            )
    return begins


def _as_viewed(
    id: str, begins: Initiation, entry: Entry, view: ThreatView, broken: frozenset[str]
) -> Initiation:
    """Lay the practice's own view over what the evidence says: one step, and never silently."""
    who = f"{entry.person} on {entry.made_at:%Y-%m-%d} ({entry.id})"
    if not view.reason:
        if view.considered is Known.NO or view.likelihood is not None:
            return _noting(begins, f"A view without a reason by {who} does not count.")
        return begins
    if view.considered is Known.NO:
        feeding = sorted(check for check in broken if id in CHECKS[check].feeds)
        if not feeding:
            told = f"Put aside by {who}: {view.reason}"
            return replace(begins, considered=False, because=told, asks=())
        return _noting(
            begins,
            f"{who} put it aside: {view.reason} It is considered all the same, because "
            f"{feeding[0]} failed in this scan and serves it.",
        )
    if view.likelihood is None:
        return begins
    wanted, at = view.likelihood, begins.shown
    shown = Level.at(max(at.rank - 1, min(at.rank + 1, wanted.rank)))
    cut = "" if shown is wanted else f" ({wanted} was asked for: one step is what a view can move)"
    told = f"{who} set it from {at} to {shown}{cut}: {view.reason}"
    return _noting(
        replace(begins, shown=shown, best=min(begins.best, shown), worst=max(begins.worst, shown)),
        told,
    )


def _noting(begins: Initiation, told: str) -> Initiation:
    return replace(begins, because=f"{begins.because} {told}".strip())


def threat_results(
    begins: Mapping[str, Initiation], risks: Sequence[Risk]
) -> tuple[ThreatResult, ...]:
    """Return every threat of the library: considered or put aside, why, and the risks it enters."""
    return tuple(
        ThreatResult(
            replace(listed.threat, initiation=begins[id].shown),
            begins[id].considered,
            begins[id].because or listed.threat.basis,
            tuple(r.id for r in risks if r.threat.id == id),
        )
        for id, listed in threats().items()
    )
