"""Whoever answers questions about ports by raw sockets, as the examination of a host sees it."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from riskscan.discover.brake import Brake
from riskscan.discover.faults import PortsUnknown, Stopped
from riskscan.discover.question import Question, Standing
from riskscan.discover.raw import messages
from riskscan.discover.raw.contract import RawSockets
from riskscan.errors import NmapFailed
from riskscan.model import Address, Segment, Service

Tell = Callable[[Mapping[int, Standing]], None]


class Ports:
    """Asks the port engine of the process that holds the raw sockets; safe to share."""

    def __init__(self, raw: RawSockets, brake: Brake) -> None:
        self._raw = raw
        self._brake = brake

    def ask(self, question: Question, tell: Tell = lambda _standing: None) -> tuple[Service, ...]:
        """Return the state of every TCP port that was asked, of an IPv4 address.

        ``tell`` hears twice a second, in this thread, how the ports stand that moved.
        Raises ``AnswersEverywhere``, ``WentSilent``, ``PortsUnknown``; ``Stopped`` if the scan
        should end, ``RawSocketsLost`` if nobody is there to ask.
        """
        params = messages.question_message(question)
        try:
            said: Mapping[str, Any] = {}
            for said in self._raw.run("ports", params, brake=self._brake):
                if "so_far" in said:
                    tell(messages.standings_of(said["so_far"], question.tcp))
            services = messages.services_of(said.get("services"))
        except (ValueError, OSError) as error:
            raise PortsUnknown(f"the port engine could not be asked: {error}"[:200]) from error
        if [(s.protocol, s.port) for s in services] != [("tcp", p) for p in question.tcp]:
            raise PortsUnknown("the port engine left out ports")
        return services

    def introduce(self, segment: Segment, address: Address, mac: str) -> bool:
        """Tell the kernel who this neighbour is; say whether it took it.

        Raises ``Stopped``, ``RawSocketsLost``.
        """
        params = {"interface": segment.interface, "address": str(address), "mac": mac}
        try:
            said = _last(self._raw, "introduce", params, self._brake)
        except (ValueError, OSError):
            return False  # not an IPv4 neighbour: then the kernel asks for itself
        return said.get("known") is True

    def forget(self, address: Address) -> None:
        """Let go of what is remembered of a host that is through."""
        with suppress(Stopped):
            _last(self._raw, "forget", {"address": str(address)}, self._brake)


def nmap_answer(raw: RawSockets, question: Question, brake: Brake) -> tuple[bytes, str]:
    """Let nmap ask with raw packets; return its XML and its complaint.

    Raises ``NmapFailed``, ``NmapMissing``, ``Stopped``, ``RawSocketsLost``.
    """
    params = messages.question_message(question)
    try:
        said = _last(raw, "nmap", params, brake)
        complaint = messages.text_of(said.get("complaint"))
        return b64decode(str(said.get("xml")), validate=True), complaint
    except (binascii.Error, ValueError, OSError) as error:
        raise NmapFailed(f"nmap could not be asked: {error}"[:200]) from error


def _last(raw: RawSockets, job: str, params: Mapping[str, Any], brake: Brake) -> Mapping[str, Any]:
    """Return the last thing that a job says."""
    last: Mapping[str, Any] = {}
    for said in raw.run(job, dict(params), brake=brake):
        last = said
    return last
