"""Keep what becomes of a risk and of an action; each rests on what was found."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from riskscan.assess.acceptances import basis_of
from riskscan.assess.progress import rests_on
from riskscan.model import Acceptance, Action, ActionEntry, Content, Entry, Risk
from riskscan.pipeline.judging import record_entry
from riskscan.store import Store

LONGEST = 400
"""Characters kept of the risk's own sentence."""


def accept(store: Store, risk: Risk, acceptance: Acceptance, person: str, now: datetime) -> Entry:
    """Keep that a risk is borne, with its level of today and what it rests on; judges nothing."""
    content = replace(
        acceptance,
        risk=risk.key,
        level=risk.level,
        title=risk.statement[:LONGEST],
        basis=basis_of(risk),
    )
    return _keep(store, "acceptances", content, accepted(store, risk), person, now)


def follow(store: Store, action: Action, content: ActionEntry, person: str, now: datetime) -> Entry:
    """Keep what is said of an action, and which findings a later scan must see gone.

    A device that is away today stays on it. Judges nothing.
    """
    entry = followed(store, action)
    said = entry.content if entry else None
    earlier = said.findings if isinstance(said, ActionEntry) else ""
    content = replace(
        content,
        action=action.key,
        title=content.title or action.title,
        findings=rests_on(action, earlier),
    )
    return _keep(store, "todo", content, entry, person, now)


def accepted(store: Store, risk: Risk) -> Entry | None:
    """Return the entry that accepts a risk, whether or not it still holds."""
    entries = store.registers().of(Acceptance)
    return next((entry for entry, said in entries if said.risk == risk.key), None)


def followed(store: Store, action: Action) -> Entry | None:
    """Return the entry that speaks of an action."""
    entries = store.registers().of(ActionEntry)
    return next((entry for entry, said in entries if said.action == action.key), None)


def _keep(
    store: Store, register: str, content: Content, entry: Entry | None, person: str, now: datetime
) -> Entry:
    return record_entry(store, register, content, person, now, entry_id=entry.id if entry else None)
