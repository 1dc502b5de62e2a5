"""The record of decision on an addressable specification, asked for where an answer needs one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from riskscan.cli.options import now

if TYPE_CHECKING:
    from riskscan.model import AddressableDecision, Answer
    from riskscan.store import Store


class Line(Protocol):
    """Asks for a line of text."""

    def __call__(self, label: str, *, needed: bool = False) -> str: ...


def asked_decision(answer: Answer, line: Line) -> Callable[[Store], object] | None:
    """Ask what stands in for an addressable specification that is answered with no.

    Addressable is never optional: a no without a documented decision stays open
    (45 CFR 164.306(d)(3)). Returns what keeps the decision; None if there is none to keep.
    """
    from riskscan.assess import load_checklist
    from riskscan.model import AddressableDecision, AnswerValue, Choice, Implementation

    controls = {c.id: c for c in load_checklist().controls}
    control = controls.get(answer.question)
    if (
        control is None
        or control.implementation is not Implementation.ADDRESSABLE
        or answer.value is not AnswerValue.NO
    ):
        return None
    alternative = line("This one may be replaced by something as good. What is in its place")
    rationale = line(
        "Why is it not done as written (size, cost, likelihood)"
        if alternative
        else "If it is not reasonable here at all: why"
    )
    if not rationale:
        return None
    approver = line("Who decided that (name)", needed=True)
    today = now().astimezone().date()
    decision = AddressableDecision(
        control=control.id,
        decision=Choice.ALTERNATIVE if alternative else Choice.NOT_REASONABLE,
        rationale=rationale,
        alternative=alternative,
        approver=approver,
        decided_on=today,
        review_on=today.replace(year=today.year + 1, day=min(today.day, 28)),
    )
    return lambda store: _keep(store, decision, answer.person)


def _keep(store: Store, decision: AddressableDecision, person: str) -> None:
    from riskscan import pipeline
    from riskscan.model import AddressableDecision

    earlier = [
        entry
        for entry, old in store.registers().of(AddressableDecision)
        if old.control == decision.control
    ]
    pipeline.record_entry(
        store, "addressable", decision, person, now(), entry_id=earlier[0].id if earlier else None
    )
