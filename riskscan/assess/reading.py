"""How checks read a device: what it said, which ports were asked, and why something is unseen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from riskscan.assess.judgement import Verdict, unknown
from riskscan.assess.sorted_host import sorted_host
from riskscan.model import (
    Confidence,
    Device,
    Evidence,
    Observation,
    Outcome,
    Policy,
    PortState,
    Result,
)

_OUTCOME_WORDS = {
    Outcome.ANSWERED: "answered, but did not say",
    Outcome.REFUSED: "refused the connection",
    Outcome.TIMED_OUT: "did not answer in time",
    Outcome.PROTOCOL_ERROR: "answered in a way that was not understood",
    Outcome.OUT_OF_SCOPE: "lies outside the agreed scope",
    Outcome.SKIPPED_FOR_SAFETY: "was not asked, for safety",
    Outcome.CRASHED: "could not be asked because of a fault in riskscan",
}


def seen(device: Device, key: str, *values: str) -> tuple[Observation, ...]:
    """Return the observations of one key, or only those with one of the given values."""
    told = sorted_host(device.host).said.get(key, ())
    return tuple(o for o in told if o.value in values) if values else told


def proof(observations: Iterable[Observation], says: str) -> tuple[Evidence, ...]:
    """Turn observations into evidence that says the same of each."""
    return tuple(Evidence(o, says) for o in observations)


def open_port(port: int, protocol: str = "tcp") -> Observation:
    """State an open port as an observation, so that it can stand as evidence."""
    return Observation(f"{protocol}.open", str(port), port, protocol)


@dataclass(frozen=True, slots=True)
class Ports:
    """What became of some ports: the three parts are disjoint and cover what was wanted."""

    open: tuple[int, ...]
    closed: tuple[int, ...]
    unseen: tuple[int, ...]
    """Not asked, or asked without an answer."""


def look(device: Device, ports: Iterable[int], protocol: str = "tcp") -> Ports:
    """Sort ports by what the device answered, in this scan or not long before it."""
    known = sorted_host(device.host).states
    open_: list[int] = []
    closed: list[int] = []
    unseen: list[int] = []
    for port in ports:
        state = known.get((protocol, port))
        told = open_ if state is PortState.OPEN else closed if state is PortState.CLOSED else unseen
        told.append(port)
    return Ports(tuple(open_), tuple(closed), tuple(unseen))


def when_asked(device: Device, ports: Iterable[int], protocol: str = "tcp") -> str:
    """Say on which day ports were asked whose state an earlier scan gave: ``, asked on ...``.

    '' if this scan asked them all; the oldest day if there are several.
    """
    carried = sorted_host(device.host).asked_on
    days = [on for port in ports if (on := carried.get((protocol, port))) is not None]
    return f", asked on {_day(min(days))}" if days else ""


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def if_closed(
    device: Device, ports: Iterable[int], what: str, *, protocol: str = "tcp", probe: str = ""
) -> Verdict:
    """Judge a service that gave no sign of itself.

    A pass only if every port was asked and answered that it is closed, in this scan or in one of
    the last 30 days whose date is then told; unknown otherwise, with the reason of the first port
    that could not be seen.
    """
    wanted = tuple(ports)
    state = look(device, wanted, protocol)
    if len(state.closed) == len(wanted):
        listed = ", ".join(str(p) for p in wanted)
        return Verdict(
            Result.PASS,
            f"{what} is not offered: port {listed} answered that it is closed"
            f"{when_asked(device, wanted, protocol)}.",
            confidence=Confidence.MEDIUM,
        )
    port = (state.open or state.unseen)[0]
    reason = why(device, port, probe, protocol)
    return unknown(f"It is not known whether {what} is offered: {reason}.")


def why(device: Device, port: int, probe: str = "", protocol: str = "tcp") -> str:
    """Say in words why nothing is known of a port."""
    state = device.host.asked(port, protocol)
    for result in device.host.probe_results if probe else ():
        if result.probe == probe and result.port == port:
            return f"port {port} {_OUTCOME_WORDS[result.outcome]}"
    asked = when_asked(device, (port,), protocol)
    if state is PortState.OPEN:
        return f"port {port} is open and was not asked further{asked}"
    if state is PortState.CLOSED:
        return f"port {port} is closed, the others could not be seen{asked}"
    if state is not None:
        return f"port {port} gave no answer{asked}"
    return f"port {port} was not asked{if_delicate(device)}"


def if_delicate(device: Device) -> str:
    """Give the reason why a device was asked less than others; '' if it was not."""
    fragile = device.host.triage.policy is Policy.FRAGILE
    return ", because this device is treated as delicate" if fragile else ""


def failed_probe(device: Device, probe: str) -> tuple[int, str] | None:
    """Return the first port on which a probe could have learned something and did not, and why.

    A protocol error is no such case: there the port speaks something else.
    """
    for result in device.host.probe_results:
        fine = result.outcome in (Outcome.ANSWERED, Outcome.PROTOCOL_ERROR)
        if result.probe == probe and result.port is not None and not fine:
            return result.port, _OUTCOME_WORDS[result.outcome]
    return None


def ports_of(observations: Iterable[Observation]) -> str:
    """Name the ports of some observations: ``port 80`` or ``ports 80 and 8080``."""
    ports = sorted({o.port for o in observations if o.port is not None})
    if not ports:
        return "the network"
    if len(ports) == 1:
        return f"port {ports[0]}"
    return f"ports {', '.join(str(p) for p in ports[:-1])} and {ports[-1]}"
