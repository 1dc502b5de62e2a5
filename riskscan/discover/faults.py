"""How asking one host one question can fail; the sweep turns each into an ``Outcome``."""

from __future__ import annotations

from typing import ClassVar

from riskscan.model import Outcome, Service


class Fault(Exception):
    """A question that got no proper answer. ``str()`` of it is shown to the technician."""

    outcome: ClassVar[Outcome] = Outcome.CRASHED


class Refused(Fault):
    """The port turned the connection away, or hung up before it said anything."""

    outcome = Outcome.REFUSED


class TimedOut(Fault):
    """Nothing came back in the time that the pace allows."""

    outcome = Outcome.TIMED_OUT


class ProtocolError(Fault):
    """Something came back that is not the protocol that was asked for."""

    outcome = Outcome.PROTOCOL_ERROR


class OutOfScope(Fault):
    """The address may not be sent anything."""

    outcome = Outcome.OUT_OF_SCOPE


class SkippedForSafety(Fault):
    """The question was held back because the device might not bear it."""

    outcome = Outcome.SKIPPED_FOR_SAFETY


class PortsUnknown(Fault):
    """The port engine could not learn the states of the ports that it was asked for."""


class AnswersEverywhere(Fault):
    """A tarpit: the host accepts on every port, so no open port means anything."""

    outcome = Outcome.SKIPPED_FOR_SAFETY


class WentSilent(Fault):
    """The host answered before and no longer does. ``services`` is what it said until then."""

    outcome = Outcome.SKIPPED_FOR_SAFETY

    def __init__(self, message: str, services: tuple[Service, ...]) -> None:
        super().__init__(message)
        self.services = services


class Stopped(Exception):
    """The user stopped the scan. Not a fault: the host it hits is dropped, not half reported."""
