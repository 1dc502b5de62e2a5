"""The jobs that ask TCP ports: one question each, answered by the port engine of the session."""

from __future__ import annotations

from collections.abc import Mapping

from riskscan.discover.brake import Brake
from riskscan.discover.faults import PortsUnknown
from riskscan.discover.question import Standing
from riskscan.discover.raw import messages
from riskscan.discover.raw.contract import Emit, Message
from riskscan.discover.raw.session import Session


def ports(session: Session, params: Message, emit: Emit, brake: Brake) -> None:
    """Emit ``so_far`` twice a second, the ports that moved; last ``services``, the state of all.

    ``params`` is a :class:`riskscan.discover.question.Question`. Raises ``AnswersEverywhere``,
    ``WentSilent``, ``PortsUnknown``, ``Stopped``; ``OSError`` where raw sockets are denied.
    """
    question = messages.question_of(params)
    if not session.scope.allows(question.address):
        raise PortsUnknown(f"{question.address} is not in scope")
    told: dict[int, Standing] = {}

    def tell(standings: Mapping[int, Standing]) -> None:
        news = {port: s for port, s in standings.items() if told.get(port) != s}
        told.update(news)
        if news:
            emit({"so_far": messages.standings_message(news)})

    services = session.engine().ask(question, brake, tell)
    emit({"services": messages.services_message(services)})


def forget(session: Session, params: Message, emit: Emit, brake: Brake) -> None:
    """Drop what the engine remembers of a host that is through. Emits nothing."""
    (address,) = messages.fields_of(params, "address")
    session.engine().forget(messages.address_of(address))
