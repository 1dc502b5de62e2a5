"""What people said, as rows and back: answers, words about registers, decisions."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from pydantic import TypeAdapter

from riskscan.model import (
    REGISTERS,
    Answer,
    AnswerValue,
    Content,
    Decision,
    Disposition,
    Entry,
)
from riskscan.store.mapping import Row, Values


def answer_values(answer: Answer, recorded_at: datetime) -> Values:
    return {
        "question": answer.question,
        "value": answer.value.value,
        "person": answer.person,
        "said_on": answer.on,
        "note": answer.note,
        "document": answer.document,
        "role": answer.role,
        "document_on": answer.document_on,
        "approver": answer.approver,
        "choice": answer.choice,
        "recorded_at": recorded_at,
    }


def answer_from(row: Row) -> Answer:
    return Answer(
        question=row["question"],
        value=AnswerValue(row["value"]),
        person=row["person"],
        on=row["said_on"],
        note=row["note"],
        document=row["document"],
        role=row["role"],
        document_on=row["document_on"],
        approver=row["approver"],
        choice=row["choice"],
    )


@cache
def _content(register: str) -> TypeAdapter[Content]:
    return TypeAdapter(REGISTERS[register].content)


def entry_values(entry: Entry) -> Values:
    """Raises ValueError for a register that there is not, or content that is not of its kind."""
    register = REGISTERS.get(entry.register)
    if register is None or not isinstance(entry.content, register.content):
        kind = type(entry.content).__name__
        raise ValueError(f"the register {entry.register!r} holds no {kind}")
    return {
        "register": entry.register,
        "entry": entry.id,
        "content": _content(entry.register).dump_python(entry.content, mode="json"),
        "person": entry.person,
        "made_at": entry.made_at,
        "reason": entry.reason,
        "removed": int(entry.removed),
    }


def entry_from(row: Row) -> Entry:
    return Entry(
        register=row["register"],
        id=row["entry"],
        content=_content(row["register"]).validate_python(row["content"]),
        person=row["person"],
        made_at=row["made_at"],
        reason=row["reason"],
        removed=bool(row["removed"]),
    )


def decision_values(decision: Decision) -> Values:
    return {
        "finding": decision.finding,
        "evidence_hash": decision.evidence_hash,
        "disposition": decision.disposition.value,
        "person": decision.person,
        "made_at": decision.made_at,
        "reason": decision.reason,
        "until": decision.until,
        "control": decision.control,
    }


def decision_from(row: Row) -> Decision:
    return Decision(
        finding=row["finding"],
        evidence_hash=row["evidence_hash"],
        disposition=Disposition(row["disposition"]),
        person=row["person"],
        made_at=row["made_at"],
        reason=row["reason"],
        until=row["until"],
        control=row["control"],
    )
