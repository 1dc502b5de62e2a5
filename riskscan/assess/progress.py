"""How far each action is: what the practice said of it, and what a later scan verified.

Done is what somebody says; verified is what a scan that began afterwards saw, or a document
shows. A scan verifies an action only if it saw each of its findings pass: a device that was away,
or a check that could not see, leaves it unverified. A scan that still sees one outranks a document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta

from riskscan.assess.actions import DUE_DAYS
from riskscan.assess.checks import CHECKS
from riskscan.model import (
    Action,
    ActionEntry,
    ActionStatus,
    Check,
    Entry,
    Finding,
    Level,
    Registers,
    Result,
    Scan,
)

OWN = "own."
"""How the key of an action of the practice's own begins."""

CLOSED = frozenset(
    {
        ActionStatus.DONE_UNVERIFIED,
        ActionStatus.VERIFIED,
        ActionStatus.ACCEPTED,
        ActionStatus.CANCELLED,
    }
)
_REPORTED = frozenset({ActionStatus.DONE_UNVERIFIED, ActionStatus.VERIFIED})
"""Both are words of a person: what is verified is found here, whatever was typed."""
_NOBODY = "not named yet"
_UNSEEN = "unseen"
_ASKED = ("gap.", "questions/", _UNSEEN)
"""How the keys of actions begin that answers settle, or a closer look."""

_Said = tuple[Entry, ActionEntry]


def is_overdue(action: Action, today: date) -> bool:
    """Say whether its day has passed, and nobody has reported it as done or closed it."""
    return action.due < today and action.status not in CLOSED


def rests_on(action: Action, earlier: str = "") -> str:
    """Return the findings that an entry about this action must name, to be verified later.

    ``earlier`` is what the entry named before: a device that is away today stays on it.
    """
    return " ".join(dict.fromkeys((*earlier.split(), *action.findings)))


def follow(
    actions: Sequence[Action],
    registers: Registers,
    findings: Sequence[Finding],
    scan: Scan,
    today: date,
) -> tuple[Action, ...]:
    """Return the actions with owner, day and state from the register, and the practice's own.

    Planned ones keep their place and id. After them come those whose weakness this scan no longer
    shows, and the practice's own, in the order of the register.
    """
    said = {
        content.action.strip(): (entry, content) for entry, content in registers.of(ActionEntry)
    }
    known = {finding.id: finding for finding in findings}
    planned = [_planned(a, said.get(a.key) if a.key else None, known, scan) for a in actions]
    keys = {action.key for action in actions}
    others = [_other(each, known, scan) for key, each in said.items() if key not in keys]
    numbered = (
        replace(action, id=f"ACT-{number:02d}")
        for number, action in enumerate(others, start=len(planned) + 1)
    )
    return (*planned, *numbered)


def _planned(
    action: Action, said: _Said | None, known: Mapping[str, Finding], scan: Scan
) -> Action:
    """Lay an entry over an action whose weakness is still there."""
    if said is None:
        return action
    entry, content = said
    action = _told(action, entry, content)
    if content.status not in _REPORTED:
        return action
    if action.findings and _began_after(scan, entry, content):
        seen = _addresses(action.findings, known)
        where = f" on {seen}" if seen else ""
        note = f"{_reported(entry, content)}; a scan of {_day(scan)} still sees it{where}."
        return _with(action, ActionStatus.IN_PROGRESS, note)
    if action.findings or not content.document.strip():
        waits = "a later scan" if action.findings else "a document"
        note = f"{_reported(entry, content)}; {waits} has to show it."
        return _with(action, ActionStatus.DONE_UNVERIFIED, note)
    return _by_document(action, content)


def _told(action: Action, entry: Entry, content: ActionEntry) -> Action:
    """Take over what a person said; an empty field leaves what the plan proposes."""
    return replace(
        action,
        owner=content.owner.strip() or action.owner,
        due=content.due or action.due,
        cost=content.cost.strip() or action.cost,
        criterion=content.criterion.strip() or action.criterion,
        status=content.status,
        note=content.note.strip(),
        entry=entry.id,
        interim=content.interim.strip(),
        vendor=content.vendor.strip(),
    )


def _other(said: _Said, known: Mapping[str, Finding], scan: Scan) -> Action:
    """Make an action of an entry that answers nothing in the plan of today."""
    entry, content = said
    action = _told(_from_register(entry, content), entry, content)
    if content.action.startswith(OWN):
        return _own(action, entry, content)
    if _check(content) is None:
        return _settled(action, content, scan)
    unclear = "; ".join(_unclear(content, known))
    if not unclear and _began_after(scan, entry, content):
        told = (
            _reported(entry, content)
            if content.status in _REPORTED
            else "Nobody reported it as done"
        )
        note = f"{told}; a scan of {_day(scan)} looked, and it is gone."
        return replace(_with(action, ActionStatus.VERIFIED, note), verified_by=scan.id)
    if content.status not in _REPORTED:
        return _with(action, content.status, f"This scan does not show it: {unclear}.")
    if content.document.strip():
        return _by_document(action, content)
    why = unclear or "no scan has begun since"
    note = f"{_reported(entry, content)}; not verified: {why}."
    return _with(action, ActionStatus.DONE_UNVERIFIED, note)


def _from_register(entry: Entry, content: ActionEntry) -> Action:
    check = _check(content)
    level = content.level or (check.severity if check else Level.MODERATE)
    key = content.action.strip()
    return Action(
        id="",
        title=content.title.strip() or (check.title if check else key),
        how=check.fix if check else "",
        owner=_NOBODY,
        due=entry.made_at.date() + timedelta(days=DUE_DAYS[level]),
        cost="",
        level=level,
        risks=(),
        findings=tuple(content.findings.split()),
        criterion=check.verify if check else "",
        key=key,
    )


def _check(content: ActionEntry) -> Check | None:
    judgement = CHECKS.get(content.action.strip().partition("/")[0])
    return judgement.check if judgement else None


def _own(action: Action, entry: Entry, content: ActionEntry) -> Action:
    if content.status not in _REPORTED:
        return action
    if content.document.strip():
        return _by_document(action, content)
    note = f"{_reported(entry, content)}; a document has to show it."
    return _with(action, ActionStatus.DONE_UNVERIFIED, note)


def _settled(action: Action, content: ActionEntry, scan: Scan) -> Action:
    """Close what neither answers nor scan leave open: the plan of today does not ask for it."""
    if not action.key.startswith(_ASKED):
        note = "The plan has no action of this name."
        return _with(action, content.status, note)
    if content.document.strip() and content.status in _REPORTED:
        return _by_document(action, content)
    by = scan.id if action.key == _UNSEEN else "the answers on record"
    note = "Nothing in this assessment asks for it any more."
    return replace(_with(action, ActionStatus.VERIFIED, note), verified_by=by)


def _by_document(action: Action, content: ActionEntry) -> Action:
    document = content.document.strip()
    return replace(action, status=ActionStatus.VERIFIED, verified_by=document)


def _unclear(content: ActionEntry, known: Mapping[str, Finding]) -> Iterator[str]:
    """Yield what keeps a scan from showing that each finding of an action is gone."""
    ids = content.findings.split()
    if not ids:
        yield "the register does not say on which findings it rests"
    away = sum(id not in known for id in ids)
    if away:
        noun = "device was" if away == 1 else "devices were"
        yield f"{away} {noun} away, or could not be judged any more"
    for finding in (known[id] for id in ids if id in known):
        where = finding.address or "the network"
        if finding.result is Result.FAIL:
            by = f", set aside by {finding.decision.person}" if finding.decision else ""
            yield f"it is still there on {where}{by}"
        elif finding.result is not Result.PASS:
            yield f"on {where} the check could not see"


def _began_after(scan: Scan, entry: Entry, content: ActionEntry) -> bool:
    """Say whether a scan began on a later day, or on the same after it was reported."""
    began = scan.started_at.astimezone(UTC).date()
    if content.done_on is None:
        return scan.started_at >= entry.made_at
    if began == content.done_on:
        return scan.started_at >= entry.made_at
    return began > content.done_on


def _reported(entry: Entry, content: ActionEntry) -> str:
    return f"Reported done on {content.done_on or entry.made_at.date()}"


def _addresses(ids: Sequence[str], known: Mapping[str, Finding]) -> str:
    """Name the first addresses on which findings are still there."""
    there = [a for id in ids if id in known and (a := known[id].address) is not None]
    more = f" and {len(there) - 3} more" if len(there) > 3 else ""
    return ", ".join(there[:3]) + more


def _with(action: Action, status: ActionStatus, note: str) -> Action:
    joined = f"{action.note.rstrip('.')}. {note}" if action.note else note
    return replace(action, status=status, note=joined)


def _day(scan: Scan) -> str:
    return f"{scan.started_at:%Y-%m-%d}"
