"""The visit itself: a question, a key, what it changed, the next question."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import now
from riskscan.cli.tables import printable, wrapped

if TYPE_CHECKING:
    from riskscan.model import Answer, Assessment, Question
    from riskscan.store import Store

PATIENCE = 10.0
"""Seconds that an answer waits for another process to let go of the database."""

_KEYS = {
    "y": "yes",
    "p": "partly",
    "n": "no",
    "d": "unknown",
    "l": "later",
    "x": "not applicable",
}
_HELP = "y yes · p partly · n no · d don't know · l later · x does not apply"
_CHOICE_HELP = "the number · d don't know · l later"
_MORE_HELP = "w why we ask · b back · s skip for now · q stop here, all is kept"
_DAY = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
_SHOWN = 4
"""How many changes are listed after an answer."""


class Stop(Exception):
    """The person wants to go on another day."""


class Back(Exception):
    """The person wants the question before once more."""


class Visit:
    """Asks questions of one person, and keeps each answer at once."""

    def __init__(
        self,
        database: Path,
        asked: Sequence[Question],
        person: str | None,
        role: str,
        *,
        in_order: bool,
        again: bool,
    ) -> None:
        self._database = database
        self._asked = {question.id: question for question in asked}
        self._person = (person or "").strip()[:80]
        self._role = role.strip()[:80]
        self._in_order = in_order
        self._again = again
        self._done: list[str] = []
        self._skipped: list[str] = []
        self._assessment: Assessment | None = None
        self._answers: dict[str, Answer] = {}

    def go(self) -> None:
        """Ask until nothing is left or the person stops."""
        self._look()
        total = len(self._left())
        if not total:
            click.echo("Everything has been answered. To answer again: --again, or --question A05")
            return
        click.echo(f"{total} questions. Every answer is kept at once: stop whenever you like.")
        try:
            self._who()
            while question := self._next():
                self._one(question)
        except (Stop, click.Abort, EOFError, KeyboardInterrupt):
            click.echo("")
        self._farewell()

    # ------------------------------------------------------------------ which question

    def _look(self) -> None:
        """Read what is known by now: answers, and what the newest scan means with them."""
        from riskscan import pipeline
        from riskscan.assess.status import newest
        from riskscan.store import Store

        if not self._database.exists():
            return
        with Store.open(self._database, create=False, writer=False) as store:
            self._answers = newest(store.answers())
            scan = pipeline.newest(store)
            if scan is not None:
                self._assessment = pipeline.current(store, scan, now=now())

    def _left(self) -> list[str]:
        """Return the questions that are still to be asked, in order."""
        gone = {*self._done, *self._skipped}
        if self._assessment is not None:
            told = [q.question for q in self._assessment.open_questions]
        else:
            told = [id for id in self._asked if not self._is_answered(id)]
        if self._in_order or self._again:
            order = [id for id in self._asked if self._again or id in told]
        else:
            order = [id for id in told if id in self._asked]
        return [id for id in order if id not in gone]

    def _is_answered(self, id: str) -> bool:
        answer = self._answers.get(id)
        return answer is not None and answer.value.value not in ("later", "unknown")

    def _next(self) -> Question | None:
        left = self._left()
        return self._asked[left[0]] if left else None

    # ------------------------------------------------------------------ asking

    def _who(self) -> None:
        if not self._person:
            self._person = str(click.prompt("Who answers (name)", err=True)).strip()[:80]
        if not self._role:
            self._role = str(
                click.prompt("Role in the practice", default="", show_default=False, err=True)
            ).strip()[:80]

    def _one(self, question: Question) -> None:
        try:
            answer = self._ask(question)
        except Back:
            self._go_back()
            return
        if answer is None:
            self._skipped.append(question.id)
            return
        self._keep(answer)
        self._done.append(question.id)

    def _go_back(self) -> None:
        for trail in (self._done, self._skipped):
            if trail:
                before = self._asked[trail.pop()]
                self._one(before)
                return
        click.echo("  This is the first question.")

    def _ask(self, question: Question) -> Answer | None:
        """Put one question. Returns None if it is skipped. Raises Stop, Back."""
        self._show(question)
        while True:
            key = self._key()
            if key in ("w", "?"):
                self._explain(question)
            elif key == "s":
                return None
            elif key == "b":
                raise Back
            elif key in ("q", "\x03", "\x04", "\x1b", ""):
                raise Stop
            elif (value := self._value(question, key)) is not None:
                return self._told(question, *value)
            else:
                click.echo(f"  {_CHOICE_HELP if question.choices else _HELP}")

    def _show(self, question: Question) -> None:
        left = len(self._left())
        before = self._answers.get(question.id)
        head = f"{question.section.value} · {left} left"
        if question.asked_of:
            head += f" · usually knows: {question.asked_of}"
        click.echo("")
        click.secho(f"{question.id}  {head}", dim=True)
        click.secho(_wrapped(question.text), bold=True)
        for number, choice in enumerate(question.choices, start=1):
            click.echo(f"    {number}  {choice}")
        if before is not None:
            click.secho(_wrapped(f"On file: {_said(before)}"), dim=True)
        click.secho(f"  {_CHOICE_HELP if question.choices else _HELP}", dim=True)
        click.secho(f"  {_MORE_HELP}", dim=True)

    def _explain(self, question: Question) -> None:
        click.echo(_wrapped(question.why or "It decides what the risks are rated by."))
        if question.good:
            click.echo(_wrapped(f"A good answer: {question.good}"))
        if question.document:
            click.echo(_wrapped(f"To be seen: {question.document}"))

    def _key(self) -> str:
        if sys.stdin.isatty():
            click.echo("  > ", nl=False)
            key = click.getchar()
            click.echo(key if key.isprintable() else "")
            return key.lower()
        line = sys.stdin.readline()
        return line.strip().lower() if line else ""

    def _value(self, question: Question, key: str) -> tuple[str, str] | None:
        """Return value and choice that a key stands for; None if it stands for none."""
        if question.choices:
            if key.isdigit() and 0 < int(key) <= len(question.choices):
                return "choice", question.choices[int(key) - 1]
            return (_KEYS[key], "") if key in ("d", "l") else None
        return (_KEYS[key], "") if key in _KEYS else None

    def _told(self, question: Question, value: str, choice: str) -> Answer:
        """Ask for what belongs to an answer: a note, the document, who approves."""
        from riskscan.assess import following
        from riskscan.model import Answer, AnswerValue

        answer = Answer(
            question.id, AnswerValue(value), self._person, now().astimezone().date(),
            role=self._role, choice=choice,
        )  # fmt: skip
        if value in ("unknown", "later"):
            return answer
        if value == "not applicable":
            reason = self._line("Why does it not apply", needed=True)
            return replace(answer, note=reason, approver=self._approver())
        if any(other.value is AnswerValue.NOT_APPLICABLE for other in following(answer)):
            answer = replace(answer, approver=self._approver())
        if not choice:
            answer = replace(answer, note=self._line("Anything to add"))
        if question.document and _is_good(question, value, choice):
            seen = self._line("Title and day of the document, if you saw it")
            answer = replace(answer, document=seen, document_on=_day_in(seen))
        return answer

    def _approver(self) -> str:
        return self._line("Who approves that it does not apply (name)", needed=True)

    def _line(self, label: str, *, needed: bool = False) -> str:
        """Ask for a line of text; Enter leaves it empty, unless it is needed."""
        while True:
            hint = "" if needed else " (Enter: nothing)"
            if sys.stdin.isatty():
                said = str(click.prompt(f"  {label}{hint}", default="", show_default=False))
            else:
                said = sys.stdin.readline()
                if not said and needed:
                    raise Stop
            said = " ".join(said.split())[:400]
            if said or not needed:
                return said

    # ------------------------------------------------------------------ keeping

    def _keep(self, answer: Answer) -> None:
        """Write an answer down at once with what follows from it, and say what it changed."""
        from riskscan import pipeline
        from riskscan.assess import following
        from riskscan.errors import StoreError
        from riskscan.store import Store

        before, until = self._assessment, time.monotonic() + PATIENCE
        while True:
            try:
                with Store.open(self._database) as store:
                    pipeline.record_answers(store, [answer, *following(answer)], now())
                    self._decide(answer, store)
                break
            except StoreError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)
        self._look()
        if before is not None and self._assessment is not None:
            for line in changes(before, self._assessment):
                click.secho(_wrapped(line), fg="cyan")

    def _decide(self, answer: Answer, store: Store) -> None:
        """Ask for the record of decision where an addressable specification is not as written."""
        from riskscan.cli.addressable import offer

        offer(answer, store, self._line)

    def _farewell(self) -> None:
        left = len(self._left()) + len(self._skipped)
        click.echo(f"{len(self._done)} answered now, {left} left.")
        if self._assessment is not None:
            click.echo(_wrapped(self._assessment.statement, indent=0))
        click.echo("Go on with: riskscan interview    The report: riskscan report -o practice.pdf")


def changes(before: Assessment, after: Assessment) -> Iterator[str]:
    """Say what an answer changed: status of controls, levels of risks, how much is left open."""
    known = {c.control.id: c for c in before.controls}
    for result in after.controls:
        old = known[result.control.id]
        if (old.status, old.assurance) != (result.status, result.assurance):
            yield (
                f"→ {result.control.title} ({result.control.citation}): {old.status.value} → "
                f"{result.status.value} ({result.assurance.value})"
            )
    old_risks = {r.key: r for r in before.risks}
    moved = [
        (old_risks[r.key], r)
        for r in after.risks
        if r.key in old_risks and old_risks[r.key].level is not r.level
    ]
    for old_risk, risk in moved[:_SHOWN]:
        yield f"→ {risk.id}: {old_risk.level} → {risk.level}. {risk.statement}"
    if len(moved) > _SHOWN:
        yield f"→ and {len(moved) - _SHOWN} more risks moved"
    narrowed = sum(
        (old_risks[r.key].best, old_risks[r.key].worst) != (r.best, r.worst)
        for r in after.risks
        if r.key in old_risks
    )
    if narrowed:
        counts = Counter(r.level for r in after.risks)
        shown = ", ".join(f"{counts[level]} {level}" for level in sorted(counts, reverse=True))
        yield f"→ {narrowed} risks are surer now. Risks: {shown}"


def _is_good(question: Question, value: str, choice: str) -> bool:
    """Say whether an answer claims something that a document can show."""
    return bool(choice) or value in (question.favorable.value, "partly")


def _said(answer: Answer) -> str:
    parts = [answer.choice or answer.value.value, f"{answer.said_by}, {answer.on}"]
    return " · ".join([*parts, *(p for p in (answer.note, answer.document) if p)])


def _wrapped(text: str, indent: int = 2) -> str:
    return wrapped(" " * indent + printable(text), indent)


def _day_in(text: str) -> date | None:
    """Return the day that a document's title names: ``Security policy, 2026-02-01``."""
    found = _DAY.search(text)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
