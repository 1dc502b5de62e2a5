"""The visit itself: a question, a key, what it changed, the next question."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.answered import counts, day_in, derived, in_words, is_good
from riskscan.cli.options import DATABASE, now
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
_MORE_HELP = "w why · b back · s skip · capital: with a note · o other person · q stop"


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
        self._trail: list[str] = []
        """Questions that were put, in order."""
        self._skipped: set[str] = set()
        self._assessment: Assessment | None = None
        self._answers: dict[str, Answer] = {}

    def go(self) -> None:
        """Ask until nothing is left or the person stops."""
        self._look()
        total = len(self._left())
        if not total:
            click.echo("Everything has been answered. To answer again: --again, or --question A05")
            return
        many = "1 question" if total == 1 else f"{total} questions"
        told = (
            "One key answers, without Enter. Every answer is kept at once: stop whenever you like."
        )
        click.echo(_wrapped(f"{many}. {told}", indent=0))
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
                # Not the one on file: an older riskscan may have asked other questions.
                self._assessment = pipeline.assess_only(store, scan, now=now())

    def _left(self) -> list[str]:
        """Return the questions that are still to be asked, in order."""
        gone = set(self._trail)
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
        return answer is not None and counts(answer)

    def _next(self) -> Question | None:
        left = self._left()
        return self._asked[left[0]] if left else None

    # ------------------------------------------------------------------ asking

    def _who(self) -> None:
        """Ask who answers, unless it was said; a person who answered before has their role."""
        if not self._person:
            self._person = str(click.prompt("Who answers (name)", err=True)).strip()[:80]
        if not self._role:
            roles = {a.person.casefold(): a.role for a in self._answers.values() if a.role}
            known = roles.get(self._person.casefold(), "")
            self._role = str(
                click.prompt("Role in the practice", default=known, show_default=bool(known),
                             err=True)
            ).strip()[:80]  # fmt: skip

    def _other_person(self) -> None:
        self._person, self._role = "", ""
        self._who()

    def _one(self, question: Question) -> None:
        try:
            answer = self._ask(question)
        except Back:
            self._go_back()
            return
        self._trail.append(question.id)
        if answer is None:
            self._skipped.add(question.id)
            return
        self._skipped.discard(question.id)
        self._keep(answer)

    def _go_back(self) -> None:
        if self._trail:
            self._one(self._asked[self._trail.pop()])
        else:
            click.echo("  This is the first question.")

    def _ask(self, question: Question) -> Answer | None:
        """Put one question. Returns None if it is skipped. Raises Stop, Back."""
        self._show(question)
        while True:
            pressed = self._key()
            key = pressed.lower()
            if key in ("w", "?"):
                self._explain(question)
            elif key == "s":
                return None
            elif key == "b":
                raise Back
            elif key == "o":
                self._other_person()
                self._show(question)
            elif key in ("q", "\x03", "\x04", "\x1b", ""):
                raise Stop
            elif (value := self._value(question, key)) is not None:
                return self._told(question, *value, noted=pressed.isupper())
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
            click.secho(_wrapped(f"On file: {in_words(before)}"), dim=True)
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
            return key
        line = sys.stdin.readline()
        return line.strip() if line else ""

    def _value(self, question: Question, key: str) -> tuple[str, str] | None:
        """Return value and choice that a key stands for; None if it stands for none."""
        if question.choices:
            if key.isdigit() and 0 < int(key) <= len(question.choices):
                return "choice", question.choices[int(key) - 1]
            return (_KEYS[key], "") if key in ("d", "l") else None
        return (_KEYS[key], "") if key in _KEYS else None

    def _told(self, question: Question, value: str, choice: str, *, noted: bool) -> Answer:
        """Ask for what belongs to an answer: a note, the document, who approves.

        The answer that one hopes for needs no words, unless it was given in a capital (``noted``).
        """
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
        hoped_for = bool(choice) or value == question.favorable.value
        if noted or not hoped_for:
            label = "In a few words" if hoped_for else "In a few words, what is missing"
            answer = replace(answer, note=self._line(label))
        if question.document and is_good(question, value, choice):
            answer = self._with_document(answer)
        return answer

    def _with_document(self, answer: Answer) -> Answer:
        """Ask for the document until it can be taken: its day is not after the answer's."""
        from riskscan.assess import fits

        click.secho(_wrapped(f"To be seen: {self._asked[answer.question].document}"), dim=True)
        while True:
            seen = self._line("Its title and day (2026-05-31), if you saw it")
            shown = replace(answer, document=seen, document_on=day_in(seen))
            unfit = fits(self._asked[answer.question], shown)
            if not unfit:
                return shown
            click.echo(f"  {unfit}")

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
        from riskscan.cli.addressable import asked_decision
        from riskscan.cli.moved import moved

        before = self._assessment
        told = [answer, *derived(answer, self._answers)]
        self._write(lambda store: pipeline.record_answers(store, told, now()))
        # The database is not held while a person thinks.
        decision = asked_decision(answer, self._line)
        if decision is not None:
            self._write(decision)
        self._look()
        if before is not None and self._assessment is not None:
            for line in moved(before, self._assessment, answer.question):
                loud = line.startswith("!")
                click.secho(_wrapped(line), fg="yellow" if loud else "cyan")

    def _write(self, change: Callable[[Store], object]) -> None:
        """Write to the database; wait a while if another process holds it."""
        from riskscan.errors import StoreError
        from riskscan.store import Store

        until = time.monotonic() + PATIENCE
        while True:
            try:
                with Store.open(self._database) as store:
                    change(store)
                return
            except StoreError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)

    def _farewell(self) -> None:
        from riskscan.cli.moved import lacking

        answered = [id for id in self._trail if id not in self._skipped]
        off = [id for id in answered if not self._is_answered(id)]
        left = len(self._left()) + len(self._skipped)
        click.echo(f"{len(answered)} answered now, {left} left.")
        if off:
            click.echo(_wrapped(f"Not known or put off: {', '.join(off)}", indent=0))
        where = "" if self._database == DATABASE else f" --db {self._database}"
        if self._assessment is not None:
            click.echo(_wrapped(self._assessment.statement, indent=0))
            for line in lacking(self._assessment):
                click.echo(_wrapped(line, indent=0))
        if left:
            click.echo(f"Go on with: riskscan interview{where}")
        click.echo(f"The site walk: riskscan interview --site-walk{where}")
        click.echo(f"The report: riskscan report -o practice.pdf{where}")


def _wrapped(text: str, indent: int = 2) -> str:
    return wrapped(" " * indent + printable(text), indent)
