"""The jobs that ask TCP ports: one question each, answered by the port engine of the session."""

from __future__ import annotations

from riskscan.discover.brake import Brake
from riskscan.discover.faults import PortsUnknown
from riskscan.discover.raw import messages
from riskscan.discover.raw.contract import Emit, Message
from riskscan.discover.raw.session import Session


def ports(session: Session, params: Message, emit: Emit, brake: Brake) -> None:
    """Emit ``services``, the state of every port that was asked.

    ``params`` is a :class:`riskscan.discover.question.Question`. Raises ``AnswersEverywhere``,
    ``WentSilent``, ``PortsUnknown``, ``Stopped``; ``OSError`` where raw sockets are denied.
    """
    question = messages.question_of(params)
    if not session.scope.allows(question.address):
        raise PortsUnknown(f"{question.address} is not in scope")
    services = session.engine().ask(question, brake)
    emit({"services": messages.services_message(services)})


def forget(session: Session, params: Message, emit: Emit, brake: Brake) -> None:
    """Drop what the engine remembers of a host that is through. Emits nothing."""
    (address,) = messages.fields_of(params, "address")
    session.engine().forget(messages.address_of(address))
