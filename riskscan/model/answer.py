"""What a named person said, and what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AnswerValue(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"
    """I don't know: an answer, and never a yes."""
    LATER = "later"
    """Come back to it: asked, and put off."""
    NOT_APPLICABLE = "not applicable"
    CHOICE = "choice"
    """One of the question's own choices was taken: see :attr:`Answer.choice`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a named person said to one question, on one day. A later one is added, never merged."""

    question: str
    """Id of a question. That of a control (``A05``) asks for the control itself."""
    value: AnswerValue
    person: str
    on: date
    note: str = ""
    document: str = ""
    """Title of a document that was sighted; empty if none was. It is never taken in itself."""
    role: str = ""
    """What the person is in the practice: ``owner``, ``practice manager``, ``IT provider``."""
    document_on: date | None = None
    """The document's own date."""
    approver: str = ""
    """The named person who approved a ``not applicable``."""
    choice: str = ""
    """Word of the choice that was taken; empty for a question without choices."""

    @property
    def said_by(self) -> str:
        """Person and role, as a sentence names them: ``Dana Lake, owner``."""
        return f"{self.person}, {self.role}" if self.role else self.person


class Section(StrEnum):
    """The part of a visit that a question belongs to, in the order of a visit."""

    PRACTICE = "practice"
    """Size, patients, places and habits: what the threats and the worth of things depend on."""
    ADMINISTRATIVE = "administrative"
    PHYSICAL = "physical"
    TECHNICAL = "technical"
    ORGANIZATIONAL = "organizational"
    SITE_WALK = "site-walk"
    """What the technician sees with their own eyes."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask, in plain words, or to look at on the site walk."""

    id: str
    """That of the control it asks for (``A05``), or ``E01`` circumstances, ``S01`` size, ``W01``
    site walk."""
    section: Section
    text: str
    why: str
    """Why it is asked, in a sentence or two."""
    good: str
    """What a good answer looks like."""
    document: str = ""
    """The document to sight; empty if none is needed."""
    choices: tuple[str, ...] = ()
    """The words to choose from; empty for yes, partly, no."""
    controls: tuple[str, ...] = ()
    """Leaf controls that the answer speaks to, beside the one that it is named after."""
    asked_of: str = ""
    """Who usually knows: ``practice manager``, ``IT provider``, ``owner``."""
    favorable: AnswerValue = AnswerValue.YES
    """The answer that speaks well of the practice: no, where the question asks for trouble."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question without a usable answer, and how much it would settle."""

    question: str
    narrows: int
    """How many risks its answer can narrow or move."""
    risks: tuple[str, ...]
    """Ids of these risks, the highest first."""
    put_off: bool = False
    """Asked already, and put off or not known."""
